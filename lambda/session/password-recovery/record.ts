import { createHash } from 'crypto';
import type { PasswordRecovery } from '../../../lib/private/contract';
import type { CloserState } from '../../../lib/session/contract';
import { failure } from '../../aws/errors';
import type { Credential } from '../../root-user/credentials';
import { isOver } from '../../root-user/recovery-record';
import { inert } from '../../text';
import type { Approval, Start } from '../start';

/** Credentials of a root user besides its password, as its account shows them. */
export type LeftCredential = Pick<Credential, 'kind' | 'id'>;

/** The origin of a request: the person, the reason and the execution. */
export interface Request {
  /** ARN of the execution: a request that is made again, after an answer that was lost, counts once. */
  readonly id: string;
  readonly reason: string;
  readonly startedBy?: string;
  readonly approval?: Approval;
}

/** The request of a run. */
export const requestOf = ({ execution, input, startedBy, approval }: Start<{}, unknown>): Request => (
  { id: execution.id, reason: input.reason, startedBy, approval });

interface Dated {
  /** ISO 8601 */
  readonly at: string;
}

/** A recovery from its beginning to its end. Its bucket keeps every version of it, and those of earlier recoveries. */
export interface RecoveryRecord extends PasswordRecovery, Partial<Approval> {
  /** ARN of the execution that opened it. */
  readonly recoveryId: string;
  /** Whatever becomes of the opener, it opens nothing after this time. */
  readonly openBy: string;
  /** Name of the closer that reminds of the end. Others may wait for the end, too. */
  readonly remindedBy: string;
  /** When AWS was seen to allow the recovery. */
  readonly allowedAt?: string;
  /** Why it was not opened. */
  readonly refused?: Dated & { readonly message: string };
  readonly extensions: readonly (Omit<Request, 'approval'> & Partial<Approval> & Dated & { readonly endsAt: string })[];
  /** Since when it is being closed, and by whom if not by its end. */
  readonly closing?: Dated & Partial<Omit<Request, 'approval'>>;
  /** Credentials of the root user besides the password when it was closed; absent when they could not be read. */
  readonly left?: readonly LeftCredential[];
  /** Tells the writer of a version that it is its own. */
  readonly revision?: string;
}

/** A recovery in the answer of a runbook. */
export const summaryOf = ({ accountId, openedAt, endsAt }: RecoveryRecord) => ({ accountId, openedAt, endsAt });

const HOUR_MS = 3_600_000;

/** How long an opener may take from its record to the end of all that it does. */
const OPENING_MS = 15 * 60_000;

/** The longest that one function of the opener lives: it begins no later than this before the end of the opening. */
export const OPENER_MS = 5 * 60_000;

const iso = (time: number) => new Date(time).toISOString();

