import type { Context } from 'aws-lambda';
import { preflight } from './preflight';
import { resolveSelection } from './resolve';
import { type MachineEvent } from '../../../lib/private/contract';
import { accountIdOf } from '../../../lib/private/partitions';
import { ACCEPTED_VARIABLE, BUCKET_VARIABLE, type RunReference, type SweepSettings } from '../../../lib/sweep/contract';
import { iam, organizations, s3, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { log } from '../../log';
import { AcceptanceRecord, checkAccepted, digestOfSettings } from '../acceptance';
import { RunFolder, runPrefix } from '../run-folder';
import { othersThan, runningSweeps } from '../start/overlap';
import { parseStartInput } from '../start-input';

const clients = { iam: iam(), organizations: organizations(), s3: s3(), stepFunctions: stepFunctions() };

/** Second function of a sweep: which accounts, in which batches. */
export async function handler({ run }: MachineEvent, { invokedFunctionArn }: Pick<Context, 'invokedFunctionArn'>): Promise<RunReference> {
  const { execution, input, settings } = await controlFiles(BUCKET_VARIABLE, clients).run<SweepSettings>(run);
  const startInput = parseStartInput(input);
  const record = new AcceptanceRecord(clients.s3, process.env[BUCKET_VARIABLE]!, process.env[ACCEPTED_VARIABLE]!);
  checkAccepted(await record.read(), execution.name, digestOfSettings(settings));
  const alsoRunning = othersThan(execution, await runningSweeps(clients.stepFunctions, execution.machine));
  const identity = await preflight(clients.iam, clients.organizations);
  const callerAccountId = accountIdOf(invokedFunctionArn);
  const selection = await resolveSelection(clients.organizations, identity, settings, startInput, callerAccountId, alsoRunning);
  log.info('selected', { accounts: selection.batches.flat().length, skipped: selection.skipped.length, batches: selection.batches.length });
  return new RunFolder(clients.s3, process.env[BUCKET_VARIABLE]!, runPrefix(execution)).saveSelection({ ...selection, execution: execution.id });
}
