import type { IAMClient } from '@aws-sdk/client-iam';
import {
  DescribeOrganizationCommand, paginateListDelegatedAdministrators, type Organization, type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { IAM_SERVICE_PRINCIPAL } from '../../../lib/organization/contract';
import { isDenied, isNamed } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { retryWhile, type Patience } from '../../aws/patience';

/** What the switches need of AWS. */
export interface Aws {
  readonly organizations: OrganizationsClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly patience: Patience;
  /** Whether the stack is taking back a deployment that failed. */
  isRollingBack(): Promise<boolean>;
}

/** What a switch answers to CloudFormation. The attributes belong to every answer: after a rollback they are still asked for. */
export interface Answer {
  readonly PhysicalResourceId: string;
  readonly Data: Readonly<Record<string, string>>;
}

export interface OrganizationIds {
  readonly organizationId: string;
  readonly managementAccountId: string;
}

/**
 * Does a call again while waiting may cure its failure. The SDK does not retry ConcurrentModificationException; a denial is
 * usual for some seconds after the deployment attached the permissions, since IAM is eventually consistent.
 */
export function patiently<T>({ patience }: Aws, call: () => Promise<T>, mayPass: (error: unknown) => boolean = () => false): Promise<T> {
  return retryWhile((error) => isDenied(error) || isNamed(error, 'ConcurrentModificationException') || mayPass(error), patience, call);
}

/** The organization of which this is the management account; fails with the remedy when it is not, or lacks features. */
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

/** The organization that this account is in now, if it is in one. */
export async function currentOrganization(aws: Aws): Promise<Organization | undefined> {
  try {
    const { Organization } = await patiently(aws, () => aws.organizations.send(new DescribeOrganizationCommand({})));
    return Organization;
  } catch (error) {
    if (isNamed(error, 'AWSOrganizationsNotInUseException')) {
      return undefined;
    }
    throw error;
  }
}

/** The accounts that are registered as delegated administrators for IAM. */
export function delegatedAdministrators(aws: Aws): Promise<string[]> {
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
