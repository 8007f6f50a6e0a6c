import { RootCredentialsProtection } from './protection';
import { RootCredential } from './root-credential';

/** Options for the credentials that a sweep finds. */
export interface RootCredentialsSweepWork extends RootCredentialsProtection {
  /** Whether the sweep deletes credentials. If false, it only reports them. */
  readonly purge: boolean;

  /**
   * Kinds of credentials that a purge deletes.
   *
   * @default - all kinds
   */
  readonly credentials?: RootCredential[];

  /**
   * Whether to report what would be deleted and delete nothing.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * Whether the sweep fails if an audit finds a credential.
   *
   * @default false
   */
  readonly failOnFindings?: boolean;
}
