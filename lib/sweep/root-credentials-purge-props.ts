import { RootCredentialsProtection } from './protection';
import { RootCredential } from './root-credential';
import { RootCredentialsSweepOptions, RootCredentialsSweepProps } from './root-credentials-sweep-props';

/** Options of RootCredentialsPurge other than the selection of accounts. */
export interface RootCredentialsPurgeOptions extends RootCredentialsSweepOptions, RootCredentialsProtection {
  /**
   * Kinds of credentials to delete. Credentials of other kinds stay in place, and the report lists them with the
   * outcome `kept`.
   *
   * An MFA device is never deactivated while the account has a password.
   *
   * @default - all kinds
   */
  readonly credentials?: RootCredential[];

  /**
   * Whether to report what would be deleted and delete nothing.
   *
   * The role of the sweep then lacks the task policy `IAMDeleteRootUserCredentials`, so that IAM denies any
   * deletion.
   *
   * @default false
   */
  readonly dryRun?: boolean;
}

/** Properties of RootCredentialsPurge. */
export interface RootCredentialsPurgeProps extends RootCredentialsSweepProps, RootCredentialsPurgeOptions {}
