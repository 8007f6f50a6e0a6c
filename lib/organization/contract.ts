import type { Flag, HandlerContract, OwnStackEnvironment, Removal } from '../private/contract';

/** Names and properties on which the switches and their handler agree. */

export const FEATURES_RESOURCE_TYPE = 'Custom::OrgRootAccessFeatures';
export const DELEGATION_RESOURCE_TYPE = 'Custom::RootAccessDelegation';

/** The service principal of IAM, to which trusted access and delegated administrators belong. */
export const IAM_SERVICE_PRINCIPAL = 'iam.amazonaws.com';

export type FeatureName = 'RootCredentialsManagement' | 'RootSessions';

export interface FeaturesProperties {
  readonly Features: FeatureName[];
  readonly RemovalPolicy: Removal;
}

export interface DelegationProperties {
  readonly AccountId: string;
  readonly Exclusive: Flag;
  readonly RemovalPolicy: Removal;
}

export interface SwitchesEnvironment extends OwnStackEnvironment {
  /** JSON: the properties of every switch of the stack by logical ID. Properties in a request are not trusted. */
  readonly SWITCHES: string;
}

export const SWITCHES: HandlerContract<SwitchesEnvironment> = { asset: 'organization-switches', entry: 'handler' };
