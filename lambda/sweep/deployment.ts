import { DescribeExecutionCommand, type DescribeExecutionOutput, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { messageOfCause } from './state-error';
import { isNamed } from '../aws/errors';

/** Starts a sweep for a request of CloudFormation: asked twice, it is still one sweep. */
export async function startSweep(stepFunctions: SFNClient, stateMachineArn: string, requestId: string): Promise<string> {
  const name = `deployment-${requestId}`;
  try {
    const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name, input: '{}' }));
    return executionArn!;
  } catch (error) {
    if (isNamed(error, 'ExecutionAlreadyExists')) {
      return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    }
    throw error;
  }
}

/** Whether the sweep of a deployment has succeeded; throws when it has failed, or takes longer than the deployment may. */
export async function hasSucceeded(stepFunctions: SFNClient, executionArn: string, timeoutSeconds: number): Promise<boolean> {
  const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  switch (execution.status) {
    case 'SUCCEEDED':
      return true;
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return giveUpAfter(timeoutSeconds, stepFunctions, execution);
    case 'FAILED':
      throw new Error(execution.cause ? messageOfCause(execution.cause) : `the sweep failed: ${execution.error ?? 'no reason was given'} (${executionArn})`);
    case 'ABORTED':
      throw new Error(`the sweep was stopped by somebody (${execution.error ?? 'no reason was given'}): ${executionArn}; deploy again to sweep again`);
    default: // TIMED_OUT
      throw new Error(`the sweep ran longer than its state machine may: ${executionArn}; select fewer accounts, or raise concurrency`);
  }
}

async function giveUpAfter(timeoutSeconds: number, stepFunctions: SFNClient, { executionArn, startDate }: DescribeExecutionOutput): Promise<false> {
  if (Date.now() < startDate!.getTime() + timeoutSeconds * 1_000) {
    return false;
  }
  await stepFunctions.send(new StopExecutionCommand({ executionArn, error: 'DeploymentTimedOut', cause: `the deployment waits ${timeoutSeconds} s for it` }));
  throw new Error(
    `the sweep did not end within ${timeoutSeconds} s and was stopped: ${executionArn}; what it deleted stays deleted, and batches at work go on for some minutes. `
    + 'Raise deploymentTimeout (at most 1 hour) or concurrency, or select fewer accounts',
  );
}
