import {
  DescribeStackResourceCommand, paginateDescribeStackEvents, type CloudFormationClient, type StackResourceDetail,
} from '@aws-sdk/client-cloudformation';
import { environment } from './environment';
import { failure, isDenied, isNamed } from './errors';
import { readUntil, retryWhile, seconds, type Patience } from './patience';
import { describeStack } from './rollback';
import type { OwnStackEnvironment } from '../../lib/private/contract';

/** A request for a custom resource. Any principal that can invoke the function can send one. */
export interface StackRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
}

/** How long answers about the stack may lag behind. */
interface Late {
  readonly permissions: Patience;
  readonly states: Patience;
}

/** A policy made seconds ago takes effect late. CloudFormation writes the state of a resource before it asks for anything, and may show it some moments later. */
const LATE: Late = { permissions: seconds(60), states: seconds(10) };

const STATE_OF = { Create: 'CREATE_IN_PROGRESS', Update: 'UPDATE_IN_PROGRESS', Delete: 'DELETE_IN_PROGRESS' } as const;

/** The stack of this function, as its template says. */
export const ownStackId = () => environment<OwnStackEnvironment>().STACK_ID;

/**
 * Makes sure that it is CloudFormation that asks: the stack is that of this function and is being deployed, and the resource is in the state that the
 * request is about. Else a right to invoke the function would be a right to everything that the function can do.
 */
export async function confirmRequest(cloudFormation: CloudFormationClient, request: StackRequest, late = LATE): Promise<void> {
  const stackId = ownStackId();
  if (request.StackId !== stackId) {
    throw refused(`its stack is not ${stackId}, the one of this function`);
  }
  const { StackStatus: status } = await retryWhile(isDenied, late.permissions, () => describeStack(cloudFormation, stackId));
  if (!status!.endsWith('_IN_PROGRESS')) {
    throw refused(`the stack is not being deployed (${status})`);
  }
  if (!await readUntil((fits) => fits, late.states, () => isUnderWay(cloudFormation, request, status!, late))) {
    throw refused(`CloudFormation does not ${request.RequestType.toLowerCase()} the resource ${request.LogicalResourceId} with this physical id now`);
  }
}

async function isUnderWay(
  cloudFormation: CloudFormationClient, request: StackRequest, stackStatus: string, { permissions }: Late,
): Promise<boolean> {
  const resource = await describeResource(cloudFormation, request.LogicalResourceId, permissions);
  const isSame = request.RequestType === 'Create' || request.PhysicalResourceId === resource?.PhysicalResourceId;
  const isAsAsked = isSame && resource?.ResourceStatus === STATE_OF[request.RequestType];
  return isAsAsked || (request.RequestType === 'Delete' && stackStatus.includes('CLEANUP') && isCleanedUp(cloudFormation, request));
}

async function describeResource(
  cloudFormation: CloudFormationClient, LogicalResourceId: string, late: Patience,
): Promise<StackResourceDetail | undefined> {
  try {
    const command = new DescribeStackResourceCommand({ StackName: ownStackId(), LogicalResourceId });
    const { StackResourceDetail: detail } = await retryWhile(isDenied, late, () => cloudFormation.send(command));
    return detail;
  } catch (error) {
    if (isNamed(error, 'ValidationError')) {
      return undefined; // there is none of that name
    }
    throw error;
  }
}

/** A replaced resource is deleted when the new physical id is in place already: then only the events know the older one. */
async function isCleanedUp(cloudFormation: CloudFormationClient, request: StackRequest): Promise<boolean> {
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client: cloudFormation }, { StackName: ownStackId() })) { // the latest first
    const latest = StackEvents.find(({ LogicalResourceId, PhysicalResourceId }) => (
      LogicalResourceId === request.LogicalResourceId && PhysicalResourceId === request.PhysicalResourceId));
    if (latest) {
      return latest.ResourceStatus === STATE_OF.Delete;
    }
    if (StackEvents.some(({ PhysicalResourceId, ResourceStatus }) => PhysicalResourceId === ownStackId() && ResourceStatus === 'UPDATE_IN_PROGRESS')) {
      return false; // that is where this deployment began
    }
  }
  return false;
}

function refused(reason: string): Error {
  return failure('RequestRefused', `the request is not CloudFormation's: ${reason}. Nothing was done; CloudTrail's data events say who invoked the function`);
}
