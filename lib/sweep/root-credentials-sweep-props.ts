import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AlarmOptions } from '../alarm-options';
import { RootAccessFunctionOptions } from '../function-options';
import { AccountSelection } from '../organization/account-selection';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { aBucket, aKey, ALARMS, anAccountSelection, aSchedule, aTopic, someFeatures, someFunctionOptions, someTexts } from '../private/cdk-shapes';
import { aBoolean, aDuration, aNumber, aRemovalPolicy, aText, having, oneOf, options, Shape } from '../private/shape';

/** How a sweep handles an account that it cannot read or clean. */
export enum FailedAccounts {
  /** The sweep fails, and with it the deployment that started it. All other accounts are still swept. */
  FAIL = 'FAIL',

  /** The sweep succeeds. The report lists the accounts and a remedy for each. */
  TOLERATE = 'TOLERATE',
}

/** How a sweep handles an account that joins the organization, created or invited, if the construct selects it. */
export enum JoinedAccounts {
  /** The account is audited: the report lists its root credentials, and nothing is deleted. */
  AUDIT = 'AUDIT',

  /**
   * The account is swept like every other account.
   *
   * An invited account brings its root credentials along, and a workload may use an access key of its root user.
   * Make sure that this is checked before an account is invited.
   */
  PURGE = 'PURGE',
}

/** Of which sweeps the topic `notifications` is notified. */
export enum Notify {
  /**
   * Sweeps with something that the latest report before does not have: a credential that was created or deleted or
   * that is no longer kept, an account that fails, or fails for another reason. A sweep that does not complete always
   * counts.
   */
  NEW = 'NEW',

  /** Every sweep that completes its report, with or without findings. */
  ALWAYS = 'ALWAYS',
}

/**
 * Number of accounts that a sweep processes concurrently. The defaults fit the quota of 10 concurrent Lambda
 * functions of a new account.
 */
export interface SweepConcurrency {
  /**
   * Accounts in a batch, which one invocation of a function processes, from 1 to 100.
   *
   * Use a multiple of `accountsInFlight`, so that the last accounts of a batch run as concurrently as the first.
   *
   * @default 50
   */
  readonly accountsPerBatch?: number;

  /**
   * Batches, and so invocations of the function, that run concurrently, from 1 to 1,000.
   *
   * @default 4
   */
  readonly batchesAtOnce?: number;

  /**
   * Accounts that are processed concurrently within a batch, from 1 to 100.
   *
   * @default 25
   */
  readonly accountsInFlight?: number;
}

/** Thresholds and actions of the alarms of a sweep. */
export interface SweepAlarmOptions extends AlarmOptions {
  /**
   * Number of failed accounts in one sweep that triggers the alarm, from 1 to 10,000.
   *
   * The alarm lasts until a sweep of the whole selection has fewer failed accounts.
   *
   * @default 1
   */
  readonly failedAccounts?: number;

  /**
   * Number of credentials found by one sweep that triggers the alarm, from 1 to 100,000.
   *
   * The alarm lasts until a sweep of the whole selection finds fewer, so the first purge of an organization usually
   * triggers it. Credentials that are kept for a reason do not count.
   *
   * @default 1
   */
  readonly foundCredentials?: number;
}

/** Options of RootCredentialsAudit and RootCredentialsPurge other than the selection of accounts. */
export interface RootCredentialsSweepOptions {
  /**
   * Whether the sweep reads the service and resource control policies that apply to an account in which AWS denied
   * a call.
   *
   * It reads them only after AWS has denied a root session or a call in one. The first remedy in the report then
   * names the policy, where it is attached and what to change. The setting does not affect what is swept or the
   * outcome of an account.
   *
   * Adds `organizations:ListParents` and, limited to service and resource control policies,
   * `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy` to the role of the function that
   * sweeps a batch. A delegated administrator also needs a delegation policy of the organization that allows these
   * calls. If the policies cannot be read, the report says so and lists the usual remedies.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
   *
   * @default - true if the construct is known to be in the management account (in the stack or in the account of
   * `features`), otherwise false
   */
  readonly readServiceControlPolicies?: boolean;

  /**
   * Domains in which the mailboxes of root users must be, such as `example.com`, from 1 to 100. Subdomains are domains
   * of their own.
   *
   * A person who reads the mailbox of a root user can reset its password. An account whose mailbox is in another domain
   * is a finding: the report names it, `metricForeignMailboxes()` counts it, and `failOnFindings` of an audit fails the
   * sweep. Includes accounts that are excluded or otherwise skipped. Adds no permissions. A change starts no sweep: the
   * next one takes it into account.
   *
   * @see https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-root-user-email.html
   *
   * @default - the report lists mailboxes and judges none
   */
  readonly allowedEmailDomains?: string[];

