import { LOOK_MS, lookAtAccount } from './account';
import { ownAccount } from './own-account';
import type { Patience } from '../../aws/patience';
import type { RootSessions } from '../../root-user/sessions';
import { batchOf, runBatch, type BatchOptions } from '../batch';
import { resultOf, type AccountResult } from '../results';
import type { ResolvedSelection } from '../selection';

export interface LookBatch extends BatchOptions {
  readonly selection: ResolvedSelection;
  readonly sessions: RootSessions;
  readonly reads?: Patience;
  /** The longest that an account may take, not counting permissions that are late. */
  readonly accountMs?: number;
}

/** Looks at the accounts of one batch of the selection, and writes a result for each. */
export async function lookAtBatch(number: number, looks: LookBatch): Promise<AccountResult[]> {
  const { selection, sessions, reads, accountMs = LOOK_MS } = looks;
  return runBatch(number, batchOf(selection.batches, number), {
    ...looks,
    walk: 'look',
    accountMs,
    denied: selection,
    each: async (account, deadline) => {
      const result = await lookAtAccount(account, { sessions, reads, deadline });
      return account.accountId === selection.callerAccountId ? ownAccount(result) : result;
    },
    notBegun: (account, why) => resultOf(account, [], why),
  });
}
