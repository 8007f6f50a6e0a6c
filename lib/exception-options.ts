/** Reason, owner and end of an exception: of accounts or credentials that a construct leaves alone on purpose. */
export interface ExceptionOptions {
  /** Reason for the exception, at most 200 characters without line breaks. Every report shows it. */
  readonly reason: string;

  /**
   * Person or team that answers for the exception, at most 100 characters without line breaks.
   *
   * @default - no owner is named
   */
  readonly owner?: string;

  /**
   * Last day of the exception in UTC, such as `2027-01-31`.
   *
   * Reports announce the end from 14 days before it. An exception that has ended **still protects**: it is a finding
   * of every sweep until you give it a later day or remove it, and an update never removes a protection that `release`
   * does not name. A day in the past does not fail synthesis. It fails sweeps of an audit with `failOnFindings`, except
   * those of accounts that join.
   *
   * Changing `owner` or `until` starts no sweep.
   *
   * @default - no end
   */
  readonly until?: string;
}
