/**
 * Tolerates that root sessions are blocked by a service control policy, in an organizational unit, or by that
 * policy in that unit.
 *
 * An organizational unit includes the units below it.
 */
export interface BlockedRootSessionsToleration {
  /** Reason for the toleration. The finding shows it. */
  readonly reason: string;

  /**
   * ID of the service control policy, such as `p-abcd1234`.
   *
   * @default - every policy in `organizationalUnitId`
   */
  readonly policyId?: string;

  /**
   * ID of the organizational unit, such as `ou-abcd-11111111`.
   *
   * A policy that is attached above the unit also blocks root sessions in other units, and is not tolerated.
   *
   * @default - every target of the policy in `policyId`
   */
  readonly organizationalUnitId?: string;
}
