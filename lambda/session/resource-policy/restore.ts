import { describePolicy, isSame, put } from './change';
import type { PolicyHolder } from './holder';
import type { PolicyRecord, PolicyArchive } from './records';
import type { PolicySettings } from '../../../lib/session/contract';
import { failure } from '../../aws/errors';
import type { Task } from '../runbook';
import type { Start } from '../start';
import type { Fields } from '../start-input';

/** A recorded policy, and what it takes the place of. */
export interface RestorePlan {
  readonly region: string;
  readonly resource: string;
  /** Key of the record. */
  readonly restored: string;
  readonly policy: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  /** The policy that is there now, if any. */
  readonly before?: string;
}

/** Key of the input beside those that name the bucket or the queue. */
export const RESTORE_FIELDS = {
  record: { pattern: /^policies\/[\w./-]{1,900}\.json$/, allowed: 'the key of a record, as an unlock answered it' },
} as const satisfies Fields;

/** Puts back a policy that a runbook recorded, byte for byte, and reads it back. What it takes the place of is recorded too. */
export function restore<F extends Fields & typeof RESTORE_FIELDS>(
  fields: F, find: (start: Start<F, PolicySettings>, record: PolicyRecord) => Promise<PolicyHolder>, records: PolicyArchive,
): Task<F, PolicySettings, RestorePlan> {
  const recorded = async (start: Start<F, PolicySettings>) => {
    const { record: key } = start.input as { readonly record: string };
    const record = await records.read(key);
    if (record.accountId !== start.input.accountId) {
      throw failure('OtherAccount', `${key} is of account ${record.accountId}, and accountId is ${start.input.accountId}; nothing was changed`);
    }
    const holder = await find(start, record);
    if (record.kind !== holder.kind || record.name !== holder.name || record.region !== holder.region) {
      throw failure('OtherResource', `${key} is of ${record.kind} ${record.name} in ${record.region}, not of ${holder.kind} ${holder.name} in ${holder.region}; nothing was changed`);
    }
    return { key, record, holder };
  };
  return {
    fields,
    async prepare(start) {
      const { key, record: { policy, sha256 }, holder } = await recorded(start);
      const before = await holder.read();
      const plan = { region: holder.region, resource: holder.arn, restored: key, policy, sha256, before };
      if (isSame(before, policy)) {
        return { result: { status: 'AlreadyRestored', accountId: holder.accountId, ...plan } };
      }
      return {
        plan,
        title: `restore the policy of ${holder.kind} ${holder.name} in ${holder.accountId}`,
        details: [...before === undefined ? ['It has none now.'] : describePolicy('It is now', before), ...describePolicy('It will be', policy)],
      };
    },
    preview: ({ input: { accountId } }, plan) => ({ status: 'WouldRestore', accountId, ...plan }),
    async act(start, plan) {
      const { record: { policy }, holder } = await recorded(start);
      const { record, was } = await put(start, holder, records, { before: plan.before, wanted: policy, replacedBy: plan.sha256 });
      return { status: was === 'changed' ? 'Restored' : 'AlreadyRestored', accountId: holder.accountId, ...plan, record };
    },
  };
}
