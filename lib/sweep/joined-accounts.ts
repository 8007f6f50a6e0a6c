/** What happens to an account that joins the organization, whether it is created or invited, if the construct selects it. */
export enum JoinedAccounts {
  /** It is looked at, and the report says which root credentials it has. Nothing is deleted. */
  AUDIT = 'AUDIT',

  /**
   * It is swept as every other account. An account that is invited keeps its root credentials when it joins, and something may run on
   * its root user's access key: be sure that nobody is invited before that was looked into.
   */
  PURGE = 'PURGE',
}
