import type { Context } from './conditions';
import type { Request } from './judge';
import { ANY } from './patterns';

/** The root user of one member account, or of any. */
export interface RootUser {
  readonly partition: string;
  /** Absent for any account. */
  readonly accountId?: string;
  readonly organizationId?: string;
}

/** A session of AssumeRoot, or the root user's own password or access key. */
export type RootCredentials = 'session' | 'long-term';

/** IAM has one endpoint in a partition, which is the Region that its calls are made in. */
const IAM_REGIONS: Readonly<Record<string, string>> = { 'aws': 'us-east-1', 'aws-us-gov': 'us-gov-west-1', 'aws-cn': 'cn-north-1' };

const IAM_READS = ['GetLoginProfile', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices', 'GetUser', 'GetAccessKeyLastUsed'];
const IAM_DELETES = ['DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice'];

/** What root sessions call in each of AWS's tasks. */
export const TASK_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  IAMAuditRootUserCredentials: ['iam:GetAccountSummary', ...IAM_READS.map(iam)],
  IAMDeleteRootUserCredentials: [...IAM_DELETES, ...IAM_READS].map(iam),
  IAMCreateRootUserPassword: ['iam:CreateLoginProfile', 'iam:GetLoginProfile'],
  S3UnlockBucketPolicy: ['s3:ListAllMyBuckets', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketPolicy'],
  SQSUnlockQueuePolicy: ['sqs:ListQueues', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SetQueueAttributes'],
};

/** A call of a root user. In which Region, and on which bucket or queue, is known for IAM alone. */
export function rootRequest(root: RootUser, credentials: RootCredentials, action: string): Request {
  return { action, resource: resourceOf(root, action), context: contextOf(root, credentials, action) };
}

/** Any call of a root user: what blocks it blocks everything. */
export function anyRootRequest(root: RootUser, credentials: RootCredentials): Request {
  return { action: `${ANY}:${ANY}`, resource: ANY, context: contextOf(root, credentials, ANY) };
}

function contextOf({ partition, accountId = ANY, organizationId }: RootUser, credentials: RootCredentials, action: string): Context {
  const region = action.startsWith('iam:') ? IAM_REGIONS[partition] : undefined;
  return {
    'aws:principalarn': `arn:${partition}:iam::${accountId}:root`,
    'aws:principalaccount': accountId,
    'aws:assumedroot': credentials === 'session' ? 'true' : undefined,
    'aws:securetransport': 'true',
    'aws:username': undefined, // of IAM users alone
    'aws:principaltag/*': undefined, // a root user cannot be tagged
    'aws:principalservicename': undefined,
    'aws:principalisawsservice': 'false',
    ...organizationId !== undefined && { 'aws:principalorgid': organizationId },
    ...region !== undefined && { 'aws:requestedregion': region },
  };
}

/** Calls that know no resource are made on `*` (service authorization reference). */
function resourceOf({ partition, accountId = ANY }: RootUser, action: string): string {
  if (['iam:GetAccountSummary', 's3:ListAllMyBuckets', 'sqs:ListQueues'].includes(action)) {
    return '*';
  }
  switch (action.split(':')[0]) {
    case 'iam': return `arn:${partition}:iam::${accountId}:root`;
    case 's3': return `arn:${partition}:s3:::${ANY}`;
    case 'sqs': return `arn:${partition}:sqs:${ANY}:${accountId}:${ANY}`;
    default: return ANY;
  }
}

function iam(operation: string): string {
  return `iam:${operation}`;
}
