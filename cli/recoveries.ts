import { confirm } from './confirm';
import { memberAccount, type Member } from './member';
import { commandLine, explainedTo, inputOf, interruptible, sessionsOf, SETTINGS, startOf, type TaskOptions } from './tasks';
import { LONGEST_HOURS } from './usage';
import { messageOf } from '../lambda/aws/errors';
import { lastUse, password, type Credential } from '../lambda/root-user/credentials';
import type { RootSessions } from '../lambda/root-user/sessions';
import { policiesThatStop } from '../lambda/session/password-recovery/allow/blockers';
import { allowPasswordRecovery } from '../lambda/session/password-recovery/allow/runbook';
import { closeAsCloser, closeByHand, type Closing } from '../lambda/session/password-recovery/close/closing';
import type { RecoveryClosers } from '../lambda/session/password-recovery/closer-executions';
import { allowed, begun, known, refused, requestOf, type LeftCredential, type RecoveryRecord } from '../lambda/session/password-recovery/record';
import type { RecoveryRecords } from '../lambda/session/password-recovery/store';
import { explained } from '../lambda/session/remedies';
import { visible } from '../lambda/text';
import { TASK_POLICIES } from '../lib/private/contract';
import type { RecoverySettings } from '../lib/session/contract';

export interface AllowOptions extends TaskOptions {
  /** After which the person who runs this is to close it. */
  readonly hours: number;
}

export interface CloseOptions extends TaskOptions {
  /** When it was allowed, in ISO 8601: an older password is not of this recovery. */
  readonly opened?: string;
}

const RECOVERY_SETTINGS: RecoverySettings = { ...SETTINGS, hours: LONGEST_HOURS, longestHours: LONGEST_HOURS };

/** Lets the owner of the root mailbox set a root password, with the task of the runbook `allowPasswordRecovery`. */
export async function allowRecovery(accountId: string, options: AllowOptions): Promise<string> {
  const member = await memberAccount(accountId, options);
  const store = new RecoveryInMemory();
  const sessions = sessionsOf(member.aws);
  const closers = new ClosedByPerson(store, sessions);
  const task = allowPasswordRecovery(() => ({ store, sessions, closers }), policiesThatStop(member.aws.organizations));
  const start = startOf(member.aws, { ...inputOf(accountId), hours: String(options.hours) }, RECOVERY_SETTINGS);
  const failed = (error: unknown) => { throw explainedTo(error, accountId, options); };
  const prepared = await task.prepare(start).catch(failed);
  if ('result' in prepared) { // it never ends before it begins
    return JSON.stringify(prepared.result);
  }
  await confirm(accountId, whatIsAllowed(member, options, prepared.plan.notes), options.yes);
  const close = () => howToClose(accountId, store.record, options);
  await interruptible(() => task.act(start, prepared.plan).catch(failed), () => `Close it:\n  ${close()}`).catch((error: unknown) => {
    throw new Error(`${messageOf(error)}\n${closers.afterwards(close())}`);
  });
  return howToGoOn(member, store.record!, options);
}

function whatIsAllowed({ accountId, title, mailbox }: Member, options: AllowOptions, notes: readonly string[]): string {
  return [
    `Allows the recovery of the root password of ${title}.`,
    `AWS mails ${mailbox} when a new password is asked for: any person who reads that mailbox can set it.`,
    ...notes.map((note) => `Note: ${visible(note)}.`),
    `Nothing closes the recovery except you. Close it in ${options.hours} hours or earlier:`,
    `  ${howToClose(accountId, undefined, options)}`,
    'Do not forget it: until then the account can be entered by its mailbox. A purge that is deployed knows nothing of this recovery, and deletes the password.',
  ].join('\n');
}

function howToGoOn({ accountId, title, mailbox }: Member, record: RecoveryRecord, options: AllowOptions): string {
  return [
    `The root password of ${title} can be recovered.`,
    `1. Sign in to the AWS Management Console as the root user ${mailbox}, and choose 'Forgot password?'.`,
    `2. Close the recovery by ${record.endsAt}. Nothing closes it except you:`,
    `   ${howToClose(accountId, record, options)}`,
  ].join('\n');
}

