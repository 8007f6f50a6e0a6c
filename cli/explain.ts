import type { Account } from '@aws-sdk/client-organizations';
import { caller, type Caller, type ConnectionOptions } from './caller';
import { accountOf, mailboxOf } from './member';
import { purgeSettings } from './plan';
import { TerminalSweep } from './sweep';
import { rootUserLines, type TableOptions } from './table';
import { s3 } from '../lambda/aws/clients';
import { textOf } from '../lambda/aws/errors';
import { blockedActions } from '../lambda/guardrail/preflight/blocked-actions';
import { atMost } from '../lambda/guardrail/preflight/findings';
import { AuthorizationPolicies } from '../lambda/policies/authorization-policies';
import { nameOf, textOf as textOfCause } from '../lambda/policies/causes';
import { denialsOf, type Level, type Policy, type PolicyType } from '../lambda/policies/judge';
import { anyRootRequest, type RootUser } from '../lambda/policies/root-requests';
import { isOpen } from '../lambda/root-user/recovery-record';
import { recoveriesIn } from '../lambda/sweep/decide/recoveries';
import type { AccountResult } from '../lambda/sweep/results';
import { inertName, visible } from '../lambda/text';
import type { PasswordRecovery } from '../lib/private/contract';

export interface ExplainOptions extends ConnectionOptions {
  /** Where the runbooks have their records. */
  readonly recoveriesBucket?: string;
}

/** Everything known of one account's root user. */
export interface Explanation {
  readonly account: Account;
  /** The account as a purge that deletes nothing reports it. */
  readonly result: AccountResult;
  readonly isManagementAccount: boolean;
  /** A password recovery, by the records of the runbooks. */
  readonly recovery: string;
  /** A line for each policy above the account: what it means for its root user. */
  readonly policies: string[];
}

const TYPES: PolicyType[] = ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'];

/** Reads one account, the policies above it and, where their bucket is named, the records of its password recoveries. It changes nothing. */
export async function explain(accountId: string, options: ExplainOptions): Promise<Explanation> {
  const aws = await caller(options);
  const account = await accountOf(aws, accountId);
  const { recoveriesBucket } = options;
  const sweep = await TerminalSweep.begin(aws, purgeSettings({ accounts: [accountId], concurrency: 1, recoveriesBucket }, { dryRun: true }));
  await sweep.plan();
  const report = await sweep.report();
  const isManagementAccount = accountId === report.managementAccountId;
  const root: RootUser = { partition: aws.partition, organizationId: report.organizationId, accountId };
  const [recovery, policies] = isManagementAccount ? ['', []] : [await recoveryIn(recoveriesBucket, accountId), await policiesAbove(aws, root, accountId)];
  return { account, result: report.accounts[0], isManagementAccount, recovery, policies };
}

async function recoveryIn(bucket: string | undefined, accountId: string): Promise<string> {
  if (bucket === undefined) {
    return 'It is not known whether the runbooks have opened a password recovery: name the bucket of their records with --recoveries-bucket.';
  }
  try {
    return recoveryText(await recoveriesIn(s3(), bucket).of(accountId));
  } catch (error) {
    return textOf(error);
  }
}

function recoveryText(recovery: PasswordRecovery | undefined): string {
  if (recovery === undefined) {
    return 'The runbooks have opened no password recovery.';
  }
  const { closedAt, endsAt, reason } = recovery;
  if (isOpen(recovery, Date.now())) {
    return `A password recovery is open until ${endsAt}: ${reason}. Until then a purge that has its record keeps password and MFA devices.`;
  }
  return closedAt === undefined
    ? `The last password recovery ended at ${endsAt}, and no record says that it was closed: close it with the runbook or with close-recovery.`
    : `The last password recovery was closed at ${closedAt}.`;
}

async function policiesAbove({ organizations }: Caller, root: RootUser, accountId: string): Promise<string[]> {
  const policies = new AuthorizationPolicies(organizations);
  const lines: string[] = [];
  for (const type of TYPES) {
    try {
      const levels = await policies.levelsAbove(accountId, type);
      const own = ({ policies: attached }: Level) => attached.filter(({ awsManaged }) => !awsManaged);
      lines.push(...levels.flatMap((level) => own(level).map((policy) => policyLine(policy, level, root, accountId))));
    } catch (error) {
      lines.push(`policies of type ${type} could not be read: ${textOf(error)}`);
    }
  }
  return lines;
}

function policyLine(policy: Policy, { target }: Level, root: RootUser, accountId: string): string {
  const [blocked] = blockedActions.byPolicy(policy, root, [accountId]);
  if (blocked !== undefined) {
    return textOfCause({ ...blocked.cause, accounts: undefined, target }, atMost(3, blocked.actions).join(', '));
  }
  const name = `'${policy.name}' (${policy.id}) at ${nameOf(target)}`;
  return denialsOf(policy, target, anyRootRequest(root, 'long-term')).some(({ judgement }) => judgement === 'blocks')
    ? `${name} denies the root user's own credentials and exempts root sessions`
    : `${name} says nothing that concerns the root user as a whole`;
}

export function explanationText(explanation: Explanation, options: TableOptions): string {
  const { account, result, isManagementAccount, recovery } = explanation;
  const sweep = whatASweepDoes(result, isManagementAccount);
  return [
    `Account ${account.Id} ${inertName(account.Name ?? '')}`,
    `  root mailbox ${mailboxOf(account.Email)}, ${(account.JoinedMethod ?? 'joined').toLowerCase()} ${dateOf(account.JoinedTimestamp)}, ${account.State ?? account.Status}`,
    '',
    'Root user',
    ...[...rootUserLines(result, options), sweep, ...recovery === '' ? [] : [visible(recovery)]].map((line) => `  ${line}`),
    '',
    'Policies above the account',
    ...policyLines(explanation).map((line) => `  ${visible(line)}`), // policies and units have names that others have chosen
    '',
  ].join('\n');
}

function policyLines({ isManagementAccount, policies }: Explanation): string[] {
  if (isManagementAccount) {
    return ['none affects the management account'];
  }
  return policies.length > 0 ? policies : ['none except those of AWS, which allow everything'];
}

const dateOf = (time: Date | undefined) => time?.toISOString().slice(0, 10) ?? '';

function whatASweepDoes({ outcome, reason }: AccountResult, isManagementAccount: boolean): string {
  if (isManagementAccount) {
    return 'A sweep never touches the management account: no root session reaches its root user. Look at it in the IAM console.';
  }
  switch (outcome) {
    case 'skipped': return `A sweep skips the account: ${reason}.`;
    case 'failed': return 'A sweep reports the account as failed, as above, and deletes nothing that it could not see.';
    case 'clean': return 'No root credentials. A purge has nothing to delete.';
    default: return 'This is a purge with its defaults: rules and a time of last use keep more where they are set.';
  }
}
