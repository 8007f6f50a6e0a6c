import { Caller } from '../wire';
import { Feature, Organization } from './organization';

const READS = ['GetLoginProfile', 'GetUser', 'GetAccessKeyLastUsed', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices'];
const DELETES = ['DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice', 'DeleteVirtualMFADevice'];

interface TaskPolicy {
  /** Without it nobody gets a session with this policy. */
  readonly feature: Feature;
  /** The policies only deny: whatever is not named here. Root may do the rest by nature. */
  readonly actions: ReadonlySet<string>;
}

const policy = (feature: Feature, service: string, operations: readonly string[]): TaskPolicy =>
  ({ feature, actions: new Set(operations.map((operation) => `${service}:${operation}`)) });

/** The AWS managed policies below `root-task/`, each in its version v1, unchanged since November 2024. */
const TASK_POLICIES: Readonly<Record<string, TaskPolicy>> = {
  IAMAuditRootUserCredentials: policy('RootCredentialsManagement', 'iam', [...READS, 'GetAccountSummary']),
  IAMCreateRootUserPassword: policy('RootCredentialsManagement', 'iam', ['CreateLoginProfile', 'GetLoginProfile']),
  IAMDeleteRootUserCredentials: policy('RootCredentialsManagement', 'iam', [...DELETES, ...READS]),
  S3UnlockBucketPolicy: policy('RootSessions', 's3', ['DeleteBucketPolicy', 'PutBucketPolicy', 'GetBucketPolicy', 'ListAllMyBuckets']),
  SQSUnlockQueuePolicy: policy('RootSessions', 'sqs', ['SetQueueAttributes', 'GetQueueAttributes', 'ListQueues', 'GetQueueUrl']),
};

const ARN_PREFIX = 'arn:aws:iam::aws:policy/root-task/';

/** Undefined for any other policy. */
export function taskPolicyByArn(arn: string): { readonly name: string; readonly feature: Feature } | undefined {
  const name = arn.slice(ARN_PREFIX.length);
  return arn.startsWith(ARN_PREFIX) && Object.hasOwn(TASK_POLICIES, name) ? { name, feature: TASK_POLICIES[name].feature } : undefined;
}

/**
 * Why a root session may not do something, or undefined when it may.
 *
 * The words for a service control policy are recorded from AWS; nobody has published those for a task policy.
 */
export function rootSessionDenial(organization: Organization, caller: Caller, action: string, resource: string): string | undefined {
  const deny = (by: string) => `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in a ${by}`;
  if (organization.deniesAssumedRoot(organization.account(caller.accountId))) return deny('service control policy');
  if (!TASK_POLICIES[caller.taskPolicy!].actions.has(action) || !withinLimits(caller, action, resource)) return deny('session policy');
  return undefined;
}

/** The second statements of the policies: IAM actions only on a root user, queue attributes only of the account's own queues. */
function withinLimits(caller: Caller, action: string, resource: string): boolean {
  if (action === 'iam:GetAccountSummary') return true;
  if (action.startsWith('iam:')) return /^arn:aws:iam::.*:root$/.test(resource);
  if (action === 'sqs:GetQueueAttributes') return resource.split(':')[4] === caller.accountId;
  return true;
}
