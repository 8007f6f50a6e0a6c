import { randomUUID } from 'crypto';
import pLimit from 'p-limit';
import { sweepAccount, type AccountPatience } from './account';
import { withCauses, type CausesSearch } from './causes';
import { recall } from './recall';
import type { Recoveries } from './recoveries';
import { CODES, problem } from './remedies';
import { resultOf, skipped, type Account, type AccountResult, type Credential } from './results';
import type { RunFolder } from './run-folder';
import type { ResolvedSelection } from './selection';
import type { RootSessions } from '../aws/root-sessions';

export interface BatchSweep {
  readonly folder: RunFolder;
  readonly sessions: RootSessions;
  readonly recoveries: Recoveries;
  readonly selection: ResolvedSelection;
  readonly accountsInFlight: number;
  /** No account is begun after it: what was begun must come to its end before the function does. */
  readonly beginUntil: number;
  readonly patience?: AccountPatience;
  /** Where the causes of denials are looked for; they are not without it. */
  readonly causes?: Omit<CausesSearch, 'organizationId'>;
}

/** Sweeps one batch and writes one result for each of its accounts. Begun again, it knows what the other attempts planned. */
export async function sweepBatch(batch: number, sweep: BatchSweep): Promise<AccountResult[]> {
  const { folder, sessions, recoveries, selection, accountsInFlight, beginUntil, patience, causes } = sweep;
  const attempt = randomUUID();
  const plans = { save: (account: Account, credentials: Credential[]) => folder.savePlan(batch, attempt, account, credentials) };
  const limit = pLimit(accountsInFlight);
  const swept = await Promise.all(accountsOf(selection, batch).map((account) => limit(() => (
    Date.now() > beginUntil ? notBegun(account) : sweepAccount(account, { sessions, plans, recoveries, settings: selection, patience })))));
  const others = await folder.plans(batch, attempt);
  const recalled = swept.map((result) => recall(result, others.get(result.accountId)))
    .map((result) => result.accountId === selection.callerAccountId ? ownAccount(result) : result);
  const results = causes ? await withCauses(recalled, { ...causes, organizationId: selection.organizationId }) : recalled;
  await folder.saveResults(batch, results);
  return results;
}

/** The list that the Map reads carries no authority: a number in it is a batch of the selection or nothing. */
function accountsOf({ batches }: ResolvedSelection, batch: number): Account[] {
  if (!Number.isInteger(batch) || batch < 0 || batch >= batches.length) {
    const reason = `the selection has ${batches.length} batches and no number ${JSON.stringify(batch)}: somebody has changed batches.json`;
    throw Object.assign(new Error(reason), { name: 'BatchUnknown' });
  }
  return batches[batch];
}

/** Whether a delegated administrator may take a root session in its own account is not documented. */
function ownAccount(result: AccountResult): AccountResult {
  return result.problem?.code === CODES.assumeRootDenied && result.credentials.length === 0
    ? skipped(result, 'it is the delegated administrator that runs the sweep, and AWS denied it a root session in itself: sweep it from the management account')
    : result;
}

function notBegun(account: Account): AccountResult {
  return resultOf(account, [], problem(
    CODES.notAttempted, 'the function was about to run out of time', 'start the sweep again, with fewer accounts in a batch (concurrency.accountsPerBatch)',
  ));
}
