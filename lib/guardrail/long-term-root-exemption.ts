/**
 * Allows the root users of member accounts to perform actions with their own password or access keys, with the
 * reason.
 */
export interface LongTermRootExemption {
  /**
   * Reason for the exemption.
   *
   * The description of the policy shows it as far as space permits (512 characters). The metadata of the template
   * contains it in full.
   */
  readonly reason: string;

  /**
   * Actions to exempt, such as `s3:PutBucketVersioning`, `s3:PutBucket*` or `s3:*`. A wildcard is allowed at the
   * end only.
   *
   * @default - every action, in the accounts of `accountIds`
   */
  readonly actions?: string[];

  /**
   * IDs of the accounts in which the actions are exempt.
   *
   * @default - every account below the targets, for the actions of `actions`
   */
  readonly accountIds?: string[];
}
