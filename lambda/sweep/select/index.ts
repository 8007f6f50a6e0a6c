import type { Context } from 'aws-lambda';
import { BUCKET_VARIABLE, type SweepSettings } from '../../../lib/private/contract';
import { iam, organizations, s3 } from '../../aws/clients';
import { log } from '../../log';
import { preflight } from '../preflight';
import { RunFolder, runPrefix, type Execution, type RunReference } from '../run-folder';
import { resolveSelection } from '../selection';
import { parseStartInput } from '../start-input';

interface SelectEvent {
  readonly execution: Execution;
  /** What the start said. */
  readonly input: unknown;
  /** Names of the sweeps of the same construct that were at work when this one began. */
  readonly alsoRunning: string[];
  /** From the state machine's definition. */
  readonly settings: SweepSettings;
}

const clients = { iam: iam(), organizations: organizations(), s3: s3() };

/** Second state of a sweep: which accounts, in which batches. */
export async function handler({ execution, input, alsoRunning, settings }: SelectEvent, { invokedFunctionArn }: Pick<Context, 'invokedFunctionArn'>): Promise<RunReference> {
  const startInput = parseStartInput(input);
  const identity = await preflight(clients.iam, clients.organizations);
  const callerAccountId = invokedFunctionArn.split(':')[4];
  const selection = await resolveSelection(clients.organizations, identity, settings, startInput, callerAccountId, alsoRunning);
  log.info('selected', { accounts: selection.batches.flat().length, skipped: selection.skipped.length, batches: selection.batches.length });
  return new RunFolder(clients.s3, process.env[BUCKET_VARIABLE]!, runPrefix(execution)).saveSelection(selection);
}
