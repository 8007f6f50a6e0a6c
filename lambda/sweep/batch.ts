import pLimit from 'p-limit';
import { sweepAccount, type AccountPatience } from './account';
import { CODES, problem } from './remedies';
import { resultOf, skipped, type Account, type AccountResult } from './results';
import type { RunFolder } from './run-folder';
import type { ResolvedSelection } from './selection';
import type { RootSessions } from '../aws/root-sessions';

export interface BatchSweep {
  readonly folder: RunFolder;
  readonly sessions: RootSessions;
  readonly selection: ResolvedSelection;
  readonly accountsInFlight: number;
  /** No account is begun after it: what was begun must come to its end before the function does. */
  readonly beginUntil: number;
  readonly patience?: AccountPatience;
}

/** Sweeps one batch and writes one result for each of its accounts. Run again after it died, it goes on from its plans. */
export async function sweepBatch(batch: number, sweep: BatchSweep): Promise<AccountResult[]> {
  const { folder, sessions, selection, accountsInFlight, beginUntil, patience } = sweep;
  const earlier = await folder.plans(batch);
  const plans = {
    earlier: (accountId: string) => earlier.get(accountId) ?? [],
    save: (account: Account, credentials: Parameters<RunFolder['savePlan']>[2]) => folder.savePlan(batch, account, credentials),
  };
  const limit = pLimit(accountsInFlight);
  const results = await Promise.all(selection.batches[batch].map((account) => limit(async () => {
    if (Date.now() > beginUntil) {
      return notBegun(account);
    }
    const result = await sweepAccount(account, { sessions, plans, settings: selection, patience });
    return account.accountId === selection.callerAccountId ? ownAccount(result) : result;
  })));
  await folder.saveResults(batch, results);
  return results;
}

/** Whether a delegated administrator may take a root session in its own account is not documented. */
function ownAccount(result: AccountResult): AccountResult {
  return result.problem?.code === 'AccessDenied' && result.credentials.length === 0
    ? skipped(result, 'it is the delegated administrator that runs the sweep, and AWS denied it a root session in itself: sweep it from the management account')
    : result;
}

function notBegun(account: Account): AccountResult {
  return resultOf(account, [], problem(
    CODES.notAttempted, 'the function was about to run out of time', 'start the sweep again, with fewer accounts in a batch (concurrency.accountsPerBatch)',
  ));
}
