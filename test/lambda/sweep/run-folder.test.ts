import { S3Client } from '@aws-sdk/client-s3';
import { serveObjects, type ObjectStore } from './object-store';
import { UNPROTECTED } from './testing';
import type { Credential } from '../../../lambda/root-user/credentials';
import { AssumeRootError } from '../../../lambda/root-user/sessions';
import { problemOf } from '../../../lambda/sweep/remedies';
import { reconcile } from '../../../lambda/sweep/report/contents';
import { resultOf, skipped, type Account, type AccountResult } from '../../../lambda/sweep/results';
import { latestPrefix, RunFolder, runPrefix } from '../../../lambda/sweep/run-folder';
import type { ResolvedSelection } from '../../../lambda/sweep/selection';
import { onTestFinished } from '../../support/on-test-finished';

const account = (n: number) => ({ accountId: String(200_000_000_000 + n), accountName: `account-${n}` });
const KEY: Credential = { kind: 'AccessKey', id: 'AKIA1' };
const OTHER_KEY: Credential = { kind: 'AccessKey', id: 'AKIA2' };

const SELECTION: ResolvedSelection = {
  organizationId: 'o-abcdefghij',
  managementAccountId: '111111111111',
  callerAccountId: '111111111111',
  work: 'purge',
  credentials: ['Password'],
  dryRun: false,
  protection: UNPROTECTED,
  narrowed: false,
  alsoRunning: [],
  batches: [[account(0), account(1)], [account(2)]],
  skipped: [skipped(account(9), 'it is excluded')],
};

