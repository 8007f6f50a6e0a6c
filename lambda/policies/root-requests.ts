import type { Request } from './judge';
import { ANY, ANY_ACCOUNT, ANY_ACTION, ANY_BUCKET, ANY_QUEUE, ANY_REGION, UNNAMED } from './patterns';
import { type Caller, contextOf } from './request-context';
import { accountIdOf, PARTITIONS } from '../../lib/private/partitions';

/** The root user of one member account, or of any. */
export interface RootUser {
  readonly partition: string;
  /** Absent for any account. */
  readonly accountId?: string;
  readonly organizationId?: string;
}

/** A session of AssumeRoot, or the root user's own password or access key. */
export type RootCredentials = 'session' | 'long-term';

const IAM_READS = ['GetLoginProfile', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices', 'GetUser', 'GetAccessKeyLastUsed'];
const IAM_DELETES = ['DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice'];

/** The calls of root sessions in each of AWS's tasks. */
export const TASK_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  IAMAuditRootUserCredentials: ['iam:GetAccountSummary', ...IAM_READS.map(iam)],
  IAMDeleteRootUserCredentials: [...IAM_DELETES, ...IAM_READS].map(iam),
  IAMCreateRootUserPassword: ['iam:CreateLoginProfile', 'iam:GetLoginProfile'],
  S3UnlockBucketPolicy: ['s3:ListAllMyBuckets', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketPolicy'],
  SQSUnlockQueuePolicy: ['sqs:ListQueues', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SetQueueAttributes'],
};

/** A call of a root user. In which Region, and on which bucket or queue, is known for IAM alone. */
export function rootRequest(root: RootUser, credentials: RootCredentials, action: string): Request {
  const { accountId, ...others } = root;
  const resource = resourceOf(root, action);
  return {
    action,
    resource,
    context: contextOf({ ...callerOf(root, credentials), action, onResource: resource !== '*' }),
    ...accountId === undefined && { inAccount: (id: string) => rootRequest({ ...others, accountId: id }, credentials, action) },
  };
}

/** Any call of a root user: what blocks it blocks everything. */
export function anyRootRequest(root: RootUser, credentials: RootCredentials): Request {
  const { accountId, ...others } = root;
  return {
    action: ANY_ACTION,
    resource: ANY,
    context: contextOf({ ...callerOf(root, credentials), onResource: true }),
    ...accountId === undefined && { inAccount: (id: string) => anyRootRequest({ ...others, accountId: id }, credentials) },
  };
}

/** A call that no policy names, of a role that no policy names: what blocks it closes accounts to everybody, but for what it names. */
export function unnamedRequest(root: RootUser): Request {
  const { partition, accountId = ANY_ACCOUNT, organizationId } = root;
  return {
    action: `${UNNAMED}:${UNNAMED}`,
    resource: ANY,
    context: {
      'aws:principalarn': `arn:${partition}:iam::${accountId}:role/${UNNAMED}`,
      'aws:principalaccount': accountId,
      'aws:principalisawsservice': 'false',
      'aws:principaltag/*': undefined,
      'aws:assumedroot': undefined,
      'aws:viaawsservice': 'false',
      ...organizationId !== undefined && { 'aws:principalorgid': organizationId },
    },
    ...root.accountId === undefined && { inAccount: (id: string) => unnamedRequest({ ...root, accountId: id }) },
  };
}

/** The role of this library that takes a root session, and the member account in which it does. */
export interface AssumeRoot {
  readonly partition: string;
  readonly roleArn: string;
  readonly organizationId?: string;
  /** Absent for any account. */
  readonly accountId?: string;
  /** The name of a task policy: `IAMAuditRootUserCredentials`. */
  readonly taskPolicy: string;
  readonly region?: string;
}

/** The call of `sts:AssumeRoot`, which is made in the role's account: that account's service control policies are asked. */
export function assumeRootRequest(call: AssumeRoot): Request {
  const { partition, roleArn, organizationId, accountId = ANY_ACCOUNT, taskPolicy, region = ANY_REGION } = call;
  return {
    action: 'sts:AssumeRoot',
    resource: `arn:${partition}:iam::${accountId}:root`,
    context: contextOf({
      credentials: 'role',
      principalArn: roleArn,
      accountId: accountIdOf(roleArn),
      resourceAccountId: accountId,
      organizationId,
      region,
      action: 'sts:AssumeRoot',
      onResource: true,
      taskPolicyArn: `arn:${partition}:iam::aws:policy/root-task/${taskPolicy}`,
    }),
    ...call.accountId === undefined && { inAccount: (id: string) => assumeRootRequest({ ...call, accountId: id }) },
  };
}

function callerOf({ partition, accountId = ANY_ACCOUNT, organizationId }: RootUser, credentials: RootCredentials): Omit<Caller, 'onResource'> {
  return {
    credentials,
    principalArn: `arn:${partition}:iam::${accountId}:root`,
    accountId,
    resourceAccountId: accountId,
    organizationId,
    region: ANY_REGION,
    iamRegion: PARTITIONS.find(({ id }) => id === partition)?.iamRegion,
  };
}

/** Calls that know no resource are made on `*` (service authorization reference). */
function resourceOf({ partition, accountId = ANY_ACCOUNT }: RootUser, action: string): string {
  if (['iam:GetAccountSummary', 's3:ListAllMyBuckets', 'sqs:ListQueues'].includes(action)) {
    return '*';
  }
  switch (action.split(':')[0]) {
    case 'iam': return `arn:${partition}:iam::${accountId}:root`;
    case 's3': return `arn:${partition}:s3:::${ANY_BUCKET}`;
    case 'sqs': return `arn:${partition}:sqs:${ANY_REGION}:${accountId}:${ANY_QUEUE}`;
    default: return ANY;
  }
}

function iam(operation: string): string {
  return `iam:${operation}`;
}
