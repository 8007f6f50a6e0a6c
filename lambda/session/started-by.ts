import { GetAutomationExecutionCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { RunbookExecution } from '../../lib/private/contract';
import { isNamed } from '../aws/errors';

/** What the name of an execution looks like that a document started. */
const AUTOMATION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who started the document that started this execution; undefined when nobody did.
 *
 * The document gives the execution the id of its automation as name. A direct start may be given any name, but not that of an automation that runs:
 * Step Functions has had it already. So the automation must be in progress, and its step must be about this state machine.
 */
export async function startedBy(ssm: SSMClient, { name, machine }: RunbookExecution): Promise<string | undefined> {
  if (!AUTOMATION_ID.test(name)) {
    return undefined;
  }
  try {
    const { AutomationExecution: automation } = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: name }));
    const isOurs = (automation?.StepExecutions ?? []).some(({ Inputs }) => Inputs?.stateMachineArn?.includes(machine));
    return automation?.AutomationExecutionStatus === 'InProgress' && isOurs ? automation.ExecutedBy : undefined;
  } catch (error) {
    if (isNamed(error, 'AutomationExecutionNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}
