import { nextStep, type NextStep } from './next-step';
import { JOINED_PURGE_VARIABLE, type JoinedEvent } from '../../../lib/sweep/contract';
import { organizations } from '../../aws/clients';
import { log } from '../../log';

const client = organizations();

/** An account joined the organization: which one, and whether it can be swept by now. */
export async function handler(event: JoinedEvent): Promise<NextStep> {
  const next = await nextStep(client, event, process.env[JOINED_PURGE_VARIABLE] === 'true');
  log.info(next.ready ? 'account is to be swept' : 'account is waited for', { accountId: next.accountId });
  return next;
}