/** Name of the closer that a request starts; with the account in it, for people who list them. */
export const closerName = (accountId: string, { id }: Pick<Request, 'id'>) => `${accountId}-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;

export interface Opening extends Request {
  readonly accountId: string;
  readonly hours: number;
}

/** A recovery that begins now; fails while another one is not closed. */
export function begun(
  before: RecoveryRecord | undefined, { accountId, hours, id, reason, startedBy, approval }: Opening, now: number,
): RecoveryRecord {
  if (before?.recoveryId === id) {
    return before;
  }
  if (before !== undefined && before.closedAt === undefined) {
    throw unclosed(before, now);
  }
  return {
    accountId,
    reason,
    startedBy,
    ...approval,
    openedAt: iso(now),
    endsAt: iso(now + hours * HOUR_MS),
    recoveryId: id,
    remindedBy: closerName(accountId, { id }),
    openBy: iso(now + OPENING_MS),
    extensions: [],
  };
}

function unclosed(record: RecoveryRecord, now: number): Error {
  const { accountId, endsAt, reason } = record;
  return isOver(record, now) || record.closing
    ? failure('RecoveryNotClosed', `the password recovery of account ${accountId} ended at ${endsAt} and is not closed yet: run the runbook that closes it, then this one again`)
    : failure('RecoveryOpen', `a password recovery of account ${accountId} is open until ${endsAt} (${inert(reason)}): to make it longer, run the runbook that extends it`);
}

/** Whether the opener may still open it. What is not open any more must not get a password; a deadline keeps late openers out. */
export function checkOpenable(record: RecoveryRecord | undefined, accountId: string, recoveryId: string, now: number) {
  if (record?.recoveryId !== recoveryId) {
    throw failure('RecoveryReplaced', `the record of this password recovery of account ${accountId} is gone: nothing was opened`);
  }
  if (record.refused) {
    throw failure('RecoveryRefused', record.refused.message);
  }
  if (record.closedAt || record.closing || isOver(record, now)) {
    throw failure('RecoveryClosedMeanwhile', `the password recovery of account ${accountId} was closed while it was being opened`);
  }
  if (record.allowedAt === undefined && now > Date.parse(record.openBy) - OPENER_MS) {
    throw failure('OpeningTooLate', `the password recovery of account ${accountId} was recorded at ${record.openedAt}, too long ago to open it now: run the runbook again`);
  }
}

export const allowed = (record: RecoveryRecord, now: number): RecoveryRecord => ({ ...record, allowedAt: iso(now) });

export const refused = (record: RecoveryRecord, message: string, now: number): RecoveryRecord => ({ ...record, refused: { at: iso(now), message } });

export interface Extension extends Request {
  readonly accountId: string;
  readonly hours: number;
  /** Longest time from the opening to the end. */
  readonly longestHours: number;
}

/** A recovery that ends later; fails when it has ended. */
export function extended(before: RecoveryRecord | undefined, extension: Extension, now: number): RecoveryRecord {
  const { accountId, hours, longestHours, id, reason, startedBy, approval } = extension;
  const record = known(before, accountId);
  if (record.extensions.some((earlier) => earlier.id === id)) {
    return record;
  }
  if (record.closedAt || record.closing || record.refused || isOver(record, now)) {
    const since = record.closedAt ?? record.closing?.at ?? record.refused?.at ?? record.endsAt;
    throw failure('RecoveryEnded', `the password recovery of account ${accountId} ended at ${since}: run the runbook that allows one`);
  }
  const end = Date.parse(record.endsAt) + hours * HOUR_MS;
  const latest = Date.parse(record.openedAt) + longestHours * HOUR_MS;
  if (end > latest) {
    const left = Math.floor((latest - Date.parse(record.endsAt)) / HOUR_MS);
    throw failure('RecoveryTooLong', `a password recovery may last ${longestHours} hours: this one, open since ${record.openedAt}, can be extended by at most ${left} hours, not ${hours}`);
  }
  const endsAt = iso(end);
  const extensions = [...record.extensions, { id, at: iso(now), endsAt, reason, startedBy, ...approval }];
  return { ...record, endsAt, remindedBy: closerName(accountId, { id }), extensions };
}

/** A recovery that nobody can open or extend any more, and that no sweep honours any more. */
export function closing(record: RecoveryRecord, now: number, by: Partial<Request> = {}): RecoveryRecord {
  return record.closing ? record : { ...record, endsAt: isOver(record, now) ? record.endsAt : iso(now), closing: { at: iso(now), ...by } };
}

/** Whether it is to be closed: somebody has begun to, or the end has come. */
export const isDue = (record: RecoveryRecord, now: number) => record.closing !== undefined || isOver(record, now);

/** Whether nothing can be opened any more: the opener has said how it ended, or its time is over. */
export const isSettled = ({ allowedAt, refused: refusal, openBy }: RecoveryRecord, now: number) => (
  allowedAt !== undefined || refusal !== undefined || now > Date.parse(openBy));

export const closed = (record: RecoveryRecord, left: readonly LeftCredential[] | undefined, now: number): RecoveryRecord => (
  { ...record, closedAt: record.closedAt ?? iso(now), left: record.left ?? left });

export function known(record: RecoveryRecord | undefined, accountId: string): RecoveryRecord {
  if (record === undefined) {
    throw failure('RecoveryUnknown', `there is no password recovery of account ${accountId}: none was allowed by these runbooks`);
  }
  return record;
}

/** A closer: a detached execution that waits for the end of a recovery, reminds of it, and closes. What it knows travels through its states. */
export interface Closer {
  readonly accountId: string;
  readonly recoveryId: string;
  /** It sleeps until then. */
  readonly wakeAt: string;
  /** Close then, without waiting for the end. */
  readonly atOnce: boolean;
  /** Reminders up to this time were sent. */
  readonly remindedUntil: string;
  /** Where its record is, or was: the runbooks may have got another bucket since. */
  readonly recordsBucket: string;
  /** The record when the closer was started: it holds where that is not found any more. */
  readonly record: RecoveryRecord;
}

/** The step of a closer that has woken up; a reminder has a subject and a message. */
export type AwakeCloser = Closer & CloserState;

/**
 * Reads the record again each time it wakes up: the end may have moved, or come.
 *
 * @param name of the closer
 * @param reminders minutes before the end at which to remind
 */
export function awake(before: RecoveryRecord | undefined, closer: Closer, name: string, reminders: readonly number[], now: number): AwakeCloser {
  const record = known(before, closer.accountId);
  if (record.recoveryId !== closer.recoveryId || record.closedAt) {
    return { ...closer, step: 'end' };
  }
  if (closer.atOnce || isDue(record, now)) {
    return { ...closer, step: 'close' };
  }
  const times = record.remindedBy === name ? reminderTimes(record, closer, reminders) : [];
  if (times.some((time) => time <= now)) {
    return { ...closer, step: 'remind', remindedUntil: iso(now), ...reminder(record) };
  }
  return { ...closer, step: 'sleep', wakeAt: iso(Math.min(...times, Date.parse(record.endsAt))) };
}

function reminderTimes({ endsAt }: RecoveryRecord, { remindedUntil }: Closer, reminders: readonly number[]): number[] {
  return reminders.map((minutes) => Date.parse(endsAt) - minutes * 60_000).filter((time) => time > Date.parse(remindedUntil));
}

function reminder({ accountId, endsAt, openedAt, reason, startedBy }: RecoveryRecord) {
  return {
    subject: `Root password recovery of ${accountId} ends soon`,
    message: [
      `The password of the root user of account ${accountId} will be deleted at ${endsAt}.`,
      `Recovery was allowed at ${openedAt}${startedBy ? ` by ${inert(startedBy)}` : ''}: ${inert(reason)}`,
      'To keep it longer, run the runbook that extends the recovery; if it is not needed any more, run the one that closes it.',
    ].join('\n'),
  };
}
