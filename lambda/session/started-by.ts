import type { RunbookAutomation } from '../../lib/private/contract';

/**
 * Who started the document that started an execution; undefined when nobody did.
 *
 * The document gives the execution the id of its automation as name. A direct start may be given any name, but not that of an automation that runs:
 * Step Functions has had it already. So the automation must be in progress, and its step must be about this state machine.
 */
export function startedBy({ status, executedBy, steps = [] }: RunbookAutomation, machine: string): string | undefined {
  const isOurs = steps.some(({ Inputs }) => Inputs?.stateMachineArn?.includes(machine));
  return status === 'InProgress' && isOurs ? executedBy : undefined;
}
