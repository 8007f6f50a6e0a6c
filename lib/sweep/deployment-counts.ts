/** Counts of the latest successful sweep of a deployment, for stack outputs. Each is `none` until there is one. */
export interface DeploymentCounts {
  /** Number of accounts that the sweep read, or should have read. */
  readonly accountsSwept: string;

  /** Number of accounts that failed, if failed accounts are tolerated. */
  readonly accountsFailed: string;

  /** Number of root credentials that were found, except those that are kept. */
  readonly credentialsFound: string;

  /** Number of root credentials that were deleted and verified as gone. */
  readonly credentialsDeleted: string;

  /** Number of root credentials that were intentionally kept. */
  readonly credentialsKept: string;
}
