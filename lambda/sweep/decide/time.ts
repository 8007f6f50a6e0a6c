import { CODES, problem } from '../remedies';
import type { Problem } from '../results';
import type { BatchResults } from '../run-folder';

/** The time that a purge takes, as far as it is known, where a deployment waits for its end. */
export interface TimeOfDeployment {
  /** When the execution began, and when the deployment stops it: milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endsAt: number;
  /** Milliseconds that a batch of this sweep's first walk took for each of its accounts. */
  readonly msPerLook: number;
  readonly accountsPerBatch: number;
  readonly batchesAtOnce: number;
}

/**
 * A purge takes one session to delete and another to look again, which is a second look; the first has at least as many round trips as a look. What it waits
 * for beyond that is not known, so this is the least.
 */
const LOOKS_PER_PURGE = 2;

/** The least that the second walk takes, in milliseconds: it is as fast as the first was. */
export function leastPurgeMs(accounts: number, { msPerLook, accountsPerBatch, batchesAtOnce }: TimeOfDeployment): number {
  const atOnce = Math.min(batchesAtOnce, Math.ceil(accounts / accountsPerBatch));
  return accounts === 0 ? 0 : LOOKS_PER_PURGE * msPerLook * accounts / atOnce;
}

/** Whether a plan would certainly be stopped on its way by the deployment. One that may end in time goes on: only its end tells. */
export function becauseOfTime(accounts: number, time: TimeOfDeployment, now: Date): Problem | undefined {
  const { startedAt, endsAt, msPerLook, batchesAtOnce } = time;
  const left = Math.max(0, endsAt - now.getTime());
  const least = leastPurgeMs(accounts, time);
  return least <= left ? undefined : problem(
    CODES.tooLittleTime,
    `nothing was deleted: the plan cannot end before the deployment gives up: the purge of ${accounts} account${accounts === 1 ? '' : 's'} takes at least ${minutes(least)}, and ${minutes(left)} are left of ${minutes(endsAt - startedAt)}`
    + ` (the look took ${Math.round(msPerLook)} ms for each account of a batch, with up to ${batchesAtOnce} batches at once, and a purge takes at least ${LOOKS_PER_PURGE} looks)`,
    'delete less in each deployment: select organizational units or accounts, or deploy a plan file of which lines are struck out',
    'raise concurrency (batchesAtOnce, accountsInFlight), and deploymentTimeout if it is less than 1 hour',
    'set approval: a deployment does not wait for such a sweep, and neither for one that you start manually or by schedule under deployed settings; those have 6 hours',
  );
}

const minutes = (ms: number) => `${Math.round(ms / 6_000) / 10} minutes`;

/** Milliseconds for each account, of the batch that is in the middle of all that came to their end: one that hung says little. */
export function msPerLookOf(batches: readonly (readonly BatchResults[])[]): number | undefined {
  const each = batches.flat()
    .flatMap(({ ms, results: { length } }) => ms === undefined || length === 0 ? [] : [ms / length])
    .sort((one, other) => one - other);
  return each[Math.floor((each.length - 1) / 2)];
}
