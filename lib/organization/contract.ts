import type { Flag, Removal } from '../private/contract';

/** What the switches in templates and their handler agree on. */

export const FEATURES_RESOURCE_TYPE = 'Custom::OrgRootAccessFeatures';
export const DELEGATION_RESOURCE_TYPE = 'Custom::RootAccessDelegation';

/** The service principal of IAM, in whose name trusted access and delegation are given. */
export const IAM_SERVICE_PRINCIPAL = 'iam.amazonaws.com';

export type FeatureName = 'RootCredentialsManagement' | 'RootSessions';

/** Name of the environment variable with the properties of every switch of the stack, by logical id: a request is not believed what its own are. */
export const SWITCHES_VARIABLE = 'SWITCHES';

export interface FeaturesProperties {
  readonly Features: FeatureName[];
  readonly RemovalPolicy: Removal;
}

export interface DelegationProperties {
  readonly AccountId: string;
  readonly Exclusive: Flag;
  readonly RemovalPolicy: Removal;
}
