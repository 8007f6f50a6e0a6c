import type { IAMClient } from '@aws-sdk/client-iam';
import { paginateListDelegatedAdministrators, type Organization, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { IAM_SERVICE_PRINCIPAL } from '../../../lib/organization/contract';
import { isDenied, isNamed } from '../../aws/errors';
import { organizationOf } from '../../aws/organization';
import { everyItem } from '../../aws/pages';
import { retryWhile, type Patience } from '../../aws/patience';

/** Clients and settings of the switches. */
export interface Aws {
  readonly organizations: OrganizationsClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly patience: Patience;
  /** Whether the stack is rolling back. */
  isRollingBack(): Promise<boolean>;
}

/** Response of a switch to CloudFormation. Every response contains the attributes: they are needed after a rollback, too. */
export interface Answer {
  readonly PhysicalResourceId: string;
  readonly Data: Readonly<Record<string, string>>;
}

export interface OrganizationIds {
  readonly organizationId: string;
  readonly managementAccountId: string;
}

/**
 * Retries a call that may succeed later. The SDK does not retry ConcurrentModificationException, and IAM, which is eventually consistent, denies
 * calls for some seconds after the deployment attached the permissions.
 */
export function patiently<T>({ patience }: Pick<Aws, 'patience'>, call: () => Promise<T>, mayPass: (error: unknown) => boolean = () => false): Promise<T> {
  return retryWhile((error) => isDenied(error) || isNamed(error, 'ConcurrentModificationException') || mayPass(error), patience, call);
}

/** The organization of this management account. Fails with the remedy in another account, or if not all features are enabled. */
export async function managedOrganization(aws: Aws): Promise<OrganizationIds> {
  const organization = await currentOrganization(aws);
  const accountId = await ownAccount(aws);
  if (!organization) {
    throw new Error(`account ${accountId} is not in an organization: create one in AWS Organizations, or deploy this stack to the management account of yours`);
  }
  const { Id: organizationId, MasterAccountId: managementAccountId, FeatureSet: featureSet } = organization;
  if (accountId !== managementAccountId) {
    throw new Error(`account ${accountId} is not the management account of organization ${organizationId}: deploy this stack to account ${managementAccountId}`);
  }
  if (featureSet !== 'ALL') {
    throw new Error(`organization ${organizationId} has the feature set ${featureSet}: enable all features in AWS Organizations, then deploy again`);
  }
  return { organizationId: organizationId!, managementAccountId: managementAccountId! };
}

/** The organization of this account, if it is in one. */
export function currentOrganization(aws: Aws): Promise<Organization | undefined> {
  return patiently(aws, () => organizationOf(aws.organizations));
}

/** The accounts that are registered as delegated administrators for IAM. */
export function delegatedAdministrators(aws: Pick<Aws, 'organizations' | 'patience'>): Promise<string[]> {
  return patiently(aws, async () => {
    const pages = paginateListDelegatedAdministrators({ client: aws.organizations }, { ServicePrincipal: IAM_SERVICE_PRINCIPAL });
    const administrators = await everyItem('organizations:ListDelegatedAdministrators', pages, (page) => page.DelegatedAdministrators);
    return administrators.map(({ Id }) => Id!);
  });
}

async function ownAccount({ sts }: Aws): Promise<string> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  return Account!;
}
