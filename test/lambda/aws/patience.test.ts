import { setTimeout as sleep } from 'node:timers/promises';
import { readUntil, retryWhile, seconds, withTimeout, type Patience } from '../../../lambda/aws/patience';

const SHORT: Patience = { forMs: 60, firstPauseMs: 5, longestPauseMs: 20 };
const LONG: Patience = { ...SHORT, forMs: 60_000 };
const NONE: Patience = { ...SHORT, forMs: 0 };

/** Does it again and again, and remembers when. */
function failing(times = Infinity) {
  const at: number[] = [];
  const operation = async () => {
    at.push(Date.now());
    if (at.length <= times) {
      throw new Error(`not yet ${at.length}`);
    }
    return 'done';
  };
  return { at, operation };
}

const pausesOf = (at: number[]) => at.slice(1).map((time, i) => time - at[i]);

describe('what may pass is tried again', () => {
  test('until it does', async () => {
    const { at, operation } = failing(3);
    expect(await retryWhile(() => true, LONG, operation)).toBe('done');
    expect(at).toHaveLength(4);
  });

  test('and never when it will not pass', async () => {
    const { at, operation } = failing();
    await expect(retryWhile((error) => (error as Error).message !== 'not yet 2', LONG, operation)).rejects.toThrow('not yet 2');
    expect(at).toHaveLength(2);
  });

  test('as long as the patience lasts, and not longer: the last failure is told', async () => {
    const { at, operation } = failing();
    await expect(retryWhile(() => true, SHORT, operation)).rejects.toThrow(/^not yet \d+$/);
    expect(at.length).toBeGreaterThan(1);
    expect(at.at(-1)! - at[0]).toBeGreaterThanOrEqual(SHORT.forMs - 1);
    expect(at.at(-1)! - at[0]).toBeLessThan(5_000);
  });

  test('once where there is no patience', async () => {
    const { at, operation } = failing();
    await expect(retryWhile(() => true, NONE, operation)).rejects.toThrow('not yet 1');
    expect(at).toHaveLength(1);
  });

  test('after pauses that double, up to the longest', async () => {
    const { at, operation } = failing(9);
    await retryWhile(() => true, { forMs: 60_000, firstPauseMs: 10, longestPauseMs: 25 }, operation);
    pausesOf(at).forEach((pause, i) => expect(pause).toBeGreaterThanOrEqual(([10, 20][i] ?? 25) - 2));
    expect(at.at(-1)! - at[0]).toBeLessThan(4_000); // and not the 5 seconds of pauses that go on doubling
  });

  test('without a pause that is longer than the rest of the patience', async () => {
    const begin = Date.now();
    await expect(retryWhile(() => true, { forMs: 30, firstPauseMs: 20_000, longestPauseMs: 20_000 }, failing().operation)).rejects.toThrow(/not yet [23]/); // a timer may end a millisecond early
    expect(Date.now() - begin).toBeLessThan(5_000);
  });
});

describe('what is read until it is as wanted', () => {
  test('is returned as soon as it is', async () => {
    let reads = 0;
    expect(await readUntil((value) => value === 3, LONG, async () => ++reads)).toBe(3);
    expect(reads).toBe(3);
  });

  test('is returned as it was last read when the patience ends', async () => {
    let reads = 0;
    expect(await readUntil(() => false, SHORT, async () => ++reads)).toBe(reads);
    expect(reads).toBeGreaterThan(1);
  });
});

test('a patience in seconds begins with a quarter of a second and goes up to five, unless it says else', () => {
  expect(seconds(60)).toEqual({ forMs: 60_000, firstPauseMs: 250, longestPauseMs: 5_000 });
  expect(seconds(0.5, 10, 20)).toEqual({ forMs: 500, firstPauseMs: 10, longestPauseMs: 20 });
});

describe('what nobody needs', () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

  test('is answered when it comes in time, and leaves no timer that would hold the process', async () => {
    const before = timers();
    expect(await withTimeout(60_000, () => sleep(20, 'known'))).toBe('known');
    await sleep(0);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('fails as it fails', async () => {
    await expect(withTimeout(60_000, async () => { throw new Error('denied'); })).rejects.toThrow('denied');
  });

  test.each([20, 0, -5])('is given up after its time: %s ms', async (milliseconds) => {
    await expect(withTimeout(milliseconds, () => sleep(5_000, 'late', { ref: false }))).rejects.toThrow(`no answer within ${milliseconds} ms`);
  });
});
