import { DescribeAccountCommand, type OrganizationsClient } from '@aws-sdk/client-organizations';
import type { JoinedAnswer, JoinedEvent } from '../../../lib/sweep/contract';
import { failure, isNamed } from '../../aws/errors';
import { messageOfCause } from '../state-error';

/** A new account may not be usable for minutes, and an older one may have to wait for a policy to be taken from it. */
const PATIENCE_SECONDS = 3_600;
const [SHORTEST_WAIT, LONGEST_WAIT] = [60, 900];

/**
 * Finds the account that joined, reads that it is in the organization, and says whether it can be swept by now.
 *
 * Whatever the event says, the sweep is narrowed to that one account, and stays within what the construct selects.
 */
export async function nextStep(
  organizations: OrganizationsClient, { event, startedAt, now, failure: earlier }: JoinedEvent, purge: boolean,
): Promise<JoinedAnswer> {
  const accountId = joinedAccountId(event);
  const elapsed = Math.max(0, Date.parse(now) - Date.parse(startedAt)) / 1_000;
  const problem = reasonToWait(await stateOf(organizations, accountId));
  const unhappy = problem ?? failureOf(earlier);
  if (unhappy !== undefined && elapsed >= PATIENCE_SECONDS) {
    throw failure('JoinedAccountNotSwept', `account ${accountId} joined the organization and could not be swept for ${PATIENCE_SECONDS / 60} minutes: ${unhappy}`);
  }
  return {
    ready: problem === undefined,
    waitSeconds: Math.round(Math.min(Math.max(elapsed, SHORTEST_WAIT), LONGEST_WAIT)),
    accountId,
    start: { accounts: [accountId], ifSelected: true, dryRun: !purge },
  };
}

/** State of an account as Organizations has it now, or nothing if it is not in the organization. */
async function stateOf(organizations: OrganizationsClient, AccountId: string): Promise<string | undefined> {
  try {
    const { Account } = await organizations.send(new DescribeAccountCommand({ AccountId }));
    return Account!.State ?? Account!.Status ?? 'UNKNOWN'; // AWS is replacing Status by State, and sends one or both
  } catch (error) {
    if (isNamed(error, 'AccountNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

/** Organizations may know of a new account late; what is closed or suspended is for the report to say. */
function reasonToWait(state: string | undefined): string | undefined {
  if (state === undefined) {
    return 'AWS Organizations does not know it';
  }
  return state === 'PENDING_ACTIVATION' ? `its state is ${state}` : undefined;
}

function failureOf({ Error: name, Cause: cause = '' }: JoinedEvent['failure'] = {}): string | undefined {
  return name === undefined ? undefined : `${name}: ${messageOfCause(cause).slice(0, 1_000)}`;
}

// --- the event ---------------------------------------------------------------------------------

/** Keys with the actor and the recipient of the event: they have ids of the management account, and not of the one that joined. */
const ABOUT_THE_CALLER = ['userIdentity', 'recipientAccountId'];

/**
 * The id of the account that joined. AWS does not document where it stands in the event, so it is the one account id in it,
 * beside those of the account that the event is from; with none or more than one nothing is swept.
 */
export function joinedAccountId(event: unknown): string {
  const { account, detail } = asObject(event);
  const told = Object.entries(asObject(detail)).filter(([key]) => !ABOUT_THE_CALLER.includes(key)).flatMap(([, value]) => accountIdsIn(value));
  const ids = [...new Set(told)].filter((id) => id !== account);
  if (ids.length !== 1) {
    const found = ids.length === 0 ? 'none' : ids.slice(0, 5).join(', ');
    throw failure('AccountUnclear', `the event must name one account that joined the organization, found ${found}: sweep the account by hand, or wait for the schedule`);
  }
  return ids[0];
}

/** Without recursion: nobody knows how deep an event is. */
function accountIdsIn(value: unknown): string[] {
  const ids: string[] = [];
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && /^\d{12}$/.test(next)) {
      ids.push(next);
    } else if (typeof next === 'object' && next !== null) {
      Object.values(next).forEach((each) => left.push(each));
    }
  }
  return ids;
}

const asObject = (value: unknown) => (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
