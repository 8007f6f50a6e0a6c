import { Duration, Token } from 'aws-cdk-lib';
import { Protection, SweptSettings } from './contract';
import { ExceptionOptions } from '../exception-options';
import { someTexts } from '../private/cdk-shapes';
import { Selection } from '../private/contract';
import { checkException, EXCEPTION, noteOf } from '../private/exceptions';
import { aBoolean, aDuration, having, listOf, oneOf, options, Shape } from '../private/shape';
import { checkAccountId } from '../private/validate';
import { IPasswordRecoveries } from '../session/password-recovery/password-recoveries';

/** Kinds of long-term credentials that a root user can have. */
export enum RootCredential {
  /** The password for console sign-in, which is the login profile in IAM. */
  PASSWORD = 'Password',

  /** Access keys, active or inactive. */
  ACCESS_KEY = 'AccessKey',

  /** X.509 signing certificates. */
  SIGNING_CERTIFICATE = 'SigningCertificate',

  /** MFA devices. A sweep deactivates them last, and only after the password is gone. */
  MFA_DEVICE = 'MfaDevice',
}

/** A rule that keeps credentials, with the reason. */
export interface KeepRule extends ExceptionOptions {
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
   * Whether to delete access keys that AWS says were used within the last 30 days, or whose last use cannot be read.
   *
   * Such a key is in use, probably by a production workload, which stops when the key is deleted. By default it is
   * kept, and the report and the plan list it first. A key that was never used is deleted. Passwords have no last use
   * that can be relied on: `keepIfUsedWithin` considers what AWS provides.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
   *
   * @default false
   */
  readonly deleteAccessKeysInUse?: boolean;

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
   * or cover less, `keepIfUsedWithin` if it is removed or shortened, `passwordRecoveries` if it is removed or
   * changed, and `limits` and `plan` if they are removed.
   *
   * An update that removes a protection without listing it here fails before any account is read. The property
   * itself neither protects nor sweeps anything. Remove it after the deployment: while it is set, the listed
   * protections can be removed again.
   *
   * @default - an update cannot remove a protection
   */
  readonly release?: string[];
}

export const someCredentials = listOf(oneOf('RootCredential', RootCredential));

const KEEP_RULE: Shape<KeepRule> = {
  needed: EXCEPTION.needed, optional: { ...EXCEPTION.optional, accounts: someTexts, credentials: someCredentials },
};

export const PROTECTION: Shape<RootCredentialsProtection> = {
  needed: {},
  optional: {
    keepIfUsedWithin: aDuration,
    deleteAccessKeysInUse: aBoolean,
    keep: listOf(options(KEEP_RULE)),
    release: someTexts,
    passwordRecoveries: having('grantRead', 'the passwordRecoveries of a RootSessionRunbooks, or PasswordRecoveries.fromBucket()'),
  },
};

/** A long list suggests a separate organizational unit. It must also fit the definition of the state machine. */
const MOST_ACCOUNTS = 500;
const MOST_RULES = 100;

/** AWS reports a use with a delay. */
const SHORTEST_WINDOW = Duration.days(1);
const LONGEST_WINDOW = Duration.days(3_650);

export const NO_PROTECTION: Protection = { keep: [], keepCertificates: false };

/**
 * The protection in the form that the sweep reads.
 *
 * @param credentials kinds to delete, if `credentials` names them
 */
export function protectionOf(
  { keepIfUsedWithin, deleteAccessKeysInUse, keep = [], passwordRecoveries }: RootCredentialsProtection, credentials: RootCredential[] = [],
): Protection {
  checkWindow(keepIfUsedWithin);
  checkRules(keep);
  return {
    keep: keep.map(({ accounts, credentials: kinds, ...note }) => ({ accounts, credentials: kinds, ...noteOf(note) })),
    usedWithinSeconds: keepIfUsedWithin?.toSeconds(),
    deleteAccessKeysInUse: deleteAccessKeysInUse || undefined, // what is false is absent, as it was before there was such a setting
    keepCertificates: keepIfUsedWithin !== undefined && !credentials.includes(RootCredential.SIGNING_CERTIFICATE),
    recoveriesBucket: passwordRecoveries?.bucket.bucketName,
  };
}

/** A rule for an account that is not selected is more likely a mistake than a precaution. */
export function checkKeptAreSelected({ keep }: Protection, { accounts: selected }: Selection) {
  if (selected === undefined || selected.some((id) => Token.isUnresolved(id))) {
    return;
  }
  keep.forEach(({ accounts = [] }, i) => accounts.forEach((id, j) => {
    if (!Token.isUnresolved(id) && !selected.includes(id)) {
      throw new Error(`keep[${i}].accounts[${j}] must be one of the accounts that AccountSelection.accounts lists, got '${id}'`);
    }
  }));
}

/** Whether the rules keep everything that the purge would delete. */
export function keepsEverything({ protection, selection: { accounts: selected }, credentials }: SweptSettings): boolean {
  const ofAll = protection.keep.filter(({ accounts }) => accounts === undefined || selected?.every((id) => accounts.includes(id)));
  return credentials.every((kind) => ofAll.some((rule) => rule.credentials === undefined || rule.credentials.includes(kind)));
}

function checkWindow(window?: Duration) {
  if (window === undefined || window.isUnresolved()) {
    return;
  }
  const seconds = window.toSeconds({ integral: false });
  if (seconds < SHORTEST_WINDOW.toSeconds() || seconds > LONGEST_WINDOW.toSeconds()) {
    throw new Error(`keepIfUsedWithin must be from 1 day to 3,650 days, got ${window.toHumanString()}`);
  }
}

function checkRules(rules: KeepRule[]) {
  if (rules.length > MOST_RULES) {
    throw new Error(`keep must have at most ${MOST_RULES} rules, got ${rules.length}: name several accounts in one rule`);
  }
  rules.forEach((rule, i) => checkRule(`keep[${i}]`, rule));
  const count = rules.reduce((sum, { accounts = [] }) => sum + accounts.length, 0);
  if (count > MOST_ACCOUNTS) {
    throw new Error(`keep must name at most ${MOST_ACCOUNTS} accounts in all rules together, got ${count}: exclude their organizational unit from the selection instead`);
  }
}

function checkRule(name: string, { accounts, credentials, ...note }: KeepRule) {
  if (accounts === undefined && credentials === undefined) {
    throw new Error(`${name} must name accounts or credentials, got neither: it would keep everything`);
  }
  if (Token.isUnresolved(accounts)) {
    throw new Error(`${name}.accounts must be a list that is known at synth (its items may be tokens)`);
  }
  for (const [property, list] of Object.entries({ accounts, credentials })) {
    if (list?.length === 0) {
      throw new Error(`${name}.${property} must not be an empty list, which would keep nothing; leave it out for all`);
    }
  }
  accounts?.forEach((id, i) => checkAccountId(`${name}.accounts[${i}]`, id));
  checkException(name, note);
}
