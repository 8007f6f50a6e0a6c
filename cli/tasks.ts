import { randomUUID } from 'node:crypto';
import type { Caller, ConnectionOptions } from './caller';
import { print } from './terminal';
import { EXIT, UsageError } from './usage';
import { isDenied, isNamed, messageOf } from '../lambda/aws/errors';
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

/** An input that the modules of the runbooks refuse is wrong usage here, and a denial may be one of a policy that can be named. */
export function explainedTo(error: unknown, accountId: string, options: ConnectionOptions): unknown {
  if (isNamed(error, 'InputRefused')) {
    return new UsageError(messageOf(error).replace(/^.*? is refused: /, ''));
  }
  return isDenied(error) ? new Error(`${messageOf(error)}\nTo see which policies deny it:\n  ${commandLine(['explain', accountId], options)}`) : error;
}

/**
 * Does what changes something, and waits until AWS shows it. Ctrl-C leaves at once.
 *
 * @param afterwards what may be the case then, and what to do
 */
export async function interruptible<T>(work: () => Promise<T>, afterwards: () => string): Promise<T> {
  const leave = () => {
    print(`\ninterrupted: the change may have been made. ${afterwards()}\n`, process.stderr);
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', leave);
  process.stderr.write('Working, and waiting until AWS shows the change …\n');
  try {
    return await work();
  } finally {
    process.off('SIGINT', leave);
  }
}

/** A denial is reported at once: a person waits for the answer. */
export const sessionsOf = ({ sts, partition }: Caller) => new RootSessions(sts, partition, 0);

/** A command of this program to be copied, for the same credentials. */
export function commandLine(words: readonly string[], { profile }: ConnectionOptions): string {
  return ['npx', 'cdk-root-access', ...words, ...profile === undefined ? [] : ['--profile', profile]].map(quoted).join(' ');
}

const quoted = (word: string) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
