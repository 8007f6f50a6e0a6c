import { TASK_POLICIES } from '../../../../lib/private/contract';
import type { ClosingAnswer } from '../../../../lib/session/contract';
import { failure, isTemporarilyUnmodifiable } from '../../../aws/errors';
import { readUntil, retryWhile, type Patience } from '../../../aws/patience';
import { password, READS_LAG } from '../../../root-user/credentials';
import { UNMODIFIABLE } from '../../../root-user/deletion';
import type { RootSession, RootSessions } from '../../../root-user/sessions';
import type { RecoveryClosers } from '../closer-executions';
import { deletePasswordOf, otherCredentials } from '../password';
import { closed, closing, isDue, isSettled, known, type Closer, type LeftCredential, type RecoveryRecord, type Request } from '../record';
import type { RecoveryRecords } from '../store';

export interface ClosingAws {
  readonly store: RecoveryRecords;
  readonly sessions: RootSessions;
  readonly clock?: () => number;
  /** For reads that lag. */
  readonly reads?: Patience;
  /** For a password that IAM will not have changed just now. */
  readonly unmodifiable?: Patience;
}

export interface Closing extends ClosingAnswer {
  readonly accountId: string;
  readonly openedAt: string;
  readonly endsAt: string;
  readonly closedAt?: string;
  /** Credentials of the root user besides the password; absent when they could not be read. */
  readonly left?: readonly LeftCredential[];
}

const TASK = TASK_POLICIES.deleteCredentials;

/** Closes a recovery by hand. A closer that nobody's cancel stops stands by: it tries for a day if this does not succeed. */
export async function closeByHand(
  accountId: string, by: Request, { closers, ...aws }: ClosingAws & { readonly closers: RecoveryClosers },
): Promise<Closing> {
  const record = known(await aws.store.read(accountId), accountId);
  if (record.closedAt === undefined) {
    await closers.standBy(record, by);
  }
  return close(accountId, aws, (before, now) => closing(before, now, by));
}

/** Closes a recovery as a closer does: at its end, or at once. One that was extended a moment ago stays open, and so does one that came after it. */
export function closeAsCloser({ accountId, recoveryId, atOnce }: Pick<Closer, 'accountId' | 'recoveryId' | 'atOnce'>, aws: ClosingAws): Promise<Closing> {
  return close(accountId, aws, (record, now) => record.recoveryId === recoveryId && (atOnce || isDue(record, now)) ? closing(record, now) : record);
}

/**
 * Deletes the password, and no other credential: those are reported, and the next sweep sees to them.
 *
 * From the record that it is closing on, nobody can open or extend it. It is called closed when IAM says that there is no
 * password, and nobody is left who could still open it.
 */
async function close(accountId: string, aws: ClosingAws, begin: (record: RecoveryRecord, now: number) => RecoveryRecord): Promise<Closing> {
  const { store, sessions, clock = Date.now } = aws;
  const record = await store.change(accountId, (current) => {
    const before = known(current, accountId);
    return before.closedAt ? before : begin(before, clock());
  });
  if (!record.closing) {
    return described(record, 'open');
  }
  const session = sessions.of(accountId, TASK);
  if (record.closedAt) {
    await expectStillClosed(session, record);
    return described(record, 'closed');
  }
  const settled = isSettled(record, clock());
  await remove(session, record, aws);
  const left = await session.use(otherCredentials).catch(() => undefined); // to be read by people: it keeps nothing from being closed
  if (!settled) {
    throw failure('OpeningUnsettled', `the password recovery of account ${accountId} may still be in the middle of being opened: it has no password now, and is closed when nothing can be opened any more, at ${record.openBy}`);
  }
  return described(await store.change(accountId, (current) => closed(known(current, accountId), left, clock())), 'closed');
}

async function remove(session: RootSession, record: RecoveryRecord, { reads = READS_LAG, unmodifiable = UNMODIFIABLE }: ClosingAws) {
  await retryWhile(isTemporarilyUnmodifiable, unmodifiable, () => session.change((iam) => deletePasswordOf(iam, record)));
  if (await readUntil((found) => found === undefined, reads, () => session.use(password))) {
    throw failure('PasswordStays', `AWS accepted the deletion of the root password of account ${record.accountId}, and the password is still there`);
  }
}

/** A password that came after the end of a recovery is none of its business, and is not to be passed over. */
async function expectStillClosed(session: RootSession, { accountId, closedAt }: RecoveryRecord) {
  if (await session.use(password)) {
    throw failure('PasswordAfterRecovery', `the password recovery of account ${accountId} was closed at ${closedAt}, and its root user has a password again: find out who set it, and purge the account's root credentials`);
  }
}

/** The effect that closing would have. Nothing is changed. */
export async function describeClosing(accountId: string, { store, sessions }: ClosingAws): Promise<Closing> {
  const record = known(await store.read(accountId), accountId);
  const session = sessions.of(accountId, TASK);
  if (record.closedAt) {
    await expectStillClosed(session, record);
    return described(record, 'closed');
  }
  const left = await session.use(otherCredentials);
  return described({ ...record, left }, 'would-close');
}

function described({ accountId, openedAt, endsAt, closedAt, left }: RecoveryRecord, state: Closing['state']): Closing {
  return { accountId, state, openedAt, endsAt, closedAt, left };
}
