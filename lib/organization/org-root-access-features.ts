import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { allow, allowForIam, removalOf, SwitchesHandler } from './switches-handler';
import { RootAccessFunctionOptions } from '../function-options';
import { FEATURES_RESOURCE_TYPE, type FeaturesProperties } from './contract';
import { someFunctionOptions } from '../private/cdk-shapes';
import { aRemovalPolicy, aText, checkShape, listOf, oneOf, Shape } from '../private/shape';
import { warnOfPartition } from '../private/stack-region';
import { checkAccountId, checkOrganizationId } from '../private/validate';

/**
 * Features of centralized root access.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
 */
export enum RootAccessFeature {
  /** Allows you to audit and delete the root credentials of member accounts, and to allow password recovery. */
  ROOT_CREDENTIALS_MANAGEMENT = 'RootCredentialsManagement',

  /**
   * Allows you to take privileged root sessions in member accounts, to unlock an S3 bucket or SQS queue whose
   * policy denies all principals.
   */
  ROOT_SESSIONS = 'RootSessions',
}

/** Centralized root access of an organization, created in this app or imported. */
export interface IOrgRootAccessFeatures extends IConstruct {
  /**
   * ID of the organization, such as `o-abcdefghij`.
   *
   * @attribute
   */
  readonly organizationId: string;

  /**
   * Account ID of the management account.
   *
   * @attribute
   */
  readonly managementAccountId: string;
}

/** Attributes of an organization whose centralized root access is managed elsewhere. */
export interface OrgRootAccessFeaturesAttributes {
  /** ID of the organization, such as `o-abcdefghij`. */
  readonly organizationId: string;

  /** Account ID of the management account. */
  readonly managementAccountId: string;
}

/** Properties of OrgRootAccessFeatures. */
export interface OrgRootAccessFeaturesProps {
  /**
   * Features to enable. A feature that is enabled and not listed here is left unchanged.
   *
   * Adds the permission to enable each listed feature (`iam:EnableOrganizationsRootCredentialsManagement`,
   * `iam:EnableOrganizationsRootSessions`) and the permission to disable it again if the creation fails
   * (`iam:DisableOrganizationsRootCredentialsManagement`, `iam:DisableOrganizationsRootSessions`).
   *
   * @default - both features
   */
  readonly features?: RootAccessFeature[];

  /**
   * What happens to the features when one is removed from `features`, when the stack is deleted, and when a
   * deployment is rolled back.
   *
   * With `RemovalPolicy.RETAIN`, nothing is disabled.
   *
   * With `RemovalPolicy.DESTROY`, the stack owns the features that it lists, including those that were enabled
   * before. A feature that is removed from `features` is disabled. Deleting the stack, or rolling back its
   * creation, disables the features and then trusted access. Trusted access stays enabled while a feature that is
   * not listed here is enabled. Deletion fails while an account is registered as a delegated administrator for IAM.
   * Adds the permissions to disable both features and to list the delegated administrators for IAM
   * (`organizations:ListDelegatedAdministrators`).
   *
   * @default RemovalPolicy.RETAIN
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

const PROPS: Shape<OrgRootAccessFeaturesProps> = {
  needed: {},
  optional: { features: listOf(oneOf('RootAccessFeature', RootAccessFeature)), removalPolicy: aRemovalPolicy, functionOptions: someFunctionOptions },
};

const ATTRIBUTES: Shape<OrgRootAccessFeaturesAttributes> = { needed: { organizationId: aText, managementAccountId: aText }, optional: {} };

/**
 * Enables centralized root access for the organization: trusted access for IAM, then the features.
 *
 * Deploy it to the management account. Features that are already enabled are adopted. The deployment waits up to a
 * minute until AWS reports the features as enabled, and otherwise fails with the state that it read. It also fails,
 * with the remedy, outside of an organization, in a member account, and in an organization that does not have all
 * features enabled. A creation that fails partway disables again what it enabled itself, and nothing else,
 * regardless of the removal policy.
 *
 * Adds the permissions to read the organization and the state of the features
 * (`organizations:DescribeOrganization`, `organizations:ListAWSServiceAccessForOrganization`,
 * `iam:ListOrganizationsFeatures`), to enable trusted access for IAM (`organizations:EnableAWSServiceAccess`) and
 * to disable it again if the creation fails (`organizations:DisableAWSServiceAccess`).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 */
export class OrgRootAccessFeatures extends Construct implements IOrgRootAccessFeatures {
  /**
   * Imports centralized root access that is managed elsewhere: in another stack, by Terraform or in the console.
   *
   * Adds nothing to the template.
   *
   * @example
   * const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(this, 'RootAccess', {
   *   organizationId: 'o-abcdefghij',
   *   managementAccountId: '111111111111',
   * });
   */
  public static fromOrgRootAccessFeaturesAttributes(scope: Construct, id: string, attrs: OrgRootAccessFeaturesAttributes): IOrgRootAccessFeatures {
    checkShape(ATTRIBUTES, attrs);
    checkOrganizationId('organizationId', attrs.organizationId);
    checkAccountId('managementAccountId', attrs.managementAccountId);
    class Import extends Construct implements IOrgRootAccessFeatures {
      public readonly organizationId = attrs.organizationId;
      public readonly managementAccountId = attrs.managementAccountId;
    }
    return new Import(scope, id);
  }

  public readonly organizationId: string;
  public readonly managementAccountId: string;

  constructor(scope: Construct, id: string, props: OrgRootAccessFeaturesProps = {}) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOfPartition(this);
    const { features = Object.values(RootAccessFeature), removalPolicy = RemovalPolicy.RETAIN } = props;
    checkFeatures(features);
    const properties: FeaturesProperties = { Features: features, RemovalPolicy: removalOf(removalPolicy) };
    const resource = SwitchesHandler.of(this, props.functionOptions).addSwitch(this, {
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

/** Includes features that are not listed: only the older template lists a feature that is removed from the properties. */
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
