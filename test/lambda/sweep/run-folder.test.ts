import type { ObjectStore } from './object-store';
import { planOf, type Decision } from '../../../lambda/sweep/plan';
import { resultOf } from '../../../lambda/sweep/results';
import { latestPrefix, RunFolder, runPrefix, type Walk } from '../../../lambda/sweep/run-folder';
import { onTestFinished } from '../../support/on-test-finished';
import { account, SELECTION, serveRunFolder } from '../../support/run-folder';

let store: ObjectStore;
let folder: RunFolder;
const served = serveRunFolder();
beforeEach(() => {
  ({ store, folder } = served);
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
  test('is what was saved, and what goes through the state machine is its digest and numbers', async () => {
    const { digest, batches } = await folder.saveSelection(SELECTION);
    expect(await folder.selection(digest)).toEqual(SELECTION);
    expect(batches).toEqual([0, 1]);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is saved once: an attempt that comes later gets what the first has saved', async () => {
    const first = await folder.saveSelection(SELECTION);
    expect(await folder.saveSelection({ ...SELECTION, batches: [[account(9)]] })).toEqual(first);
    expect(await folder.selection(first.digest)).toEqual(SELECTION);
  });

  test('that somebody has changed is refused', async () => {
    const { digest } = await folder.saveSelection(SELECTION);
    await folder.put('runs/one/selection.json', JSON.stringify({ ...SELECTION, batches: [[account(9)]] }));
    await expect(folder.selection(digest)).rejects.toMatchObject({
      name: 'SelectionTampered', message: 'runs/one/selection.json is not what the sweep saved: somebody has changed it',
    });
  });
});

const PLAN = planOf({
  execution: 'one', createdAt: '2026-11-23T00:00:00.000Z', organizationId: 'o-abcdefghij', work: 'purge', dryRun: false, unread: [],
}, [{ ...account(0), kind: 'Password', action: 'delete' }, { ...account(1), kind: 'AccessKey', id: 'AKIA1', action: 'keep', reason: 'a rule keeps it' }]);

describe('the decision', () => {
  const DECISION: Decision = { accounts: [resultOf(account(0), [{ kind: 'Password', status: 'would-delete' }])], plan: PLAN };

  test('is saved once: an attempt that comes later gets what the first has decided', async () => {
    const first = await folder.saveDecision(DECISION);
    expect(await folder.saveDecision({ ...DECISION, accounts: [] })).toEqual(first);
    expect(await folder.decision(first.digest)).toEqual(first.decision);
    expect(first.decision).toEqual(JSON.parse(JSON.stringify(DECISION)));
  });

  test('that somebody has changed is refused', async () => {
    const { digest } = await folder.saveDecision(DECISION);
    await folder.put('runs/one/decision.json', JSON.stringify({ ...DECISION, accounts: [] }));
    await expect(folder.decision(digest)).rejects.toMatchObject({ name: 'DecisionTampered' });
  });
});

describe('the plan', () => {
  test('is what was saved, wherever it is to be found', async () => {
    await folder.savePlan(PLAN, ['runs/one/', 'latest/']);
    expect(await folder.plan(PLAN.digest)).toEqual(JSON.parse(JSON.stringify(PLAN)));
    expect(String(store.objects.get('reports/latest/plan.json'))).toBe(String(store.objects.get('reports/runs/one/plan.json')));
  });

  test.each<[string, (text: string) => string]>([
    ['deletes what was kept', (text) => text.replace('"action":"keep"', '"action":"delete"')],
    ['deletes in another account', (text) => text.replace(account(0).accountId, account(5).accountId)],
    ['is of another organization', (text) => text.replace('o-abcdefghij', 'o-zzzzzzzzzz')],
    ['deletes nothing', (text) => text.replace('"action":"delete"', '"action":"keep"')],
  ])('that somebody has changed so that it %s is refused', async (_what, change) => {
    await folder.savePlan(PLAN);
    await folder.put('runs/one/plan.json', change(String(store.objects.get('reports/runs/one/plan.json'))));
    await expect(folder.plan(PLAN.digest)).rejects.toMatchObject({ name: 'PlanTampered', message: expect.stringContaining('somebody has changed it') });
  });
});

test('each attempt at a batch of a walk has results of its own, the latest first', async () => {
  const results = (attempt: string, n: number) => ({ attempt, ended: true, results: [resultOf(account(n), [])] });
  const save = (walk: Walk, batch: number, attempt: string, n: number) => folder.saveResults(walk, batch, results(attempt, n));
  await folder.saveResults('look', 0, { attempt: 'first', ended: false, results: [] });
  await save('look', 0, 'first', 0);
  await save('look', 0, 'second', 0);
  await save('look', 12, 'first', 1);
  await save('purge', 0, 'first', 2);
  expect(keys()).toEqual(['look-0000-first', 'look-0000-second', 'look-0012-first', 'purge-0000-first'].map((name) => `reports/runs/one/${name}.json`));
  expect(await folder.results('look', 0)).toEqual([results('second', 0), results('first', 0)]);
  expect(await folder.results('look', 12)).toEqual([results('first', 1)]);
  expect(await folder.results('purge', 0)).toEqual([results('first', 2)]);
  expect(await folder.results('look', 1)).toEqual([]);
});
