import { accountOf, reportOf } from './report-samples';
import { exceptionsAt } from '../../../../lambda/sweep/report/exceptions';
import { resultOf, skipped } from '../../../../lambda/sweep/results';
import type { ExceptionNote } from '../../../../lib/private/contract';
import type { KeptCredentials } from '../../../../lib/sweep/contract';

const ONE = '222222222222';
const note = (until?: string): ExceptionNote => ({ reason: 'moves in Q3', owner: 'payments', until });
const keeping = (...keep: KeptCredentials[]) => ({ protection: { keep, keepCertificates: false } });

describe('an exception', () => {
  test.each([
    ['has no end', undefined, '2026-06-01T00:00:00Z', undefined],
    ['ends in more than 14 days', '2026-06-30', '2026-06-16T23:59:59Z', undefined],
    ['ends in 14 days', '2026-06-30', '2026-06-17T00:00:00Z', 'ends-soon'],
    ['ends today', '2026-06-30', '2026-06-30T23:59:59.999Z', 'ends-soon'],
    ['ended yesterday', '2026-06-30', '2026-07-01T00:00:00Z', 'ended'],
    ['ended long ago', '2020-02-29', '2026-07-01T00:00:00Z', 'ended'],
  ])('that %s', (_what, until, now, state) => {
    const selection = { exclude: [ONE], exclusions: [{ accounts: [ONE], ...note(until) }] };
    expect(exceptionsAt(now, { selection, ...keeping({ credentials: ['Password'], ...note(until) }) })).toEqual([
      { by: 'exclude', accounts: [ONE], ...note(until), state }, { by: 'keep', credentials: ['Password'], ...note(until), state },
    ]);
  });

  test('of which nobody has said why is listed, too', () => {
    const exclusions = [{ accounts: [ONE], ...note() }];
    expect(exceptionsAt('2026-06-01T00:00:00Z', { selection: { exclude: ['333333333333', ONE], exclusions } })).toEqual([
      { by: 'exclude', accounts: [ONE], ...note(), state: undefined }, { by: 'exclude', accounts: ['333333333333'] },
    ]);
    expect(exceptionsAt('2026-06-01T00:00:00Z', { selection: { exclude: [] } })).toEqual([]);
  });

  test('is named by each account and credential that it left alone, and by no other', () => {
    const [first, second, third] = [1, 2, 3].map((n) => accountOf(n));
    const excluded = [first.accountId, third.accountId];
    const rule = { accounts: [second.accountId], credentials: ['AccessKey' as const], ...note('2025-01-31') };
    const { accounts, exceptions, findings } = reportOf([
      skipped(first, 'it is excluded: moves in Q3'),
      resultOf(second, [
        { kind: 'Password', status: 'kept', reason: 'recovery until 2026-01-03: locked out' },
        { kind: 'AccessKey', id: 'AKIA1', status: 'kept', reason: 'a rule keeps it: moves in Q3' },
      ]),
      skipped(third, 'its state is SUSPENDED, not ACTIVE'),
    ], keeping(rule), undefined, { selection: { exclude: excluded, exclusions: [{ accounts: excluded, ...note() }] } });
    expect(exceptions).toMatchObject([{ by: 'exclude', reason: 'moves in Q3' }, { by: 'keep', state: 'ended' }]);
    expect(findings).toEqual({ endedExceptions: 1, foreignMailboxes: 0 });
    const indexes = Object.fromEntries(accounts.map(({ accountId, exception, credentials }) => (
      [accountId, [exception, ...credentials.map((each) => each.exception)]])));
    expect(indexes).toEqual({ [first.accountId]: [0], [second.accountId]: [undefined, undefined, 1], [third.accountId]: [undefined] });
  });
});

describe('the mailbox of a root user', () => {
  const foreign = (email: string | undefined, allowedEmailDomains?: string[]) => {
    const account = accountOf(1);
    const mailboxes = email === undefined ? {} : { [account.accountId]: email };
    const report = reportOf([resultOf(account, [])], { mailboxes }, undefined, { allowedEmailDomains });
    expect(report.findings.foreignMailboxes).toBe(report.accounts[0].foreignMailbox ? 1 : 0);
    return report.accounts[0].foreignMailbox ?? false;
  };

  test.each([
    ['root@example.com', ['example.org', 'example.com'], false],
    ['Root+aws@Example.COM', ['EXAMPLE.com'], false],
    ['root@aws.example.com', ['example.com'], true],
    ['root@badexample.com', ['example.com'], true],
    ['"root@example.com"@evil.example', ['example.com'], true],
    ['root@evil.example', undefined, false],
    [undefined, ['example.com'], false],
  ])('%s, where %j are allowed: %s', (email, allowed, is) => {
    expect(foreign(email, allowed)).toBe(is);
  });
});
