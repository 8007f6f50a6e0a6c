import { nextStep } from './next-step';
import type { JoinedAnswer, JoinedEnvironment, JoinedEvent } from '../../../lib/sweep/contract';
import { organizations } from '../../aws/clients';
import { environment } from '../../aws/environment';
import { log } from '../../log';

const client = organizations();

/** An account joined the organization: which one, and whether it can be swept by now. */
export async function handler(event: JoinedEvent): Promise<JoinedAnswer> {
  const next = await nextStep(client, event, environment<JoinedEnvironment>().PURGE_JOINED_ACCOUNTS === 'true');
  log.info(next.ready ? 'account is to be swept' : 'account is waited for', { accountId: next.accountId });
  return next;
}
