import type { Context } from 'aws-lambda';
import { ACCOUNT_MS } from './account';
import { sweepBatch } from './accounts';
import { placesIn } from './causes';
import { recoveriesIn } from './recoveries';
import { STS_REGION_VARIABLE } from '../../../lib/private/contract';
import { partitionIdOf } from '../../../lib/private/partitions';
import { ACCEPTED_VARIABLE, BUCKET_VARIABLE, READ_POLICIES_VARIABLE, type BatchEvent, type SweepSettings } from '../../../lib/sweep/contract';
import { organizations, s3, stepFunctions, sts } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { log } from '../../log';
import { AuthorizationPolicies } from '../../policies/authorization-policies';
import { RootSessions } from '../../root-user/sessions';
import { AcceptanceRecord, digestOfSettings, StillAccepted } from '../acceptance';
import { RunFolder, runPrefix } from '../run-folder';

/** A role, a feature or a delegation made seconds before the sweep takes effect late. */
const LATE_MS = 5 * 60_000;

/** The time at the end in which results are written. */
const WRITING_MS = 60_000;

const stsRegion = process.env[STS_REGION_VARIABLE]!;
const clients = { s3: s3(), stepFunctions: stepFunctions(), sts: sts(stsRegion), organizations: organizations() };
const readsPolicies = process.env[READ_POLICIES_VARIABLE] === 'true';

/** One item of the Map. It answers with nothing: the Map collects answers in a payload, and results grow with the accounts. */
export async function handler({ run, digest, batch }: BatchEvent, context: Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>) {
  const { execution, settings } = await controlFiles(BUCKET_VARIABLE, clients).run<SweepSettings>(run);
  const folder = new RunFolder(clients.s3, process.env[BUCKET_VARIABLE]!, runPrefix(execution));
  const selection = await folder.selection(digest, execution.id);
  const partition = partitionIdOf(context.invokedFunctionArn);
  const acceptance = new AcceptanceRecord(clients.s3, folder.bucket, process.env[ACCEPTED_VARIABLE]!);
  const endBy = Date.now() + context.getRemainingTimeInMillis() - WRITING_MS;
  const results = await sweepBatch(batch, {
    folder,
    sessions: new RootSessions(clients.sts, partition, Date.parse(execution.startTime) + LATE_MS),
    accepted: new StillAccepted(acceptance, execution.name, digestOfSettings(settings)),
    recoveries: recoveriesIn(clients.s3, selection.protection.recoveriesBucket),
    selection,
    accountsInFlight: settings.accountsInFlight,
    beginUntil: endBy - ACCOUNT_MS,
    endBy,
    causes: readsPolicies
      ? { policies: new AuthorizationPolicies(clients.organizations, placesIn(selection)), partition, region: stsRegion, until: endBy }
      : undefined,
  });
  for (const { accountId, outcome, problem } of results) {
    log.info('account swept', { accountId, outcome, code: problem?.code });
  }
  return {};
}
