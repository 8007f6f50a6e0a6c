import type { CdkCustomResourceEvent, CdkCustomResourceIsCompleteEvent, CdkCustomResourceIsCompleteResponse, CdkCustomResourceResponse } from 'aws-lambda';
import type { ControlEnvironment } from '../../../lib/private/contract';
import {
  ASKED_FILE, SCHEDULE_FROM_ATTRIBUTE, SUMMARY_ATTRIBUTE, type DeploymentEnvironment, type SweepProperties,
} from '../../../lib/sweep/contract';
import { cloudFormation, s3, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { environment } from '../../aws/environment';
import { isNamed } from '../../aws/errors';
import { confirmRequest, ownStackId } from '../../aws/own-stack';
import { answering } from '../../aws/provider';
import { isRollingBack } from '../../aws/rollback';
import { log } from '../../log';
import { AcceptanceRecord, digestOfSettings, type Acceptance } from '../acceptance';
import { isOfDeployment } from '../run-folder';
import { attributesOf, isFor, summaryOf, Sweeps } from './executions';
import { checkNothingIsLetGo } from './releases';

const stacks = cloudFormation();
const clients = { s3: s3(), stepFunctions: stepFunctions() };
const { REPORTS_BUCKET, ACCEPTED_KEY, STATE_MACHINE_ARN, SWEEP_TIMEOUT_SECONDS } = environment<DeploymentEnvironment>();
const sweeps = new Sweeps(clients.stepFunctions, STATE_MACHINE_ARN);
const record = new AcceptanceRecord(clients.s3, REPORTS_BUCKET, ACCEPTED_KEY);

/** A sweep is not a thing that could be replaced: one id for all. */
const PHYSICAL_ID = 'root-credentials-sweep';

/** The framework hands it on to `isComplete`. */
interface Started extends CdkCustomResourceResponse {
  readonly ExecutionArn?: string;
}

/** The framework asks one function twice. What `onEvent` has answered is in the event of `isComplete`, this with it. */
const BEGUN = { Begun: true };

export const handler = async (event: CdkCustomResourceEvent | WaitingEvent & typeof BEGUN) => (
  'Begun' in event ? isComplete(event) : { ...await onEvent(event), ...BEGUN });

/** Starts a sweep on create, and on an update of what is swept. A delete and a rollback start none, and stop what began under other settings. */
const onEvent = answering(async (event: CdkCustomResourceEvent): Promise<Started> => {
  const PhysicalResourceId = event.RequestType === 'Create' ? PHYSICAL_ID : event.PhysicalResourceId;
  await confirmRequest(stacks, event);
  if (event.RequestType === 'Delete') {
    await withdraw().catch(unlessBucketIsGone);
    await sweeps.stopAll('the stack is deleted, or what sweeps leaves it');
    return { PhysicalResourceId };
  }
  const isBack = await isRollingBack(stacks, ownStackId());
  const { Sweep, Release } = propertiesOf(event.ResourceProperties);
  if (event.RequestType === 'Update' && !isBack) {
    checkNothingIsLetGo(propertiesOf(event.OldResourceProperties).Sweep ?? {}, Sweep, Release);
  }
  const settings = digestOfSettings(Sweep);
  const { settings: accepted, trial, summary } = await record.read();
  const isAskedAgain = trial !== undefined && trial.settings === settings && isFor(event.RequestId, trial.execution);
  if (accepted !== settings && !isAskedAgain) {
    await withdraw();
    await sweeps.stopAll('a deployment changes what is swept, or takes a change back');
  } else if (isBack) {
    await sweeps.stopAll('the deployment is taken back', isOfDeployment);
  }
  if (isBack || isSameSweep(event)) {
    await record.write({ settings, summary });
    log.info('no sweep', { requestType: event.RequestType });
    return { PhysicalResourceId };
  }
  const execution = await sweeps.executionFor(event.RequestId);
  await record.write({ settings: accepted === settings ? settings : undefined, trial: { execution, settings }, summary });
  await sweeps.start(execution);
  log.info('sweep started', { requestType: event.RequestType, execution });
  return { PhysicalResourceId, ExecutionArn: sweeps.arnOf(execution) };
});

/** From now on no start is honoured and no account is begun, until a deployment accepts settings. */
async function withdraw() {
  const { summary } = await record.read();
  await record.write({ summary });
}

/** Somebody may have deleted it before the stack: no sweep can begin without it. */
function unlessBucketIsGone(error: unknown) {
  if (!isNamed(error, 'NoSuchBucket')) {
    throw error;
  }
}

const propertiesOf = (properties: object) => properties as SweepProperties;

/** A timeout or the framework itself may change, too, and be an update. */
function isSameSweep(event: CdkCustomResourceEvent): boolean {
  if (event.RequestType !== 'Update') {
    return false;
  }
  const [older, newer] = [event.OldResourceProperties, event.ResourceProperties].map(propertiesOf);
  return older.Nonce === newer.Nonce && digestOfSettings(withoutReasons(older.Sweep)) === digestOfSettings(withoutReasons(newer.Sweep));
}

/** Another reason of a rule keeps and deletes the same, so it is accepted without a sweep. */
function withoutReasons({ protection, ...swept }: SweepProperties['Sweep']): Partial<SweepProperties['Sweep']> {
  return { ...swept, protection: protection && { ...protection, keep: protection.keep?.map((rule) => ({ ...rule, reason: '' })) } };
}

type WaitingEvent = CdkCustomResourceIsCompleteEvent & { readonly ExecutionArn?: string };

/** Waits for what `onEvent` started. */
const isComplete = answering(async ({ RequestType, RequestId, ExecutionArn }: WaitingEvent): Promise<CdkCustomResourceIsCompleteResponse> => {
  if (RequestType === 'Delete') {
    return { IsComplete: true };
  }
  if (ExecutionArn === undefined) {
    return complete(await record.read());
  }
  const name = sweeps.nameOf(ExecutionArn, RequestId);
  const { trial, settings, summary: earlier } = await record.read();
  const isTrial = trial?.execution === name;
  const withdrawTrial = async () => isTrial && record.write({ settings, summary: earlier });
  if (await isRollingBack(stacks, ownStackId())) { // as soon as an update is cancelled, but the request of the rollback waits for this answer
    await withdrawTrial();
    await stopTakenBack(ExecutionArn);
  }
  try {
    const summary = await summaryOf(sweeps, ExecutionArn, Number(SWEEP_TIMEOUT_SECONDS));
    if (summary === undefined && !await waitsForPeople(name)) {
      return { IsComplete: false };
    }
    if (summary === undefined) { // for whom a deployment does not wait: the sweep goes on when they have answered
      await record.write({ settings: isTrial ? trial.settings : settings, summary: earlier });
      return complete({ summary: earlier }, true);
    }
    if (isTrial) {
      await record.write({ settings: trial.settings, summary });
    }
    return complete({ summary });
  } catch (error) {
    await withdrawTrial();
    throw error;
  }
});

/** Whether its sweep has asked people, where one can. */
async function waitsForPeople(name: string): Promise<boolean> {
  const { CONTROL_PREFIX } = environment<Partial<ControlEnvironment>>();
  return CONTROL_PREFIX !== undefined && await controlFiles(REPORTS_BUCKET, clients).find(name, ASKED_FILE) !== undefined;
}

async function stopTakenBack(executionArn: string): Promise<never> {
  const { status } = await sweeps.describe(executionArn);
  if (status === 'RUNNING') {
    await sweeps.stop(executionArn, 'DeploymentOver', 'the deployment is taken back');
  }
  throw new Error(`the deployment is taken back, so its sweep was stopped: ${executionArn}; what it deleted stays deleted, and accounts under way are brought to their end`);
}

/** EventBridge Scheduler starts the target of a `rate` as soon as it has the schedule, which is made right after this. */
const SCHEDULE_LATER_MS = 10 * 60_000;

const scheduleFrom = () => new Date(Date.now() + SCHEDULE_LATER_MS).toISOString();

const WAITS = { [SUMMARY_ATTRIBUTE]: 'a plan waits for approval: plan.json in latest/ of the reports bucket' };

const complete = ({ summary }: Pick<Acceptance, 'summary'>, waits = false) => (
  { IsComplete: true as const, Data: { [SCHEDULE_FROM_ATTRIBUTE]: scheduleFrom(), ...attributesOf(summary), ...waits ? WAITS : {} } });
