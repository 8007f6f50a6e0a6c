import { PURGE_MS, PurgeOfAccount, type PurgePatience } from './account';
import type { CurrentSelection } from './current-selection';
import { batchOf, runBatch, type BatchOptions } from '../batch';
import type { Recoveries } from '../decide/recoveries';
import { batchesOf, type Plan } from '../plan';
import type { AccountResult } from '../results';
import type { ResolvedSelection } from '../selection';

export interface PurgeBatch extends BatchOptions {
  readonly selection: ResolvedSelection;
  /** Accounts in a batch. */
  readonly accountsPerBatch: number;
  readonly plan: Plan;
  readonly recoveries: Recoveries;
  /** Asked whether accounts are still selected, where that may have changed. */
  readonly current?: CurrentSelection;
  readonly patience?: PurgePatience;
  /** The longest that an account may take, not counting permissions that are late. */
  readonly accountMs?: number;
}

/** Carries out one batch of the plan, and writes a result for each of its accounts. */
export async function purgeBatch(number: number, purge: PurgeBatch): Promise<AccountResult[]> {
  const { selection, plan, accountsPerBatch, accountMs = PURGE_MS } = purge;
  return runBatch(number, batchOf(batchesOf(plan, accountsPerBatch), number), {
    ...purge,
    walk: 'purge',
    accountMs,
    denied: selection,
    each: (account, deadline) => new PurgeOfAccount(account, { ...purge, settings: selection, deadline }).run(),
    notBegun: (account, why) => new PurgeOfAccount(account, { ...purge, settings: selection }).notBegun(why),
  });
}
