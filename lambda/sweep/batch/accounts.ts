import { randomUUID } from 'crypto';
import pLimit from 'p-limit';
import type { StillAccepted } from '../acceptance';
import { ACCOUNT_MS, sweepAccount, type AccountPatience } from './account';
import { withCauses, type CausesSearch } from './causes';
import { ownAccount } from './own-account';
import { Parts, PARTS_MS } from './parts';
import { recall } from './recall';
import type { Recoveries } from './recoveries';
import { failure, messageOf } from '../../aws/errors';
import type { Credential } from '../../root-user/credentials';
import type { RootSessions } from '../../root-user/sessions';
import { CODES, problem } from '../remedies';
import { resultOf, type Account, type AccountResult } from '../results';
import { credentialsOf, type RunFolder } from '../run-folder';
import type { ResolvedSelection } from '../selection';

export interface BatchSweep {
  readonly folder: RunFolder;
  readonly sessions: RootSessions;
  readonly recoveries: Recoveries;
  /** Whether the sweep may still go on; nothing stops it without it. */
  readonly accepted?: StillAccepted;
  readonly selection: ResolvedSelection;
  readonly accountsInFlight: number;
  /** No account is begun after it: what was begun must come to its end before the function does. */
  readonly beginUntil: number;
  /** Every account has a result by then, since results are to be written (milliseconds since the epoch). */
  readonly endBy?: number;
  /** The longest that one account may take, not counting permissions that are late. */
  readonly accountMs?: number;
  readonly partsMs?: number;
  readonly patience?: AccountPatience;
  /** Where the causes of denials are looked for; they are not without it. */
  readonly causes?: CausesSearch;
}

/**
 * Sweeps one batch and writes one result for each of its accounts, those that end first before the others. Begun again, it knows what the other attempts
 * planned.
 */
export async function sweepBatch(batch: number, sweep: BatchSweep): Promise<AccountResult[]> {
  const { folder, selection, accountsInFlight, causes } = sweep;
  const accounts = accountsOf(selection, batch);
  const attempt = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID()}`; // in the order in which they begin
  const parts = new Parts(sweep.partsMs ?? PARTS_MS, (results) => folder.saveResults(batch, { attempt, ended: false, results }));
  const limit = pLimit(accountsInFlight);
  try {
    const swept = await Promise.all(accounts.map((account) => limit(async () => {
      const result = await sweepOne(account, batch, attempt, sweep);
      parts.add(result);
      return result;
    })));
    const planned = await folder.plans(batch, attempt);
    const recalled = swept.map((result) => recall(result, credentialsOf(planned, result)))
      .map((result) => result.accountId === selection.callerAccountId ? ownAccount(result) : result);
    const results = causes ? await withCauses(recalled, selection, causes) : recalled;
    await parts.end();
    await folder.saveResults(batch, { attempt, ended: true, results });
    return results;
  } finally {
    await parts.end();
  }
}

async function sweepOne(account: Account, batch: number, attempt: string, sweep: BatchSweep): Promise<AccountResult> {
  const { folder, sessions, recoveries, accepted, selection, beginUntil, endBy = Infinity, accountMs = ACCOUNT_MS, patience } = sweep;
  if (Date.now() > beginUntil) {
    return notBegun(account);
  }
  try {
    await accepted?.checkNowAndThen();
  } catch (error) { // a sweep whose deployment is over begins no account
    return resultOf(account, [], problem(CODES.notAttempted, `the sweep was not to go on: ${messageOf(error)}`, 'sweep the account again'));
  }
  const plans = {
    save: async (_account: Account, credentials: Credential[]) => {
      await accepted?.check();
      await folder.savePlan(batch, { attempt, accountId: account.accountId, credentials });
    },
  };
  const deadline = Math.min(endBy, Math.max(Date.now(), sessions.lateUntil) + accountMs);
  return sweepAccount(account, { sessions, plans, recoveries, settings: selection, patience, deadline });
}

/** The list that the Map reads carries no authority: a number in it is a batch of the selection or nothing. */
function accountsOf({ batches }: ResolvedSelection, batch: number): Account[] {
  if (!Number.isInteger(batch) || batch < 0 || batch >= batches.length) {
    const reason = `the selection has ${batches.length} batches and no number ${JSON.stringify(batch)}: somebody has changed batches.json`;
    throw failure('BatchUnknown', reason);
  }
  return batches[batch];
}

function notBegun(account: Account): AccountResult {
  return resultOf(account, [], problem(
    CODES.notAttempted, 'the function was about to run out of time', 'start the sweep again, with fewer accounts in a batch (concurrency.accountsPerBatch)',
  ));
}
