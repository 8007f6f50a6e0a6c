/** How many accounts a sweep works on at once. The defaults fit a new account's quota of 10 concurrent Lambda functions. */
export interface SweepConcurrency {
  /**
   * Accounts in one batch, which one invocation of a function works through: 1 to 100. A multiple of `accountsInFlight` wastes no time: the
   * last accounts of a batch are worked on as many at once as the first.
   *
   * @default 30
   */
  readonly accountsPerBatch?: number;

  /**
   * Batches, and so functions, at once: 1 to 1,000.
   *
   * @default 4
   */
  readonly batchesAtOnce?: number;

  /**
   * Accounts at once within a batch: 1 to 100.
   *
   * @default 10
   */
  readonly accountsInFlight?: number;
}
