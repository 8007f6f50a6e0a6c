import { TASK_POLICIES } from '../../../../lib/private/contract';
import { failure, textOf } from '../../../aws/errors';
import { readUntil, type Patience } from '../../../aws/patience';
import { password, READS_LAG } from '../../../root-user/credentials';
import type { RootSessions } from '../../../root-user/sessions';
import type { RecoveryClosers } from '../closer-executions';
import { allowPassword, expectNoPassword, hadNoEffect } from '../password';
import { allowed, begun, checkOpenable, known, refused, type Opening, type RecoveryRecord } from '../record';
import type { RecoveryRecords } from '../store';

export interface OpeningAws {
  readonly store: RecoveryRecords;
  readonly sessions: RootSessions;
  readonly closers: RecoveryClosers;
  readonly clock?: () => number;
  /** For reads that lag. */
  readonly reads?: Patience;
}

const TASK = TASK_POLICIES.createPassword;

/** Whether a recovery could begin now. Nothing is changed. */
export async function checkOpening(opening: Opening, { store, sessions, clock = Date.now }: OpeningAws): Promise<void> {
  begun(await store.read(opening.accountId), opening, clock());
  await sessions.of(opening.accountId, TASK).use((iam) => expectNoPassword(iam, opening.accountId));
}

/**
 * Allows password recovery: first the record with its end, then a closer that nobody's cancel stops, and only then the way for a
 * password. Wherever this dies, either nothing was opened or a closer looks after it.
 */
export async function allowRecovery(opening: Opening, aws: OpeningAws): Promise<RecoveryRecord> {
  const record = await recordOpening(opening, aws);
  await aws.closers.atEnd(record, opening);
  try {
    return await open(opening.accountId, opening.id, aws);
  } catch (error) {
    await aws.closers.afterFailure(record, opening).catch(() => undefined); // the other one closes it, too, later
    throw error;
  }
}

/** Writes down that an account may have a root password, and until when. It comes before all else, so that sweeps and closers know. */
export async function recordOpening(opening: Opening, aws: OpeningAws): Promise<RecoveryRecord> {
  const { store, clock = Date.now } = aws;
  const before = await store.read(opening.accountId);
  if (before?.recoveryId !== opening.id) {
    await checkOpening(opening, aws);
  }
  return store.change(opening.accountId, (record) => begun(record, opening, clock()));
}

/**
 * Lets the owner of the root user's mailbox set a password. What failed for certain is recorded as refused: then a closer need not
 * wait for what this function might still do.
 */
export async function open(accountId: string, recoveryId: string, aws: OpeningAws): Promise<RecoveryRecord> {
  const { store, sessions, clock = Date.now, reads = READS_LAG } = aws;
  const record = await store.read(accountId);
  checkOpenable(record, accountId, recoveryId, clock());
  if (record!.allowedAt) {
    return record!;
  }
  const session = sessions.of(accountId, TASK);
  try {
    await session.use((iam) => allowPassword(iam, record!));
  } catch (error) {
    if (hadNoEffect(error)) {
      await store.change(accountId, (current) => refused(known(current, accountId), textOf(error), clock()));
    }
    throw error;
  }
  if (!await readUntil((found) => found !== undefined, reads, () => session.use(password))) {
    throw failure('NotVerified', `AWS accepted the password recovery of account ${accountId}, and no password is seen: it is taken back`);
  }
  return store.change(accountId, (current) => {
    checkOpenable(current, accountId, recoveryId, clock());
    return allowed(current!, clock());
  });
}
