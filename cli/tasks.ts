import { randomUUID } from 'node:crypto';
import type { Caller, ConnectionOptions } from './caller';
import { UsageError } from './usage';
import { isNamed, messageOf } from '../lambda/aws/errors';
import { RootSessions } from '../lambda/root-user/sessions';
import type { RunbookSettings } from '../lib/session/contract';

export interface TaskOptions extends ConnectionOptions {
  /** The ID of the account, instead of typing it. */
  readonly yes?: string;
}

/** A terminal has no permissions of its own, and a person names each account: it protects none. */
export const SETTINGS: RunbookSettings = { selection: { exclude: [] }, protectedAccounts: [] };

export const inputOf = (accountId: string) => ({ accountId, reason: 'from a terminal', dryRun: false });

/** One run of a runbook's task, with the caller in place of an execution. */
export function startOf<Input, Settings>({ arn }: Caller, input: Input, settings: Settings) {
  const execution = { id: arn, name: randomUUID(), startTime: new Date().toISOString(), machine: 'cdk-root-access' };
  return { execution, input, settings, startedBy: arn };
}

/** What the modules of the runbooks refuse of an input is wrong usage here. */
export function usageOf(error: unknown): unknown {
  return isNamed(error, 'InputRefused') ? new UsageError(messageOf(error).replace(/^.*? is refused: /, '')) : error;
}

/** A denial is reported at once: a person waits for the answer. */
export const sessionsOf = ({ sts, partition }: Caller) => new RootSessions(sts, partition, 0);

/** A command of this program to be copied, for the same credentials. */
export function commandLine(words: readonly string[], { profile }: ConnectionOptions): string {
  return ['npx', 'cdk-root-access', ...words, ...profile === undefined ? [] : ['--profile', profile]].map(quoted).join(' ');
}

const quoted = (word: string) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
