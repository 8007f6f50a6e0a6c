import { RootCredentialsProtection } from './protection';
import { RootCredential } from './root-credential';
import { RootCredentialsSweepOptions, RootCredentialsSweepProps } from './root-credentials-sweep-props';

/** How a RootCredentialsPurge purges, whatever accounts it looks after. */
export interface RootCredentialsPurgeOptions extends RootCredentialsSweepOptions, RootCredentialsProtection {
  /**
   * Kinds of credentials to delete. Of the other kinds the report says what is there, and the account is `kept`.
   *
   * An MFA device is never removed while the account has a password.
   *
   * @default - all kinds
   */
  readonly credentials?: RootCredential[];

  /**
   * Delete nothing, and report what would be deleted.
   *
   * The sweep's role then lacks the task policy `IAMDeleteRootUserCredentials`, so that IAM itself would deny a deletion.
   *
   * @default false
   */
  readonly dryRun?: boolean;
}

/** Properties of RootCredentialsPurge. */
export interface RootCredentialsPurgeProps extends RootCredentialsSweepProps, RootCredentialsPurgeOptions {}
