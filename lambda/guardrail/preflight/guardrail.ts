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

  constructor(
    readonly properties: GuardrailPreflightProperties,
    private readonly older: Older,
    readonly organization: Organization,
    organizations: OrganizationsClient,
  ) {
    this.policies = new AuthorizationPolicies(organizations);
    this.root = { partition: partitionIdOf(organization.Arn!), organizationId: organization.Id };
    this.managementAccountId = organization.MasterAccountId!;
  }

  get targets(): readonly string[] {
    return this.properties.Targets;
  }

  /** The name of its policy before the update; undefined before it is created. */
  get olderName(): string | undefined {
    return this.older?.PolicyName;
  }

  /** Whether a policy is that of the guardrail, as it is or as it was before the update. */
  isItself({ name, type }: Policy): boolean {
    return type !== RESOURCE_CONTROL_POLICY && this.older !== undefined && [this.older.PolicyName, this.properties.PolicyName].includes(name);
  }
}
