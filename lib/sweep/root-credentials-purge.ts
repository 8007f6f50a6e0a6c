import { Construct } from 'constructs';
import { RootCredentialsPurgeProps } from './root-credentials-purge-props';
import { RootCredentialsSweep } from './root-credentials-sweep';
import { PURGE } from './sweep-shapes';
import { checkShape } from '../private/shape';

/**
 * Deletes the root credentials of member accounts: passwords, access keys, signing certificates and MFA devices.
 *
 * A sweep runs when the construct is deployed and when `accounts`, `credentials`, `dryRun` or what is kept change. It looks at
 * every selected account, plans, deletes and looks again: what the report calls `deleted` was seen to be gone. Accounts that
 * cannot be cleaned fail the deployment, after all the others were swept, and the stack event names them with likely causes and remedies; what was deleted
 * stays deleted. A rollback sweeps nothing, deleting the stack deletes no credential, and the reports stay.
 *
 * It is deployed to the management account, or to a delegated administrator for IAM.
 *
 * Permissions: one function alone may call `sts:AssumeRoot`, with the task policies `IAMAuditRootUserCredentials` and (unless
 * `dryRun`) `IAMDeleteRootUserCredentials`, in the listed accounts or else in all; it may read the records of
 * `passwordRecoveries`. Another may call `organizations:DescribeOrganization`, `iam:ListOrganizationsFeatures` and the list calls of the selection. The functions write
 * to the reports bucket and to their own log groups. CloudFormation's helper functions may start, describe and stop the sweep
 * and describe this stack.
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
export class RootCredentialsPurge extends RootCredentialsSweep {
  constructor(scope: Construct, id: string, props: RootCredentialsPurgeProps = {}) {
    checkShape(PURGE, props);
    if (props.credentials?.length === 0) {
      throw new Error('credentials must name at least one RootCredential, got an empty list; leave it out for all kinds');
    }
    super(scope, id, props, { ...props, purge: true });
  }
}
