import { Duration } from 'aws-cdk-lib';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HandlerOptions } from './handler-options';
import { OrgRootAccessFeatures } from './organization/org-root-access-features';
import { RootAccessDelegation } from './organization/root-access-delegation';
import { aBoolean, aText, Check, checkShape, options, Shape } from './private/shape';
import { aHandler, anAccountSelection, aSchedule, aTopic } from './private/shapes';
import { topicForAlarms } from './private/topic-for-alarms';
import { checkMemberAccount } from './private/validate';
import { AccountSelection } from './sweep/account-selection';
import { FailedAccounts } from './sweep/failed-accounts';
import { JoinedAccounts } from './sweep/joined-accounts';
import { RootCredentialsAudit } from './sweep/root-credentials-audit';
import { RootCredentialsPurge } from './sweep/root-credentials-purge';
import { RootCredentialsPurgeOptions } from './sweep/root-credentials-purge-props';
import { PURGE_OPTIONS } from './sweep/sweep-shapes';

/** Properties of CentralizedRootAccess. */
export interface CentralizedRootAccessProps {
  /**
   * Id of the member account that becomes delegated administrator for IAM, such as your security account.
   *
   * Adds a RootAccessDelegation with its permissions.
   *
   * @default - no account is delegated
   */
  readonly delegatedAdministrator?: string;

  /**
   * The member accounts that are audited, and purged if `purge` is given.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * When the accounts are audited again, beside the audit of each deployment that changes `accounts`. Adds what `schedule` of
   * RootCredentialsAudit adds.
   *
   * @default - every day
   */
  readonly auditSchedule?: scheduler.ScheduleExpression;

  /**
   * What happens to an account that joins the organization: it is only looked at, or not until the next audit. AWS sends the event to
   * us-east-1, so elsewhere this needs a RootCredentialsAudit of its own, with an AccountJoinedForwarder. Adds what `joinedAccounts` of RootCredentialsAudit adds.
   *
   * @default false
   */
  readonly auditJoinedAccounts?: boolean;

  /**
   * Delete the root credentials that are found: how. `{}` takes the defaults of RootCredentialsPurge. It purges the accounts that are audited; for other
   * ones, use RootCredentialsPurge beside. `notifications`, `alarms` and `handler` are those of this construct unless they are given here. A deployment's
   * audit follows its purge.
   *
   * Deletion cannot be undone. Deploy without it first, and read the audit's report.
   *
   * @default - nothing is deleted
   */
  readonly purge?: RootCredentialsPurgeOptions;

  /**
   * Topic that hears of credentials that were found, of accounts that could not be read, and of audits that did not run.
   *
   * Alarms publish to it, so if it has a key the key's policy must let `cloudwatch.amazonaws.com` use it.
   *
   * @default - a new topic, to which nobody subscribes until you do
   */
  readonly notifications?: sns.ITopic;

  /**
   * How the functions run.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

/** What the purge has from the construct, and what would widen it if it had it from elsewhere. */
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
    delegatedAdministrator: aText,
    accounts: anAccountSelection,
    auditSchedule: aSchedule,
    auditJoinedAccounts: aBoolean,
    purge: PURGE,
    notifications: aTopic,
    handler: aHandler,
  },
};

/** What is not given overrides nothing. */
function given<Options extends object>(props: Options): Options {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Options;
}

/**
 * Centralized root access for a whole organization, with careful defaults: both features are on, a security account is delegated if it is
 * named, every member account is audited every day, and a topic hears of what is found. Root credentials are deleted only if `purge` is given.
 *
 * It is deployed to the management account. Features that are on and an account that is delegated already are taken as they are; the features
 * stay on when the stack is deleted. An account that cannot be read does not fail the deployment, because the switches would be
 * rolled back with it: an alarm tells of it instead. A purge that fails does fail it.
 *
 * Adds what the constructs that it is made of add: OrgRootAccessFeatures, RootAccessDelegation, RootCredentialsAudit,
 * RootCredentialsPurge. Use them directly for anything else.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
 *
 * @example
 * const rootAccess = new CentralizedRootAccess(this, 'RootAccess', {
 *   delegatedAdministrator: '222222222222',
 * });
 * rootAccess.notifications.addSubscription(new subscriptions.EmailSubscription('security@example.com'));
 */
export class CentralizedRootAccess extends Construct {
  /** The switches, for other constructs of the app. */
  public readonly features: OrgRootAccessFeatures;

  /** The delegated administrator, if one is named. */
  public readonly delegation?: RootAccessDelegation;

  /** The daily audit. */
  public readonly audit: RootCredentialsAudit;

  /** The purge, if it was asked for. */
  public readonly purge?: RootCredentialsPurge;

  /** Where one subscribes. */
  public readonly notifications: sns.ITopic;

  constructor(scope: Construct, id: string, props: CentralizedRootAccessProps = {}) {
    super(scope, id);
    checkShape(PROPS, props);
    const { accounts, handler } = props;
    this.notifications = props.notifications ?? topicForAlarms(this, 'Notifications');
    this.features = new OrgRootAccessFeatures(this, 'Features', { handler });
    if (props.delegatedAdministrator !== undefined) {
      checkMemberAccount('delegatedAdministrator', props.delegatedAdministrator, this);
      this.delegation = new RootAccessDelegation(this, 'Delegation', { accountId: props.delegatedAdministrator, features: this.features, handler });
    }
    const common = {
      features: this.features,
      accounts,
      notifications: this.notifications,
      alarms: { actions: [new cloudwatchActions.SnsAction(this.notifications)] },
      handler,
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
