import pLimit from 'p-limit';
import { credentialOf, isSame } from '../../root-user/credentials';
import { looksOf } from '../decide/looks';
import { batchesOf, isToGo, type Decision, type PlannedAccount } from '../plan';
import { CODES, problem, SWEEP_ACCOUNT_AGAIN } from '../remedies';
import { resultOf, type AccountResult, type CredentialResult } from '../results';
import type { BatchResults, ResultStore } from '../run-folder';
import type { ResolvedSelection } from '../selection';

const READS_AT_ONCE = 10;

/** The results of a sweep. */
export interface Course {
  /** Absent when the sweep ended before it decided. */
  readonly decision?: Decision;
  /** Whether the plan was let go: from then on something may have been deleted. */
  readonly isCarriedOut: boolean;
  readonly accountsPerBatch: number;
}

/** Every selected account has exactly one outcome, whatever died on the way. */
export async function outcomesOf(folder: ResultStore, selection: ResolvedSelection, course: Course): Promise<AccountResult[]> {
  const { decision, isCarriedOut, accountsPerBatch } = course;
  const seen = decision?.accounts ?? await looksOf(folder, selection);
  const purged = decision && isCarriedOut ? await purgesOf(folder, batchesOf(decision.plan, accountsPerBatch)) : [];
  const byId = new Map(purged.map((result) => [result.accountId, result]));
  return [...seen.map((result) => byId.get(result.accountId) ?? result), ...selection.skipped];
}

/** The results of the accounts of the plan. */
async function purgesOf(folder: ResultStore, batches: PlannedAccount[][]): Promise<AccountResult[]> {
  const limit = pLimit(READS_AT_ONCE);
  const results = await Promise.all(batches.map((accounts, number) => limit(async () => {
    const attempts = await folder.results('purge', number);
    return accounts.map((account) => joined(account, attempts));
  })));
  return results.flat();
}

/** One result from all attempts at an account: the last one that has acted is right, and a deletion that any of them has seen stays one. */
function joined(account: PlannedAccount, attempts: readonly BatchResults[]): AccountResult {
  const told = attempts.flatMap(({ attempt, results }) => (
    results.filter(({ accountId }) => accountId === account.accountId).map((result) => ({ attempt, result }))));
  const last = told.find(({ result }) => hasActed(result)) ?? told[0];
  const silent = attempts.filter(({ attempt }) => !told.some((each) => each.attempt === attempt)); // they may have died in this account
  const isLost = last === undefined || silent.some(({ attempt }) => attempt > last.attempt) || (silent.length > 0 && !hasActed(last.result));
  return remember(isLost ? lost(account) : last.result, told.map(({ result }) => result));
}

const hasActed = ({ problem: why }: AccountResult) => why?.code !== CODES.notAttempted;

/** An account without a result: its batch died, before or after it began to delete. */
function lost(account: PlannedAccount): AccountResult {
  return resultOf(account, account.credentials.map((planned): CredentialResult => (
    isToGo(planned) ? { ...credentialOf(planned), status: 'failed', problem: INTERRUPTED } : { ...credentialOf(planned), status: 'kept', reason: planned.reason })), INTERRUPTED);
}

const INTERRUPTED = problem(
  CODES.interrupted, 'the sweep ended before it could say what became of this: what was to be deleted may be gone, or still there', SWEEP_ACCOUNT_AGAIN,
);

/** Completes a result with what the results of other attempts at the account say to be deleted, unless it has looked itself: they have seen that it is gone. */
function remember(result: AccountResult, others: readonly AccountResult[]): AccountResult {
  const deleted = others.flatMap(({ credentials }) => credentials).filter(({ status }) => status === 'deleted');
  const hasLooked = result.problem === undefined || result.problem.code === CODES.readsDisagree;
  const isUnseen = ({ status }: CredentialResult) => status === 'absent' || (status === 'failed' && !hasLooked);
  const seen = (credential: CredentialResult) => isUnseen(credential) ? deleted.find((other) => isSame(credential, other)) : undefined;
  return deleted.length === 0 ? result : resultOf(result, result.credentials.map((credential) => seen(credential) ?? credential), result.problem);
}
