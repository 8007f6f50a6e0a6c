import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Handler } from './handler';

/** A managed policy holds 6,144 characters: this many root ARNs, in the partition with the longest name. */
const ARNS_IN_A_POLICY = 145;

/** A task policy, as `RootTaskPolicy` has it. */
export interface TaskPolicy {
  readonly policyName: string;
  readonly policyArn: string;
}

export interface AssumeRootGrant {
  /** The task policies that the sessions may have. */
  readonly tasks: TaskPolicy[];
  /** Ids of the accounts, or nothing for every account. */
  readonly accounts?: string[];
  /** Ids of accounts that are denied even if something else allows them. */
  readonly exclude: string[];
}

/** Lets a role take root sessions, by statements each of which fits a managed policy (a long list of accounts does not fit an inline one): first those that allow, then those that deny. */
export const assumeRootStatements = (grant: AssumeRootGrant): iam.PolicyStatement[] => [...allowing(grant), ...denying(grant)];

/** How many managed policies a role needs for a grant. */
export const policiesFor = ({ accounts, exclude }: Omit<AssumeRootGrant, 'tasks'>) => (
  (accounts === undefined ? 1 : shards(accounts).length) + shards(exclude).length);

/** How many accounts so many policies hold. */
export const accountsIn = (policies: number) => policies * ARNS_IN_A_POLICY;

/**
 * Root sessions for several roles, each with a task of its own, in the same accounts. The lists are long, so roles share the policies that hold them:
 * those with the same task what allows, and all what denies.
 */
export class SharedAssumeRoot extends Construct {
  private readonly allowed: Record<string, iam.ManagedPolicy[]> = {};
  private readonly denied: iam.ManagedPolicy[];

  constructor(scope: Construct, id: string, private readonly grants: Omit<AssumeRootGrant, 'tasks'>) {
    super(scope, id);
    this.denied = denying(grants).map((statement, i) => managedPolicy(this, `Deny${i}`, statement));
  }

  /** Lets a function take root sessions with these task policies. */
  public grant(handler: Handler, ...tasks: TaskPolicy[]) {
    const names = tasks.map(({ policyName }) => policyName).join('');
    this.allowed[names] ??= allowing({ ...this.grants, tasks }).map((statement, i) => managedPolicy(this, `${names}${i}`, statement));
    [...this.allowed[names], ...this.denied].forEach((policy) => handler.attach(policy));
  }
}

function allowing({ tasks, accounts }: Omit<AssumeRootGrant, 'exclude'>): iam.PolicyStatement[] {
  return (accounts === undefined ? [['*']] : shards(accounts)).map((ids) => new iam.PolicyStatement({
    actions: ['sts:AssumeRoot'],
    resources: ids.map(rootArn), // '*': any member account, which is the selection
    conditions: { ArnEquals: { 'sts:TaskPolicyArn': tasks.map(({ policyArn }) => policyArn) } },
  }));
}

function denying({ exclude }: Pick<AssumeRootGrant, 'exclude'>): iam.PolicyStatement[] {
  return shards(exclude).map((ids) => new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: ['sts:AssumeRoot'],
    resources: ids.map(rootArn),
  }));
}

function managedPolicy(scope: Construct, id: string, statement: iam.PolicyStatement, ...roles: iam.IRole[]): iam.ManagedPolicy {
  return new iam.ManagedPolicy(scope, id, { description: 'Root sessions in member accounts, for cdk-root-access', statements: [statement], roles });
}

/** ARN of a task policy, in the partition of the stack that it ends up in. The policies are AWS's own, so their ARNs have no account. */
export const taskPolicyArn = (task: string) => `arn:${Aws.PARTITION}:iam::aws:policy/root-task/${task}`;

const rootArn = (accountId: string) => `arn:${Aws.PARTITION}:iam::${accountId}:root`;

function shards(ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / ARNS_IN_A_POLICY) }, (_, i) => ids.slice(i * ARNS_IN_A_POLICY, (i + 1) * ARNS_IN_A_POLICY));
}
