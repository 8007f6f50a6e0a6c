import type { Organization, OrganizationsClient } from '@aws-sdk/client-organizations';
import type { GuardrailPreflightProperties } from '../../../lib/guardrail/contract';
import { partitionIdOf } from '../../../lib/private/partitions';
import { AuthorizationPolicies } from '../../policies/authorization-policies';
import type { Policy } from '../../policies/judge';
import { RESOURCE_CONTROL_POLICY } from '../../policies/resource-control-policies';
import type { RootUser } from '../../policies/root-requests';

/** The name of the guardrail before an update, by which its own policy is recognized. */
export type Older = Pick<GuardrailPreflightProperties, 'PolicyName'> | undefined;

/** A guardrail that is about to be attached, in its organization. */
export class Guardrail {
  readonly policies: AuthorizationPolicies;
  readonly root: RootUser;
  readonly managementAccountId: string;
  /** The name of its policy before the update; undefined before it is created. */
  readonly olderName?: string;

  constructor(
    readonly properties: GuardrailPreflightProperties,
    older: Older,
    readonly organization: Organization,
    organizations: OrganizationsClient,
  ) {
    this.policies = new AuthorizationPolicies(organizations);
    this.root = { partition: partitionIdOf(organization.Arn!), organizationId: organization.Id };
    this.managementAccountId = organization.MasterAccountId!;
    this.olderName = older?.PolicyName;
  }

  get targets(): readonly string[] {
    return this.properties.Targets;
  }

  /** Whether a policy is that of the guardrail, as it is or as it was before the update. */
  isItself({ name, type }: Policy): boolean {
    return type !== RESOURCE_CONTROL_POLICY && this.olderName !== undefined && [this.olderName, this.properties.PolicyName].includes(name);
  }
}
