import type { Context } from 'aws-lambda';
import { othersThan, reasonNotToBegin, runningSweeps } from './overlap';
import { preflight } from './preflight';
import { resolveSelection } from './resolve';
import { type MachineEvent } from '../../../lib/private/contract';
import { accountIdOf } from '../../../lib/private/partitions';
import { ASKED_FILE, GO_FILE, type AcceptanceEnvironment, type RunReference, type Skipped, type SweepSettings } from '../../../lib/sweep/contract';
import { iam, organizations, s3, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { environment } from '../../aws/environment';
import { log } from '../../log';
import { AcceptanceRecord, checkAccepted, digestOfSettings } from '../acceptance';
import { RunFolder, runPrefix } from '../run-folder';
import { parseStartInput } from '../start-input';

const clients = { iam: iam(), organizations: organizations(), s3: s3(), stepFunctions: stepFunctions() };

/** First function of a sweep: whether to begin, and with which accounts, in which batches. */
export async function handler({ run }: MachineEvent, { invokedFunctionArn }: Pick<Context, 'invokedFunctionArn'>): Promise<RunReference | Skipped> {
  const { REPORTS_BUCKET, ACCEPTED_KEY } = environment<AcceptanceEnvironment>();
  const control = controlFiles(REPORTS_BUCKET, clients);
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
  const record = new AcceptanceRecord(clients.s3, REPORTS_BUCKET, ACCEPTED_KEY);
  checkAccepted(await record.read(), execution.name, digestOfSettings(settings));
  const identity = await preflight(clients.iam, clients.organizations);
  const callerAccountId = accountIdOf(invokedFunctionArn);
  const selection = await resolveSelection(clients.organizations, identity, settings, startInput, callerAccountId, othersThan(execution, running));
  log.info('selected', { accounts: selection.batches.flat().length, skipped: selection.skipped.length, batches: selection.batches.length });
  return new RunFolder(clients.s3, REPORTS_BUCKET, runPrefix(execution)).saveSelection({ ...selection, execution: execution.id });
}
