import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { IOrgRootAccessFeatures } from './org-root-access-features';
import { allow, allowForIam, removalOf, SwitchesHandler } from './switches-handler';
import { RootAccessFunctionOptions } from '../function-options';
import { DELEGATION_RESOURCE_TYPE, type DelegationProperties } from './contract';
import { someFeatures, someFunctionOptions } from '../private/cdk-shapes';
import { aBoolean, aRemovalPolicy, aText, checkShape, Shape } from '../private/shape';
import { warnOfPartition } from '../private/stack-region';
import { organizationsArn } from '../private/statements';
import { checkAccountId, checkMemberAccount } from '../private/validate';

const DEREGISTER = 'organizations:DeregisterDelegatedAdministrator';

/** Properties of RootAccessDelegation. */
export interface RootAccessDelegationProps {
  /**
   * Account ID of the member account to register as a delegated administrator for IAM. Cannot be the management
   * account.
   *
   * Changing it replaces the registration: the new account is registered before the old account is deregistered.
   * Adds the permission to register this account only (`organizations:RegisterDelegatedAdministrator`), and to
   * deregister it again if the registration fails partway (`organizations:DeregisterDelegatedAdministrator`).
   */
  readonly accountId: string;

  /**
   * Centralized root access of the organization. The registration requires its trusted access, so it is deployed
   * after these features.
   *
   * @default - trusted access for IAM is already enabled
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * Whether to fail, before anything is registered, if another account is registered as a delegated administrator
   * for IAM.
   *
   * @default false
   */
  readonly exclusive?: boolean;

  /**
   * What happens to the registration when the construct is removed from the stack, or when its deployment is rolled
   * back.
   *
   * With `RemovalPolicy.DESTROY`, the account is deregistered, even if it was registered before the first
   * deployment. Rolling back a failed deployment keeps an account registered that was registered before. Adds the
   * permission to deregister any delegated administrator for IAM
   * (`organizations:DeregisterDelegatedAdministrator`), because only the previous template names the account that
   * is replaced.
   *
   * With `RemovalPolicy.RETAIN`, the account stays registered. If a deployment changes both this to RETAIN and
   * `accountId`, the previous account stays registered, too.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Options of the Lambda function. All OrgRootAccessFeatures and RootAccessDelegation in a stack share one
   * function, so they must have the same options.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

const PROPS: Shape<RootAccessDelegationProps> = {
  needed: { accountId: aText },
  optional: { features: someFeatures, exclusive: aBoolean, removalPolicy: aRemovalPolicy, functionOptions: someFunctionOptions },
};

/** A delegated administrator for IAM, registered in this app or imported. */
export interface IRootAccessDelegation extends IConstruct {
  /**
   * Account ID of the delegated administrator.
   *
   * @attribute
   */
  readonly accountId: string;
}

/**
 * Registers a member account as a delegated administrator for IAM, so that it can manage root access for the
 * organization.
 *
 * A delegated administrator can take root sessions in every other member account, and can disable the features.
 * Register only your security account. An account that is already registered is adopted. The deployment waits up to
 * a minute until AWS reports the registration. It fails, with cause and remedy, for the management account, for a
 * suspended or unknown account, if AWS allows no further delegated administrator, and if trusted access for IAM is
 * disabled.
 *
 * Deploy it to the management account. Adds the permissions to read the organization
 * (`organizations:DescribeOrganization`) and to list the delegated administrators for IAM
 * (`organizations:ListDelegatedAdministrators`).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * new RootAccessDelegation(this, 'SecurityAccount', { accountId: '222222222222', features });
 */
export class RootAccessDelegation extends Construct implements IRootAccessDelegation {
  /**
   * Imports a registration that is managed elsewhere: in another stack, by Terraform or in the console.
   *
   * Adds nothing to the template.
   *
   * @param accountId account ID of the delegated administrator
   *
   * @example
   * const delegation = RootAccessDelegation.fromAccountId(this, 'SecurityAccount', '222222222222');
   */
  public static fromAccountId(scope: Construct, id: string, accountId: string): IRootAccessDelegation {
    checkAccountId('accountId', accountId);
    class Import extends Construct implements IRootAccessDelegation {
      public readonly accountId = accountId;
    }
    return new Import(scope, id);
  }

  /**
   * Account ID of the delegated administrator. Resources that refer to it are deployed after the registration.
   *
   * @attribute
   */
  public readonly accountId: string;

  constructor(scope: Construct, id: string, props: RootAccessDelegationProps) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOfPartition(this);
    const { accountId, features, exclusive = false, removalPolicy = RemovalPolicy.DESTROY } = props;
    checkAccountId('accountId', accountId);
    checkMemberAccount('accountId', accountId, this, features?.managementAccountId);
    const properties: DelegationProperties = { AccountId: accountId, Exclusive: `${exclusive}`, RemovalPolicy: removalOf(removalPolicy) };
    const resource = SwitchesHandler.of(this, props.functionOptions).addSwitch(this, {
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

/** For any account: an account that is replaced is deregistered after the permissions of the older template are gone. */
function removal(scope: Construct): iam.PolicyStatement[] {
  return [allowForIam([DEREGISTER], [organizationsArn(scope, 'account', '*')])];
}
