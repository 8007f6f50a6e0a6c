import { purgeBatch } from './batch';
import { CurrentSelection } from './current-selection';
import { GO_FILE, type BatchEvent, type GoFile } from '../../../lib/sweep/contract';
import { recoveriesIn } from '../decide/recoveries';
import { beginWalk, clients, endWalk, type WalkContext } from '../walk';

/** One item of the second Map: carries out a batch of the plan that the state machine has let go. */
export async function handler(event: BatchEvent, context: WalkContext): Promise<object> {
  const walking = await beginWalk(event, context);
  const { plan } = await walking.control.read<GoFile>(event.run, GO_FILE); // there is none unless the plan may be carried out
  const { selection, settings: { accountsPerBatch, selection: { organizationalUnits } } } = walking;
  return endWalk('purge', await purgeBatch(event.batch, {
    ...walking,
    accountsPerBatch,
    plan: await walking.folder.plan(plan),
    recoveries: recoveriesIn(clients.s3, selection.protection.recoveriesBucket),
    current: organizationalUnits && new CurrentSelection(clients.organizations, organizationalUnits),
  }));
}