function howToClose(accountId: string, record: RecoveryRecord | undefined, options: TaskOptions): string {
  return commandLine(['close-recovery', accountId, ...record === undefined ? [] : ['--opened', record.openedAt]], options);
}

/** Deletes the password of a recovery, with the task of the runbook `closePasswordRecovery`. */
export async function closeRecovery(accountId: string, options: CloseOptions): Promise<string> {
  const member = await memberAccount(accountId, options);
  const sessions = sessionsOf(member.aws);
  const failed = (error: unknown) => { throw explainedTo(error, accountId, options); };
  const found = await explained(() => passwordOf(accountId, sessions)).catch(failed);
  const request = requestOf(startOf(member.aws, inputOf(accountId), SETTINGS));
  const openedAt = Date.parse(options.opened ?? found?.createdAt ?? new Date().toISOString());
  const store = new RecoveryInMemory(allowed(begun(undefined, { ...request, accountId, hours: 0 }, openedAt), openedAt));
  await confirm(accountId, whatIsClosed(member, found), options.yes);
  const closers = new ClosedByPerson(store, sessions);
  const closing = () => explained(() => closeByHand(accountId, request, { store, sessions, closers })).catch(failed);
  return howItIs(member, await interruptible(closing, () => 'Run it again: it deletes the password only if there is one.'));
}

function passwordOf(accountId: string, sessions: RootSessions): Promise<Credential | undefined> {
  return sessions.of(accountId, TASK_POLICIES.deleteCredentials).use(async (iam) => {
    const found = await password(iam);
    return found && { ...found, ...await lastUse(iam, found) };
  });
}

function whatIsClosed({ title }: Member, found: Credential | undefined): string {
  const now = found === undefined
    ? 'AWS shows none now, perhaps because it was created a moment ago.'
    : `It was created at ${found.createdAt ?? 'an unknown time'}, and ${found.lastUsedAt ? `last used at ${found.lastUsedAt}` : 'no use is on record'}.`;
  return `Deletes the password of the root user of ${title}, and no other credential. ${now}`;
}

function howItIs({ title }: Member, { left }: Closing): string {
  return [`The root user of ${title} has no password: the recovery is closed.`, ...leftLines(left)].join('\n');
}

function leftLines(left: readonly LeftCredential[] | undefined): string[] {
  if (left === undefined) {
    return ['What else it has could not be read: look with explain.'];
  }
  return left.map(({ kind, id = '' }) => `It has another credential: ${kind} ${visible(id)}. Find out whether this recovery brought it; a purge deletes it.`);
}

/** The record of a recovery of which only this process and a person know. */
class RecoveryInMemory implements RecoveryRecords {
  constructor(public record?: RecoveryRecord) {}

  async read(): Promise<RecoveryRecord | undefined> {
    return this.record;
  }

  async change(_accountId: string, change: (record: RecoveryRecord | undefined) => RecoveryRecord): Promise<RecoveryRecord> {
    return this.record = change(this.record);
  }
}

/** A recovery that was opened as it should have been is closed by the person who runs this; any other is taken back at once. */
class ClosedByPerson implements RecoveryClosers {
  private isTakenBack?: boolean;

  constructor(private readonly store: RecoveryInMemory, private readonly sessions: RootSessions) {}

  async atEnd() {}

  async standBy() {}

  async afterFailure({ accountId, recoveryId }: RecoveryRecord) {
    if (this.store.record?.refused === undefined) {
      this.isTakenBack = false;
      await this.store.change(accountId, (record) => refused(known(record, accountId), 'it failed', Date.now())); // nothing opens it any more
      await closeAsCloser({ accountId, recoveryId, atOnce: true }, { store: this.store, sessions: this.sessions });
      this.isTakenBack = true;
    }
  }

  /** The state of a recovery whose opening failed. */
  afterwards(close: string): string {
    switch (this.isTakenBack) {
      case undefined: return 'Nothing was allowed.';
      case true: return 'It was taken back: the root user has no password.';
      case false: return `It could not be taken back, and may be open. Close it:\n  ${close}`;
    }
  }
}
