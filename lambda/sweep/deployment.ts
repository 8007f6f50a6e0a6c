import { DescribeExecutionCommand, type DescribeExecutionOutput, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { messageOfCause } from './state-error';
import { REPORT_ATTRIBUTE, SUMMARY_ATTRIBUTE, type SweepSummary } from '../../lib/private/contract';
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

/** What the sweep of a deployment says of itself once it has succeeded; throws when it has failed, or takes longer than the deployment may. */
export async function summaryOf(stepFunctions: SFNClient, executionArn: string, timeoutSeconds: number): Promise<SweepSummary | undefined> {
  const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  switch (execution.status) {
    case 'SUCCEEDED':
      return (JSON.parse(execution.output!) as { summary: SweepSummary }).summary;
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

async function giveUpAfter(
  timeoutSeconds: number, stepFunctions: SFNClient, { executionArn, startDate }: DescribeExecutionOutput,
): Promise<undefined> {
  if (Date.now() < startDate!.getTime() + timeoutSeconds * 1_000) {
    return undefined;
  }
  await stepFunctions.send(new StopExecutionCommand({ executionArn, error: 'DeploymentTimedOut', cause: `the deployment waits ${timeoutSeconds} s for it` }));
  throw new Error(
    `the sweep did not end within ${timeoutSeconds} s and was stopped: ${executionArn}; what it deleted stays deleted, and batches at work go on for some minutes. `
    + 'Raise deploymentTimeout (at most 1 hour) or concurrency, or select fewer accounts',
  );
}

/** The attributes of the custom resource. Every answer has them: an output that asks for one that is missing fails the deployment. */
export function attributesOf(summary: SweepSummary | undefined): Record<string, string> {
  return {
    [SUMMARY_ATTRIBUTE]: summary === undefined ? 'no sweep of a deployment has succeeded yet' : lineOf(summary),
    [REPORT_ATTRIBUTE]: summary?.report ?? 'none',
  };
}

function lineOf({ accounts, credentials: { found, deleted, kept } }: SweepSummary): string {
  const outcomes = Object.entries(accounts).filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`);
  return `accounts: ${outcomes.join(', ') || 'none'}; root credentials: ${found} found, ${deleted} deleted, ${kept} kept`;
}
