import { approvalRequest } from './approval-request';
import { approvedIn } from './approved';
import type { Intention, Start } from './start';
import { parseInput, refused, type Fields } from './start-input';
import { startedBy } from './started-by';
import { checkTarget } from './target';
import {
  GO_FILE, type Done, type GoFile, type Prepared, type RecordsEnvironment, type RunbookEvent, type RunbookSettings,
} from '../../lib/session/contract';
import { s3, stepFunctions } from '../aws/clients';
import { controlFiles, expectYoung } from '../aws/control-files';
import { environment } from '../aws/environment';
import { log } from '../log';

/** The clients of a run, made for each of them: how long a denial may pass counts from its start. */
export type AwsOf<Aws> = (start: Start<{}, RunbookSettings>) => Aws;

/** The part of a runbook that is its own. */
export interface Task<F extends Fields, Settings extends RunbookSettings, Plan> {
  /** Keys of the input beside `accountId`, `reason` and `dryRun`, which all have. */
  readonly fields: F;
  /** Looks, and changes nothing. A result ends the run; an intention goes on, to an approver if there is one. */
  prepare(start: Start<F, Settings>): Promise<{ readonly result: object } | Intention<Plan>>;
  /** The answer of a dry run, in place of the change. */
  preview(start: Start<F, Settings>, plan: Plan): object;
  /** Does it, and verifies it. It may be called again, when the function has died: it goes on from what it finds. */
  act(start: Start<F, Settings>, plan: Plan): Promise<object>;
}

/**
 * The function's side of `lib/session/runbook.ts`: both steps check the input and the target again, and neither believes anything but what the state machine
 * has written. To invoke the function is not enough to have it do something.
 */
export function runbook<F extends Fields, Settings extends RunbookSettings, Plan>(task: Task<F, Settings, Plan>) {
  const clients = { s3: s3(), stepFunctions: stepFunctions() };
  return async ({ step, run, automation = {}, account }: RunbookEvent): Promise<Prepared<Plan> | object> => {
    const control = controlFiles(environment<RecordsEnvironment>().RECORDS_BUCKET, clients);
    const { execution, input: given, settings } = await control.run<Settings>(run);
    const input = parseInput(given, task.fields);
    checkTarget(input.accountId, settings);
    log.info(step, { execution: execution.id, accountId: input.accountId, dryRun: input.dryRun });
    if (step === 'prepare') {
      return prepare(task, { execution, input, settings, startedBy: startedBy(automation, execution.machine, given), account });
    }
    if (input.dryRun) {
      throw refused('a dry run does nothing');
    }
    const go = await control.read<GoFile<Plan>>(run, GO_FILE);
    expectYoung(go.at, go.timeoutSeconds);
    return task.act({ execution, input, settings, startedBy: go.startedBy ?? undefined, approval: approvedIn(go) }, go.plan);
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
