import { stepFunctions } from '../../aws/clients';
import { log } from '../../log';
import { othersThan, reasonNotToBegin, runningSweeps } from '../overlap';
import type { Execution } from '../run-folder';
import { parseStartInput } from '../start-input';

interface BeginEvent {
  readonly execution: Execution;
  /** ARN of the state machine that this is a state of. */
  readonly stateMachine: string;
  /** What the start said. */
  readonly input: unknown;
}

/** A start that becomes a sweep, or why it does not. */
type Beginning = { readonly input: unknown; readonly alsoRunning: string[] } | { readonly skipped: string };

const client = stepFunctions();

/** First state of a sweep: whether to begin. */
export async function handler({ execution, stateMachine, input }: BeginEvent): Promise<Beginning> {
  const startInput = parseStartInput(input);
  const running = await runningSweeps(client, stateMachine);
  const skipped = await reasonNotToBegin(client, startInput, execution, running);
  if (skipped !== undefined) {
    log.info('start skipped', { skipped });
    return { skipped };
  }
  return { input, alsoRunning: othersThan(execution, running) };
}
