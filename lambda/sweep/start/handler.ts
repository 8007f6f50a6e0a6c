import { reasonNotToBegin, runningSweeps } from './overlap';
import { type MachineEvent } from '../../../lib/private/contract';
import { BUCKET_VARIABLE, type SweepSettings } from '../../../lib/sweep/contract';
import { s3, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { log } from '../../log';
import { parseStartInput } from '../start-input';

/** A start that becomes a sweep, or why it does not. */
interface Beginning {
  readonly skipped?: string;
}

const clients = { s3: s3(), stepFunctions: stepFunctions() };

/** First function of a sweep: whether to begin. */
export async function handler({ run }: MachineEvent): Promise<Beginning> {
  const { execution, input } = await controlFiles(BUCKET_VARIABLE, clients).run<SweepSettings>(run);
  const startInput = parseStartInput(input);
  const running = await runningSweeps(clients.stepFunctions, execution.machine);
  const skipped = await reasonNotToBegin(clients.stepFunctions, startInput, execution, running);
  if (skipped === undefined) {
    return {};
  }
  log.info('start skipped', { skipped });
  return { skipped };
}
