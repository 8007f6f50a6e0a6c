import { randomUUID } from 'crypto';
import pLimit from 'p-limit';
import type { MayGoOn } from './acceptance';
import { withCauses, type CausesSearch, type Denied } from './causes';
import { Parts, PARTS_MS } from './parts';
import { CODES, problem } from './remedies';
import type { Account, AccountResult, Problem } from './results';
import type { ResultStore, Walk } from './run-folder';
import { failure, messageOf } from '../aws/errors';
import type { RootSessions } from '../root-user/sessions';

/** The input of a batch of either walk. */
export interface BatchOptions {
  readonly folder: ResultStore;
  readonly sessions: RootSessions;
  /** Whether the sweep may still go on; nothing stops it without it. */
  readonly accepted?: MayGoOn;
  readonly accountsInFlight: number;
  /** Every account has a result by then, and none is begun that could not come to its end before (milliseconds since the epoch). */
  readonly endBy: number;
  readonly partsMs?: number;
  /** Where the causes of denials are looked for; they are not without it. */
  readonly causes?: CausesSearch;
}

/** The work of a walk on its accounts. */
export interface BatchWork<Each extends Account> extends BatchOptions {
  readonly walk: Walk;
  /** The longest that an account may take, not counting permissions that are late. */
  readonly accountMs: number;
  readonly denied: Denied;
  /** The result of an account, which is there by the deadline. It never throws. */
  each(account: Each, deadline: number): Promise<AccountResult>;
  /** The result of an account that is not begun. */
  notBegun(account: Each, why: Problem): AccountResult;
}

/**
 * Writes one result for each account of a batch, those that end first before the others. It writes its name before it begins to change anything, so that a
 * batch that was begun twice is known to have been.
 */
export async function runBatch<Each extends Account>(number: number, accounts: readonly Each[], work: BatchWork<Each>): Promise<AccountResult[]> {
  const { folder, sessions, walk, accountsInFlight, causes, denied, partsMs = PARTS_MS } = work;
  const attempt = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID()}`; // in the order in which they begin
  const save = (ended: boolean, results: AccountResult[], ms?: number) => folder.saveResults(walk, number, { attempt, ended, ms, results });
  const parts = new Parts(partsMs, (results) => save(false, results));
  const limit = pLimit(accountsInFlight);
  if (walk === 'purge') {
    await save(false, []);
  }
  try {
    const ended = await Promise.all(accounts.map((account) => limit(async () => {
      const result = await begin(account, work);
      parts.add(result);
      return result;
    })));
    const results = causes ? await withCauses(ended, denied, causes) : ended;
    await parts.end();
    await save(true, results, sessions.allowedSince && Date.now() - sessions.allowedSince);
    return results;
  } finally {
    await parts.end();
  }
}

async function begin<Each extends Account>(account: Each, work: BatchWork<Each>): Promise<AccountResult> {
  const { endBy, accountMs, sessions, accepted, each, notBegun } = work;
  if (Date.now() > endBy - accountMs) {
    return notBegun(account, problem(
      CODES.notAttempted, 'the function was about to run out of time', 'start the sweep again, with fewer accounts in a batch (concurrency.accountsPerBatch)',
    ));
  }
  try {
    await accepted?.checkNowAndThen();
  } catch (error) { // a sweep whose deployment is over begins no account
    return notBegun(account, problem(CODES.notAttempted, `the sweep was not to go on: ${messageOf(error)}`, 'sweep the account again'));
  }
  return each(account, Math.min(endBy, Math.max(Date.now(), sessions.lateUntil) + accountMs));
}

/** The input of a Map is untrusted: only a number that is the index of a batch counts. */
export function batchOf<T>(batches: readonly T[][], number: number): T[] {
  if (!Number.isInteger(number) || number < 0 || number >= batches.length) {
    throw failure('BatchUnknown', `there are ${batches.length} batches and no number ${JSON.stringify(number)}: start the state machine, and it invokes this function`);
  }
  return batches[number];
}
