import { parse } from 'csv-parse/sync';
import { accountsOf, reportOf as sampleReport, UNITS } from './report-samples';
import { ownAccount } from '../../../../lambda/sweep/look/own-account';
import { composeReport, type SweepReport } from '../../../../lambda/sweep/report/contents';
import { csvOf } from '../../../../lambda/sweep/report/csv';
import { verdictOf } from '../../../../lambda/sweep/report/verdict';
import { resultOf, skipped, type AccountResult, type Problem } from '../../../../lambda/sweep/results';
import type { CredentialKind } from '../../../../lib/private/contract';

const ADDRESS = 's3://reports/runs/now/report.json';
const execution = { name: 'run', startTime: '2026-01-02T03:04:05Z' };
const account = (n: number, name = `account-${n}`) => ({ accountId: String(200_000_000_000 + n), accountName: name });
const denied: Problem = { code: 'AccessDenied', message: 'an explicit deny in a service control policy', remedies: ['likely', 'possible', 'rare', 'exotic'] };
const reportOf = (accounts: AccountResult[]) => composeReport(execution, undefined, accounts, undefined);
const verdict = (accounts: AccountResult[], tolerateFailedAccounts = false, failOnFindings = false) =>
  verdictOf(reportOf(accounts), ADDRESS, { tolerateFailedAccounts, failOnFindings });

describe('how a sweep ends', () => {
  test('succeeds when no account failed, and says what it did', () => {
    const { succeeded, error, cause } = verdict([resultOf(account(1), []), resultOf(account(2), [{ kind: 'Password', status: 'deleted' }]), skipped(account(3), 'it is excluded')]);
    expect({ succeeded, error }).toEqual({ succeeded: true, error: undefined });
    expect(cause).toBe(`root credentials of member accounts: 1 purged, 1 clean, 1 skipped; credentials: 1 found, 1 deleted\nreport: ${ADDRESS}`);
  });

  test('fails when one account failed, with the account, the reason, the likeliest remedies and where the report is', () => {
    const { succeeded, error, cause } = verdict([resultOf(account(1, 'payments'), [], denied), resultOf(account(2), [])]);
    expect({ succeeded, error }).toEqual({ succeeded: false, error: 'AccountsFailed' });
    expect(cause.split('\n')).toEqual([
      'root credentials of member accounts: 1 failed, 1 clean',
      'failed: 200000000001 (payments)',
      '  AccessDenied: an explicit deny in a service control policy',
      '  1. likely', '  2. possible', '  3. rare',
      `report: ${ADDRESS}`,
    ]);
  });

  test('succeeds when only the account of the delegated administrator could not be looked at, and names it', () => {
    const own = ownAccount(resultOf(account(1, 'security'), [], { code: 'AssumeRootDenied', message: 'not authorized', remedies: [] }));
    const { succeeded, cause } = verdict([resultOf(account(2), []), own, skipped(account(3), 'it is excluded')]);
    expect(succeeded).toBe(true);
    expect(cause.split('\n').slice(0, 2)).toEqual([
      'root credentials of member accounts: 1 clean, 2 skipped',
      'not looked at: 200000000001 (security): it is the delegated administrator that runs the sweep, and AWS denied it a root session in itself: sweep it from the management account',
    ]);
  });

  test('succeeds with failed accounts when they are tolerated', () => {
    expect(verdict([resultOf(account(1), [], denied)], true).succeeded).toBe(true);
  });

  test('says a reason once for all the accounts that have it, and names five of them', () => {
    const failing = (count: number) => verdict(Array.from({ length: count }, (_, n) => resultOf(account(n), [], denied))).cause;
    const five = [0, 1, 2, 3, 4].map((n) => `20000000000${n} (account-${n})`).join(', ');
    expect(failing(8).match(/AccessDenied/g)).toHaveLength(1);
    expect(failing(8).split('\n')[1]).toBe(`failed: ${five} and 3 more`);
    expect(failing(5).split('\n')[1]).toBe(`failed: ${five}`);
  });

  test('has failed when it did not come to its end, and says why', () => {
    const problem = { code: 'FeatureNotEnabled', message: 'the feature is off', remedies: ['switch it on'] };
    const report = composeReport(execution, undefined, [], { failure: problem });
    expect(verdictOf(report, ADDRESS, { tolerateFailedAccounts: true, failOnFindings: false })).toEqual({
      succeeded: false,
      error: 'FeatureNotEnabled',
      cause: `root credentials of member accounts: no account was swept\n  FeatureNotEnabled: the feature is off\n  switch it on\nreport: ${ADDRESS}`,
    });
  });

  test('fits a stack event with 10,000 accounts that failed in ways of their own, and keeps the address', () => {
    const accounts = Array.from({ length: 10_000 }, (_, n) => resultOf(account(n, 'ü'.repeat(50)), [], { code: `Code${n}`, message: 'ü'.repeat(500), remedies: ['é'.repeat(300)] }));
    const { cause } = verdict(accounts);
    expect(Buffer.byteLength(cause)).toBeLessThan(3_100);
    expect(cause).toContain('10000 failed');
    expect(cause.endsWith(`report: ${ADDRESS}`)).toBe(true);
  });
});

