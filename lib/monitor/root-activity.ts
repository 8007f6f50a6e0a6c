/**
 * Kinds of root activity that a RootActivityMonitor reports.
 *
 * The kinds are ordered: if several apply to an event, the message is about the first.
 */
export enum RootActivity {
  /** A root user signed in to the console or with `aws login`, in a member account or in the management account. */
  ROOT_SIGN_IN = 'RootSignIn',

  /** An attempt to sign in as a root user failed. */
  ROOT_SIGN_IN_FAILED = 'RootSignInFailed',

  /**
   * A root credential or the email address of a root user was created or changed, or the MFA device of a root user
   * was removed, or an attempt to do so was made.
   *
   * Includes root sessions that allow password recovery. Does not include deletions in a root session.
   */
  ROOT_CREDENTIAL_CHANGE = 'RootCredentialChange',

  /** A root user called an API with long-term credentials: an access key or the console, not a root session. */
  ROOT_API_USE = 'RootApiUse',

  /** A principal that is not allowed took a root session in a member account, or tried to. */
  UNEXPECTED_ROOT_SESSION = 'UnexpectedRootSession',

  /** A feature of centralized root access, or trusted access for IAM, was disabled. */
  ROOT_ACCESS_DISABLED = 'RootAccessDisabled',

  /** A delegated administrator for IAM or for Account Management (`account.amazonaws.com`) was registered or deregistered. */
  DELEGATE_CHANGE = 'DelegateChange',

  /**
   * A watched policy was attached, detached, deleted or changed, another resource control policy was changed, or
   * service control policies or resource control policies were disabled.
   */
  GUARDRAIL_CHANGE = 'GuardrailChange',

  /**
   * An account was moved to another organizational unit, left the organization or was closed, or an attempt to do
   * so was made.
   */
  ACCOUNT_CHANGE = 'AccountChange',
}
