/** What an account that a sweep could not clean means for the sweep. */
export enum FailedAccounts {
  /** The sweep fails, and with it the deployment that started it. The other accounts are swept all the same. */
  FAIL = 'FAIL',

  /** The sweep succeeds; the report names the accounts and what to do about each. */
  TOLERATE = 'TOLERATE',
}
