import { Duration } from 'aws-cdk-lib';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from './function-options';
import { AccountSelection } from './organization/account-selection';
import { OrgRootAccessFeatures } from './organization/org-root-access-features';
import { RootAccessDelegation } from './organization/root-access-delegation';
import { someFunctionOptions, anAccountSelection, aSchedule, aTopic } from './private/cdk-shapes';
import { aBoolean, aText, Check, checkShape, oneOf, options, Shape } from './private/shape';
import { topicForAlarms } from './private/topic-for-alarms';
import { checkMemberAccount } from './private/validate';
import { RootCredentialsAudit } from './sweep/root-credentials-audit';
import { PURGE_OPTIONS, RootCredentialsPurge, RootCredentialsPurgeOptions } from './sweep/root-credentials-purge';
import { FailedAccounts, JoinedAccounts, Notify } from './sweep/root-credentials-sweep-props';

/** Properties of CentralizedRootAccess. */
export interface CentralizedRootAccessProps {
  /**
   * Account ID of the member account to register as a delegated administrator for IAM, such as your security
   * account.
   *
   * Adds a `RootAccessDelegation` and its permissions.
   *
   * @default - no delegated administrator is registered
   */
  readonly delegatedAdministratorAccountId?: string;

  /**
   * Member accounts to audit, and to purge if `purge` is given.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * Schedule of the audit. Each deployment that changes `accounts` runs an audit as well.
   *
   * Adds the resources and permissions that `schedule` of `RootCredentialsAudit` adds.
   *
   * @default - every day
   */
  readonly auditSchedule?: scheduler.ScheduleExpression;

  /**
   * Whether to audit an account as soon as it joins the organization. If false, the next scheduled audit covers it.
   *
   * AWS sends the event to us-east-1. In other Regions, use a `RootCredentialsAudit` of your own with an
   * `AccountJoinedForwarder` instead. Adds the resources and permissions that `joinedAccounts` of
   * `RootCredentialsAudit` adds.
   *
   * @default false
   */
  readonly auditJoinedAccounts?: boolean;

  /**
   * Options of the purge, which deletes the root credentials of the audited accounts. `{}` uses the defaults of
   * `RootCredentialsPurge`.
   *
   * The purge covers the same accounts as the audit. To purge other accounts, add a `RootCredentialsPurge` of your
   * own. `notifications`, `notify`, `alarms` and `functionOptions` default to those of this construct. In each deployment, the audit
   * runs after the purge.
   *
   * Deletion cannot be undone. Deploy without this property first, and read the report of the audit.
   *
   * @default - no credential is deleted
   */
  readonly purge?: RootCredentialsPurgeOptions;

  /**
   * Topic notified when a sweep finds credentials, cannot read an account, or does not run.
   *
   * Alarms publish to this topic. If the topic is encrypted, its key policy must allow `cloudwatch.amazonaws.com`
   * to use the key.
   *
   * @default - a new topic without subscriptions
   */
  readonly notifications?: sns.ITopic;

  /**
   * Whether the topic is notified of every sweep, or only of what is new since the latest report.
   *
   * @default Notify.NEW
   */
  readonly notify?: Notify;

  /**
   * Options of the Lambda functions.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

/** Props that the purge takes from the construct. Taken from elsewhere, they could widen the purge. */
const NOT_OF_PURGE = ['features', 'accounts'];

const PURGE: Check = {
  ...options(PURGE_OPTIONS),
  within: (property, purge: RootCredentialsPurgeOptions) => {
    const foreign = NOT_OF_PURGE.find((name) => (purge as Record<string, unknown>)[name] !== undefined);
    if (foreign !== undefined) {
      throw new Error(`${property}.${foreign} must not be given: a CentralizedRootAccess purges the accounts that it audits (accounts); for other ones use a RootCredentialsPurge beside it`);
    }
    checkShape(PURGE_OPTIONS, purge, property);
  },
};

const PROPS: Shape<CentralizedRootAccessProps> = {
  needed: {},
  optional: {
    delegatedAdministratorAccountId: aText,
    accounts: anAccountSelection,
    auditSchedule: aSchedule,
    auditJoinedAccounts: aBoolean,
    purge: PURGE,
    notifications: aTopic,
    notify: oneOf('Notify', Notify),
    functionOptions: someFunctionOptions,
  },
};

/** Without the properties that are not given, which would override defaults. */
function given<Options extends object>(props: Options): Options {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Options;
}

/**
 * Centralized root access for an organization, with safe defaults.
 *
 * Enables both features, registers a delegated administrator if you name one, audits every member account every
 * day, and notifies a topic of findings. Deletes root credentials only if you set `purge`.
 *
 * Deploy it to the management account. Features that are already enabled and an account that is already registered
 * are adopted. The features stay enabled when the stack is deleted. An account that cannot be read raises an alarm
 * and does not fail the deployment, because a rollback would also affect the features. A purge that fails does fail
 * the deployment.
 *
 * Adds the resources and permissions of the constructs that it contains: `OrgRootAccessFeatures`,
 * `RootAccessDelegation`, `RootCredentialsAudit` and `RootCredentialsPurge`. For other settings, use these
 * constructs directly.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
 *
 * @example
 * const rootAccess = new CentralizedRootAccess(this, 'RootAccess', {
 *   delegatedAdministratorAccountId: '222222222222',
 * });
 * rootAccess.notifications.addSubscription(new subscriptions.EmailSubscription('security@example.com'));
 */
export class CentralizedRootAccess extends Construct {
  /** The features of centralized root access. Pass them to other constructs of the app. */
  public readonly features: OrgRootAccessFeatures;

  /** The delegated administrator, if `delegatedAdministratorAccountId` is set. */
  public readonly delegation?: RootAccessDelegation;

  /** The scheduled audit. */
  public readonly audit: RootCredentialsAudit;

  /** The purge, if `purge` is set. */
  public readonly purge?: RootCredentialsPurge;

  /** Topic for notifications and alarms. Subscribe to it to receive them. */
  public readonly notifications: sns.ITopic;

  constructor(scope: Construct, id: string, props: CentralizedRootAccessProps = {}) {
    super(scope, id);
    checkShape(PROPS, props);
    const { accounts, functionOptions } = props;
    this.notifications = props.notifications ?? topicForAlarms(this, 'Notifications');
    this.features = new OrgRootAccessFeatures(this, 'Features', { functionOptions });
    if (props.delegatedAdministratorAccountId !== undefined) {
      checkMemberAccount('delegatedAdministratorAccountId', props.delegatedAdministratorAccountId, this);
      this.delegation = new RootAccessDelegation(this, 'Delegation', { accountId: props.delegatedAdministratorAccountId, features: this.features, functionOptions });
    }
    const common = {
      features: this.features,
      accounts,
      notifications: this.notifications,
      notify: props.notify,
      alarms: { actions: [new cloudwatchActions.SnsAction(this.notifications)] },
      functionOptions,
    };
    this.audit = new RootCredentialsAudit(this, 'Audit', {
      ...common,
      failedAccounts: FailedAccounts.TOLERATE,
      schedule: props.auditSchedule ?? scheduler.ScheduleExpression.rate(Duration.days(1)),
      joinedAccounts: props.auditJoinedAccounts ? JoinedAccounts.AUDIT : undefined,
    });
    if (props.purge) {
      this.purge = new RootCredentialsPurge(this, 'Purge', { ...common, ...given(props.purge) });
      this.audit._sweptOnDeploy.node.addDependency(this.purge._sweptOnDeploy); // or it would report what is being deleted meanwhile
    }
  }
}
