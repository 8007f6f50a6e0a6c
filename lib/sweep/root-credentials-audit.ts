import { Construct } from 'constructs';
import { SweptSettings } from './contract';
import { DeployedSweep } from './deployed-sweep';
import { NO_PROTECTION } from './protection';
import { ImportedSweep, IRootCredentialsSweep, RootCredentialsSweepAttributes } from './root-credentials-sweep';
import { JoinedAccounts, RootCredentialsSweepProps, SWEEP } from './root-credentials-sweep-props';
import { AccountSelection } from '../organization/account-selection';
import { aBoolean, checkShape, Shape } from '../private/shape';

/** Properties of RootCredentialsAudit. */
export interface RootCredentialsAuditProps extends RootCredentialsSweepProps {
  /**
   * Whether a finding fails the sweep and the deployment that started it: a root credential of any kind, including an
   * MFA device, an exclusion that has ended, or a root mailbox that is not in `allowedEmailDomains`.
   *
   * The report is still written, and names the accounts. Changing this to true starts a sweep on the next
   * deployment. Adds no resources and no permissions.
   *
   * @default false
   */
  readonly failOnFindings?: boolean;
}

const PROPS: Shape<RootCredentialsAuditProps> = { needed: {}, optional: { ...SWEEP.optional, failOnFindings: aBoolean } };

/**
 * Reports the root credentials of member accounts: passwords, access keys, signing certificates and MFA devices.
 *
 * The report includes when each credential was created and last used, as far as AWS provides it. An audit changes
 * nothing in an account: IAM denies its role every root session that could.
 *
 * A sweep runs on the first deployment, and when `accounts` or `failOnFindings` changes. It reports credentials as
 * `found`. It reports an account that it cannot read as `failed`, never as `clean`; such an account fails the
 * deployment after all other accounts were read. A rollback starts no sweep. Deleting the stack retains
 * the reports unless `removalPolicy` says otherwise.
 *
 * Deploy it to the management account or to a delegated administrator for IAM.
 *
 * Permissions: a single function can call `sts:AssumeRoot`, with the task policy `IAMAuditRootUserCredentials`, in
 * the listed accounts or otherwise in all accounts. Another function can call `organizations:DescribeOrganization`,
 * `iam:ListOrganizationsFeatures` and the list operations of the selection. The functions write to the reports
 * bucket and to their own log groups. Functions of the custom resource can start, describe and stop the sweep and
 * describe this stack.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * new RootCredentialsAudit(this, 'Audit', { features });
 */
export class RootCredentialsAudit extends DeployedSweep {
  /**
   * Refers to an audit of another app: to grant permissions, to show it on a dashboard, or to react to its events.
   *
   * Adds nothing to the template.
   *
   * @example
   * const audit = RootCredentialsAudit.fromRootCredentialsAuditAttributes(this, 'Audit', {
   *   sweepName: 'Security/Audit',
   *   stateMachine: stepfunctions.StateMachine.fromStateMachineArn(this, 'Machine', 'arn:aws:states:us-east-1:111111111111:stateMachine:Audit'),
   *   reportsBucket: s3.Bucket.fromBucketName(this, 'Reports', 'reports-111111111111'),
   * });
   */
  public static fromRootCredentialsAuditAttributes(scope: Construct, id: string, attrs: RootCredentialsSweepAttributes): IRootCredentialsSweep {
    return new ImportedSweep(scope, id, attrs);
  }

  constructor(scope: Construct, id: string, props: RootCredentialsAuditProps = {}) {
    checkShape(PROPS, props);
    const { accounts = AccountSelection.organization(), failOnFindings = false, joinedAccounts } = props;
    if (joinedAccounts === JoinedAccounts.PURGE) {
      throw new Error('joinedAccounts must be JoinedAccounts.AUDIT for an audit, got PURGE: an audit deletes nothing; give it to a RootCredentialsPurge');
    }
    // no part of it, read alone, lets anything be deleted
    const swept: SweptSettings = { selection: accounts._selection(), work: 'audit', credentials: [], dryRun: true, protection: NO_PROTECTION, failOnFindings };
    super(scope, id, props, { swept });
  }
}
