import { isDeepStrictEqual } from 'util';
import type { RunbookAutomation } from '../../lib/session/contract';

/**
 * Who started the document that started an execution; undefined when nobody did.
 *
 * The document gives the execution the id of its automation as name, and a direct start may take that name before the step of the automation does.
 * So the automation must be in progress, and its step must have begun and start this state machine with this very input: then the execution does
 * what the automation asks for, and nothing else.
 */
export function startedBy({ status, executedBy, steps = [] }: RunbookAutomation, machine: string, input: unknown): string | undefined {
  const isOurs = steps.some(({ StepStatus, Inputs: inputs }) => (
    StepStatus !== 'Pending' && inputs?.stateMachineArn?.includes(machine) && (inputs.input === undefined || isDeepStrictEqual(parsed(inputs.input), input))));
  return status === 'InProgress' && isOurs ? executedBy : undefined;
}

/** Systems Manager shows a text as it is, or as a JSON text once more. */
function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? parsed(JSON.parse(text)) : text;
  } catch {
    return undefined;
  }
}
