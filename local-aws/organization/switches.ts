/** Behaviour of AWS that nobody has published a recording of. A test that needs one of these sets it, so that code under test is proven with both settings. */
export class UnknownSwitches {
  /** A delegated administrator may open a root session in its own account. */
  delegateMayRootItself = false;
  /** A root session may be opened in an account that is not ACTIVE. */
  inactiveAccountsMayBeRooted = false;
  /** Enabling a feature that is on succeeds; else it is an error. */
  enableIsIdempotent = true;
  /** Resource control policies above an account apply to AssumeRoot in it. */
  resourceControlPoliciesReachAssumeRoot = false;
  /** When the last barrier, an MFA device, may be deactivated in a root session. */
  mfaRemoval: 'always' | 'without-password' | 'never' = 'always';
  /** Entries of the root user's keys, certificates and MFA devices carry a `UserName`. */
  userNameInEntries = false;
  /** `AccountAccessKeysPresent` counts inactive keys too. */
  summaryCountsInactiveKeys = true;
  /** Delegated administrators a service may have at most. */
  maximumDelegatedAdministrators = Infinity;
  /** An empty `EnabledFeatures` is sent as an empty element; else it is left out. */
  emptyFeaturesSent = true;
  /** Accounts carry `State`, the older `Status`, or both: AWS announced to retire `Status` in September 2026 and still sent both after that. */
  accountStates: 'both' | 'State' | 'Status' = 'both';
  /** The endpoint behaves as the global `sts.amazonaws.com`, which does not know AssumeRoot. */
  globalStsEndpoint = false;
}
