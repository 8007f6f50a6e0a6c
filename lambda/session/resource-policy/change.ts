import { isDeepStrictEqual } from 'util';
import { sha256 } from '../digest';
import type { PolicyHolder } from './holder';
import type { PolicyArchive } from './records';
import { failure, isRefusal, messageOf } from '../../aws/errors';
import { readUntil } from '../../aws/patience';
import { inertPolicy } from '../../text';
import type { Start } from '../start';

export interface Change {
  /** The exact text that was seen and approved; undefined for none. */
  readonly before?: string;
  /** Undefined to remove it. */
  readonly wanted?: string;
  /** SHA-256 of what is wanted, for the record. */
  readonly replacedBy?: string;
}

export interface Changed {
  /** Key of the record of what was there before, if there was anything. */
  readonly record?: string;
  /** Whether this execution has changed it, or found it as it was wanted. */
  readonly was: 'changed' | 'as wanted';
}

/**
 * Changes a policy from what was seen to what is wanted, and from nothing else. It is saved first, and read back afterwards. It can be asked again when
 * it died: what an earlier attempt of the same execution has changed is told from what somebody else did by the record.
 */
export async function put(
  start: Start<{}, unknown>, holder: PolicyHolder, records: PolicyArchive, { before, wanted, replacedBy }: Change,
): Promise<Changed> {
  const now = await holder.read();
  if (now !== before) {
    const key = before === undefined ? undefined : records.keyOf(start, holder, sha256(before));
    if (!isSame(now, wanted)) {
      throw failure('PolicyChanged', `the policy of ${holder.arn} is not the one that was shown: somebody has changed it meanwhile; run it again. Nothing was changed`);
    }
    return key !== undefined && await records.has(key) ? { record: key, was: 'changed' } : { was: 'as wanted' };
  }
  const record = before === undefined ? undefined : await records.save(start, holder, before, replacedBy);
  await change(holder, wanted);
  return { record, was: 'changed' };
}

/**
 * The result is the policy as read afterwards, and not the answer to the change: an answer may have been lost after the effect, and may come before it.
 */
async function change(holder: PolicyHolder, wanted: string | undefined): Promise<void> {
  const error = await attempt(holder, wanted);
  if (error !== undefined && isRefusal(error)) {
    throw error;
  }
  const answer = error === undefined ? 'AWS accepted the change' : `the change failed (${messageOf(error)})`;
  let seen: string | undefined;
  try {
    seen = await readUntil((policy) => isSame(policy, wanted), holder.patience, () => holder.read());
  } catch (unread) {
    throw failure('NotVerified', `${answer}, and the policy of ${holder.arn} could not be read afterwards (${messageOf(unread)}): a dry run shows what it is`);
  }
  if (!isSame(seen, wanted)) {
    throw failure('NotVerified', `${answer}, and the policy of ${holder.arn} is still another: run it again`);
  }
}

async function attempt(holder: PolicyHolder, wanted: string | undefined): Promise<unknown> {
  try {
    await (wanted === undefined ? holder.remove() : holder.write(wanted));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** As JSON: AWS promises the same policy, not the same spaces. */
export function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && isDeepStrictEqual(jsonOf(one), jsonOf(other)));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Of a policy, in a request for approval. */
const SHOWN = 1_200;

/** For approvers: as much as fits, and the digest of all of it. */
export function describePolicy(what: string, policy: string): string[] {
  const shown = inertPolicy(policy);
  return ['', `${what} (${Buffer.byteLength(policy)} bytes, SHA-256 ${sha256(policy)}):`, shown.length > SHOWN ? `${shown.slice(0, SHOWN)} ...` : shown];
}