let store: ObjectStore;
let folder: RunFolder;
beforeAll(async () => {
  store = await serveObjects();
});
afterAll(() => store.close());
beforeEach(() => {
  store.objects.clear();
  const s3 = new S3Client({ endpoint: store.endpoint, forcePathStyle: true, region: 'us-east-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } });
  folder = new RunFolder(s3, 'reports', 'runs/one/');
});

const keys = () => [...store.objects.keys()].sort();

test('a sweep has a folder of its own, by the second in which it started and its name', () => {
  expect(runPrefix({ name: 'deployment-1', startTime: '2026-11-23T01:02:03.678Z' })).toBe('runs/2026-11-23T01-02-03Z-deployment-1/');
  expect(runPrefix({ name: 'by-hand', startTime: '2026-11-23T01:02:03Z' })).toBe('runs/2026-11-23T01-02-03Z-by-hand/');
});

test('a sweep that shares its bucket has its folders in its own part of it', () => {
  process.env.REPORTS_PREFIX = '111111111111/Stack/Purge/';
  onTestFinished(() => { delete process.env.REPORTS_PREFIX; });
  expect(runPrefix({ name: 'by-hand', startTime: '2026-11-23T01:02:03Z' })).toBe('111111111111/Stack/Purge/runs/2026-11-23T01-02-03Z-by-hand/');
  expect(latestPrefix()).toBe('111111111111/Stack/Purge/latest/');
});

describe('the selection', () => {
  test('is what was saved, and the list that the Map reads holds numbers alone', async () => {
    const { digest, batchesKey } = await folder.saveSelection(SELECTION);
    expect(await folder.selection(digest)).toEqual(SELECTION);
    expect(batchesKey).toBe('runs/one/batches.json');
    expect(JSON.parse(String(store.objects.get(`reports/${batchesKey}`)))).toEqual([{ batch: 0 }, { batch: 1 }]);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is saved once: an attempt that comes later gets what the first has saved', async () => {
    const first = await folder.saveSelection(SELECTION);
    expect(await folder.saveSelection({ ...SELECTION, batches: [[account(9)]] })).toEqual(first);
    expect(await folder.selection(first.digest)).toEqual(SELECTION);
    expect(JSON.parse(String(store.objects.get(`reports/${first.batchesKey}`)))).toEqual([{ batch: 0 }, { batch: 1 }]);
  });

  test('that somebody has changed is refused', async () => {
    const { digest } = await folder.saveSelection(SELECTION);
    await folder.put('runs/one/selection.json', JSON.stringify({ ...SELECTION, batches: [[account(9)]] }));
    await expect(folder.selection(digest)).rejects.toMatchObject({
      name: 'SelectionTampered', message: 'runs/one/selection.json is not what the sweep saved: somebody has changed it',
    });
  });
});

describe('plans', () => {
  const plan = (attempt: string, n: number, ...credentials: Credential[]) => ({ attempt, accountId: account(n).accountId, credentials });

  test('are those of every other attempt at the batch', async () => {
    const plans = [plan('first', 0, KEY), plan('second', 0, KEY, OTHER_KEY), plan('second', 1, OTHER_KEY)];
    for (const each of [...plans, plan('own', 0, { kind: 'Password' })]) {
      await folder.savePlan(0, each);
    }
    await folder.savePlan(1, plan('first', 2, KEY));
    expect(await folder.plans(0, 'own')).toEqual(plans);
    expect(await folder.plans(0)).toContainEqual(plan('own', 0, { kind: 'Password' }));
    expect(await folder.plans(2)).toEqual([]);
  });

  test('stand apart from results, of which each attempt at a batch has its own, the latest first', async () => {
    await folder.savePlan(0, plan('first', 0, KEY));
    const [first, second, other] = [['first', account(0)], ['second', account(0)], ['first', account(1)]].map(([attempt, of]) => (
      { attempt: attempt as string, ended: true, results: [resultOf(of as Account, [])] }));
    await folder.saveResults(0, { ...first, ended: false, results: [] });
    await folder.saveResults(0, first);
    await folder.saveResults(0, second);
    await folder.saveResults(12, other);
    expect(keys()).toEqual([
      'reports/runs/one/batch-0000-first.json', 'reports/runs/one/batch-0000-second.json', 'reports/runs/one/batch-0012-first.json', `reports/runs/one/plans/0000/first/${account(0).accountId}.json`,
    ]);
    expect(await folder.results(0)).toEqual([second, first]);
    expect(await folder.results(12)).toEqual([other]);
    expect(await folder.results(1)).toEqual([]);
  });
});

describe('every account of the selection has one outcome', () => {
  const deleted = resultOf(account(0), [{ ...KEY, status: 'deleted' }]);
  const clean = resultOf(account(1), []);
  const save = (batch: number, results: AccountResult[], attempt = 'one', ended = true) => folder.saveResults(batch, { attempt, ended, results });
  const planned = (n: number, attempt: string, ...credentials: Credential[]) => folder.savePlan(0, { attempt, ...account(n), credentials });
  const outcomes = async () => Object.fromEntries((await reconcile(folder, SELECTION)).map((result) => [result.accountName, result]));

  test('as its batch wrote it, or as it was skipped', async () => {
    await save(0, [clean, deleted]);
    await save(1, [resultOf(account(2), [])]);
    await planned(0, 'dead', OTHER_KEY); // is in the result: the batch has read it
    const results = await reconcile(folder, SELECTION);
    expect(results.map(({ accountName, outcome }) => `${accountName} ${outcome}`)).toEqual(['account-0 purged', 'account-1 clean', 'account-2 clean', 'account-9 skipped']);
    expect(results[0].credentials).toEqual([{ ...KEY, status: 'deleted' }]);
  });

  test('failed when its batch did not come to its end, before or after it began to delete', async () => {
    await save(1, [resultOf(account(2), [])]);
    await planned(0, 'dead', KEY);
    const { 'account-0': interrupted, 'account-1': notLookedAt, 'account-2': whole } = await outcomes();
    const remedies = ['sweep the account again: what is gone then is gone'];
    expect(interrupted).toMatchObject({
      outcome: 'failed',
      problem: { code: 'Interrupted', message: 'the sweep ended while it deleted credentials of this account', remedies },
      credentials: [{
        ...KEY,
        status: 'failed',
        problem: { code: 'Interrupted', message: 'the sweep ended while it deleted this credential: it may be gone, or still there', remedies },
      }],
    });
    expect(notLookedAt).toMatchObject({
      outcome: 'failed',
      credentials: [],
      problem: { code: 'NotAttempted', message: 'the sweep ended before this account was looked at, or before its result was written', remedies },
    });
    expect(whole).toMatchObject({ outcome: 'clean' });
  });

  test('failed when its batch has written a result for another one only', async () => {
    await save(0, [deleted], 'one', false);
    expect(await outcomes()).toMatchObject({ 'account-0': { outcome: 'purged' }, 'account-1': { outcome: 'failed' }, 'account-2': { outcome: 'failed' } });
  });

  test('by what it has written when it was killed: the accounts that had ended keep their outcome, and the others are named', async () => {
    await planned(0, 'one', KEY);
    await planned(1, 'one', OTHER_KEY);
    await save(0, [deleted], 'one', false);
    expect(await outcomes()).toMatchObject({
      'account-0': { outcome: 'purged', credentials: [{ ...KEY, status: 'deleted' }] },
      'account-1': { outcome: 'failed', problem: { code: 'Interrupted' }, credentials: [{ ...OTHER_KEY, status: 'failed' }] },
    });
  });

  test('by the last attempt that has looked at it, with what the others have deleted', async () => {
    await save(0, [deleted, resultOf(account(1), [{ ...KEY, status: 'deleted' }])], '1', false);
    const notAttempted = { code: 'NotAttempted', message: '', remedies: [''] };
    await save(0, [resultOf(account(0), [{ ...KEY, status: 'absent' }]), resultOf(account(1), [], notAttempted)], '2');
    expect(await outcomes()).toMatchObject({
      'account-0': { outcome: 'purged', credentials: [{ ...KEY, status: 'deleted' }] },
      'account-1': { outcome: 'purged', credentials: [{ ...KEY, status: 'deleted' }] },
    });
  });

  test('failed when a later attempt began to delete and was not heard of again', async () => {
    await save(0, [deleted, clean], '1', false);
    await planned(0, '2', OTHER_KEY);
    expect((await outcomes())['account-0']).toMatchObject({
      outcome: 'failed', problem: { code: 'Interrupted' }, credentials: [{ ...KEY, status: 'deleted' }, { ...OTHER_KEY, status: 'failed', problem: { code: 'Interrupted' } }],
    });
  });

  test('and what an attempt only planned and another does not find is gone, nobody knows by whom', async () => {
    await planned(0, '1', KEY);
    await save(0, [resultOf(account(0), []), clean], '2', false);
    expect((await outcomes())['account-0']).toMatchObject({ outcome: 'clean', credentials: [{ ...KEY, status: 'absent', reason: expect.stringContaining('nobody knows') }] });
  });
});

describe('a denied session', () => {
  const denied = resultOf(account(0), [], problemOf(new AssumeRootError(true, Object.assign(new Error('not authorized'), { name: 'AccessDenied' }))));
  const firstRemedy = async () => (await reconcile(folder, SELECTION))[0].problem!.remedies[0];
  const save = (...results: AccountResult[]) => folder.saveResults(0, { attempt: 'one', ended: true, results });

  test('has its cause in the account where others were given sessions, in whatever batch', async () => {
    await save(denied, resultOf(account(1), [], { code: 'NotAttempted', message: '', remedies: [] }));
    await folder.saveResults(1, { attempt: 'one', ended: true, results: [resultOf(account(2), [])] });
    expect(await firstRemedy()).toMatch(/^the account is closed, suspended/);
    expect((await reconcile(folder, SELECTION))[0].problem!.remedies[1]).toMatch(/^a policy denies it for this account and not for others/);
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
