import { RootCredentialsProtection } from './protection';
import { RootCredential } from './root-credential';

/** What a sweep does with the credentials that it finds. */
export interface RootCredentialsSweepWork extends RootCredentialsProtection {
  /** Whether it is there to delete them. An audit only looks. */
  readonly purge: boolean;

  /**
   * Kinds of credentials that a purge deletes.
   *
   * @default - all kinds
   */
  readonly credentials?: RootCredential[];

  /**
   * Delete nothing, and report what would be deleted.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * Fail when an audit finds a credential.
   *
   * @default false
   */
  readonly failOnFindings?: boolean;
}
