import { describePolicy, put } from './change';
import { sha256 } from '../digest';
import type { PolicyHolder } from './holder';
import type { PolicyArchive } from './records';
import type { PolicySettings } from '../../../lib/session/contract';
import { failure } from '../../aws/errors';
import type { Task } from '../runbook';
import type { Start } from '../start';
import { refused, type Fields } from '../start-input';

/** A policy as it was seen, and what is to become of it. */
export interface UnlockPlan {
  readonly region: string;
  readonly resource: string;
  readonly policy: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  /** SHA-256 of the policy that is put in its place; it is removed when there is none. */
  readonly replacementSha256?: string;
}

/** Key of the input beside those that name the bucket or the queue. */
export const UNLOCK_FIELDS = {
  replacementSha256: { pattern: /^[0-9a-f]{64}$/, allowed: 'the SHA-256 of a policy: 64 hexadecimal digits in lower case', optional: true },
} as const satisfies Fields;

/** S3's limit. SQS takes less, and says so itself. */
const LONGEST_POLICY = 20 * 1024;

/** Shows the policy of a bucket or a queue, saves it, removes or replaces it, and reads it back. */
export function unlock<F extends Fields & typeof UNLOCK_FIELDS>(
  fields: F, find: (start: Start<F, PolicySettings>) => Promise<PolicyHolder>, records: PolicyArchive,
): Task<F, PolicySettings, UnlockPlan> {
  return {
    fields,
    async prepare(start) {
      const { replacementSha256 } = start.input as { readonly replacementSha256?: string };
      const replacement = await replacementOf(start, records, replacementSha256);
      const holder = await find(start);
      const policy = await holder.read();
      if (policy === undefined) {
        return { result: withoutPolicy(holder, replacement) };
      }
      const plan = { region: holder.region, resource: holder.arn, policy, sha256: sha256(policy), replacementSha256 };
      return {
        plan,
        title: `${replacement === undefined ? 'remove' : 'replace'} the policy of ${holder.kind} ${holder.name} in ${holder.accountId}`,
        details: [...describePolicy('It is now', policy), ...replacement === undefined ? [] : describePolicy('It will be', replacement)],
      };
    },
    preview: ({ input: { accountId } }, plan) => ({ status: plan.replacementSha256 ? 'WouldReplace' : 'WouldUnlock', accountId, ...plan }),
    async act(start, plan) {
      const replacement = await replacementOf(start, records, plan.replacementSha256);
      const change = { before: plan.policy, wanted: replacement, replacedBy: plan.replacementSha256 };
      const { record, was } = await put(start, await find(start), records, change);
      const done = plan.replacementSha256 ? 'Replaced' : 'Unlocked';
      return { status: was === 'changed' ? done : `Already${done}`, accountId: start.input.accountId, ...plan, record };
    },
  };
}

/** Success: it is as unlocked as it can be. To put a policy where there is none is no unlocking. */
function withoutPolicy({ accountId, region, arn }: PolicyHolder, replacement: string | undefined): object {
  if (replacement !== undefined) {
    throw failure('NothingToReplace', `${arn} has no policy: whoever may use it can put one there; nothing was changed`);
  }
  return { status: 'AlreadyUnlocked', accountId, region, resource: arn };
}

async function replacementOf(
  { settings }: Start<Fields, PolicySettings>, records: PolicyArchive, digest: string | undefined,
): Promise<string | undefined> {
  if (digest === undefined) {
    return undefined;
  }
  if (!settings.allowReplacement) {
    throw refused('replacementSha256 is given, and these runbooks do not replace policies (allowReplacement)');
  }
  const policy = await records.replacement(digest);
  if (Buffer.byteLength(policy) > LONGEST_POLICY || !isPolicy(policy)) {
    throw failure('NotAPolicy', `the replacement ${digest} must be a policy in JSON of at most ${LONGEST_POLICY} bytes, with a Statement; nothing was changed`);
  }
  return policy;
}

function isPolicy(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { Statement?: unknown } | null)?.Statement === 'object';
  } catch {
    return false;
  }
}
