import { lookAtBatch } from './batch';
import { type BatchEvent } from '../../../lib/sweep/contract';
import { beginWalk, endWalk, type WalkContext } from '../walk';

/** One item of the first Map: reads the accounts of a batch. Its role can take sessions to audit, and no others. */
export async function handler(event: BatchEvent, context: WalkContext): Promise<object> {
  return endWalk('look', await lookAtBatch(event.batch, await beginWalk(event, context)));
}
