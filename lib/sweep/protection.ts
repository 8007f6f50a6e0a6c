import { Duration } from 'aws-cdk-lib';
import { RootCredential } from './root-credential';
import { IPasswordRecoveries } from '../session/password-recoveries';

/** Credentials that a purge leaves where they are, and why. */
export interface KeepRule {
  /**
   * Ids of the accounts: at most 500 in all rules together. An id that the organization does not have fails the sweep before
   * it begins, because keeping it protects nothing.
   *
   * With `AccountSelection.organizationalUnits` it adds `organizations:DescribeAccount` on the accounts of the organization to
   * the role of the function that selects.
   *
   * @default - every selected account; `credentials` must then name kinds
   */
  readonly accounts?: string[];

  /**
   * Kinds of credentials. Who keeps a password keeps the MFA devices of its account, too.
   *
   * @default - all kinds; `accounts` must then name accounts
   */
  readonly credentials?: RootCredential[];

  /** Why, in up to 200 characters without line breaks: it stands in every report beside what is kept. */
  readonly reason: string;
}

/** What a purge keeps although its kind is among the credentials to delete. */
export interface RootCredentialsProtection {
  /**
   * Keep passwords and access keys that were used, or created, within this time: 1 day to 3,650 days.
   *
   * A last use that AWS does not tell, or that could not be read, counts as used: so a key that was never used is kept. Signing
   * certificates, of which AWS keeps no last use, are kept unless `credentials` names them; an MFA device is kept where the
   * password is. AWS shows a use with some delay, and a credential that is used between the look and its deletion is deleted:
   * this protects what is in regular use, and nothing else.
   *
   * Adds no resources and no permissions.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
   *
   * @default - when a credential was last used decides nothing
   */
  readonly keepIfUsedWithin?: Duration;

  /**
   * Credentials to keep, by account and kind, each with its reason: at most 100 rules.
   *
   * An account that is not to be looked at either belongs into `exclude` of the selection, which IAM enforces.
   *
   * Adds no resources, and no permissions but the one that `KeepRule.accounts` names.
   *
   * @default - no rules
   */
  readonly keep?: KeepRule[];

  /**
   * Keep the password and the MFA devices of an account while a password recovery is open in it. Access keys and certificates
   * are deleted all the same.
   *
   * The record is read right before anything in an account is deleted. If it cannot be read, nothing is deleted and the
   * account is failed.
   *
   * Adds, to the role of the function that sweeps, what `grantRead()` grants: `s3:GetObject` on the records, `s3:ListBucket`
   * limited to their prefix, and `kms:Decrypt` if their bucket has a key. An account with something to delete costs one
   * request of Amazon S3 more, with an open recovery two.
   *
   * @default - a purge knows of no recovery
   */
  readonly passwordRecoveries?: IPasswordRecoveries;

  /**
   * What an update may let go of: ids of accounts that leave `exclude` or a rule of `keep`, reasons of rules of `keep` that go or cover less,
   * `keepIfUsedWithin` when it goes or gets shorter, `passwordRecoveries` when it goes or is another.
   *
   * An update that lets go of one of these and does not name it here fails before anything is looked at. It protects nothing and sweeps nothing by
   * itself; take it out afterwards, since as long as it is there these can be let go of again.
   *
   * @default - an update lets go of nothing
   */
  readonly release?: string[];
}
