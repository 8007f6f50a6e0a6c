/** Cases are new in each run; `FC_SEED` repeats those of an older one, `FC_RUNS` makes more of them. */
export function cases(usual: number): { readonly numRuns: number; readonly seed?: number } {
  const { FC_RUNS, FC_SEED } = process.env;
  return { numRuns: Number(FC_RUNS ?? usual), ...FC_SEED === undefined ? {} : { seed: Number(FC_SEED) } };
}

/** Long enough for as many cases as are asked for, on a slow machine. */
export const casesTimeout = (usual: number) => 60_000 + 2_000 * cases(usual).numRuns;
