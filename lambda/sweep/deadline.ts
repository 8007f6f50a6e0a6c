import { CODES, problem, SWEEP_ACCOUNT_AGAIN } from './remedies';
import type { Problem } from './results';
import { withTimeout } from '../aws/patience';

/**
 * Works on an account until its time is up. Then the work is told to stop, which ends its calls, and what is known is the result.
 *
 * @param deadline milliseconds since the epoch
 */
export async function byDeadline<T>(deadline: number, work: (timeUp: AbortSignal) => Promise<T>, abandoned: () => T): Promise<T> {
  const timeUp = new AbortController();
  const result = work(timeUp.signal);
  return withTimeout(deadline - Date.now(), () => result).catch(() => {
    timeUp.abort();
    return abandoned();
  });
}

/** @param step that was under way, as the second half of a sentence */
export const outOfTime = (step: string): Problem => problem(
  CODES.outOfTime, `the time for this account was up while ${step}: something did not answer, and nothing more is changed in it`, SWEEP_ACCOUNT_AGAIN,
  'if it happens again, look in CloudTrail which of its calls are the last, and tell AWS Support',
);