describe('what an audit found', () => {
  const finding = (n: number, ...kinds: CredentialKind[]) => resultOf(account(n, 'payments'), kinds.map((kind) => ({ kind, status: 'found' })));

  test('fails nothing unless that is asked for', () => {
    expect(verdict([finding(1, 'Password')])).toMatchObject({ succeeded: true, cause: expect.stringContaining('1 found') });
  });

  test('fails the sweep when that is asked for, with the accounts, the kinds and what to do', () => {
    const { succeeded, error, cause } = verdict([finding(1, 'AccessKey', 'AccessKey', 'MfaDevice'), resultOf(account(2), [])], false, true);
    expect({ succeeded, error }).toEqual({ succeeded: false, error: 'CredentialsFound' });
    expect(cause.split('\n')).toEqual([
      'root credentials of member accounts: 1 found, 1 clean; credentials: 3 found',
      'found: 200000000001 (payments)',
      '  CredentialsFound: 2 AccessKey, 1 MfaDevice',
      '  delete them (RootCredentialsPurge), or leave failOnFindings out to have them reported only',
      `report: ${ADDRESS}`,
    ]);
  });

  test('fails the sweep although its account has failed, and failed accounts are tolerated', () => {
    const failed = resultOf(account(1), [{ kind: 'Password', status: 'found' }, { kind: 'AccessKey', status: 'failed', problem: denied }], denied);
    expect(failed.outcome).toBe('failed');
    expect(verdict([failed], true, true).cause).toContain('CredentialsFound: 1 Password\n');
    expect(verdict([failed], true, true)).toMatchObject({ succeeded: false, error: 'CredentialsFound' });
    expect(verdict([failed], false, true)).toMatchObject({ succeeded: false, error: 'AccountsFailed' });
  });

  test('is not told where nothing was found', () => {
    expect(verdict([resultOf(account(1), [])], false, true).cause).toBe(`root credentials of member accounts: 1 clean\nreport: ${ADDRESS}`);
  });

  test('is not what a purge kept or would delete', () => {
    expect(verdict([resultOf(account(1), [{ kind: 'Password', status: 'would-delete' }, { kind: 'AccessKey', id: 'AKIA', status: 'kept', reason: 'why' }])], false, true).succeeded).toBe(true);
  });
});

describe("an account's outcome is the first that applies", () => {
  const line = (status: AccountResult['credentials'][number]['status']) => ({ kind: 'AccessKey' as const, id: status, status });
  test.each([
    ['failed', [line('deleted'), line('kept'), line('failed')]],
    ['kept', [line('deleted'), line('kept'), line('absent')]],
    ['purged', [line('deleted'), line('absent')]],
    ['would-purge', [line('would-delete')]],
    ['found', [line('found')]],
    ['failed', [line('found'), line('failed')]],
    ['clean', [line('absent')]],
    ['clean', []],
  ])('%s', (outcome, credentials) => {
    expect(resultOf(account(1), credentials).outcome).toBe(outcome);
  });

  test('a problem of the account is never anything but failed', () => {
    expect(resultOf(account(1), [line('deleted')], denied).outcome).toBe('failed');
  });
});

