import { becauseOfTime, leastPurgeMs, msPerLookOf, type TimeOfDeployment } from '../../../../lambda/sweep/decide/time';
import { resultOf } from '../../../../lambda/sweep/results';
import type { BatchResults } from '../../../../lambda/sweep/run-folder';

const MINUTE = 60_000;
const BEGUN = Date.UTC(2026, 10, 23);
const after = (minutes: number) => new Date(BEGUN + minutes * MINUTE);

/** 500 ms for each account of a batch, as with 25 accounts of 12.5 s at once: two such looks of 50 accounts are 50 s. */
const time: TimeOfDeployment = { startedAt: BEGUN, endsAt: BEGUN + 58.5 * MINUTE, msPerLook: 500, accountsPerBatch: 50, batchesAtOnce: 4 };

test.each<[number, Partial<TimeOfDeployment>, number]>([
  [0, {}, 0],
  [1, {}, 1],
  [50, {}, 50],
  [51, {}, 25.5], // two batches, of which it is not known that one is longer
  [200, {}, 50],
  [10_000, {}, 2_500],
  [10_000, { batchesAtOnce: 40 }, 250],
  [10_000, { batchesAtOnce: 1 }, 10_000],
  [10_000, { msPerLook: 50 }, 250],
])('%i accounts take at least two looks each, in as many batches as there are at once: %j', (accounts, changes, seconds) => {
  expect(leastPurgeMs(accounts, { ...time, ...changes })).toBe(seconds * 1_000);
});

test.each<[string, number, number, Partial<TimeOfDeployment>]>([
  ['that is empty, however late it is', 0, 60, {}],
  ['of a few accounts, at the last moment', 50, 57, {}],
  ['that has just enough time by the least that it takes', 10_000, 58.5 - 2_500 / 60, {}],
  ['of a large organization that answers fast', 50_000, 10, { msPerLook: 50 }],
])('a plan %s is carried out', (_which, accounts, minutes, changes) => {
  expect(becauseOfTime(accounts, { ...time, ...changes }, after(minutes))).toBeUndefined();
});

test.each<[string, number, number, Partial<TimeOfDeployment>, string]>([
  ['whose least is more than what is left', 10_000, 20, {}, 'the purge of 10000 accounts takes at least 41.7 minutes, and 38.5 minutes are left of 58.5 minutes (the look took 500 ms for each account of a batch, with up to 4 batches at once, and a purge takes at least 2 looks)'],
  ['that comes when the deployment has given up', 1, 60, {}, 'the purge of 1 account takes at least 0 minutes, and 0 minutes are left of 58.5 minutes'],
  ['of a shorter deployment', 1_000, 5, { endsAt: BEGUN + 8.5 * MINUTE }, 'the purge of 1000 accounts takes at least 4.2 minutes, and 3.5 minutes are left of 8.5 minutes'],
  ['that goes on one by one', 500, 30, { batchesAtOnce: 1, msPerLook: 3_600 }, 'the purge of 500 accounts takes at least 60 minutes, and 28.5 minutes are left'],
])('a plan %s is refused, with the figures and what to do', (_which, accounts, minutes, changes, figures) => {
  const refused = becauseOfTime(accounts, { ...time, ...changes }, after(minutes))!;
  expect(refused).toMatchObject({ code: 'TooLittleTime', message: expect.stringContaining(`nothing was deleted: the plan cannot end before the deployment gives up: ${figures}`) });
  expect(refused.remedies.join('\n')).toMatch(/organizational units or accounts, or deploy a plan file[^]*batchesAtOnce[^]*deploymentTimeout[^]*approval[^]*manually or by schedule/);
});

describe('how long a look took', () => {
  const batch = (accounts: number, ms?: number): BatchResults => ({
    attempt: 'one', ended: ms !== undefined, ms, results: Array.from({ length: accounts }, (_, n) => resultOf({ accountId: String(n), accountName: '' }, [])),
  });

  test.each<[string, BatchResults[][], number | undefined]>([
    ['is that of the batch in the middle, which neither hung nor was small', [[batch(50, 300_000)], [batch(50, 5_000)], [batch(1, 900)]], 900],
    ['is that of the faster where there is none in the middle', [[batch(50, 300_000)], [batch(50, 5_000)]], 100],
    ['leaves attempts out that died', [[batch(7), batch(50, 5_000)]], 100],
    ['leaves batches out that had nothing', [[batch(0, 5_000)], [batch(50, 5_000)]], 100],
    ['is not known where none has come to its end', [[batch(7)], []], undefined],
  ])('%s', (_what, batches, ms) => {
    expect(msPerLookOf(batches)).toBe(ms);
  });
});
