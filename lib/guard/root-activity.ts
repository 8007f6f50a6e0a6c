/** Kinds of root activity that a RootActivityMonitor notices, in order: a message is about the first that applies. */
export enum RootActivity {
  /** Somebody signed in to the console as root, in a member account or in the management account. */
  ROOT_SIGN_IN = 'RootSignIn',

  /** Somebody tried to sign in to the console as root, and failed. */
  ROOT_SIGN_IN_FAILED = 'RootSignInFailed',

  /**
   * A root credential was created or changed, or root's MFA device was removed, or somebody tried to.
   *
   * Allowing password recovery in a root session is such a change as well. Deletions in a root session are not.
   */
  ROOT_CREDENTIAL_CHANGE = 'RootCredentialChange',

  /** Root called an API with long-term credentials: an access key or the console, and not a root session. */
  ROOT_API_USE = 'RootApiUse',

  /** A principal that is not expected took a root session in a member account, or tried to. */
  UNEXPECTED_ROOT_SESSION = 'UnexpectedRootSession',

  /** A feature of centralized root access, or IAM's trusted access, was switched off. */
  ROOT_ACCESS_DISABLED = 'RootAccessDisabled',

  /** A delegated administrator for IAM was registered or deregistered. */
  DELEGATE_CHANGE = 'DelegateChange',

  /** A watched service control policy was detached, deleted or changed, or the policy type was switched off. */
  GUARDRAIL_CHANGE = 'GuardrailChange',
}
