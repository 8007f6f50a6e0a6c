import { purgeBatch } from './batch';
import { CurrentSelection } from './current-selection';
import { GO_FILE, LATEST_ASKED_FILE, type AskedFile, type BatchEvent, type GoFile } from '../../../lib/sweep/contract';
import { failure } from '../../aws/errors';
import { recoveriesIn } from '../decide/recoveries';
import { beginWalk, clients, endWalk, type WalkContext, type Walking } from '../walk';

/** One item of the second Map: carries out a batch of the plan that the state machine has let go. */
export async function handler(event: BatchEvent, context: WalkContext): Promise<object> {
  const walking = await beginWalk(event, context);
  const { plan } = await walking.control.read<GoFile>(event.run, GO_FILE); // there is none unless the plan may be carried out
  const { selection, settings: { accountsPerBatch, approvalHours, selection: { organizationalUnits } } } = walking;
  return endWalk('purge', await purgeBatch(event.batch, {
    ...walking,
    accepted: approvalHours === undefined ? walking.accepted : walking.accepted.and(() => expectLatest(walking, plan)),
    accountsPerBatch,
    plan: await walking.folder.plan(plan),
    recoveries: recoveriesIn(clients.s3, selection.protection.recoveriesBucket),
    current: organizationalUnits || approvalHours ? new CurrentSelection(clients.organizations, organizationalUnits) : undefined,
  }));
}

/** People approve what they were asked last. */
async function expectLatest({ control, execution }: Walking, plan: string): Promise<void> {
  const latest = await control.readLatest<AskedFile>(LATEST_ASKED_FILE);
  if (latest.execution !== execution.id || latest.plan !== plan) {
    throw failure('PlanVoided', `nothing more is deleted of this plan: ${latest.execution} has made a later one, and asked for its approval`);
  }
}