  /**
   * Whether an account that cannot be read or cleaned fails the sweep, and with it the deployment.
   *
   * @default FailedAccounts.FAIL
   */
  readonly failedAccounts?: FailedAccounts;

  /**
   * How many accounts the sweep processes concurrently.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
   *
   * @default - batches of 50 accounts, 4 batches at a time, 25 accounts at a time in each batch
   */
  readonly concurrency?: SweepConcurrency;

  /**
   * Whether to sweep on every deployment, instead of only when a property that affects the sweep changes.
   *
   * If true, the template contains the time of synthesis, so that `cdk diff` always shows a change.
   *
   * @default false
   */
  readonly runOnEveryDeploy?: boolean;

  /**
   * Schedule on which to sweep: a rate or a cron expression, in its time zone, at most once an hour.
   *
   * The deployment runs the first sweep. The schedule takes effect after that sweep, and a rate counts from then.
   * If a sweep of all selected accounts is in progress, a scheduled execution ends at once and succeeds as skipped.
   * Changing only the schedule starts no sweep.
   *
   * Adds an EventBridge schedule with its role, an SQS queue for starts that fail for 24 hours, and two alarms: one
   * on that queue, and one for a missing sweep. The second alarm evaluates the longest time between two starts,
   * plus 6 hours for the sweep and `scheduleTimeWindow`, up to 7 days, which is the limit of CloudWatch; it is
   * omitted if two starts are more than a week apart. Permissions: the role can call `states:StartExecution` on the
   * state machine of the sweep and `sqs:SendMessage` on the queue.
   *
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   *
   * @default - only deployments and manual executions start a sweep
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * Time window after a scheduled start within which the sweep begins. Requires `schedule`.
   *
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html
   *
   * @default scheduler.TimeWindow.off()
   */
  readonly scheduleTimeWindow?: scheduler.TimeWindow;

  /**
   * What to do with an account that joins the organization, whether it is created or invited.
   *
   * The account is swept on its own, and only if `accounts` selects it; an account that is not selected or that is
   * excluded is reported as skipped. If an account is not usable yet, the sweep is retried for an hour.
   *
   * AWS sends the event to the management account in us-east-1 only. In other accounts and Regions, set
   * `joinedAccountsForwarderAccountId`. Delivery of events is not guaranteed, so set `schedule` as well.
   *
   * Adds an EventBridge rule, a state machine, a function, their roles and log groups, an SQS queue for events that
   * cannot be delivered for 24 hours, and two alarms: one on that queue, and one for an account that was not swept.
   * Permissions: the function can call `organizations:DescribeAccount`; the state machine can invoke the function
   * and call `states:StartExecution` on the state machine of the sweep, `states:DescribeExecution` and
   * `states:StopExecution` on its executions, and `events:PutRule`, `events:PutTargets` and `events:DescribeRule`
   * on the rule with which Step Functions tracks them; the role of the EventBridge rule can call
   * `states:StartExecution` on the state machine; EventBridge can call `sqs:SendMessage` on the queue, for this
   * rule.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
   *
   * @default - the next sweep covers the account
   */
  readonly joinedAccounts?: JoinedAccounts;

  /**
   * Account ID of the management account from which an AccountJoinedForwarder sends the events for
   * `joinedAccounts`.
   *
   * Set it in a delegated administrator, and in every Region other than us-east-1. Adds an event bus. Only that
   * account can put events on it, and only events of AWS Organizations.
   *
   * @default - events of the account and Region of the stack
   */
  readonly joinedAccountsForwarderAccountId?: string;

  /**
   * How long a deployment waits for the sweep, from 10 minutes to 1 hour in multiples of 5 seconds.
   *
   * After this time, the sweep is stopped and the deployment fails. One hour is the limit of CloudFormation.
   *
   * @default Duration.hours(1)
   */
  readonly deploymentTimeout?: Duration;

  /**
   * Bucket for plans, results and reports.
   *
   * Several sweeps can share a bucket: each writes below a prefix of its own, `reportsPrefix`. The bucket must be
   * in the Region of the stack.
   *
   * Adds a statement to the bucket policy that denies write access below `runs/`, `latest/` and `control/` to all
   * principals except the roles of the sweep. The policy of a bucket that is imported or that belongs to another
   * stack is not changed; instead, synthesis warns with the statements to add.
   *
   * @default - a new bucket: versioned, encrypted, TLS only, with `removalPolicy`
   */
  readonly reportsBucket?: s3.IBucket;

