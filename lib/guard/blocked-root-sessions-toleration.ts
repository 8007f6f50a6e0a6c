/**
 * Where it does not matter that root sessions are blocked: by one service control policy, in one organizational unit and below it, or by that policy in
 * that unit.
 */
export interface BlockedRootSessionsToleration {
  /** Why. It stands in the finding. */
  readonly reason: string;

  /**
   * Id of the service control policy, such as `p-abcd1234`.
   *
   * @default - every policy in the `organizationalUnitId`
   */
  readonly policyId?: string;

  /**
   * Id of the organizational unit, such as `ou-abcd-11111111`. What is attached above it blocks root sessions elsewhere, too, and is not tolerated.
   *
   * @default - wherever the policy of `policyId` is attached
   */
  readonly organizationalUnitId?: string;
}
