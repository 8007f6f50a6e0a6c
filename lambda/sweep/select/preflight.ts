import { ListOrganizationsFeaturesCommand, type IAMClient } from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { failure, incompleteAnswer, isDenied, isNamed, messageOf, nameOf } from '../../aws/errors';
import { retryWhile, seconds } from '../../aws/patience';
import type { OrganizationIdentity } from '../selection';

/** A role, a feature or a delegation made seconds ago takes effect late. */
const PREFLIGHT_PATIENCE = seconds(300, 1_000, 10_000);

/** AWS's names for a switch that is off, and what to do about each. */
const REMEDIES: Record<string, string> = {
  ServiceAccessNotEnabledException:
    'trusted access for iam.amazonaws.com is off: deploy OrgRootAccessFeatures in the management account first, and pass it as `features`',
  AccountNotManagementOrDelegatedAdministratorException:
    'this account is neither the management account nor a delegated administrator for iam.amazonaws.com: deploy RootAccessDelegation in the management account first',
  AWSOrganizationsNotInUseException: 'this account is in no organization: sweep from the management account or the delegated administrator of one',
  OrganizationNotFoundException: 'this account is in no organization: sweep from the management account or the delegated administrator of one',
  OrganizationNotInAllFeaturesModeException: 'the organization has consolidated billing only: enable all features in AWS Organizations',
};

/** What a deployment, or another one beside it, may be changing right now. */
const MAY_COME = ['FeatureOff', 'ServiceAccessNotEnabledException', 'AccountNotManagementOrDelegatedAdministratorException'];

/** Checks that the organization's root credentials can be managed from here, and says who is who in it. */
export async function preflight(iam: IAMClient, organizations: OrganizationsClient, patience = PREFLIGHT_PATIENCE): Promise<OrganizationIdentity> {
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
    throw notReady(error);
  }
}

function notReady(error: unknown): Error {
  const reason = isNamed(error, 'FeatureOff')
    ? 'the feature RootCredentialsManagement is off: deploy OrgRootAccessFeatures in the management account first, and pass it as `features`'
    : REMEDIES[nameOf(error)] ?? messageOf(error);
  return failure(isNamed(error, 'FeatureOff') ? 'FeatureNotEnabled' : nameOf(error), `the sweep has not begun: ${reason}`);
}
