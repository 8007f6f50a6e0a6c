import { ListOrganizationsFeaturesCommand, type IAMClient } from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { failure, incompleteAnswer, isDenied, isNamed, messageOf, nameOf } from '../../aws/errors';
import { retryWhile, seconds } from '../../aws/patience';
import type { OrganizationIdentity } from '../selection';

/** A role, a feature or a delegation made seconds ago takes effect late. */
const PREFLIGHT_PATIENCE = seconds(300, 1_000, 10_000);

/** Remedies for an organization that is not ready. */
export interface Readiness {
  /** Of trusted access and the feature. */
  readonly switches: string;
  readonly delegation: string;
}

const BY_CONSTRUCTS: Readiness = {
  switches: 'deploy OrgRootAccessFeatures in the management account first, and pass it as `features`',
  delegation: 'deploy RootAccessDelegation in the management account first',
};

/** AWS's names for a switch that is off, and what to do about each. */
const reasons = ({ switches, delegation }: Readiness): Record<string, string> => ({
  FeatureOff: `the feature RootCredentialsManagement is off: ${switches}`,
  ServiceAccessNotEnabledException: `trusted access for iam.amazonaws.com is off: ${switches}`,
  AccountNotManagementOrDelegatedAdministratorException:
    `this account is neither the management account nor a delegated administrator for iam.amazonaws.com: ${delegation}`,
  AWSOrganizationsNotInUseException: 'this account is in no organization: sweep from the management account or the delegated administrator of one',
  OrganizationNotFoundException: 'this account is in no organization: sweep from the management account or the delegated administrator of one',
  OrganizationNotInAllFeaturesModeException: 'the organization has consolidated billing only: enable all features in AWS Organizations',
});

/** States that a deployment, or another one beside it, may be changing right now. */
const MAY_COME = ['FeatureOff', 'ServiceAccessNotEnabledException', 'AccountNotManagementOrDelegatedAdministratorException'];

/** Checks that the organization's root credentials can be managed from here, and says who is who in it. */
export async function preflight(
  iam: IAMClient, organizations: OrganizationsClient, patience = PREFLIGHT_PATIENCE, readiness = BY_CONSTRUCTS,
): Promise<OrganizationIdentity> {
  try {
    return await retryWhile((error) => isDenied(error) || isNamed(error, ...MAY_COME), patience, async () => {
      const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
      const { EnabledFeatures } = await iam.send(new ListOrganizationsFeaturesCommand({}));
      if (!EnabledFeatures?.includes('RootCredentialsManagement')) {
        throw failure('FeatureOff', 'RootCredentialsManagement is off');
      }
      if (!Organization?.Id || !Organization.MasterAccountId) {
        throw incompleteAnswer('organizations:DescribeOrganization', 'the ids of the organization and its management account');
      }
      return { organizationId: Organization.Id, managementAccountId: Organization.MasterAccountId };
    });
  } catch (error) {
    throw notReady(error, readiness);
  }
}

function notReady(error: unknown, readiness: Readiness): Error {
  const name = isNamed(error, 'FeatureOff') ? 'FeatureNotEnabled' : nameOf(error);
  return failure(name, `the sweep has not begun: ${reasons(readiness)[nameOf(error)] ?? messageOf(error)}`);
}
