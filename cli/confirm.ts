import { createInterface } from 'node:readline/promises';
import { UsageError } from './usage';

/**
 * Asks for the ID of what is about to change, which nobody types by habit. Without a terminal it must be given, so that a script names its organization.
 *
 * @param given what `--yes` says
 */
export async function confirm(id: string, change: string, given: string | undefined): Promise<void> {
  process.stderr.write(`${change}\n`);
  if (given !== undefined) {
    if (given !== id) {
      throw new UsageError(`--yes ${given} names something else: this is ${id}. Nothing was changed.`);
    }
    return;
  }
  if (!process.stdin.isTTY) {
    throw new UsageError(`this is no terminal to ask in: confirm with --yes ${id}. Nothing was changed.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Type ${id} to go on: `);
    if (answer.trim() !== id) {
      throw new UsageError('that is not it. Nothing was changed.');
    }
  } finally {
    terminal.close();
  }
}
