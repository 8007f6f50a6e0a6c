import { DescribeExecutionCommand, paginateListExecutions, type ExecutionListItem, type SFNClient } from '@aws-sdk/client-sfn';
import type { StartInput } from '../../../lib/sweep/contract';
import { isDenied } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { retryWhile, seconds } from '../../aws/patience';
import type { Execution } from '../run-folder';
import { isWhole, parseStartInput } from '../start-input';

/** A policy made seconds ago takes effect late. */
const PATIENCE = seconds(300, 1_000, 10_000);

/** Every sweep of a state machine that is at work, the one that asks among them. AWS may show one some moments late. */
export function runningSweeps(stepFunctions: SFNClient, stateMachineArn: string, patience = PATIENCE): Promise<ExecutionListItem[]> {
  return retryWhile(isDenied, patience, () => (
    everyItem('states:ListExecutions', paginateListExecutions({ client: stepFunctions }, { stateMachineArn, statusFilter: 'RUNNING' }), ({ executions }) => executions)
  ));
}

/** A report that names more helps nobody, and a payload is limited. */
const MOST_NAMED = 20;

/** Names of the others, for the report. */
export function othersThan({ name }: Execution, running: ExecutionListItem[]): string[] {
  return running.flatMap((sweep) => sweep.name === name ? [] : [sweep.name!]).slice(0, MOST_NAMED);
}

/** Why a start that set conditions is not to become a sweep, or nothing. */
export async function reasonNotToBegin(
  stepFunctions: SFNClient, { notBefore, unlessRunning = false }: StartInput, execution: Execution, running: ExecutionListItem[],
  waitsForPeople: (name: string) => Promise<boolean> = async () => false,
): Promise<string | undefined> {
  if (isEarly({ notBefore }, new Date(execution.startTime))) {
    return `it was not to begin before ${notBefore}`;
  }
  for (const sweep of unlessRunning ? earlierThan(execution, running) : []) {
    if (await sweepsTheWholeSelection(stepFunctions, sweep) && !await waitsForPeople(sweep.name!)) { // whose plan a later one voids
      return `the sweep ${sweep.name} is at work`;
    }
  }
  return undefined;
}

const isEarly = ({ notBefore }: StartInput, startDate: Date) => notBefore !== undefined && startDate.getTime() < Date.parse(notBefore);

/** Of two that begin at once only the later one gives way: if each gave way to the other, nothing would be swept. */
function earlierThan(execution: Execution, running: ExecutionListItem[]): ExecutionListItem[] {
  const own = { name: execution.name, startDate: new Date(execution.startTime), ...running.find(({ name }) => name === execution.name) };
  return running.filter(({ name, startDate }) => {
    const later = startDate!.getTime() - own.startDate.getTime();
    return later < 0 || (later === 0 && name! < own.name);
  });
}

/** One that looks at a part of the accounts, or deletes less than the construct would, does not do the work of this one. */
async function sweepsTheWholeSelection(stepFunctions: SFNClient, { executionArn, startDate }: ExecutionListItem): Promise<boolean> {
  const { status, input = '' } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  try {
    const start = parseStartInput(JSON.parse(input));
    return status === 'RUNNING' && isWhole(start) && !isEarly(start, startDate!);
  } catch {
    return false; // what it asks for is refused
  }
}
