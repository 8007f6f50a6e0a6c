/** How a sweep handles an account that it cannot read or clean. */
export enum FailedAccounts {
  /** The sweep fails, and with it the deployment that started it. All other accounts are still swept. */
  FAIL = 'FAIL',

  /** The sweep succeeds. The report lists the accounts and a remedy for each. */
  TOLERATE = 'TOLERATE',
}
