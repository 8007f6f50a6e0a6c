import { randomInt } from 'node:crypto';

/** Everybody who runs the tests draws the same cases. */
const SEED = 20_261_127;

/** `npm run fuzz` draws new ones. */
const { FC_FUZZ, FC_RUNS, FC_SEED = FC_FUZZ ? 'random' : SEED } = process.env;
const DRAWN = FC_SEED === 'random' ? randomInt(2 ** 31) : Number(FC_SEED);

/**
 * How many cases of a property fast-check draws, and by which seed: always the same one, `FC_SEED`, or with `FC_SEED=random` a new one, which stands in the
 * message of a failure. `FC_RUNS` makes more of them.
 *
 * @param failed a seed that failed once, and stays a case of its own
 */
export function cases(usual: number, failed?: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Number(FC_RUNS ?? usual), seed: failed ?? DRAWN };
}

/** Long enough for as many cases as are asked for, on a slow machine. */
export const casesTimeout = (usual: number) => 60_000 + 5_000 * cases(usual).numRuns;