  /**
   * What happens to the new reports bucket when the stack is deleted. Cannot be combined with `reportsBucket`.
   *
   * With `RemovalPolicy.DESTROY`, the bucket is emptied and deleted. Adds the custom resource of
   * `autoDeleteObjects` of `s3.Bucket` and its permissions.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * KMS key that encrypts the new bucket. Cannot be combined with `reportsBucket`.
   *
   * Adds permissions on the key, limited to requests through S3: `kms:Decrypt` for the state machine and for the
   * functions that read the bucket, and `kms:GenerateDataKey` for the functions that write to it.
   *
   * @default - keys managed by S3
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long to retain the report, results and plans of each sweep below `runs/`, in whole days. Cannot be combined
   * with `reportsBucket`.
   *
   * Objects in `latest/` do not expire. Adds a lifecycle rule to the new bucket, which is free of charge.
   *
   * @default - objects do not expire; noncurrent versions of objects in `latest/` always expire after 90 days
   */
  readonly reportRetention?: Duration;

  /**
   * Topic notified when a sweep has failed accounts, finds or deletes credentials, or does not complete, according to
   * `notify`.
   *
   * Use `onSweepFinished` to receive an event for every sweep. The message is plain text with accounts, their units,
   * likely causes, remedies and commands, so that every subscriber learns which accounts have root credentials. An encrypted topic needs a customer managed key whose policy allows
   * `events.amazonaws.com` to use it; with the AWS managed key, events do not reach the topic.
   *
   * Adds `sns:Publish` on the topic, and `kms:Decrypt` and `kms:GenerateDataKey` on its key, to the role of the
   * function that reports. Adds an EventBridge rule for sweeps that are stopped or time out, which make no report.
   * Adds `sns:Publish` for that rule's service and for the alarms of this account and Region to the policy of a
   * topic that belongs to the app.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
   *
   * @default - no notifications
   */
  readonly notifications?: sns.ITopic;

  /**
   * Whether `notifications` is notified of every sweep, or only of what is new since the latest report. Requires
   * `notifications`.
   *
   * The first sweep reports everything it finds as new.
   *
   * @default Notify.NEW
   */
  readonly notify?: Notify;

  /**
   * Options of the alarms for failed accounts, found credentials, and sweeps that do not complete or cannot be
   * reported. `{}` uses the defaults.
   *
   * An action that publishes to the topic `notifications` is added only to alarms for which there is no message: those
   * for failed accounts, found credentials and sweeps that do not complete have it only as an `okActions`. Other
   * actions are added to every alarm.
   *
   * Synthesis warns about alarms without `actions`. Adds four CloudWatch alarms, which evaluate seven metrics in total
   * (0.10 USD per month for each metric evaluated, in most Regions), and no permissions.
   *
   * @default - no alarms
   */
  readonly alarms?: SweepAlarmOptions;

  /**
   * Region of the STS endpoint that issues the root sessions. The Region must be enabled in every account.
   *
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
   *
   * @default - the Region of the stack if it is known and enabled by default, otherwise us-east-1; in partitions
   * other than `aws`, the Region of the stack
   */
  readonly stsRegion?: string;

  /**
   * Options of the Lambda functions.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

/** Properties that RootCredentialsAudit and RootCredentialsPurge have in common. */
export interface RootCredentialsSweepProps extends RootCredentialsSweepOptions {
  /**
   * Centralized root access of the organization. The first sweep runs after it is deployed.
   *
   * Adds a statement that denies `sts:AssumeRoot` on the management account to the role of the sweep.
   *
   * @default - centralized root access is already enabled; otherwise the sweep fails and names the remedy
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * Member accounts to sweep. The management account is never selected.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;
}

const CONCURRENCY: Shape<SweepConcurrency> = {
  needed: {}, optional: { accountsPerBatch: aNumber, batchesAtOnce: aNumber, accountsInFlight: aNumber },
};

const SWEEP_ALARMS: Shape<SweepAlarmOptions> = {
  needed: {}, optional: { ...ALARMS.optional, failedAccounts: aNumber, foundCredentials: aNumber },
};

export const SWEEP_OPTIONS: Shape<RootCredentialsSweepOptions> = {
  needed: {},
  optional: {
    readServiceControlPolicies: aBoolean,
    allowedEmailDomains: someTexts,
    failedAccounts: oneOf('FailedAccounts', FailedAccounts),
    concurrency: options(CONCURRENCY),
    runOnEveryDeploy: aBoolean,
    schedule: aSchedule,
    scheduleTimeWindow: having('mode', 'a TimeWindow, such as TimeWindow.flexible(Duration.hours(1))'),
    joinedAccounts: oneOf('JoinedAccounts', JoinedAccounts),
    joinedAccountsForwarderAccountId: aText,
    deploymentTimeout: aDuration,
    reportsBucket: aBucket,
    removalPolicy: aRemovalPolicy,
    encryptionKey: aKey,
    reportRetention: aDuration,
    notifications: aTopic,
    notify: oneOf('Notify', Notify),
    alarms: options(SWEEP_ALARMS),
    stsRegion: aText,
    functionOptions: someFunctionOptions,
  },
};

export const SWEEP: Shape<RootCredentialsSweepProps> = {
  needed: {},
  optional: { ...SWEEP_OPTIONS.optional, features: someFeatures, accounts: anAccountSelection },
};
