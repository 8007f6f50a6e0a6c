import { setTimeout as sleep } from 'timers/promises';

/**
 * How long to wait for something that AWS makes true late. Throttling, 5xx and lost connections are not its business:
 * the SDK retries those.
 */
export interface Patience {
  readonly forMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const seconds = (forSeconds: number, firstPauseMs = 250, longestPauseMs = 5_000): Patience =>
  ({ forMs: forSeconds * 1_000, firstPauseMs, longestPauseMs });

/** Does it again while it fails with an error that waiting may cure; throws the last error when the patience ends. */
export async function retryWhile<T>(mayPass: (error: unknown) => boolean, patience: Patience, operation: () => Promise<T>): Promise<T> {
  for (const pause of pauses(patience)) {
    try {
      return await operation();
    } catch (error) {
      if (!mayPass(error)) {
        throw error;
      }
      await pause();
    }
  }
  return operation();
}

/** Reads until it is as wanted, and returns the last that was read, wanted or not. */
export async function readUntil<T>(wanted: (value: T) => boolean, patience: Patience, read: () => Promise<T>): Promise<T> {
  for (const pause of pauses(patience)) {
    const value = await read();
    if (wanted(value)) {
      return value;
    }
    await pause();
  }
  return read();
}

/** Rejects after the timeout. The work is not cancelled. */
export async function withTimeout<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const tooLong = sleep(Math.max(0, milliseconds), undefined, { signal: done.signal }).then(() => { throw new Error(`no answer within ${milliseconds} ms`); });
  try {
    return await Promise.race([work(), tooLong]);
  } finally {
    tooLong.catch(() => undefined); // what is aborted fails, too
    done.abort();
  }
}

/** Pauses that double and together last as long as the patience. */
function* pauses({ forMs, firstPauseMs, longestPauseMs }: Patience): Generator<() => Promise<unknown>> {
  const end = Date.now() + forMs;
  for (let length = firstPauseMs; Date.now() < end; length = Math.min(length * 2, longestPauseMs)) {
    yield () => sleep(Math.min(length, Math.max(0, end - Date.now())));
  }
}
