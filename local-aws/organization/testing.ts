import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { AssumeRootCommand, Credentials, STSClient } from '@aws-sdk/client-sts';
import { FakeOrganization } from './fake-organization';
import { OrganizationOptions } from './organization';
import { serve } from './server';
import { onTestFinished } from '../../test/support/on-test-finished';

export const MANAGEMENT = '111111111111';
export const SECURITY = '222222222222';
export const MEMBER = '333333333333';
export const OUTSIDER = '999999999999';

export type Task = 'IAMAuditRootUserCredentials' | 'IAMDeleteRootUserCredentials' | 'IAMCreateRootUserPassword' | 'S3UnlockBucketPolicy' | 'SQSUnlockQueuePolicy';
export const taskArn = (task: Task | string) => `arn:aws:iam::aws:policy/root-task/${task}`;

/** Of a session: as the SDK reads it, or as `issue()` gives it. */
type Keys = Omit<Credentials, 'Expiration'>;

/** Real SDK clients which try once, so that a test sees each answer. */
export interface Clients {
  readonly sts: STSClient;
  readonly iam: IAMClient;
  readonly organizations: OrganizationsClient;
}

export interface Served {
  readonly organization: FakeOrganization;
  readonly endpoint: string;
  /** Administrator of the management account. */
  readonly management: Clients;
  /** Administrator of an account, or whoever holds credentials. */
  as(caller: string | Keys): Clients;
  /** A root session in an account, taken by the management account. */
  root(accountId: string, task: Task, seconds?: number): Promise<Clients>;
}

export const READY: OrganizationOptions = { trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] };

/** An organization with a security and a member account, on the wire until the test is over. */
export async function served(options: OrganizationOptions = READY): Promise<Served> {
  const organization = new FakeOrganization(options);
  organization.addAccount({ id: SECURITY, name: 'security' });
  organization.addAccount({ id: MEMBER, name: 'member' });
  const { endpoint, close } = await serve(organization);
  onTestFinished(close);
  const as = (caller: string | Keys) => clients(endpoint, caller);
  const management = as(MANAGEMENT);
  const root = async (accountId: string, task: Task, seconds?: number) => {
    const request = new AssumeRootCommand({ TargetPrincipal: accountId, TaskPolicyArn: { arn: taskArn(task) }, DurationSeconds: seconds });
    const { Credentials: issued } = await management.sts.send(request);
    return as(issued!);
  };
  return { organization, endpoint, management, as, root };
}

function clients(endpoint: string, caller: string | Keys): Clients {
  const credentials = typeof caller === 'string'
    ? { accessKeyId: caller, secretAccessKey: 'local' }
    : { accessKeyId: caller.AccessKeyId!, secretAccessKey: caller.SecretAccessKey!, sessionToken: caller.SessionToken };
  const config = { endpoint, credentials, region: 'eu-central-1', maxAttempts: 1 };
  return { sts: new STSClient(config), iam: new IAMClient(config), organizations: new OrganizationsClient(config) };
}

/** What a test compares of an error. */
export async function refused(attempt: Promise<unknown>): Promise<{ name: string; message: string; status?: number; reason?: string }> {
  const error = await attempt.then(() => { throw new Error('it was allowed'); }, (reason) => reason);
  return { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode, ...error.Reason && { reason: error.Reason } };
}
