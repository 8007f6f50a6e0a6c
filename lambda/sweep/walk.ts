import type { Context } from 'aws-lambda';
import { AcceptanceRecord, digestOfSettings, StillAccepted } from './acceptance';
import type { BatchOptions } from './batch';
import { placesIn } from './causes';
import type { AccountResult } from './results';
import { RunFolder, runPrefix, type Walk } from './run-folder';
import type { ResolvedSelection } from './selection';
import type { MachineExecution } from '../../lib/private/contract';
import { partitionIdOf } from '../../lib/private/partitions';
import type { BatchEvent, SweepSettings, WalkEnvironment } from '../../lib/sweep/contract';
import { organizations, s3, stepFunctions, sts } from '../aws/clients';
import { controlFiles } from '../aws/control-files';
import { environment } from '../aws/environment';
import { log } from '../log';
import { AuthorizationPolicies } from '../policies/authorization-policies';
import { RootSessions } from '../root-user/sessions';

/** A role, a feature or a delegation made seconds before the sweep takes effect late. */
const LATE_MS = 5 * 60_000;

/** The time at the end in which results are written. */
const WRITING_MS = 60_000;

const { STS_REGION, READ_SERVICE_CONTROL_POLICIES } = environment<WalkEnvironment>();

/** Of the functions that walk over accounts. */
export const clients = { s3: s3(), stepFunctions: stepFunctions(), sts: sts(STS_REGION), organizations: organizations() };

export type WalkContext = Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>;

/** The common beginning of both walks over accounts. */
export interface Walking extends BatchOptions {
  readonly execution: MachineExecution;
  readonly settings: SweepSettings;
  readonly selection: ResolvedSelection;
  readonly folder: RunFolder;
  readonly accepted: StillAccepted;
  readonly control: ReturnType<typeof controlFiles>;
}

/** Makes sure that the sweep is at work, and reads what it is about. */
export async function beginWalk({ run, digest }: BatchEvent, context: WalkContext): Promise<Walking> {
  const { REPORTS_BUCKET, ACCEPTED_KEY } = environment<WalkEnvironment>();
  const control = controlFiles(REPORTS_BUCKET, clients);
  const { execution, settings } = await control.run<SweepSettings>(run);
  const folder = new RunFolder(clients.s3, REPORTS_BUCKET, runPrefix(execution));
  const selection = await folder.selection(digest, execution.id);
  const partition = partitionIdOf(context.invokedFunctionArn);
  const acceptance = new AcceptanceRecord(clients.s3, folder.bucket, ACCEPTED_KEY);
  const endBy = Date.now() + context.getRemainingTimeInMillis() - WRITING_MS;
  return {
    execution,
    settings,
    selection,
    control,
    folder,
    sessions: new RootSessions(clients.sts, partition, Date.parse(execution.startTime) + LATE_MS),
    accepted: new StillAccepted(acceptance, execution.name, digestOfSettings(settings)),
    accountsInFlight: settings.accountsInFlight,
    endBy,
    causes: READ_SERVICE_CONTROL_POLICIES === 'true'
      ? { policies: new AuthorizationPolicies(clients.organizations, placesIn(selection)), partition, region: STS_REGION, until: endBy }
      : undefined,
  };
}

/** One line for each account in the log of the function. The Map collects the answers in a payload, and results grow with the accounts: there is none. */
export function endWalk(walk: Walk, results: readonly AccountResult[]): Record<string, never> {
  for (const { accountId, outcome, problem } of results) {
    log.info(walk === 'look' ? 'account looked at' : 'account purged', { accountId, outcome, code: problem?.code });
  }
  return {};
}
