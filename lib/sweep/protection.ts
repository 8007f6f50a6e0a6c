import { Duration } from 'aws-cdk-lib';
import { RootCredential } from './root-credential';
import { IPasswordRecoveries } from '../session/password-recovery/password-recoveries';

/** A rule that keeps credentials, with the reason. */
export interface KeepRule {
  /**
   * IDs of the accounts to which the rule applies, at most 500 in all rules together.
   *
   * An ID that the organization does not have fails the sweep before it begins, because the rule protects nothing.
   * With `AccountSelection.organizationalUnits`, adds `organizations:DescribeAccount` on the accounts of the
   * organization to the role of the function that selects the accounts.
   *
   * @default - every selected account; requires `credentials`
   */
  readonly accounts?: string[];

  /**
   * Kinds of credentials to keep. A rule that keeps a password also keeps the MFA devices of the account.
   *
   * @default - all kinds; requires `accounts`
   */
  readonly credentials?: RootCredential[];

  /** Reason for keeping the credentials, at most 200 characters without line breaks. Every report shows it. */
  readonly reason: string;
}

/** Options for credentials that a purge keeps although it deletes their kind. */
export interface RootCredentialsProtection {
  /**
   * Keeps passwords and access keys that were used or created within this time, from 1 day to 3,650 days.
   *
   * A last use that AWS does not provide, or that cannot be read, counts as used: an access key that was never used
   * is kept. Signing certificates have no last use and are kept unless `credentials` names them. MFA devices are
   * kept if the password is kept. AWS reports a use with a delay, and a credential that is used between the read
   * and its deletion is deleted: the setting protects only credentials in regular use.
   *
   * Adds no resources and no permissions.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
   *
   * @default - the last use is not considered
   */
  readonly keepIfUsedWithin?: Duration;

  /**
   * Rules for credentials to keep, by account and kind, at most 100.
   *
   * To leave an account alone entirely, list it in `exclude` of the selection instead, which IAM enforces. Adds no
   * resources, and no permissions other than those described in `KeepRule.accounts`.
   *
   * @default - no rules
   */
  readonly keep?: KeepRule[];

  /**
   * Keeps the password and the MFA devices of an account while a password recovery is open in it.
   *
   * Access keys and certificates are still deleted. The record is read immediately before anything in an account is
   * deleted. If it cannot be read, nothing is deleted and the account fails.
   *
   * Adds the permissions of `grantRead()` to the role of the function that sweeps: `s3:GetObject` on the records,
   * `s3:ListBucket` limited to their prefix, and `kms:Decrypt` if the bucket has a key. An account with credentials
   * to delete takes one more request to Amazon S3, with an open recovery two.
   *
   * @default - password recoveries are not considered
   */
  readonly passwordRecoveries?: IPasswordRecoveries;

  /**
   * Protections that an update is allowed to remove.
   *
   * List the account IDs that leave `exclude` or a rule of `keep`, the reasons of rules of `keep` that are removed
   * or cover less, `keepIfUsedWithin` if it is removed or shortened, and `passwordRecoveries` if it is removed or
   * changed.
   *
   * An update that removes a protection without listing it here fails before any account is read. The property
   * itself neither protects nor sweeps anything. Remove it after the deployment: while it is set, the listed
   * protections can be removed again.
   *
   * @default - an update cannot remove a protection
   */
  readonly release?: string[];
}
