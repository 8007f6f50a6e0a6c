import { composeReport, type Facts, type SweepReport } from '../../../../lambda/sweep/report/contents';
import { resultOf, skipped, type AccountResult, type Problem } from '../../../../lambda/sweep/results';
import type { OrganizationalUnit, ResolvedSelection } from '../../../../lambda/sweep/selection';

export const EXECUTION = { name: 'deployment-1', startTime: '2026-01-02T03:04:05Z' };

export const DENIED: Problem = { code: 'AssumeRootDenied', message: 'not authorized', remedies: ['look at the policies', 'register the account'] };

export const UNITS: OrganizationalUnit[] = [
  { id: 'r-abcd', name: 'Root' },
  { id: 'ou-abcd-workloads', name: 'workloads', parentId: 'r-abcd' },
  { id: 'ou-abcd-production', name: 'production', parentId: 'ou-abcd-workloads' },
  { id: 'ou-abcd-security', name: 'security', parentId: 'r-abcd' },
];

/** What a name would like to be in a page. */
export const HOSTILE = [
  '<script>document.title="owned"</script>',
  '</script><script>document.title="owned"</script>',
  '<!--<script>',
  ']]><img src=x onerror="document.title=\'owned\'">',
  '"><svg onload=alert(1)>',
  '\u2028document.title="owned"\u2029',
  '{{SCRIPT}} $& $1 \\u003c',
  'javascript:alert(1)',
];

export const accountOf = (n: number, name = `account-${n}`) => ({ accountId: String(200_000_000_000 + n), accountName: name });

/** One account of each kind in turn; the unit is one of `UNITS` in turn. */
export function accountsOf(count: number, nameOf = (n: number) => `account-${n}`): AccountResult[] {
  return Array.from({ length: count }, (_, n) => {
    const account = accountOf(n, nameOf(n));
    switch (n % 5) {
      case 0: return resultOf(account, [], DENIED);
      case 1: return resultOf(account, [
        { kind: 'Password', status: 'deleted', createdAt: '2019-01-01T00:00:00Z', lastUsedAt: `202${n % 3}-05-06T07:08:09Z` },
        { kind: 'MfaDevice', id: `arn:aws:iam::${account.accountId}:mfa/root`, status: 'deleted' },
      ]);
      case 2: return resultOf(account, [{ kind: 'AccessKey', id: `AKIA${n}`, state: 'Active', status: 'kept', reason: 'in use' }]);
      case 3: return skipped(account, 'it is excluded');
      default: return resultOf(account, []);
    }
  });
}

export function reportOf(accounts: AccountResult[], selection: Partial<ResolvedSelection> = {}, failure?: Problem, facts: Facts = {}): SweepReport {
  return composeReport(EXECUTION, selectionOf(accounts, selection), accounts, { failure, ...facts });
}

/** A purge of all accounts of the organization, each in one of `UNITS` in turn. */
export function selectionOf(accounts: AccountResult[], selection: Partial<ResolvedSelection> = {}): ResolvedSelection {
  const parents = Object.fromEntries(accounts.map(({ accountId }, n) => [accountId, UNITS[n % UNITS.length].id]));
  return {
    organizationId: 'o-abcdefghij',
    managementAccountId: '111111111111',
    callerAccountId: '111111111111',
    work: 'purge',
    protection: { keep: [], keepCertificates: false },
    credentials: ['Password'],
    dryRun: false,
    narrowed: false,
    alsoRunning: [],
    batches: [],
    skipped: [],
    placement: { units: UNITS, parents },
    ...selection,
  };
}
