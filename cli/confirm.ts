import { createInterface } from 'node:readline';
import { print } from './terminal';
import { Interrupted, UsageError } from './usage';

/**
 * Asks for the ID of what is about to change, which nobody types by habit. Without a terminal it must be given, so that a script names its organization or account.
 *
 * @param given what `--yes` says
 * @param stop an interrupt that comes while it asks
 */
export async function confirm(id: string, change: string, given: string | undefined, stop?: AbortSignal): Promise<void> {
  print(`${change}\n`, process.stderr);
  expectConfirmable(id, given);
  if (given === undefined && await answerTo(`Type ${id} to go on: `, stop) !== id) {
    throw new UsageError('that is not it. Nothing was changed.');
  }
}

/** Throws when the ID neither was given nor can be typed. */
export function expectConfirmable(id: string, given: string | undefined) {
  if (given !== undefined && given !== id) {
    throw new UsageError(`--yes ${given} names something else: this is ${id}. Nothing was changed.`);
  }
  if (given === undefined && !process.stdin.isTTY) {
    throw new UsageError(`this is no terminal to ask in: confirm with --yes ${id}. Nothing was changed.`);
  }
}

/** Ctrl-C and Ctrl-D close the question without an answer. */
function answerTo(question: string, stop?: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, signal: stop });
  return new Promise((resolve, reject) => {
    const leave = () => {
      process.stderr.write('\n'); // below the question
      reject(new Interrupted('interrupted. Nothing was changed.'));
    };
    terminal.once('close', leave);
    terminal.question(question, (answer) => {
      terminal.off('close', leave).close();
      resolve(answer.trim());
    });
  });
}