describe('what is a finding beside credentials', () => {
  const foreign = { mailboxes: { [account(1).accountId]: 'root@evil.example' } };
  const kept = (until: string, owner?: string) => ({ accounts: [account(1).accountId], reason: 'moves in Q3', owner, until });
  const ended = { protection: { keep: [kept('2026-02-01'), kept('2026-01-10', 'payments'), kept('2025-12-31')], keepCertificates: false } };
  const judged = (selection: object, failOnFindings: boolean) => verdictOf(
    sampleReport([resultOf(account(1), [])], selection, undefined, { allowedEmailDomains: ['example.com'] }), ADDRESS, { tolerateFailedAccounts: false, failOnFindings },
  );

  test('is in the verdict, with what to do', () => {
    expect(judged({ ...foreign, ...ended }, false)).toMatchObject({ succeeded: true });
    expect(judged({ ...foreign, ...ended }, false).cause.split('\n').slice(1, -1)).toEqual([
      'root mailbox outside of example.com: 200000000001 (account-1)',
      '  change the address of the root user (aws account start-primary-email-update), or add its domain to allowedEmailDomains',
      'exception ended on 2025-12-31: all kinds kept in 200000000001: moves in Q3',
      'exception ends on 2026-01-10: all kinds kept in 200000000001 (owner: payments): moves in Q3',
      '  it protects until it is removed: give it a later until, or remove it and name what it protects in release',
    ]);
  });

  test.each([
    ['a foreign mailbox', foreign, 'ForeignMailboxes'],
    ['an exception that has ended', ended, 'EndedExceptions'],
    ['an exception that has ended, in a sweep of a few accounts', { ...ended, narrowed: true }, undefined],
    ['an exception that ends soon', { protection: { keep: [kept('2026-01-10')], keepCertificates: false } }, undefined],
    ['neither', {}, undefined],
  ])('fails an audit that asks for it: %s', (_what, selection, error) => {
    expect(judged(selection, true)).toMatchObject({ succeeded: error === undefined, error });
  });
});

