import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** A managed policy holds 6,144 characters: this many root ARNs, whose account and partition may be tokens of some length. */
const ARNS_IN_A_POLICY = 120;

export interface AssumeRootGrant {
  /** Names of the task policies that the sessions may have. */
  readonly tasks: string[];
  /** Ids of the accounts, or nothing for every account. */
  readonly accounts?: string[];
  /** Ids of accounts that are denied even if something else allows them. */
  readonly exclude: string[];
}

/**
 * Lets a role take root sessions: with these task policies, in these accounts, never in the excluded ones.
 *
 * The policies are managed ones, because a long list of accounts does not fit a role's inline policies.
 *
 * @returns what must exist before the role can be used
 */
export function grantAssumeRoot(scope: Construct, role: iam.IRole, grant: AssumeRootGrant): Construct[] {
  return assumeRootStatements(grant).map((statement, i) => new iam.ManagedPolicy(scope, `AssumeRoot${i}`, {
    description: 'Root sessions in member accounts, for cdk-root-access',
    statements: [statement],
    roles: [role],
  }));
}

/** The same as statements, each of which fits a managed policy: first those that allow, then those that deny. */
export function assumeRootStatements({ tasks, accounts, exclude }: AssumeRootGrant): iam.PolicyStatement[] {
  const allowed = (accounts === undefined ? [['*']] : shards(accounts)).map((ids) => new iam.PolicyStatement({
    actions: ['sts:AssumeRoot'],
    resources: ids.map(rootArn), // '*': any member account, which is the selection
    conditions: { ArnEquals: { 'sts:TaskPolicyArn': tasks.map(taskPolicyArn) } },
  }));
  const denied = shards(exclude).map((ids) => new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: ['sts:AssumeRoot'],
    resources: ids.map(rootArn),
  }));
  return [...allowed, ...denied];
}

/** ARN of a task policy, in the partition of the stack that it ends up in. The policies are AWS's own, so their ARNs have no account. */
export const taskPolicyArn = (task: string) => iamArn('aws', `policy/root-task/${task}`);

const rootArn = (accountId: string) => iamArn(accountId, 'root');
const iamArn = (account: string, resource: string) => `arn:${Aws.PARTITION}:iam::${account}:${resource}`;

function shards(ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / ARNS_IN_A_POLICY) }, (_, i) => ids.slice(i * ARNS_IN_A_POLICY, (i + 1) * ARNS_IN_A_POLICY));
}
