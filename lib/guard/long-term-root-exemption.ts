/** What the root user of member accounts may still do with its own password or access keys, and why. */
export interface LongTermRootExemption {
  /**
   * Why. It stands in the policy's description, as far as that has room (512 characters), and as a whole in the template's metadata.
   */
  readonly reason: string;

  /**
   * Actions that are exempt: `s3:PutBucketVersioning`, `s3:PutBucket*` or `s3:*`. A wildcard can only be at the end.
   *
   * @default - every action, in the accounts of `accountIds`
   */
  readonly actions?: string[];

  /**
   * Ids of the accounts in which they are exempt.
   *
   * @default - every account below the targets, for the `actions`
   */
  readonly accountIds?: string[];
}
