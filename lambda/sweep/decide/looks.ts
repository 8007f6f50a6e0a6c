import pLimit from 'p-limit';
import { CODES, isDenialOfCall, problem, rankedBesideOthers, SWEEP_ACCOUNT_AGAIN } from '../remedies';
import { resultOf, type Account, type AccountResult } from '../results';
import type { BatchResults, ResultStore } from '../run-folder';
import type { ResolvedSelection } from '../selection';

const READS_AT_ONCE = 10;

/** The results of the first walk: every selected account has one, whatever died on the way. */
export async function looksOf(folder: ResultStore, selection: Pick<ResolvedSelection, 'batches'>): Promise<AccountResult[]> {
  return looksIn(await attemptsOf(folder, selection), selection);
}

/** The attempts at each batch of the first walk. */
export async function attemptsOf(folder: ResultStore, { batches }: Pick<ResolvedSelection, 'batches'>): Promise<BatchResults[][]> {
  const limit = pLimit(READS_AT_ONCE);
  return Promise.all(batches.map((_, number) => limit(() => folder.results('look', number))));
}

/** The same as `looksOf`, of attempts that were read before. */
export function looksIn(attempts: readonly BatchResults[][], { batches }: Pick<ResolvedSelection, 'batches'>): AccountResult[] {
  return ranked(batches.flatMap((accounts, number) => accounts.map((account) => latestLook(attempts[number], account) ?? notLookedAt(account))));
}

/** Of the attempts at an account the last one that has looked at it is right. */
function latestLook(attempts: readonly BatchResults[], { accountId }: Account): AccountResult | undefined {
  const results = attempts.flatMap((attempt) => attempt.results.filter((result) => result.accountId === accountId));
  return results.find(({ problem: why }) => why?.code !== CODES.notAttempted) ?? results[0];
}

/** An account without a result: its batch died. */
const notLookedAt = (account: Account) => resultOf(account, [], problem(
  CODES.notAttempted, 'the sweep ended before this account was looked at, or before its result was written', SWEEP_ACCOUNT_AGAIN,
));

/** Where AWS gave a session in one account, a denial in another has its cause there. */
export function ranked(results: AccountResult[]): AccountResult[] {
  const anySession = results.some(({ outcome, problem: why }) => why === undefined ? outcome !== 'skipped' : isDenialOfCall(why));
  return anySession ? results.map((result) => ({ ...result, problem: result.problem && rankedBesideOthers(result.problem) })) : results;
}
