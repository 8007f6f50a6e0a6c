import { approvalRequest } from './approval-request';
import type { Intention, Start } from './start';
import { parseInput, refused, type Fields } from './start-input';
import { startedBy } from './started-by';
import { checkTarget } from './target';
import type { Done, Prepared, RunbookEvent, RunbookSettings } from '../../lib/private/contract';
import { log } from '../log';

/** What is particular to one runbook. */
export interface Task<F extends Fields, Settings extends RunbookSettings, Plan> {
  /** Keys of the input beside `accountId`, `reason` and `dryRun`, which all have. */
  readonly fields: F;
  /** Looks, and changes nothing. A result ends the run; an intention goes on, to an approver if there is one. */
  prepare(start: Start<F, Settings>): Promise<{ readonly result: object } | Intention<Plan>>;
  /** What a dry run answers instead of doing it. */
  preview(start: Start<F, Settings>, plan: Plan): object;
  /** Does it, and verifies it. It may be called again, when the function has died: it goes on from what it finds. */
  act(start: Start<F, Settings>, plan: Plan): Promise<object>;
}

/**
 * The function's side of `lib/session/runbook.ts`: both steps check the input and the target again, and neither trusts anything but the
 * definition and the context of the state machine.
 */
export function runbook<F extends Fields, Settings extends RunbookSettings, Plan>(task: Task<F, Settings, Plan>) {
  return async (event: RunbookEvent<Settings>): Promise<Prepared<Plan> | object> => {
    const { execution, settings } = event;
    const input = parseInput(event.input, task.fields);
    checkTarget(input.accountId, settings);
    const starter = event.step === 'prepare' ? startedBy(event.automation ?? {}, execution.machine, event.input) : event.startedBy ?? undefined;
    const start = { execution, input, settings, startedBy: starter };
    log.info(event.step, { execution: execution.id, accountId: input.accountId, dryRun: input.dryRun, startedBy: starter });
    if (event.step === 'prepare') {
      return prepare(task, start);
    }
    if (input.dryRun) {
      throw refused('a dry run does nothing');
    }
    return task.act(start, event.plan as Plan);
  };
}

async function prepare<F extends Fields, Settings extends RunbookSettings, Plan>(
  task: Task<F, Settings, Plan>, start: Start<F, Settings>,
): Promise<Prepared<Plan>> {
  const prepared = await task.prepare(start);
  if ('result' in prepared) {
    return done(prepared.result);
  }
  const { plan } = prepared;
  if (start.input.dryRun) {
    return done(task.preview(start, plan));
  }
  return { done: false, plan, startedBy: start.startedBy ?? null, approval: approvalRequest(start, prepared) };
}

const done = (result: object): Done => ({ done: true, result });
