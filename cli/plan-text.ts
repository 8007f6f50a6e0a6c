import { anyKindsText, credentialText, plural } from './table';
import { isDeletion, type Plan, type PlannedCredential } from '../lambda/sweep/plan';
import { inertName, visible } from '../lambda/text';

const MOST_SHOWN = 10;

/** A plan for the person who answers for it: how much, and first what was used most recently. */
export function planText(plan: Plan, now = Date.now()): string {
  const { organizationId, totals, credentials, unread } = plan;
  const deletions = credentials.filter(isDeletion);
  const kept = credentials.filter((each) => !isDeletion(each));
  return [
    `Purge of root credentials in ${organizationId}`,
    totals.accounts === 0 ? '  deletes nothing' : `  deletes in ${plural(totals.accounts, 'account', 'accounts')}: ${anyKindsText(totals.delete)}`,
    `  keeps ${anyKindsText(totals.keep)}`,
    ...section('Deletes, the most recently used first:', deletions.map((each) => line(each, now))),
    ...section('Keeps:', kept.map((each) => `${line(each, now)}: ${visible(each.reason ?? '')}`)),
    ...section(`Could not read ${plural(unread.length, 'account', 'accounts')}, of which nothing is on the plan:`, unread.map(({ accountId, accountName, code }) => (
      `${accountId} ${inertName(accountName)}: ${visible(code)}`))),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  const more = lines.length - MOST_SHOWN;
  return lines.length === 0 ? [] : ['', title, ...lines.slice(0, MOST_SHOWN).map((each) => `  ${each}`), ...more > 0 ? [`  and ${more} more`] : []];
}

const line = (credential: PlannedCredential, now: number) => `${credential.accountId} ${inertName(credential.accountName)}: ${credentialText(credential, now)}`;
