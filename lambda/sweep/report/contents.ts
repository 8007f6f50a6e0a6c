import pLimit from 'p-limit';
import type { SweepWork } from '../../../lib/sweep/contract';
import { recall, remember } from '../batch/recall';
import { CODES, isDenialOfCall, problem, rankedBesideOthers, SWEEP_ACCOUNT_AGAIN } from '../remedies';
import { OUTCOMES, resultOf, type Account, type AccountResult, type Outcome, type Problem } from '../results';
import { credentialsOf, type BatchResults, type Execution, type Plan, type RunFolder } from '../run-folder';
import type { OrganizationalUnit, ResolvedSelection } from '../selection';

/** Version of the report's format, as its published schema names it. */
export const REPORT_SCHEMA = 'https://raw.githubusercontent.com/cdk-root-access/cdk-root-access/main/schema/report-1.json';

/** What a sweep found and did: `schema/report-1.json`. */
export interface SweepReport {
  readonly $schema: string;
  readonly execution: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly organizationId?: string;
  readonly managementAccountId?: string;
  readonly work?: SweepWork;
  /** Of a purge, as the kinds that it deletes. */
  readonly dryRun?: boolean;
  readonly credentials?: string[];
  /** Whether it is of a part of the construct's selection only. */
  readonly narrowed?: boolean;
  /** Other sweeps of the same construct that were at work when this one began: what they deleted was gone before, or `absent`. */
  readonly alsoRunning?: string[];
  /** Accounts by outcome. */
  readonly counts: Record<Outcome, number>;
  /** Why the sweep as a whole did not come to its end. */
  readonly problem?: Problem;
  /** Units in which the accounts are, those above them included, as far as AWS tells. */
  readonly organizationalUnits?: OrganizationalUnit[];
  readonly accounts: AccountResult[];
}

const READS_AT_ONCE = 10;

/** Joins selection, plans and results: every selected account has exactly one outcome, whatever died on the way. */
export async function reconcile(folder: RunFolder, selection: ResolvedSelection): Promise<AccountResult[]> {
  const limit = pLimit(READS_AT_ONCE);
  const batches = await Promise.all(selection.batches.map((accounts, batch) => limit(() => batchResults(folder, accounts, batch))));
  return [...ranked(batches.flat()), ...selection.skipped];
}

async function batchResults(folder: RunFolder, accounts: Account[], batch: number): Promise<AccountResult[]> {
  const attempts = await folder.results(batch);
  const plans = attempts[0]?.ended ? [] : await folder.plans(batch); // one that has ended has read them
  return accounts.map((account) => joined(account, attempts, plans.filter(({ accountId }) => accountId === account.accountId)));
}

/** What the attempts at an account say together: the last one that has looked at it is right, and what any has seen to be deleted stays so. */
function joined(account: Account, attempts: BatchResults[], plans: Plan[]): AccountResult {
  const told = attempts.flatMap(({ attempt, results }) => (
    results.filter(({ accountId }) => accountId === account.accountId).map((result) => ({ attempt, result }))));
  const last = told.find(({ result }) => hasLooked(result)) ?? told[0];
  const others = plans.filter(({ attempt }) => attempt !== last?.attempt);
  const isLost = last === undefined || others.some(({ attempt }) => attempt > last.attempt);
  return remember(recall(isLost ? lost(account, others) : last.result, credentialsOf(others, account)), told.map(({ result }) => result));
}

const hasLooked = ({ outcome, problem: why }: AccountResult) => outcome !== 'skipped' && why?.code !== CODES.notAttempted;

/** An account without a result: its batch died, before or after it began to delete. */
function lost(account: Account, plans: Plan[]): AccountResult {
  return resultOf(account, [], plans.length === 0
    ? problem(CODES.notAttempted, 'the sweep ended before this account was looked at, or before its result was written', SWEEP_ACCOUNT_AGAIN)
    : problem(CODES.interrupted, 'the sweep ended while it deleted credentials of this account', SWEEP_ACCOUNT_AGAIN));
}

/** Where AWS gave a session in one account, a denial in another has its cause there. */
function ranked(results: AccountResult[]): AccountResult[] {
  const anySession = results.some(({ outcome, problem: why }) => why === undefined ? outcome !== 'skipped' : isDenialOfCall(why));
  return anySession ? results.map((result) => ({ ...result, problem: result.problem && rankedBesideOthers(result.problem) })) : results;
}

export function composeReport(
  execution: Execution, selection: ResolvedSelection | undefined, accounts: AccountResult[], failure: Problem | undefined,
): SweepReport {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, accounts.filter((account) => account.outcome === outcome).length]));
  return {
    $schema: REPORT_SCHEMA,
    execution: execution.name,
    startedAt: execution.startTime,
    endedAt: new Date().toISOString(),
    organizationId: selection?.organizationId,
    managementAccountId: selection?.managementAccountId,
    work: selection?.work,
    ...selection?.work === 'purge' ? { dryRun: selection.dryRun, credentials: selection.credentials } : {},
    narrowed: selection?.narrowed,
    alsoRunning: selection?.alsoRunning,
    counts: counts as Record<Outcome, number>,
    problem: failure,
    organizationalUnits: selection?.placement?.units,
    accounts: accounts
      .map((account) => ({ ...account, parentId: selection?.placement?.parents[account.accountId] }))
      .sort((one, other) => rank(one) - rank(other) || one.accountId.localeCompare(other.accountId)),
  };
}

/** What needs attention comes first. */
const rank = ({ outcome }: AccountResult) => OUTCOMES.indexOf(outcome);
