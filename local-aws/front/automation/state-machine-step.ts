import { randomUUID } from 'node:crypto';
import { DescribeExecutionCommand, type DescribeExecutionOutput, type SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Value } from './parameters';
import { asText } from './references';

const POLL_MILLISECONDS = 100;

/** The action aws:executeStateMachine: it starts an execution, waits for its end and stops it when the automation is cancelled. */
export async function executeStateMachine(
  client: SFNClient,
  inputs: Readonly<Record<string, Value>>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const { executionArn } = await client.send(new StartExecutionCommand({
    stateMachineArn: asText(inputs.stateMachineArn),
    name: inputs.name === undefined ? randomUUID() : asText(inputs.name),
    input: inputs.input === undefined ? undefined : asText(inputs.input),
  }));
  for (;;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status === 'SUCCEEDED') {
      return outputsOf(execution);
    }
    if (execution.status !== 'RUNNING') {
      const reason = [execution.error, execution.cause].filter(Boolean).join(': ');
      throw new Error(`State machine execution ${executionArn} ended with status ${execution.status}${reason && `. ${reason}`}`);
    }
    if (signal.aborted) {
      await client.send(new StopExecutionCommand({ executionArn, cause: 'The automation was stopped' }));
      throw new Error(`State machine execution ${executionArn} was stopped`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

function outputsOf({ executionArn, input, name, output, startDate, stateMachineArn, status, stopDate }: DescribeExecutionOutput) {
  const dates = { startDate: startDate?.toISOString(), stopDate: stopDate?.toISOString() };
  const outputs = { executionArn, input, name, output, stateMachineArn, status, ...dates };
  return Object.fromEntries(Object.entries(outputs).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
