import { isDeepStrictEqual } from 'util';
import type { CdkCustomResourceEvent, CdkCustomResourceIsCompleteEvent, CdkCustomResourceIsCompleteResponse, CdkCustomResourceResponse } from 'aws-lambda';
import { MACHINE_VARIABLE, SCHEDULE_FROM_ATTRIBUTE, TIMEOUT_VARIABLE, type SweepProperties } from '../../../lib/private/contract';
import { cloudFormation, stepFunctions } from '../../aws/clients';
import { withoutStack } from '../../aws/errors';
import { isRollingBack } from '../../aws/rollback';
import { log } from '../../log';
import { attributesOf, startSweep, summaryOf } from '../deployment';

const clients = { cloudFormation: cloudFormation(), stepFunctions: stepFunctions() };

/** A sweep is not a thing that could be replaced: one id for all. */
const PHYSICAL_ID = 'root-credentials-sweep';

/** Starts a sweep on create, and on an update of what is swept; a delete and a rollback start none. */
export const onEvent = reporting(async (event: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> => {
  const PhysicalResourceId = event.RequestType === 'Create' ? PHYSICAL_ID : event.PhysicalResourceId;
  if (event.RequestType === 'Delete' || isSameSweep(event) || await isRollingBack(clients.cloudFormation, event.StackId)) {
    log.info('no sweep', { requestType: event.RequestType });
    return { PhysicalResourceId };
  }
  const ExecutionArn = await startSweep(clients.stepFunctions, process.env[MACHINE_VARIABLE]!, event.RequestId);
  log.info('sweep started', { requestType: event.RequestType, execution: ExecutionArn });
  return { PhysicalResourceId, ExecutionArn };
});

/** A timeout or the framework itself may change, too, and be an update. */
function isSameSweep(event: CdkCustomResourceEvent): boolean {
  const sweepOf = (properties: object) => {
    const { Sweep, Nonce } = properties as SweepProperties;
    return { Sweep, Nonce };
  };
  return event.RequestType === 'Update' && isDeepStrictEqual(sweepOf(event.ResourceProperties), sweepOf(event.OldResourceProperties));
}

/** The framework hands on what `onEvent` returned. */
type WaitingEvent = CdkCustomResourceIsCompleteEvent & { readonly ExecutionArn?: string };

/** Waits for what `onEvent` started. */
export const isComplete = reporting(async ({ ExecutionArn }: WaitingEvent): Promise<CdkCustomResourceIsCompleteResponse> => {
  const timeoutSeconds = Number(process.env[TIMEOUT_VARIABLE]);
  const summary = ExecutionArn === undefined ? undefined : await summaryOf(clients.stepFunctions, ExecutionArn, timeoutSeconds);
  const complete = ExecutionArn === undefined || summary !== undefined;
  return complete ? { IsComplete: true, Data: { [SCHEDULE_FROM_ATTRIBUTE]: scheduleFrom(), ...attributesOf(summary) } } : { IsComplete: false };
});

/** EventBridge Scheduler starts the target of a `rate` as soon as it has the schedule, which is made right after this. */
const SCHEDULE_LATER_MS = 10 * 60_000;

const scheduleFrom = () => new Date(Date.now() + SCHEDULE_LATER_MS).toISOString();

/** Failures reach CloudFormation through the framework, in a form that fits. */
function reporting<Event, Answer>(handler: (event: Event) => Promise<Answer>): (event: Event) => Promise<Answer> {
  return async (event) => {
    try {
      return await handler(event);
    } catch (error) {
      throw withoutStack(error);
    }
  };
}