describe('the report as CSV', () => {
  const rowsOf = (report: SweepReport) => parse(csvOf(report), { columns: true, bom: true }) as Record<string, string>[];
  const rows = (accounts: AccountResult[]) => rowsOf(reportOf(accounts));

  test('has a line for each credential and one for an account without any', () => {
    const made = rows([resultOf(account(1), [{ kind: 'Password', status: 'deleted' }, { kind: 'AccessKey', id: 'AKIA', status: 'kept', reason: 'why' }]), resultOf(account(2), [])]);
    expect(made.map((row) => [row.account_id, row.credential, row.credential_id, row.status, row.reason])).toEqual([
      ['200000000001', 'AccessKey', 'AKIA', 'kept', 'why'], ['200000000001', 'Password', '', 'deleted', ''], ['200000000002', '', '', '', ''],
    ].sort((one, other) => one[0].localeCompare(other[0]) || (one[1] === 'Password' ? -1 : 1)));
  });

  test('shows everything of a credential, of an account and of what failed, by the names that were published', () => {
    const failed = { code: 'AccessDenied', message: 'denied', remedies: ['this', 'that'] };
    const made = rows([
      resultOf(account(1), [{ kind: 'AccessKey', id: 'AKIA', state: 'Active', createdAt: '2019-01-01', lastUsedAt: '2020-01-01', status: 'failed', problem: failed }], failed),
      skipped(account(2), 'it is excluded'),
    ]);
    const own = { account_id: '200000000001', account_name: 'account-1', organizational_unit: '', outcome: 'failed' };
    const none = { root_email: '', foreign_mailbox: '', exception_owner: '', exception_until: '', exception_state: '', credential: '', credential_id: '', credential_state: '', created_at: '', last_used_at: '', never_used: '', status: '', deleted_at: '', request_id: '', change: '', reason: '', code: '', message: '', remedies: '' };
    const why = { code: 'AccessDenied', message: 'denied', remedies: 'this | that' };
    expect(made).toEqual([
      { ...own, ...none, ...why },
      { ...own, ...none, credential: 'AccessKey', credential_id: 'AKIA', credential_state: 'Active', created_at: '2019-01-01', last_used_at: '2020-01-01', status: 'failed', ...why },
      { ...none, account_id: '200000000002', account_name: 'account-2', organizational_unit: '', outcome: 'skipped', reason: 'it is excluded' },
    ]);
  });

  test('shows the mailbox of each account, whether it is foreign, and who answers until when for what was left alone', () => {
    const note = { reason: 'why', owner: '=payments', until: '2026-01-10' };
    const made = rowsOf(sampleReport(
      [skipped(account(1), 'it is excluded: why'), resultOf(account(2), [{ kind: 'Password', status: 'kept', reason: 'a rule keeps it: why' }])],
      { mailboxes: { [account(1).accountId]: 'root@evil.example' }, protection: { keep: [{ credentials: ['Password'], ...note, until: '2025-12-31' }], keepCertificates: false } },
      undefined,
      { allowedEmailDomains: ['example.com'], selection: { exclude: [account(1).accountId], exclusions: [{ accounts: [account(1).accountId], ...note }] } },
    ));
    expect(made).toMatchObject([
      { account_id: account(2).accountId, root_email: '', foreign_mailbox: '', exception_owner: "'=payments", exception_until: '2025-12-31', exception_state: 'ended' },
      { account_id: account(1).accountId, root_email: 'root@evil.example', foreign_mailbox: 'true', exception_owner: "'=payments", exception_until: '2026-01-10', exception_state: 'ends-soon' },
    ]);
  });

  test('begins with the mark by which a spreadsheet knows its alphabet', () => {
    expect(csvOf(reportOf([])).codePointAt(0)).toBe(0xfeff);
  });

  const FORMULAS = ['=cmd|calc', '+1', '-1', '@SUM(A1)', '\uff1d1', '\t=1', '\r=1', '\n=1', ' =1', 'a;=1', 'a; =1', 'a;"=1"', 'a\t@SUM(A1)', 'a\n-1', 'a\r\n+1', ';;\uff0b1'];

  test.each(FORMULAS)('no spreadsheet takes a part of %j for a formula, wherever it stands and whatever separates the cells', (text) => {
    const problem = { code: text, message: text, remedies: [text] };
    const placement = { units: [{ id: 'r-abcd', name: text }], parents: { [account(1).accountId]: 'r-abcd' } };
    const result = resultOf(account(1, text), [{ kind: 'AccessKey', id: text, state: text, status: 'kept', reason: text, problem }], problem);
    const csv = csvOf(sampleReport([result], { placement }));
    for (const delimiter of [',', ';', '\t']) {
      const cells = (parse(csv, { delimiter, bom: true, relax_quotes: true, relax_column_count: true }) as string[][]).flat().flatMap((cell) => cell.split(/[\r\n]/));
      expect(cells.length).toBeGreaterThan(2);
      expect(cells.filter((cell) => /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell))).toEqual([]);
    }
  });

  test.each([['=1+1', "'=1+1"], ['\tx', "'\tx"], ['\rx', "'\rx"], ['a;=1', "a;'=1"], ['a=1; b-2', 'a=1; b-2']])('the account name %j is %j there', (name, shown) => {
    expect(rows([resultOf(account(1, name), [])])[0].account_name).toBe(shown);
  });

  test('names the organizational unit, with the units above it', () => {
    const placement = { units: UNITS, parents: { [account(2).accountId]: UNITS[2].id } };
    const csv = csvOf(sampleReport(accountsOf(3).slice(2), { placement }));
    const [row] = parse(csv, { columns: true, bom: true }) as Record<string, string>[];
    expect(row.organizational_unit).toBe('Root / workloads / production');
  });

  test('quotes and line breaks in a name stay in their cell', () => {
    const name = 'a "quoted", name\nof two lines';
    expect(rows([resultOf(account(1, name), [])])[0].account_name).toBe(name);
  });
});
