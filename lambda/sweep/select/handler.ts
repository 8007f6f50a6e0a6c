import type { Context } from 'aws-lambda';
import { othersThan, reasonNotToBegin, runningSweeps } from './overlap';
import { preflight } from './preflight';
import { resolveSelection } from './resolve';
import { type MachineEvent } from '../../../lib/private/contract';
import { accountIdOf } from '../../../lib/private/partitions';
import { ACCEPTED_VARIABLE, ASKED_FILE, BUCKET_VARIABLE, GO_FILE, type RunReference, type SweepSettings } from '../../../lib/sweep/contract';
import { iam, organizations, s3, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { log } from '../../log';
import { AcceptanceRecord, checkAccepted, digestOfSettings } from '../acceptance';
import { RunFolder, runPrefix } from '../run-folder';
import { parseStartInput } from '../start-input';

const clients = { iam: iam(), organizations: organizations(), s3: s3(), stepFunctions: stepFunctions() };

/** Why a start does not become a sweep. */
interface Skipped {
  readonly skipped: string;
}

/** First function of a sweep: whether to begin, and with which accounts, in which batches. */
export async function handler({ run }: MachineEvent, { invokedFunctionArn }: Pick<Context, 'invokedFunctionArn'>): Promise<RunReference | Skipped> {
  const control = controlFiles(BUCKET_VARIABLE, clients);
  const { execution, input, settings } = await control.run<SweepSettings>(run);
  const startInput = parseStartInput(input);
  const running = await runningSweeps(clients.stepFunctions, execution.machine);
  const has = async (name: string, file: string) => await control.find(name, file) !== undefined;
  const waitsForPeople = async (name: string) => await has(name, ASKED_FILE) && !await has(name, GO_FILE);
  const skipped = await reasonNotToBegin(clients.stepFunctions, startInput, execution, running, waitsForPeople);
  if (skipped !== undefined) {
    log.info('start skipped', { skipped });
    return { skipped };
  }
  const record = new AcceptanceRecord(clients.s3, process.env[BUCKET_VARIABLE]!, process.env[ACCEPTED_VARIABLE]!);
  checkAccepted(await record.read(), execution.name, digestOfSettings(settings));
  const identity = await preflight(clients.iam, clients.organizations);
  const callerAccountId = accountIdOf(invokedFunctionArn);
  const selection = await resolveSelection(clients.organizations, identity, settings, startInput, callerAccountId, othersThan(execution, running));
  log.info('selected', { accounts: selection.batches.flat().length, skipped: selection.skipped.length, batches: selection.batches.length });
  return new RunFolder(clients.s3, process.env[BUCKET_VARIABLE]!, runPrefix(execution)).saveSelection({ ...selection, execution: execution.id });
}
