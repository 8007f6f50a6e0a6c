import * as iam from 'aws-cdk-lib/aws-iam';
import { checkProtected } from './protected-accounts';
import { RootAccessFeature } from '../organization/org-root-access-features';
import { assumeRootStatements, taskPolicyArn } from '../private/assume-root';
import { TASK_POLICIES } from '../private/contract';
import { checkShape, checkValue, oneOf, Shape } from '../private/shape';
import { anAccountSelection, someTexts } from '../private/shapes';
import { checkAccountId, checkSomeAccountIsLeft } from '../private/validate';
import { AccountSelection } from '../sweep/account-selection';

/** In which accounts somebody may take root sessions. */
export interface AssumeRootOptions {
  /**
   * The member accounts. IAM has no condition for the organizational unit of an account that is assumed into, so with a selection of units
   * the sessions may be taken in every account but the excluded ones.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * Ids of accounts in which root sessions are denied, whatever else allows them: at most 2,755, those that the selection excludes included. A role
   * needs a managed policy for every 145.
   *
   * Adds a Deny of `sts:AssumeRoot` on each of them, for every task policy.
   *
   * @default - none but those that the selection excludes
   */
  readonly protectedAccounts?: string[];
}

const OPTIONS: Shape<AssumeRootOptions> = { needed: {}, optional: { accounts: anAccountSelection, protectedAccounts: someTexts } };

/**
 * The task policies of AWS: each limits a root session in a member account to one task.
 *
 * They only deny. A session has the root user's permissions, cut down to the task; service and resource control policies apply to it.
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
  /** `IAMAuditRootUserCredentials`: read which credentials the root user has. */
  public static readonly AUDIT_CREDENTIALS = new RootTaskPolicy(TASK_POLICIES.auditCredentials, RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT);

  /** `IAMCreateRootUserPassword`: allow the recovery of the root user's password. */
  public static readonly CREATE_PASSWORD = new RootTaskPolicy(TASK_POLICIES.createPassword, RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT);

  /** `IAMDeleteRootUserCredentials`: delete password, access keys and signing certificates, deactivate MFA devices. */
  public static readonly DELETE_CREDENTIALS = new RootTaskPolicy(TASK_POLICIES.deleteCredentials, RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT);

  /** `S3UnlockBucketPolicy`: read, replace and delete the policies of S3 buckets. */
  public static readonly UNLOCK_BUCKET = new RootTaskPolicy(TASK_POLICIES.unlockBucket, RootAccessFeature.ROOT_SESSIONS);

  /** `SQSUnlockQueuePolicy`: read and replace the attributes of SQS queues, of which the policy is one. */
  public static readonly UNLOCK_QUEUE = new RootTaskPolicy(TASK_POLICIES.unlockQueue, RootAccessFeature.ROOT_SESSIONS);

  /**
   * A task policy that AWS has added since.
   *
   * @param policyName its name, the last part of its ARN
   * @param feature the feature without which AWS issues no session with it
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
    /** Name of the policy, below `root-task/`. */
    public readonly policyName: string,
    /** The feature that gates it: AWS issues no session with this policy unless it is on. Neither feature includes the other. */
    public readonly feature: RootAccessFeature,
  ) {
    this.policyArn = taskPolicyArn(policyName);
  }

  /**
   * Lets somebody take root sessions that are limited to this task: `sts:AssumeRoot` on the root users of the accounts, under the condition
   * that `sts:TaskPolicyArn` is this policy; and a Deny of `sts:AssumeRoot` on protected and excluded accounts, for every task policy.
   *
   * AWS issues such sessions only to the management account and to delegated administrators for IAM.
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
    const statements = assumeRootStatements({ tasks: [this.policyName], accounts, exclude: denied });
    statements.filter(({ effect }) => effect === iam.Effect.DENY).forEach((deny) => grantee.grantPrincipal.addToPrincipalPolicy(deny));
    return statements.filter(({ effect }) => effect === iam.Effect.ALLOW)
      .map(({ actions, resources, conditions }) => iam.Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }))
      .reduce((all, grant) => all.combine(grant));
  }
}
