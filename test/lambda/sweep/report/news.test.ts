import { accountOf, DENIED, reportOf } from './report-samples';
import { hasNews } from '../../../../lambda/sweep/report/news';
import { resultOf, type AccountResult, type CredentialResult, type Problem } from '../../../../lambda/sweep/results';

const KEY: CredentialResult = { kind: 'AccessKey', id: 'AKIA1', createdAt: '2026-01-01T00:00:00Z', status: 'found' };
const PASSWORD: CredentialResult = { kind: 'Password', createdAt: '2026-01-01T00:00:00Z', status: 'found' };
const STILL_PRESENT: Problem = { code: 'StillPresent', message: 'it is still there', remedies: [] };

const account = (...credentials: CredentialResult[]) => resultOf(accountOf(1), credentials);
const failed = (problem: Problem) => resultOf(accountOf(1), [], problem);
const earlier = (...accounts: AccountResult[]) => reportOf(accounts);

describe('a sweep has news', () => {
  test.each<[what: string, now: AccountResult, before: AccountResult[] | undefined]>([
    ['a credential, when there is no earlier report', account(KEY), undefined],
    ['a credential of an account that was clean', account(KEY), [account()]],
    ['a second credential', account(KEY, PASSWORD), [account(KEY)]],
    ['a credential of an account that is in no report yet', account(KEY), []],
    ['a credential of an account that could not be read', account(KEY), [failed(DENIED)]],
    ['a password that was created again', account({ ...PASSWORD, createdAt: '2026-01-02T00:00:00Z' }), [account(PASSWORD)]],
    ['a credential that is back after it was deleted', account(PASSWORD), [account({ ...PASSWORD, status: 'deleted' })]],
    ['a credential that was deleted', account({ ...KEY, status: 'deleted' }), [account(KEY)]],
    ['a credential that no rule keeps any more', account(KEY), [account({ ...KEY, status: 'kept', reason: 'in use' })]],
    ['a credential that is kept, and was not there before', account({ ...KEY, status: 'kept', reason: 'in use' }), [account()]],
    ['an account that fails now', failed(DENIED), [account()]],
    ['an account that fails for another reason', failed(DENIED), [failed({ ...DENIED, code: 'DeadlineExceeded' })]],
    ['a deletion that fails now', account({ ...KEY, status: 'failed', problem: STILL_PRESENT }), [account(KEY)]],
  ])('of %s', (_what, now, before) => {
    expect(hasNews(reportOf([now]), before && earlier(...before))).toBe(true);
  });

  test('of an exception that ends soon or has ended, once for each', () => {
    const accounts = ['200000000001'];
    const exclusions = (until: string) => [{ accounts, reason: 'break glass', until }];
    const at = (until: string) => reportOf([], {}, undefined, { selection: { exclude: accounts, exclusions: exclusions(until) } });
    const [far, soon, ended] = ['2027-01-01', '2026-01-10', '2025-12-31'].map(at); // the sweeps are of 2026-01-02
    const pairs = [[far, far], [soon, far], [soon, soon], [ended, soon], [ended, ended]];
    expect(pairs.map(([now, before]) => hasNews(now, before))).toEqual([false, true, false, true, false]);
  });

  test('of a root mailbox outside of the allowed domains, once', () => {
    const facts = { allowedEmailDomains: ['example.com'] };
    const of = (email: string) => reportOf([account()], { mailboxes: { [accountOf(1).accountId]: email } }, undefined, facts);
    const [own, foreign] = ['root@example.com', 'root@example.org'].map(of);
    expect([hasNews(own), hasNews(foreign), hasNews(foreign, own), hasNews(foreign, foreign)]).toEqual([false, true, true, false]);
  });

  test('when it did not come to its end, however often that was said', () => {
    expect(hasNews(reportOf([], {}, DENIED), reportOf([], {}, DENIED))).toBe(true);
  });
});

describe('a sweep has none', () => {
  test.each<[what: string, now: AccountResult, before: AccountResult[] | undefined]>([
    ['a clean account', account(), undefined],
    ['what is kept, when there is no earlier report', account({ ...KEY, status: 'kept', reason: 'break glass' }), undefined],
    ['what is kept in an account that could not be read', account({ ...KEY, status: 'kept', reason: 'break glass' }), [failed(DENIED)]],
    ['what was found before', account(KEY, PASSWORD), [account(KEY, PASSWORD)]],
    ['what was kept before', account({ ...KEY, status: 'kept', reason: 'in use' }), [account({ ...KEY, status: 'kept', reason: 'in use' })]],
    ['a credential that is gone', account(), [account(KEY)]],
    ['an account that fails as before', failed(DENIED), [failed({ ...DENIED, message: 'in other words' })]],
    ['a deletion that fails as before', account({ ...KEY, status: 'failed', problem: STILL_PRESENT }), [account({ ...KEY, status: 'failed', problem: STILL_PRESENT })]],
  ])('of %s', (_what, now, before) => {
    expect(hasNews(reportOf([now]), before && earlier(...before))).toBe(false);
  });
});
