/** How a sweep handles an account that joins the organization, created or invited, if the construct selects it. */
export enum JoinedAccounts {
  /** The account is audited: the report lists its root credentials, and nothing is deleted. */
  AUDIT = 'AUDIT',

  /**
   * The account is swept like every other account.
   *
   * An invited account brings its root credentials along, and a workload may use an access key of its root user.
   * Make sure that this is checked before an account is invited.
   */
  PURGE = 'PURGE',
}
