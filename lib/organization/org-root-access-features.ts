import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { removalOf } from './removal';
import { allow, allowForIam, SwitchesHandler } from './switches-handler';
import { HandlerOptions } from '../handler-options';
import { FEATURES_RESOURCE_TYPE, type FeatureName, type FeaturesProperties } from '../private/contract';
import { warnOutsideOfAws } from '../private/partition';
import { aRemovalPolicy, aText, checkShape, listOf, oneOf, Shape } from '../private/shape';
import { aHandler } from '../private/shapes';
import { checkAccountId, checkOrganizationId } from '../private/validate';

/**
 * The features of centralized root access.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
 */
export enum RootAccessFeature {
  /** Audit and delete the root credentials of member accounts, and allow password recovery. */
  ROOT_CREDENTIALS_MANAGEMENT = 'RootCredentialsManagement',

  /** Take privileged root sessions in member accounts: unlock an S3 bucket or an SQS queue whose policy denies everybody. */
  ROOT_SESSIONS = 'RootSessions',
}

/** Centralized root access of an organization, made in this app or imported. */
export interface IOrgRootAccessFeatures extends IConstruct {
  /**
   * Id of the organization, such as `o-abcdefghij`.
   *
   * @attribute
   */
  readonly organizationId: string;

  /**
   * Id of the organization's management account.
   *
   * @attribute
   */
  readonly managementAccountId: string;
}

/** What is known of an organization whose centralized root access is managed elsewhere. */
export interface OrgRootAccessFeaturesAttributes {
  /** Id of the organization, such as `o-abcdefghij`. */
  readonly organizationId: string;

  /** Id of the organization's management account. */
  readonly managementAccountId: string;
}

/** Properties of OrgRootAccessFeatures. */
export interface OrgRootAccessFeaturesProps {
  /**
   * Features that are on after a deployment. A feature that is on and not named here is left alone.
   *
   * Adds the permission to enable each of them (`iam:EnableOrganizationsRootCredentialsManagement`,
   * `iam:EnableOrganizationsRootSessions`) and, for a creation that fails, to disable each of them again
   * (`iam:DisableOrganizationsRootCredentialsManagement`, `iam:DisableOrganizationsRootSessions`).
   *
   * @default - both
   */
  readonly features?: RootAccessFeature[];

  /**
   * What happens to the switches when a feature leaves `features`, when the stack is deleted and when a deployment is rolled back.
   *
   * With `RemovalPolicy.RETAIN` nothing is switched off then.
   *
   * With `RemovalPolicy.DESTROY` the stack owns the switches that it names, also those that were on before it came. A feature
   * that leaves `features` is switched off; deleting the stack, or rolling back its creation, switches off the features and
   * then trusted access. Trusted access stays on while a feature that is not named here is on. Deleting fails while an
   * account is registered as delegated administrator for IAM. Adds the permissions to disable both features and to list the
   * delegated administrators for IAM (`organizations:ListDelegatedAdministrators`).
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How the function runs. All switches in a stack share one function, so this must be the same for all of them.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

const PROPS: Shape<OrgRootAccessFeaturesProps> = {
  needed: {},
  optional: { features: listOf(oneOf('RootAccessFeature', RootAccessFeature)), removalPolicy: aRemovalPolicy, handler: aHandler },
};

const ATTRIBUTES: Shape<OrgRootAccessFeaturesAttributes> = { needed: { organizationId: aText, managementAccountId: aText }, optional: {} };

/**
 * Switches on centralized root access for the organization: trusted access for IAM, then the features.
 *
 * It is deployed to the organization's management account. What is on already is taken as it is, whoever switched it on. A
 * deployment waits until AWS reports the switches as on, for up to a minute, and fails with what it saw otherwise. It also
 * fails, with the remedy, outside of an organization, in a member account and in an organization without all features. A creation
 * that fails on the way switches off again what it has itself switched on, and nothing else, whatever the removal policy.
 *
 * Adds the permissions to read the organization and the switches (`organizations:DescribeOrganization`,
 * `organizations:ListAWSServiceAccessForOrganization`, `iam:ListOrganizationsFeatures`), to enable trusted access for IAM
 * (`organizations:EnableAWSServiceAccess`) and, for a creation that fails, to disable it again
 * (`organizations:DisableAWSServiceAccess`).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 */
export class OrgRootAccessFeatures extends Construct implements IOrgRootAccessFeatures {
  /**
   * Centralized root access that something else manages: another stack, Terraform, the console. Adds nothing to the template.
   *
   * @example
   * const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(this, 'RootAccess', {
   *   organizationId: 'o-abcdefghij',
   *   managementAccountId: '111111111111',
   * });
   */
  static fromOrgRootAccessFeaturesAttributes(scope: Construct, id: string, attrs: OrgRootAccessFeaturesAttributes): IOrgRootAccessFeatures {
    checkShape(ATTRIBUTES, attrs);
    checkOrganizationId('organizationId', attrs.organizationId);
    checkAccountId('managementAccountId', attrs.managementAccountId);
    class Import extends Construct implements IOrgRootAccessFeatures {
      readonly organizationId = attrs.organizationId;
      readonly managementAccountId = attrs.managementAccountId;
    }
    return new Import(scope, id);
  }

  readonly organizationId: string;
  readonly managementAccountId: string;

  constructor(scope: Construct, id: string, props: OrgRootAccessFeaturesProps = {}) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOutsideOfAws(this);
    const { features = Object.values(RootAccessFeature), removalPolicy = RemovalPolicy.RETAIN } = props;
    checkFeatures(features);
    const properties: FeaturesProperties = { Features: features as FeatureName[], RemovalPolicy: removalOf(removalPolicy) };
    const resource = SwitchesHandler.of(this, props.handler).addSwitch(this, {
      resourceType: FEATURES_RESOURCE_TYPE,
      properties,
      statements: [
        allow('organizations:DescribeOrganization', 'organizations:ListAWSServiceAccessForOrganization', 'iam:ListOrganizationsFeatures'),
        allowForIam(['organizations:EnableAWSServiceAccess', 'organizations:DisableAWSServiceAccess']),
        allow(...features.flatMap((feature) => [`iam:EnableOrganizations${feature}`, `iam:DisableOrganizations${feature}`])),
        ...removalPolicy === RemovalPolicy.DESTROY ? removal(features) : [],
      ],
    });
    this.organizationId = resource.getAttString('OrganizationId');
    this.managementAccountId = resource.getAttString('ManagementAccountId');
  }
}

/** Also of the features that are not named: one that leaves the properties is named by the older template only. */
function removal(features: RootAccessFeature[]) {
  const others = Object.values(RootAccessFeature).filter((feature) => !features.includes(feature));
  return [
    ...others.map((feature) => allow(`iam:DisableOrganizations${feature}`)),
    allowForIam(['organizations:ListDelegatedAdministrators']),
  ];
}

function checkFeatures(features: RootAccessFeature[]) {
  if (features.length === 0) {
    throw new Error('features must name at least one RootAccessFeature, got an empty list; leave it out for both');
  }
  if (new Set(features).size < features.length) {
    throw new Error(`features must name each RootAccessFeature once, got '${features.join("', '")}'`);
  }
}
