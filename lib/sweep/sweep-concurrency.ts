/**
 * Number of accounts that a sweep processes concurrently. The defaults fit the quota of 10 concurrent Lambda
 * functions of a new account.
 */
export interface SweepConcurrency {
  /**
   * Accounts in a batch, which one invocation of a function processes, from 1 to 100.
   *
   * Use a multiple of `accountsInFlight`, so that the last accounts of a batch run as concurrently as the first.
   *
   * @default 30
   */
  readonly accountsPerBatch?: number;

  /**
   * Batches, and so invocations of the function, that run concurrently, from 1 to 1,000.
   *
   * @default 4
   */
  readonly batchesAtOnce?: number;

  /**
   * Accounts that are processed concurrently within a batch, from 1 to 100.
   *
   * @default 10
   */
  readonly accountsInFlight?: number;
}
