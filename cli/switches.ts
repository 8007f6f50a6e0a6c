import { caller, type Caller, type ConnectionOptions } from './caller';
import { confirm } from './confirm';
import { organizationOf } from '../lambda/aws/organization';
import { seconds } from '../lambda/aws/patience';
import { create as registerDelegate } from '../lambda/organization/switches/delegation';
import { create as enableFeatures } from '../lambda/organization/switches/features';
import type { Aws } from '../lambda/organization/switches/organization';
import { IAM_SERVICE_PRINCIPAL } from '../lib/organization/contract';

export interface ChangeOptions extends ConnectionOptions {
  /** The ID of the organization, instead of typing it. */
  readonly yes?: string;
}

const FEATURES = ['RootCredentialsManagement', 'RootSessions'] as const;

/** AWS says within a minute what was changed. */
const PATIENCE = seconds(60, 500);

/** Enables trusted access and both features, as `OrgRootAccessFeatures` does: what is on stays on, and a failure undoes what it did itself. */
export async function enable(options: ChangeOptions): Promise<void> {
  const { aws, organizationId } = await managementAccount(options);
  await confirm(organizationId, `Enables trusted access for ${IAM_SERVICE_PRINCIPAL}, ${FEATURES.join(' and ')} in ${organizationId}.`, options.yes);
  await enableFeatures({ Features: [...FEATURES], RemovalPolicy: 'retain' }, switchesOf(aws));
}

/** Registers a delegated administrator for IAM, as `RootAccessDelegation` does. */
export async function delegate(accountId: string, options: ChangeOptions): Promise<void> {
  const { aws, organizationId } = await managementAccount(options);
  await confirm(organizationId, `Registers ${accountId} as delegated administrator for ${IAM_SERVICE_PRINCIPAL} in ${organizationId}: it can then take root sessions in every member account.`, options.yes);
  await registerDelegate({ AccountId: accountId, Exclusive: 'false', RemovalPolicy: 'retain' }, switchesOf(aws));
}

async function managementAccount(options: ConnectionOptions): Promise<{ readonly aws: Caller; readonly organizationId: string }> {
  const aws = await caller(options);
  const organization = await organizationOf(aws.organizations);
  if (organization === undefined) {
    throw new Error(`account ${aws.accountId} is in no organization: create one in AWS Organizations`);
  }
  if (organization.MasterAccountId !== aws.accountId) {
    throw new Error(`${aws.arn} is not in the management account: use credentials of account ${organization.MasterAccountId}`);
  }
  return { aws, organizationId: organization.Id! };
}

const switchesOf = ({ organizations, iam, sts }: Caller): Aws => ({ organizations, iam, sts, patience: PATIENCE, isRollingBack: async () => false });
