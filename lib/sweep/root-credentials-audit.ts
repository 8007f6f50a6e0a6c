import { Construct } from 'constructs';
import { JoinedAccounts } from './joined-accounts';
import { RootCredentialsSweep } from './root-credentials-sweep';
import { RootCredentialsSweepProps } from './root-credentials-sweep-props';
import { SWEEP } from './sweep-shapes';
import { aBoolean, checkShape, Shape } from '../private/shape';

/** Properties of RootCredentialsAudit. */
export interface RootCredentialsAuditProps extends RootCredentialsSweepProps {
  /**
   * Fail the sweep, and the deployment that started it, when an account has a root credential of any kind, an MFA device
   * included. The report is written all the same, and names the accounts.
   *
   * A deployment that switches it on looks again. It adds no resources and no permissions.
   *
   * @default false
   */
  readonly failOnFindings?: boolean;
}

const PROPS: Shape<RootCredentialsAuditProps> = { needed: {}, optional: { ...SWEEP.optional, failOnFindings: aBoolean } };

/**
 * Reports the root credentials of member accounts: passwords, access keys, signing certificates and MFA devices, with their
 * creation and their last use as far as AWS tells. It changes nothing in an account, and cannot: IAM denies its role any root
 * session that could.
 *
 * An audit runs when the construct is deployed and when `accounts` or `failOnFindings` change. What is there is `found`. An
 * account that could not be read is `failed`, never `clean`, and fails the deployment after all the others were looked at. A
 * rollback looks at nothing, and the reports stay when the stack is deleted.
 *
 * It is deployed to the management account, or to a delegated administrator for IAM.
 *
 * Permissions: one function alone may call `sts:AssumeRoot`, with the task policy `IAMAuditRootUserCredentials`, in the listed
 * accounts or else in all. Another may call `organizations:DescribeOrganization`, `iam:ListOrganizationsFeatures` and the list
 * calls of the selection. The functions write to the reports bucket and to their own log groups. CloudFormation's helper
 * functions may start, describe and stop the sweep and describe this stack.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * new RootCredentialsAudit(this, 'Audit', { features });
 */
export class RootCredentialsAudit extends RootCredentialsSweep {
  constructor(scope: Construct, id: string, props: RootCredentialsAuditProps = {}) {
    checkShape(PROPS, props);
    if (props.joinedAccounts === JoinedAccounts.PURGE) {
      throw new Error('joinedAccounts must be JoinedAccounts.AUDIT for an audit, got PURGE: an audit deletes nothing; give it to a RootCredentialsPurge');
    }
    super(scope, id, props, { failOnFindings: props.failOnFindings, purge: false });
  }
}
