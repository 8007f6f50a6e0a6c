import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** @default a minute: for a machine that has much else to do */
  readonly timeout?: number;
  /** Milliseconds between two attempts. @default 50 at first, and half as much again from one attempt to the next, up to 500: what takes long is asked less often */
  readonly interval?: number;
}

/**
 * Tries again until an attempt neither throws nor returns `false`, and answers what that attempt returned.
 *
 * Tests wait for a state with it, never for a time. When the time is over, the last attempt's error is thrown.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<Exclude<T, false>> {
  const { timeout = 60_000, interval } = options;
  const end = performance.now() + timeout;
  for (let pause = interval ?? 50; ; pause = interval ?? Math.min(pause * 1.5, 500)) {
    try {
      const answer = await attempt();
      if (answer !== false) {
        return answer as Exclude<T, false>;
      }
      if (performance.now() > end) {
        throw new Error(`still false after ${timeout} ms`);
      }
    } catch (error) {
      if (performance.now() > end) {
        throw error;
      }
    }
    await sleep(pause);
  }
}
