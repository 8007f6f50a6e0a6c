import { S3Client } from '@aws-sdk/client-s3';
import { serveObjects, type ObjectStore } from './object-store';
import { UNPROTECTED } from './testing';
import { reconcile } from '../../lambda/sweep/report';
import { resultOf, skipped, type Credential } from '../../lambda/sweep/results';
import { RunFolder, runPrefix } from '../../lambda/sweep/run-folder';
import type { ResolvedSelection } from '../../lambda/sweep/selection';

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

describe('the selection', () => {
  test('is what was saved, and the list that the Map reads holds numbers alone', async () => {
    const { digest, batchesKey } = await folder.saveSelection(SELECTION);
    expect(await folder.selection(digest)).toEqual(SELECTION);
    expect(batchesKey).toBe('runs/one/batches.json');
    expect(JSON.parse(String(store.objects.get(`reports/${batchesKey}`)))).toEqual([{ batch: 0 }, { batch: 1 }]);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
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
  test('are those of every other attempt at the batch, each credential once', async () => {
    await folder.savePlan(0, 'first', account(0), [KEY]);
    await folder.savePlan(0, 'second', account(0), [KEY, OTHER_KEY]);
    await folder.savePlan(0, 'second', account(1), [OTHER_KEY]);
    await folder.savePlan(0, 'own', account(0), [{ kind: 'Password' }]);
    await folder.savePlan(1, 'first', account(2), [KEY]);
    expect(await folder.plans(0, 'own')).toEqual(new Map([[account(0).accountId, [KEY, OTHER_KEY]], [account(1).accountId, [OTHER_KEY]]]));
    expect((await folder.plans(0)).get(account(0).accountId)).toContainEqual({ kind: 'Password' });
    expect(await folder.plans(2)).toEqual(new Map());
  });

  test('stand apart from results, of which each batch has its own', async () => {
    await folder.savePlan(0, 'first', account(0), [KEY]);
    await folder.saveResults(0, [resultOf(account(0), [])]);
    await folder.saveResults(12, [resultOf(account(1), [])]);
    expect(keys()).toEqual(['reports/runs/one/batch-0000.json', 'reports/runs/one/batch-0012.json', `reports/runs/one/plans/0000/first/${account(0).accountId}.json`]);
    expect(await folder.results(12)).toMatchObject([account(1)]);
    expect(await folder.results(1)).toBeUndefined();
  });
});

describe('every account of the selection has one outcome', () => {
  const deleted = resultOf(account(0), [{ ...KEY, status: 'deleted' }]);
  const clean = resultOf(account(1), []);
  const outcomes = async () => Object.fromEntries((await reconcile(folder, SELECTION)).map((result) => [result.accountName, result]));

  test('as its batch wrote it, or as it was skipped', async () => {
    await folder.saveResults(0, [clean, deleted]);
    await folder.saveResults(1, [resultOf(account(2), [])]);
    await folder.savePlan(0, 'dead', account(0), [OTHER_KEY]); // is in the result: the batch has read it
    const results = await reconcile(folder, SELECTION);
    expect(results.map(({ accountName, outcome }) => `${accountName} ${outcome}`)).toEqual(['account-0 purged', 'account-1 clean', 'account-2 clean', 'account-9 skipped']);
    expect(results[0].credentials).toEqual([{ ...KEY, status: 'deleted' }]);
  });

  test('failed when its batch did not come to its end, before or after it began to delete', async () => {
    await folder.saveResults(1, [resultOf(account(2), [])]);
    await folder.savePlan(0, 'dead', account(0), [KEY]);
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
    await folder.saveResults(0, [deleted]);
    expect(await outcomes()).toMatchObject({ 'account-0': { outcome: 'purged' }, 'account-1': { outcome: 'failed' }, 'account-2': { outcome: 'failed' } });
  });
});
