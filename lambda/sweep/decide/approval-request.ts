import { CREDENTIAL_KINDS, type ApprovalRequest, type MachineExecution } from '../../../lib/private/contract';
import { requestForApproval } from '../../approval';
import { inert, inertName } from '../../text';
import { isToGo, type Plan, type PlannedCredential } from '../plan';
import type { ResolvedSelection } from '../selection';

/** A mail has room for these; the plan has all. */
const MOST_ACCOUNTS = 30;
const MOST_USED = 10;

type Placed = Pick<ResolvedSelection, 'placement' | 'mailboxes'>;

/** The plan in words, for people who have not seen it. */
export function approvalRequest(plan: Plan, selection: Placed, about: {
  readonly execution: MachineExecution; readonly hours: number; readonly address: string;
}): ApprovalRequest {
  const { execution, hours, address } = about;
  const toGo = plan.credentials.filter(isToGo);
  const title = `delete ${counted(toGo.length, 'root credential')} of ${counted(plan.totals.accounts, 'member account')}`;
  const used = toGo.filter(({ lastUsedAt }) => lastUsedAt !== undefined);
  const lines = [
    `A sweep asks to ${title} of ${plan.organizationId}.`,
    '',
    ...CREDENTIAL_KINDS.filter((kind) => plan.totals.delete[kind] > 0).map((kind) => `${kind}: ${plan.totals.delete[kind]}`),
    '',
    used.length === 0 ? 'AWS knows of no use of any of them.' : 'The most recently used:',
    ...some(used, MOST_USED, (credential) => `- ${nameOf(credential)}: ${credential.kind}${credential.id === undefined ? '' : ` ${credential.id}`} used at ${credential.lastUsedAt}`),
    '',
    `Plan: ${address}`,
    `Digest: ${plan.digest}`,
    `Execution: ${execution.id}`,
    '',
    'Accounts:',
    ...some(accountsIn(toGo, selection), MOST_ACCOUNTS, (account) => `- ${account}`), // last: what is too long for the message is on the plan
  ].map((line) => inert(line));
  return requestForApproval({ digest: plan.digest, title, lines, region: execution.id.split(':')[3], hours });
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const nameOf = ({ accountId, accountName }: PlannedCredential) => `${accountId} (${inertName(accountName)})`;

/** Each with its unit, its root mailbox and the credentials that it loses. */
function accountsIn(toGo: readonly PlannedCredential[], { placement, mailboxes }: Placed): string[] {
  const units = new Map(placement?.units.map(({ id, name }) => [id, name ?? id]));
  const names = new Map(toGo.map((credential) => [credential.accountId, nameOf(credential)]));
  return [...names].map(([accountId, name]) => {
    const unit = units.get(placement?.parents[accountId] ?? '');
    const mailbox = mailboxes?.[accountId];
    const credentials = toGo.filter((credential) => credential.accountId === accountId);
    const kinds = credentials.map(({ kind }) => kind).join(', ');
    return `${name}${unit === undefined ? '' : ` in ${inertName(unit)}`}: ${counted(credentials.length, 'credential')} (${kinds})${mailbox === undefined ? '' : `, root mailbox ${mailbox}`}`;
  });
}

function some<T>(items: readonly T[], most: number, line: (item: T) => string): string[] {
  return [...items.slice(0, most).map(line), ...items.length > most ? [`  and ${items.length - most} more, on the plan`] : []];
}
