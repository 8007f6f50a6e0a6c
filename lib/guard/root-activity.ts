/** Kinds of root activity that a RootActivityMonitor notices, in order: a message is about the first that applies. */
export enum RootActivity {
  /** Somebody signed in as root, to the console or by `aws login`, in a member account or in the management account. */
  ROOT_SIGN_IN = 'RootSignIn',

  /** Somebody tried to sign in as root, and failed. */
  ROOT_SIGN_IN_FAILED = 'RootSignInFailed',

  /**
   * A root credential or the e-mail address of a root user was created or changed, or root's MFA device was removed, or somebody tried to.
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

  /** A delegated administrator for IAM or for Account Management (`account.amazonaws.com`) was registered or deregistered. */
  DELEGATE_CHANGE = 'DelegateChange',

  /**
   * A watched policy was attached, detached, deleted or changed, another resource control policy was changed, or service control policies or
   * resource control policies were switched off.
   */
  GUARDRAIL_CHANGE = 'GuardrailChange',

  /** An account was moved to another organizational unit, left the organization or was closed, or somebody tried to. */
  ACCOUNT_CHANGE = 'AccountChange',
}
