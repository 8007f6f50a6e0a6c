import { nextStep, type Joining, type NextStep } from './next-step';
import { JOINED_PURGE_VARIABLE } from '../../../lib/sweep/contract';
import { organizations } from '../../aws/clients';
import { log } from '../../log';

const client = organizations();

/** An account joined the organization: which one, and whether it can be swept by now. */
export async function handler(joining: Joining): Promise<NextStep> {
  const next = await nextStep(client, joining, process.env[JOINED_PURGE_VARIABLE] === 'true');
  log.info(next.ready ? 'account is to be swept' : 'account is waited for', { accountId: next.accountId });
  return next;
}
