import { Construct } from 'constructs';
import { RootCredentialsPurgeProps } from './root-credentials-purge-props';
import { RootCredentialsSweep } from './root-credentials-sweep';
import { PURGE } from './sweep-shapes';
import { checkShape } from '../private/shape';

/**
 * Deletes the root credentials of member accounts: passwords, access keys, signing certificates and MFA devices.
 *
 * A sweep runs on the first deployment, and when `accounts`, `credentials`, `dryRun` or a property that keeps
 * credentials changes. For each selected account, it reads the credentials, plans, deletes, and reads again. It
 * reports a credential as `deleted` only after it has verified that the credential is gone.
 *
 * Accounts that cannot be cleaned fail the deployment after all other accounts were swept. The stack event names
 * them with likely causes and remedies. Deleted credentials stay deleted. A rollback starts no sweep. Deleting the
 * stack deletes no credential, and the reports are retained.
 *
 * Deploy it to the management account or to a delegated administrator for IAM.
 *
 * Permissions: a single function can call `sts:AssumeRoot`, with the task policies `IAMAuditRootUserCredentials`
 * and, unless `dryRun` is set, `IAMDeleteRootUserCredentials`, in the listed accounts or otherwise in all accounts;
 * it can also read the records of `passwordRecoveries`. Another function can call
 * `organizations:DescribeOrganization`, `iam:ListOrganizationsFeatures` and the list operations of the selection.
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
export class RootCredentialsPurge extends RootCredentialsSweep {
  constructor(scope: Construct, id: string, props: RootCredentialsPurgeProps = {}) {
    checkShape(PURGE, props);
    if (props.credentials?.length === 0) {
      throw new Error('credentials must name at least one RootCredential, got an empty list; leave it out for all kinds');
    }
    super(scope, id, props, { ...props, purge: true });
  }
}
