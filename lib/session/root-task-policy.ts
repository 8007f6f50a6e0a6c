import * as iam from 'aws-cdk-lib/aws-iam';
import { checkProtected } from './protected-accounts';
import { AccountSelection } from '../organization/account-selection';
import { RootAccessFeature } from '../organization/org-root-access-features';
import { assumeRootStatements, taskPolicyArn } from '../private/assume-root';
import { anAccountSelection, someTexts } from '../private/cdk-shapes';
import { TASK_POLICIES } from '../private/contract';
import { checkShape, checkValue, oneOf, Shape } from '../private/shape';
import { checkAccountId, checkSomeAccountIsLeft } from '../private/validate';

/** Options that select the accounts in which an identity can take root sessions. */
export interface AssumeRootOptions {
  /**
   * Member accounts in which to allow root sessions.
   *
   * IAM has no condition for the organizational unit of the account in which a root session is taken. With a
   * selection of units, the sessions are allowed in every account that is not excluded.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * IDs of accounts in which root sessions are denied, even if another statement allows them.
   *
   * At most 2,755, including the accounts that the selection excludes. A role needs a managed policy for every 145
   * accounts. Adds a statement that denies `sts:AssumeRoot` on each of these accounts, for every task policy.
   *
   * @default - only the accounts that the selection excludes
   */
  readonly protectedAccounts?: string[];
}

const OPTIONS: Shape<AssumeRootOptions> = { needed: {}, optional: { accounts: anAccountSelection, protectedAccounts: someTexts } };

/**
 * An AWS managed task policy, which limits a root session in a member account to one task.
 *
 * A task policy only denies. A root session has the permissions of the root user, reduced to the task; service and
 * resource control policies apply to it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
 *
 * @example
 * declare const auditor: iam.Role;
 * RootTaskPolicy.AUDIT_CREDENTIALS.grantAssumeRoot(auditor, {
 *   accounts: AccountSelection.accounts(['222222222222']),
 * });
 */
export class RootTaskPolicy {
  /** `IAMAuditRootUserCredentials`: read the credentials of the root user. */
  public static readonly AUDIT_CREDENTIALS = new RootTaskPolicy(TASK_POLICIES.auditCredentials, RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT);

  /** `IAMCreateRootUserPassword`: allow the recovery of the password of the root user. */
  public static readonly CREATE_PASSWORD = new RootTaskPolicy(TASK_POLICIES.createPassword, RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT);

  /**
   * `IAMDeleteRootUserCredentials`: delete the password, access keys and signing certificates, and deactivate MFA
   * devices.
   */
  public static readonly DELETE_CREDENTIALS = new RootTaskPolicy(TASK_POLICIES.deleteCredentials, RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT);

  /** `S3UnlockBucketPolicy`: read, replace and delete the policies of S3 buckets. */
  public static readonly UNLOCK_BUCKET = new RootTaskPolicy(TASK_POLICIES.unlockBucket, RootAccessFeature.ROOT_SESSIONS);

  /** `SQSUnlockQueuePolicy`: read and replace the attributes of SQS queues, including the policy. */
  public static readonly UNLOCK_QUEUE = new RootTaskPolicy(TASK_POLICIES.unlockQueue, RootAccessFeature.ROOT_SESSIONS);

  /**
   * A task policy that this library does not define, such as one that AWS has added since.
   *
   * @param policyName name of the policy, the last part of its ARN
   * @param feature feature that must be enabled for AWS to issue a session with the policy
   */
  public static custom(policyName: string, feature: RootAccessFeature): RootTaskPolicy {
    checkValue('policyName', policyName, {
      allowed: "the name of an AWS managed policy below root-task/, such as 'S3UnlockBucketPolicy'",
      accepts: (name) => typeof name === 'string' && /^[\w+=,.@-]{1,128}$/.test(name),
    });
    checkValue('feature', feature, oneOf('RootAccessFeature', RootAccessFeature));
    return new RootTaskPolicy(policyName, feature);
  }

  /** ARN of the policy, in the partition of the stack in which it is used. */
  public readonly policyArn: string;

  private constructor(
    /** Name of the policy, the part of its ARN after `root-task/`. */
    public readonly policyName: string,
    /** Feature that must be enabled for AWS to issue a session with this policy. Neither feature includes the other. */
    public readonly feature: RootAccessFeature,
  ) {
    this.policyArn = taskPolicyArn(policyName);
  }

  /**
   * Grants the given identity permission to take root sessions that are limited to this task.
   *
   * Allows `sts:AssumeRoot` on the root users of the accounts if `sts:TaskPolicyArn` is this policy, and denies
   * `sts:AssumeRoot` on protected and excluded accounts for every task policy. AWS issues such sessions only to the
   * management account and to delegated administrators for IAM.
   */
  public grantAssumeRoot(grantee: iam.IGrantable, options: AssumeRootOptions = {}): iam.Grant {
    checkShape(OPTIONS, options);
    const { protectedAccounts = [] } = options;
    protectedAccounts.forEach((id, i) => checkAccountId(`protectedAccounts[${i}]`, id));
    const selection = (options.accounts ?? AccountSelection.organization())._selection();
    checkSomeAccountIsLeft(selection, protectedAccounts);
    const { accounts, exclude } = selection;
    const denied = [...new Set([...exclude, ...protectedAccounts])];
    checkProtected(selection, denied);
    const statements = assumeRootStatements({ tasks: [this], accounts, exclude: denied });
    statements.filter(({ effect }) => effect === iam.Effect.DENY).forEach((deny) => grantee.grantPrincipal.addToPrincipalPolicy(deny));
    return statements.filter(({ effect }) => effect === iam.Effect.ALLOW)
      .map(({ actions, resources, conditions }) => iam.Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }))
      .reduce((all, grant) => all.combine(grant));
  }
}
