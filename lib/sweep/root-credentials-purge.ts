import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { SweptSettings } from './contract';
import { DeployedSweep } from './deployed-sweep';
import { checkKeptAreSelected, keepsEverything, PROTECTION, protectionOf, RootCredential, RootCredentialsProtection, someCredentials } from './protection';
import { APPROVAL, PurgeApproval } from './purge-approval';
import { PurgeLimits } from './purge-limits';
import { PurgePlan } from './purge-plan';
import { ImportedSweep, IRootCredentialsSweep, RootCredentialsSweepAttributes } from './root-credentials-sweep';
import { RootCredentialsSweepOptions, RootCredentialsSweepProps, SWEEP, SWEEP_OPTIONS } from './root-credentials-sweep-props';
import { AccountSelection } from '../organization/account-selection';
import { CREDENTIAL_KINDS } from '../private/contract';
import { aBoolean, checkShape, having, options, Shape } from '../private/shape';

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

  /**
   * The most that a sweep may delete. A sweep that would delete more deletes nothing and fails, and the report names
   * the limit.
   *
   * @default - no limits
   */
  readonly limits?: PurgeLimits;

  /**
   * Plan that people have reviewed. Only the credentials on it are deleted; the report lists all others as `kept`.
   *
   * A sweep on the schedule, and of an account that joins, is then a dry run: it deletes nothing, and writes the plan
   * for the next review.
   *
   * Adds the file to the assets of the app, and lets the function that makes the plan read it.
   *
   * @default - everything that is selected and not kept is deleted
   */
  readonly plan?: PurgePlan;

  /**
   * Approval that is required before anything is deleted.
   *
   * A deployment does not wait for people: it ends when the request has been sent, and the sweep goes on when the
   * plan is approved. A sweep on the schedule, of an account that joins, or that is started manually waits as well.
   * An approval is of one plan: a later plan of the same purge voids it.
   *
   * Adds the permissions that are described in `PurgeApproval.topic`, and `organizations:DescribeAccount` to the role
   * of the function that deletes, which makes sure that an account is still active.
   *
   * @default - no approval is required
   */
  readonly approval?: PurgeApproval;
}

/** Properties of RootCredentialsPurge. */
export interface RootCredentialsPurgeProps extends RootCredentialsSweepProps, RootCredentialsPurgeOptions {}

const someLimits = having('_limits', 'a PurgeLimits, such as PurgeLimits.of({ credentials: 20 })');
const aPlan = having('_bind', "a PurgePlan, such as PurgePlan.fromFile('root-purge-plan.json')");

export const PURGE_OPTIONS: Shape<RootCredentialsPurgeOptions> = {
  needed: {},
  optional: {
    ...SWEEP_OPTIONS.optional,
    ...PROTECTION.optional,
    credentials: someCredentials,
    dryRun: aBoolean,
    limits: someLimits,
    plan: aPlan,
    approval: options(APPROVAL),
  },
};

const PROPS: Shape<RootCredentialsPurgeProps> = { needed: {}, optional: { ...SWEEP.optional, ...PURGE_OPTIONS.optional } };

/**
 * Deletes the root credentials of member accounts: passwords, access keys, signing certificates and MFA devices.
 *
 * A sweep runs on the first deployment, and when `accounts`, `credentials`, `dryRun` or a property that keeps
 * credentials changes. It reads every selected account, decides once what to delete, writes that to `plan.json`, and
 * then deletes exactly that. It reports a credential as `deleted` only after it has verified that the credential is
 * gone.
 *
 * The sweep of a deployment deletes nothing if an account cannot be read, unless `failedAccounts` tolerates it.
 * Accounts in which a deletion fails then fail the deployment; the stack event names them with likely causes and
 * remedies. Deleted credentials stay deleted. A rollback starts no sweep. Deleting the stack deletes no credential,
 * and retains the reports unless `removalPolicy` says otherwise.
 *
 * Deploy it to the management account or to a delegated administrator for IAM.
 *
 * Permissions: two functions can call `sts:AssumeRoot` in the listed accounts, or otherwise in all accounts: one with
 * the task policy `IAMAuditRootUserCredentials` (`lookRole`), and, unless `dryRun` is set, one with that and
 * `IAMDeleteRootUserCredentials` (`purgeRole`). The latter, and the function that makes the plan, can read the records
 * of `passwordRecoveries`. Another function can call `organizations:DescribeOrganization`,
 * `iam:ListOrganizationsFeatures` and the list operations of the selection. With
 * `AccountSelection.organizationalUnits`, the function that deletes can call `organizations:DescribeAccount` and
 * `organizations:ListParents`.
 * The functions write to the reports bucket and to their own log groups. Functions of the custom resource can
 * start, describe and stop the sweep and describe this stack.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * new RootCredentialsPurge(this, 'Purge', {
 *   features,
 *   accounts: AccountSelection.organization({ exclude: ['333333333333'] }),
 * });
 */
export class RootCredentialsPurge extends DeployedSweep {
  /**
   * Refers to a purge of another app: to grant permissions, to show it on a dashboard, or to react to its events.
   *
   * Adds nothing to the template.
   *
   * @example
   * const purge = RootCredentialsPurge.fromRootCredentialsPurgeAttributes(this, 'Purge', {
   *   sweepName: 'Security/Purge',
   *   stateMachine: stepfunctions.StateMachine.fromStateMachineArn(this, 'Machine', 'arn:aws:states:us-east-1:111111111111:stateMachine:Purge'),
   *   reportsBucket: s3.Bucket.fromBucketName(this, 'Reports', 'reports-111111111111'),
   * });
   */
  public static fromRootCredentialsPurgeAttributes(scope: Construct, id: string, attrs: RootCredentialsSweepAttributes): IRootCredentialsSweep {
    return new ImportedSweep(scope, id, attrs);
  }

  constructor(scope: Construct, id: string, props: RootCredentialsPurgeProps = {}) {
    checkShape(PROPS, props);
    const { accounts = AccountSelection.organization(), credentials, dryRun = false, passwordRecoveries, release } = props;
    if (credentials?.length === 0) {
      throw new Error('credentials must name at least one RootCredential, got an empty list; leave it out for all kinds');
    }
    const swept: SweptSettings = {
      selection: accounts._selection(),
      work: 'purge',
      credentials: credentials ?? [...CREDENTIAL_KINDS],
      dryRun,
      protection: protectionOf(props, credentials),
      failOnFindings: false,
      limits: props.limits?._limits(),
    };
    checkKeptAreSelected(swept.protection, swept.selection);
    super(scope, id, props, { swept, plan: props.plan, approval: props.approval, passwordRecoveries, release });
    if (keepsEverything(swept)) {
      Annotations.of(this).addWarningV2('cdk-root-access:keep', 'keep keeps everything that this purge would delete: use a RootCredentialsAudit, or narrow the rules');
    }
  }

  /**
   * Grants the given identity permission to respond to a request for approval of a plan.
   *
   * Allows `states:SendTaskSuccess` and `states:SendTaskFailure`. IAM cannot limit these to a state machine: they are
   * limited by the task token, which only the subscribers of the approval topic receive.
   *
   * Fails if the purge has no `approval`. Synthesis fails for an identity that can start any purge or runbook of the app
   * that requires approval.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
   */
  public grantApprove(grantee: iam.IGrantable): iam.Grant {
    return this._grantApprove(grantee);
  }
}
