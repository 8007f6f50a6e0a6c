import { AssumeRootError } from '../../../../lambda/root-user/sessions';
import { looksOf } from '../../../../lambda/sweep/decide/looks';
import { problemOf } from '../../../../lambda/sweep/remedies';
import { resultOf, type AccountResult } from '../../../../lambda/sweep/results';
import { RunFolder } from '../../../../lambda/sweep/run-folder';
import { account, SELECTION, serveRunFolder } from '../../../support/run-folder';

let folder: RunFolder;
const served = serveRunFolder();
beforeEach(() => {
  ({ folder } = served);
});

describe('every account of the selection has been looked at once', () => {
  const found = resultOf(account(0), [{ kind: 'Password', status: 'found' }]);
  const clean = resultOf(account(1), []);
  const NOT_ATTEMPTED = { code: 'NotAttempted', message: 'no time', remedies: ['again'] };
  const save = (batch: number, results: AccountResult[], attempt = '1', ended = true) => folder.saveResults('look', batch, { attempt, ended, results });
  const looks = async () => Object.fromEntries((await looksOf(folder, SELECTION)).map((result) => [result.accountName, result]));

  test('as its batch wrote it', async () => {
    await save(0, [clean, found]);
    await save(1, [resultOf(account(2), [])]);
    expect(Object.values(await looks()).map(({ accountName, outcome }) => `${accountName} ${outcome}`)).toEqual(['account-0 found', 'account-1 clean', 'account-2 clean']);
  });

  test('or has failed, when its batch was killed before it had a result', async () => {
    await save(0, [found], '1', false);
    expect(await looks()).toMatchObject({
      'account-0': { outcome: 'found' },
      'account-1': {
        outcome: 'failed',
        credentials: [],
        problem: {
          code: 'NotAttempted',
          message: 'the sweep ended before this account was looked at, or before its result was written',
          remedies: ['sweep the account again: what is gone then is gone'],
        },
      },
      'account-2': { outcome: 'failed' },
    });
  });

  test('by the last attempt that came to it', async () => {
    await save(0, [resultOf(account(0), []), clean], '1');
    await save(0, [found, resultOf(account(1), [], NOT_ATTEMPTED)], '2');
    expect(await looks()).toMatchObject({ 'account-0': { outcome: 'found' }, 'account-1': { outcome: 'clean' } });
  });

  test('and has the reason for which no attempt came to it', async () => {
    await save(0, [resultOf(account(0), [], NOT_ATTEMPTED)]);
    expect((await looks())['account-0'].problem).toEqual(NOT_ATTEMPTED);
  });
});

describe('a denied session', () => {
  const denied = resultOf(account(0), [], problemOf(new AssumeRootError(true, Object.assign(new Error('not authorized'), { name: 'AccessDenied' }))));
  const firstRemedy = async () => (await looksOf(folder, SELECTION))[0].problem!.remedies[0];
  const save = (...results: AccountResult[]) => folder.saveResults('look', 0, { attempt: 'one', ended: true, results });

  test('has its cause in the account where others were given sessions, in whatever batch', async () => {
    await save(denied, resultOf(account(1), [], { code: 'NotAttempted', message: '', remedies: [] }));
    await folder.saveResults('look', 1, { attempt: 'one', ended: true, results: [resultOf(account(2), [])] });
    expect(await firstRemedy()).toMatch(/^the account is closed, suspended/);
    expect((await looksOf(folder, SELECTION))[0].problem!.remedies[1]).toMatch(/^a policy denies it for this account and not for others/);
  });

  test('and a call that is denied in a session is one that was given', async () => {
    await save(denied, resultOf(account(1), [], { code: 'AccessDenied', message: '', remedies: [] }));
    expect(await firstRemedy()).toMatch(/^the account is closed, suspended/);
  });

  test('may have any cause where nobody was given one', async () => {
    await save(denied, { ...denied, ...account(1) });
    expect(await firstRemedy()).toMatch(/^the sweep's role is not allowed/);
  });
});
