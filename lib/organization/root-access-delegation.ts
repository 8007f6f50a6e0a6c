import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { IOrgRootAccessFeatures } from './org-root-access-features';
import { removalOf } from './removal';
import { allow, allowForIam, SwitchesHandler } from './switches-handler';
import { HandlerOptions } from '../handler-options';
import { DELEGATION_RESOURCE_TYPE, type DelegationProperties } from '../private/contract';
import { organizationsArn } from '../private/organizations-arn';
import { warnOutsideOfAws } from '../private/partition';
import { aBoolean, aRemovalPolicy, aText, checkShape, Shape } from '../private/shape';
import { aHandler, someFeatures } from '../private/shapes';
import { checkAccountId, checkMemberAccount } from '../private/validate';

const DEREGISTER = 'organizations:DeregisterDelegatedAdministrator';

/** Properties of RootAccessDelegation. */
export interface RootAccessDelegationProps {
  /**
   * Id of the member account that becomes delegated administrator for IAM. It cannot be the management account.
   *
   * Adds the permission to register this account and no other (`organizations:RegisterDelegatedAdministrator`), and to
   * deregister it again when its registration fails on the way (`organizations:DeregisterDelegatedAdministrator`). Another id is
   * a replacement: the new account is registered before the old one is deregistered.
   */
  readonly accountId: string;

  /**
   * Centralized root access of the organization. Registering needs its trusted access, so this makes the delegation wait for it.
   *
   * @default - trusted access for IAM is on already
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * Fail, before anything is registered, when another account is registered as delegated administrator for IAM.
   *
   * @default false
   */
  readonly exclusive?: boolean;

  /**
   * What happens to the registration when it leaves the stack, or when its deployment is rolled back.
   *
   * With `RemovalPolicy.DESTROY` the account is deregistered, also when it had been registered before the stack came: the
   * registration is this resource. Adds the permission to deregister any delegated administrator for IAM
   * (`organizations:DeregisterDelegatedAdministrator`), because the account that another one replaces is named by the older
   * template only. A deployment that fails and is taken back leaves an account registered that was so before.
   * With `RemovalPolicy.RETAIN` the account stays registered.
   *
   * Changed to RETAIN in the deployment that changes `accountId`, it leaves the older account registered, too.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How the function runs. All switches in a stack share one function, so this must be the same for all of them.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

const PROPS: Shape<RootAccessDelegationProps> = {
  needed: { accountId: aText },
  optional: { features: someFeatures, exclusive: aBoolean, removalPolicy: aRemovalPolicy, handler: aHandler },
};

/**
 * Registers a member account as delegated administrator for IAM, so that it can manage root access in the organization's place.
 *
 * A delegated administrator may take root sessions in every other member account and may switch the features off; give this
 * to your security account only. An account that is registered already is taken as it is. The deployment waits until AWS reports
 * the registration, for up to a minute. It fails, with the cause and the remedy, for the management account, a suspended or unknown
 * account, when AWS allows no further delegated administrator, and when trusted access for IAM is off.
 *
 * It is deployed to the organization's management account. Adds the permissions to read the organization
 * (`organizations:DescribeOrganization`) and to list the delegated administrators for IAM
 * (`organizations:ListDelegatedAdministrators`).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * new RootAccessDelegation(this, 'SecurityAccount', { accountId: '222222222222', features });
 */
export class RootAccessDelegation extends Construct {
  /**
   * Id of the delegated administrator. What uses it is deployed after the account is registered.
   *
   * @attribute
   */
  readonly accountId: string;

  constructor(scope: Construct, id: string, props: RootAccessDelegationProps) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOutsideOfAws(this);
    const { accountId, features, exclusive = false, removalPolicy = RemovalPolicy.DESTROY } = props;
    checkAccountId('accountId', accountId);
    checkMemberAccount('accountId', accountId, this, features?.managementAccountId);
    const properties: DelegationProperties = { AccountId: accountId, Exclusive: `${exclusive}`, RemovalPolicy: removalOf(removalPolicy) };
    const resource = SwitchesHandler.of(this, props.handler).addSwitch(this, {
      resourceType: DELEGATION_RESOURCE_TYPE,
      properties,
      statements: [
        allow('organizations:DescribeOrganization'),
        allowForIam(['organizations:ListDelegatedAdministrators']),
        allowForIam(['organizations:RegisterDelegatedAdministrator'], [organizationsArn(this, 'account', accountId)]),
        ...removalPolicy === RemovalPolicy.DESTROY ? removal(this) : [allowForIam([DEREGISTER], [organizationsArn(this, 'account', accountId)])],
      ],
    });
    if (features) {
      resource.node.addDependency(features);
    }
    this.accountId = resource.getAttString('AccountId');
  }
}

/** Not only of this account: the one that it replaced is deregistered when the older template's permissions are gone. */
function removal(scope: Construct): iam.PolicyStatement[] {
  return [allowForIam([DEREGISTER], [organizationsArn(scope, 'account', '*')])];
}
