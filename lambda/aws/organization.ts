import { DescribeOrganizationCommand, type Organization, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { isNamed } from './errors';

/** The organization that this account is in, if it is in one. */
export async function organizationOf(organizations: OrganizationsClient): Promise<Organization | undefined> {
  try {
    const { Organization: organization } = await organizations.send(new DescribeOrganizationCommand({}));
    return organization;
  } catch (error) {
    if (isNamed(error, 'AWSOrganizationsNotInUseException')) {
      return undefined;
    }
    throw error;
  }
}
