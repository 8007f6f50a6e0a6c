import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { LocalAws } from '../local-aws';
import type { Terminal } from './terminal';

/** What may be tried: what it does, and its command. */
export type Trial = readonly [what: string, command: string];

export interface StayOptions {
  readonly terminal: Terminal;
  readonly aws: LocalAws;
  /** Where the variables of the local AWS are written for a shell. */
  readonly folder: string;
  /** More variables, which the commands use. */
  readonly variables: Readonly<Record<string, string>>;
  readonly trials: readonly Trial[];
  readonly signal: AbortSignal;
}

const POLL_MILLISECONDS = 500;

/** Leaves the local AWS up for commands in another terminal until the signal comes, and shows the mails that they cause. */
export async function stay({ terminal, aws, folder, variables, trials, signal }: StayOptions): Promise<void> {
  const file = join(folder, 'variables.sh');
  writeFileSync(file, shellVariables({ ...aws.environment(), ...variables }));
  const load = `. ${relative(process.cwd(), file)}`;
  terminal.print();
  terminal.print(terminal.style('bold', 'The local AWS stays up until Ctrl-C. In another terminal, in this folder:'));
  terminal.print();
  printTrials(terminal, [
    ['what a look from a terminal shows, with nothing deployed', `(${load}; npx cdk-root-access audit)`],
    ['for all that follows: the variables of the local AWS', load],
    ...trials,
  ]);
  const show = mailsOf(terminal, aws);
  try {
    for (;;) {
      await show();
      await setTimeout(POLL_MILLISECONDS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error; // the end may come while it asks
  } finally {
    rmSync(file);
  }
}

/** A profile would take precedence over the keys. */
function shellVariables(variables: Readonly<Record<string, string>>): string {
  return ['unset AWS_PROFILE AWS_SESSION_TOKEN', ...Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`), ''].join('\n');
}

function printTrials(terminal: Terminal, trials: readonly Trial[]) {
  for (const [what, command] of trials) {
    terminal.print(terminal.style('dim', `# ${what}`));
    terminal.print(command);
  }
}

/** Prints what was published since it was called last: AWS would send it to the subscribers of the topic. */
function mailsOf(terminal: Terminal, aws: LocalAws): () => Promise<void> {
  const shown = new Map<string, number>();
  return async () => {
    for (const topic of await aws.topics()) {
      const messages = await aws.published(topic);
      messages.slice(shown.get(topic)).forEach(({ subject, message }) => printMail(terminal, topic, subject, message));
      shown.set(topic, messages.length);
    }
  };
}

function printMail(terminal: Terminal, topic: string, subject: string | null, message: string) {
  const lines = [`Mail to the subscribers of ${topic.split(':').at(-1)}`, `Subject: ${subject ?? 'AWS Notification Message'}`];
  terminal.print();
  lines.forEach((line) => terminal.print(terminal.style('bold', line)));
  terminal.print(message);
}
