import { approvalRequest } from './approval-request';
import { decide } from './decision';
import { attemptsOf, looksIn } from './looks';
import { PlanFile } from './plan-file';
import { recoveriesIn } from './recoveries';
import { msPerLookOf, type TimeOfDeployment } from './time';
import type { MachineEvent, MachineExecution } from '../../../lib/private/contract';
import {
  LOOKED_FILE, PLAN_FILE, type DecideEnvironment, type DecisionReference, type LookedFile, type PlanAsset, type SweepSettings,
} from '../../../lib/sweep/contract';
import { s3, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { environment } from '../../aws/environment';
import { readObject } from '../../aws/objects';
import { log } from '../../log';
import { AcceptanceRecord, checkAccepted, digestOfSettings } from '../acceptance';
import { emitMetrics } from '../metrics';
import { batchesOf } from '../plan';
import { isOfDeployment, latestPrefix, RunFolder, runPrefix } from '../run-folder';
import { isLatest } from '../selection';

const clients = { s3: s3(), stepFunctions: stepFunctions() };

/** Between the walks: judges everything that was seen at once, and writes the plan. */
export async function handler({ run }: MachineEvent): Promise<DecisionReference> {
  const { REPORTS_BUCKET, ACCEPTED_KEY, SWEEP_NAME } = environment<DecideEnvironment>();
  const control = controlFiles(REPORTS_BUCKET, clients);
  const { execution, settings } = await control.run<SweepSettings>(run);
  const { digest } = await control.read<LookedFile>(run, LOOKED_FILE); // there is none before every account has been looked at
  const acceptance = new AcceptanceRecord(clients.s3, REPORTS_BUCKET, ACCEPTED_KEY);
  checkAccepted(await acceptance.read(), execution.name, digestOfSettings(settings));
  const folder = new RunFolder(clients.s3, REPORTS_BUCKET, runPrefix(execution));
  const selection = await folder.selection(digest, execution.id);
  const attempts = await attemptsOf(folder, selection);
  const saved = await folder.saveDecision(await decide({
    execution: execution.name,
    selection,
    settings,
    looks: looksIn(attempts, selection),
    recoveries: recoveriesIn(clients.s3, selection.protection.recoveriesBucket),
    file: settings.plan && await planFile(settings.plan),
    isOfDeployment: isOfDeployment(execution.name),
    time: isOfDeployment(execution.name) ? timeOfDeployment(execution, settings, msPerLookOf(attempts)) : undefined,
    now: new Date(),
  }));
  const { plan } = saved.decision;
  await folder.savePlan(plan, [folder.prefix, ...isLatest(selection, settings) ? [latestPrefix()] : []]);
  log.info('decided', { totals: plan.totals, unread: plan.unread.length, refused: plan.refused?.code });
  const isCarriedOut = plan.work === 'purge' && !plan.dryRun && plan.refused === undefined;
  const { approvalHours: hours } = settings;
  if (hours !== undefined && !selection.narrowed && plan.refused === undefined) {
    emitMetrics(SWEEP_NAME, { plansMade: 1 }); // its end may be days away, and this is how the schedule is known to sweep
  }
  const address = `s3://${folder.bucket}/${folder.prefix}${PLAN_FILE}`;
  return {
    digest: saved.digest,
    plan: plan.digest,
    batches: isCarriedOut ? batchesOf(plan, settings.accountsPerBatch).map((_, batch) => batch) : [],
    approval: hours === undefined ? undefined : approvalRequest(plan, selection, { execution, hours, address }),
  };
}

/** Not of a definition of earlier days, and not where no batch has come to its end. */
function timeOfDeployment(
  { startTime }: MachineExecution, { deploymentSeconds, batchesAtOnce, accountsPerBatch }: SweepSettings, msPerLook: number | undefined,
): TimeOfDeployment | undefined {
  if (deploymentSeconds === undefined || batchesAtOnce === undefined || msPerLook === undefined) {
    return undefined;
  }
  const startedAt = Date.parse(startTime);
  return { startedAt, endsAt: startedAt + deploymentSeconds * 1_000, msPerLook, accountsPerBatch, batchesAtOnce };
}

function planFile(asset: PlanAsset): Promise<PlanFile> {
  return readObject(clients.s3, { Bucket: asset.bucket, Key: asset.key }, (text) => PlanFile.deployed(text, asset));
}
