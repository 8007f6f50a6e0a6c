/** Numbers of the latest sweep of a deployment that succeeded, for outputs; each is `none` until there is one. */
export interface DeploymentCounts {
  /** Accounts that were looked at, or should have been. */
  readonly accountsSwept: string;

  /** Accounts that failed, where failed accounts are tolerated. */
  readonly accountsFailed: string;

  /** Root credentials that were found, without those that are kept. */
  readonly credentialsFound: string;

  /** Root credentials that were deleted, and seen to be gone. */
  readonly credentialsDeleted: string;

  /** Root credentials that were left in place on purpose. */
  readonly credentialsKept: string;
}
