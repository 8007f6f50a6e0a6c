import { DescribeStacksCommand, paginateDescribeStackEvents, type CloudFormationClient, type Stack, type StackEvent } from '@aws-sdk/client-cloudformation';
import { isDenied, textOf } from './errors';
import { everyItem } from './pages';
import { log } from '../log';

/**
 * Whether a stack is taking back a deployment that failed, or one that it is nested in is. CloudFormation does not say so to a custom resource: it sends
 * an update to the older properties, or a delete, as in any other deployment.
 */
export async function isRollingBack(cloudFormation: CloudFormationClient, stackId: string): Promise<boolean> {
  const stack = await describeStack(cloudFormation, stackId);
  const outer = await Promise.all(outerStackIds(stack).map((id) => outerStatus(cloudFormation, id)));
  return [stack.StackStatus!, ...outer].some((status) => status.includes('ROLLBACK'));
}

export async function describeStack(cloudFormation: CloudFormationClient, stackId: string): Promise<Stack> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
  return Stacks![0];
}

function outerStackIds({ StackId, ParentId, RootId }: Stack): string[] {
  return [...new Set([ParentId, RootId].flatMap((id) => id && id !== StackId ? [id] : []))];
}

/** A template that nests the stack by other means than the CDK's has not told which stack that is, so its status may not be readable. */
async function outerStatus(cloudFormation: CloudFormationClient, stackId: string): Promise<string> {
  try {
    return (await describeStack(cloudFormation, stackId)).StackStatus!;
  } catch (error) {
    if (!isDenied(error)) {
      throw error;
    }
    log.warn('the status of an outer stack is not known', { stackId, error: textOf(error) });
    return 'UNKNOWN';
  }
}

/** States of a stack whose deployment has succeeded, or has but to delete what it replaced. */
const SUCCEEDED = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'IMPORT_COMPLETE'];

/** A resource of a stack, as the stack's events name it. */
export interface StackResource {
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
}

/**
 * Whether the deployment that made a resource is being taken back, so that things should be again as they were before it. The status of the stack does
 * not always say so: one that is deleted because its creation failed (`OnFailure: DELETE`) is in no rollback, and a nested one may be complete
 * long before the outermost one fails.
 */
export async function isTakenBack(
  cloudFormation: CloudFormationClient, { StackId, LogicalResourceId, PhysicalResourceId }: StackResource,
): Promise<boolean> {
  if (await isRollingBack(cloudFormation, StackId)) {
    return true;
  }
  const made = (await eventsOf(cloudFormation, StackId)).filter((event) => (
    event.LogicalResourceId === LogicalResourceId && event.PhysicalResourceId === PhysicalResourceId && event.ResourceStatus!.endsWith('_COMPLETE'))).at(-1);
  if (made === undefined) {
    return false; // CloudFormation keeps events for 90 days, and no deployment takes as long
  }
  const { RootId = StackId } = await describeStack(cloudFormation, StackId);
  const outermost = RootId === StackId ? [StackId] : [RootId, StackId];
  return !(await succeededSince(cloudFormation, outermost, made.Timestamp!));
}

/** Whether a deployment of the first of these stacks whose events may be read has succeeded since then. */
async function succeededSince(cloudFormation: CloudFormationClient, [stackId, ...others]: string[], time: Date): Promise<boolean> {
  try {
    return (await eventsOf(cloudFormation, stackId)).some(({ PhysicalResourceId, ResourceStatus, Timestamp }) => (
      PhysicalResourceId === stackId && SUCCEEDED.includes(ResourceStatus!) && Timestamp! >= time));
  } catch (error) {
    if (!isDenied(error) || others.length === 0) {
      throw error;
    }
    log.warn('the events of the outermost stack are not known', { stackId, error: textOf(error) });
    return succeededSince(cloudFormation, others, time);
  }
}

/** The latest first. */
function eventsOf(cloudFormation: CloudFormationClient, StackName: string): Promise<StackEvent[]> {
  return everyItem('cloudformation:DescribeStackEvents', paginateDescribeStackEvents({ client: cloudFormation }, { StackName }), ({ StackEvents }) => StackEvents);
}
