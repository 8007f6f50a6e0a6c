import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { AccountSelection } from './account-selection';
import { FailedAccounts } from './failed-accounts';
import { JoinedAccounts } from './joined-accounts';
import { RootCredentialsProtection } from './protection';
import { checkKeptAreSelected, NO_PROTECTION, protectionOf } from './protection-settings';
import { grantReports, reportsBucket } from './reports-bucket';
import { RootCredential } from './root-credential';
import { Sweep } from './sweep';
import { SweepAlarmOptions } from './sweep-alarm-options';
import { SweepOnDeploy } from './sweep-on-deploy';
import { SweepOnJoin } from './sweep-on-join';
import { checkSchedule, SweepSchedule } from './sweep-schedule';
import { SweepSignals } from './sweep-signals';
import { HandlerOptions } from '../handler-options';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { CredentialKind, Selection, SweepSettings } from '../private/contract';
import { defaultStsRegion } from '../private/sts-region';
import { checkAccountId, checkWholeNumber } from '../private/validate';

/** How many accounts a sweep works on at once. The defaults fit a new account's quota of 10 concurrent Lambda functions. */
export interface SweepConcurrency {
  /**
   * Accounts in one batch, which one invocation of a function works through: 1 to 100.
   *
   * @default 25
   */
  readonly accountsPerBatch?: number;

  /**
   * Batches, and so functions, at once: 1 to 1,000.
   *
   * @default 4
   */
  readonly batchesAtOnce?: number;

  /**
   * Accounts at once within a batch: 1 to 100.
   *
   * @default 10
   */
  readonly accountsInFlight?: number;
}

/** What RootCredentialsAudit and RootCredentialsPurge have in common. */
export interface RootCredentialsSweepProps {
  /**
   * The organization's centralized root access. The sweep waits for it to be deployed.
   *
   * Adds a Deny of `sts:AssumeRoot` on the management account to the sweep's role.
   *
   * @default - it is expected to be on already; a sweep fails with the remedy when it is not
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * The member accounts to look after. The management account is never among them.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * Whether the sweep reads the service control policies above an account in which a call was denied, to say which of them denied it, where it is
   * attached and what to change: first in the report's remedies. What is swept, and how it ends, is the same with and without it.
   *
   * Adds, to the role of the function that sweeps a batch, `organizations:ListParents`, and for service control policies only
   * `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy`. Where they cannot be read, the report has the usual remedies.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
   *
   * @default false - the remedies are the usual causes of a denial
   */
  readonly readServiceControlPolicies?: boolean;

  /**
   * Whether an account that could not be read or cleaned fails the sweep, and the deployment with it.
   *
   * @default FailedAccounts.FAIL
   */
  readonly failedAccounts?: FailedAccounts;

  /**
   * How many accounts are worked on at once.
   *
   * @default - batches of 25, 4 batches at once, 10 accounts at once in each
   */
  readonly concurrency?: SweepConcurrency;

  /**
   * Sweep on every deployment, and not only when what is swept has changed.
   *
   * The template then holds the time of its synthesis, so that `cdk diff` shows a change every time.
   *
   * @default false
   */
  readonly runOnEveryDeploy?: boolean;

  /**
   * When to sweep again and again: a rate or a cron expression, in its time zone, not more often than every hour.
   *
   * The first sweep is the deployment's own; the schedule begins after it, and a rate counts from there. A start that finds a
   * sweep of all selected accounts at work ends at once, as succeeded and skipped. A change of the schedule alone sweeps nothing.
   *
   * Adds an EventBridge schedule, its role, an SQS queue for starts that failed for 24 hours, and two alarms: for that queue, and
   * for a sweep that is missing. The second looks back over the longest time between two starts, 6 hours for the sweep and
   * `scheduleTimeWindow`, but no more than 7 days, which is CloudWatch's limit: for schedules with more than a week between
   * two starts there is none. Permissions: the role may call `states:StartExecution` on the sweep and `sqs:SendMessage` on the queue.
   *
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   *
   * @default - sweeps start with deployments and by hand only
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * Within how long after its time a scheduled sweep may begin: 1 minute to 24 hours. Only with `schedule`.
   *
   * @default - within the minute
   */
  readonly scheduleTimeWindow?: Duration;

  /**
   * What happens to an account that joins the organization, created or invited. It is swept alone, and only if the construct
   * selects it: an account that is outside of the selection, or excluded, is reported as skipped. An account that cannot be
   * used yet is tried again for an hour.
   *
   * AWS sends the event to the management account in us-east-1 only: elsewhere `joinedAccountsForwardedFrom` is needed. Events
   * are not guaranteed, so have a `schedule` too.
   *
   * Adds an EventBridge rule, a state machine, a function, their roles and log groups, an SQS queue for events that could not be
   * delivered for 24 hours, and two alarms: for that queue, and for an account that was not swept. Permissions: the function may
   * call `organizations:DescribeAccount`; the state machine may call the function, `states:StartExecution` on the sweep,
   * `states:DescribeExecution` and `states:StopExecution` on its executions, and `events:PutRule`, `events:PutTargets` and
   * `events:DescribeRule` on the rule by which Step Functions learns of their ends; the rule's role may call
   * `states:StartExecution` on the state machine; EventBridge may call `sqs:SendMessage` on the queue, for this rule.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
   *
   * @default - nothing, until the next sweep
   */
  readonly joinedAccounts?: JoinedAccounts;

  /**
   * Id of the management account whose AccountJoinedForwarder brings the events of `joinedAccounts` here: for a delegated
   * administrator, and for every Region but us-east-1.
   *
   * Adds an event bus on which that account, and no other, may put events of AWS Organizations.
   *
   * @default - the events are those of this account and Region
   */
  readonly joinedAccountsForwardedFrom?: string;

  /**
   * How long a deployment waits for the sweep: 10 minutes to 1 hour, which is CloudFormation's own limit, in whole multiples of
   * 5 seconds. After that the sweep is stopped and the deployment fails.
   *
   * @default Duration.hours(1)
   */
  readonly deploymentTimeout?: Duration;

  /**
   * Bucket for plans, results and reports.
   *
   * Adds a Deny for everybody but the sweep's roles to write below `runs/` and `latest/` to the bucket's policy.
   *
   * @default - a new bucket: versioned, encrypted, TLS only, kept when the stack is deleted
   */
  readonly reportsBucket?: s3.IBucket;

  /**
   * Key that encrypts the new bucket. Not together with `reportsBucket`.
   *
   * Adds, on the key and by way of S3, `kms:Decrypt` to the roles of the functions that read and of the state machine, and
   * `kms:GenerateDataKey` to those of the functions that write.
   *
   * @default - keys that S3 manages
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the reports, results and plans of each sweep are kept below `runs/`: whole days. Those of `latest/` stay. Not together
   * with `reportsBucket`.
   *
   * Adds a lifecycle rule to the new bucket, which expires objects and costs nothing.
   *
   * @default - they are kept; older versions of what is in `latest/` go after 90 days in any case
   */
  readonly reportRetention?: Duration;

  /**
   * Topic that hears of sweeps with something to tell: failed accounts, credentials that were found or deleted, a sweep that did
   * not come to its end. A sweep that found nothing is silent; `onSweepFinished` hears of every one.
   *
   * The message is text for people, with accounts, likely causes and remedies: whoever subscribes learns which accounts have root
   * credentials. A topic with a key needs one of yours, whose policy lets `events.amazonaws.com` use it: with the key that AWS
   * manages, events never reach it.
   *
   * Adds `sns:Publish` on the topic (and `kms:Decrypt`, `kms:GenerateDataKey` on its key) to the role of the function that reports;
   * an EventBridge rule for sweeps that were stopped or ran into their timeout, which make no report; and, to the policy of a topic
   * of this app, `sns:Publish` for that rule's service and for the alarms of this account and Region.
   *
   * @default - nobody is told
   */
  readonly notifications?: sns.ITopic;

  /**
   * Alarms for failed accounts, for found credentials and for sweeps that did not come to their end. `{}` takes the defaults.
   *
   * Adds three CloudWatch alarms, of which the last looks at five metrics (0.10 USD a month for each metric looked at, in most
   * Regions), and no permissions.
   *
   * @default - no alarms
   */
  readonly alarms?: SweepAlarmOptions;

  /**
   * Region whose STS issues the root sessions. It must be one that is enabled in every account.
   *
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
   *
   * @default - the stack's Region if it is known and enabled by default, else us-east-1
   */
  readonly stsRegion?: string;

  /**
   * How the functions run.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

/** The sweep itself waits up to 5 minutes for permissions and switches that take effect late. */
const SHORTEST_DEPLOYMENT = Duration.minutes(10);
const LONGEST_DEPLOYMENT = Duration.hours(1);

/** S3 counts the age of objects in days. */
const DAY = Duration.days(1);

/** What a sweep does with the credentials that it finds. */
export interface RootCredentialsSweepWork extends RootCredentialsProtection {
  /** Whether it is there to delete them. An audit only looks. */
  readonly purge: boolean;

  /**
   * Kinds of credentials that a purge deletes.
   *
   * @default - all kinds
   */
  readonly credentials?: RootCredential[];

  /**
   * Delete nothing, and report what would be deleted.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * Fail when an audit finds a credential.
   *
   * @default false
   */
  readonly failOnFindings?: boolean;
}

/** A sweep over the root credentials of member accounts: what RootCredentialsAudit and RootCredentialsPurge have in common. */
export abstract class RootCredentialsSweep extends Construct {
  /** Where the reports are: `latest/report.html`, `.csv` and `.json`, and one folder for each sweep below `runs/`. */
  public readonly reportsBucket: s3.IBucket;

  /**
   * The sweep. To start it by hand, give its execution the input `{}`, or narrow it by
   * `{"accounts": ["222222222222"], "dryRun": true}`. Conditions are `ifSelected` (accounts that are not selected are skipped, not an
   * error), `unlessRunning` (nothing while another sweep of all selected accounts is at work) and `notBefore` (a time).
   */
  public readonly stateMachine: sfn.IStateMachine;

  /** The one role that takes root sessions: the principal of every `AssumeRoot` in CloudTrail, for the allow-list of a SIEM. */
  public readonly rootSessionRole: iam.IRole;

  /** Where an AccountJoinedForwarder sends events to, with `joinedAccountsForwardedFrom`. */
  public readonly joinedAccountsBus?: events.IEventBus;

  /**
   * The alarms that `alarms`, `schedule` and `joinedAccounts` added, for further actions or a composite alarm. Those of the last two
   * have the actions of `alarms`, and none without it.
   */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly signals: SweepSignals;

  protected constructor(scope: Construct, id: string, props: RootCredentialsSweepProps, work: RootCredentialsSweepWork) {
    super(scope, id);
    const { concurrency = {}, deploymentTimeout = LONGEST_DEPLOYMENT } = props;
    const settings = settingsOf(props, work);
    checkConcurrency(concurrency);
    checkDeploymentTimeout(deploymentTimeout);
    checkStarts(props);
    if (props.reportsBucket && props.encryptionKey) {
      throw new Error('encryptionKey must not be given together with reportsBucket: the bucket has its own encryption');
    }
    checkReportRetention(props);

    this.reportsBucket = props.reportsBucket ?? reportsBucket(this, 'Reports', props.encryptionKey, props.reportRetention);
    const sweep = new Sweep(this, 'Sweep', {
      name: this.node.path,
      settings,
      taskPolicies: ['IAMAuditRootUserCredentials', ...work.purge && !settings.dryRun ? ['IAMDeleteRootUserCredentials'] : []],
      neverAccounts: props.features ? [props.features.managementAccountId] : [],
      passwordRecoveries: work.passwordRecoveries,
      readPolicies: props.readServiceControlPolicies ?? false,
      batchesAtOnce: concurrency.batchesAtOnce ?? 4,
      bucket: this.reportsBucket,
      stsRegion: props.stsRegion ?? defaultStsRegion(this),
      notifications: props.notifications,
      options: props.handler,
    });
    this.stateMachine = sweep.stateMachine;
    this.rootSessionRole = sweep.rootSessionRole;
    this.signals = new SweepSignals(this, 'Signals', { name: this.node.path, sweep, notifications: props.notifications });
    const onDeploy = new SweepOnDeploy(this, 'OnDeploy', {
      sweep,
      settings,
      timeout: deploymentTimeout,
      nonce: props.runOnEveryDeploy ? new Date().toISOString() : undefined,
      schedule: props.schedule && checkSchedule(props.schedule),
      options: props.handler,
    });
    if (props.features) {
      onDeploy.node.addDependency(props.features);
    }
    const onSchedule = props.schedule && new SweepSchedule(this, 'Schedule', {
      sweep, onDeploy, expression: props.schedule, timeWindow: props.scheduleTimeWindow, finished: this.metricSweepsFinished(),
    });
    const onJoin = props.joinedAccounts && new SweepOnJoin(this, 'OnJoin', {
      sweep, reaction: props.joinedAccounts, forwardedFrom: props.joinedAccountsForwardedFrom, options: props.handler,
    });
    this.joinedAccountsBus = onJoin?.bus;
    this.alarms = [...props.alarms ? this.signals.alarms(props.alarms) : [], ...onSchedule?.alarms ?? [], ...onJoin?.alarms ?? []];
    this.alarms.forEach((alarm) => {
      alarm.addAlarmAction(...props.alarms?.actions ?? []);
      alarm.addOkAction(...props.alarms?.okActions ?? []);
    });
  }

  /**
   * Lets somebody start a sweep by hand, narrowed or as it is, and follow it: `states:StartExecution` on the state machine,
   * `states:DescribeExecution` and `states:GetExecutionHistory` on its executions.
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee)
      .combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory'));
  }

  /** Lets somebody read the reports: `s3:GetObject` and `s3:ListBucket` below `latest/` and `runs/`, and `kms:Decrypt` if there is a key. */
  public grantReadReports(grantee: iam.IGrantable): iam.Grant {
    return grantReports(this.reportsBucket, grantee);
  }

  /**
   * A rule for the event that every sweep sends to the account's default bus when it has made its report, clean or not.
   * Its format is `schema/sweep-finished-1.json`; `docs/signals.md` describes it. A sweep that is stopped sends none.
   *
   * Adds the rule, and to its target what that target adds.
   *
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
   */
  public onSweepFinished(id: string, options?: events.OnEventOptions): events.Rule {
    return this.signals.onSweepFinished(this, id, options);
  }

  /** As `onSweepFinished`, for sweeps that found credentials: whatever was deleted, would be, or is still there and not kept for a reason. */
  public onCredentialsFound(id: string, options?: events.OnEventOptions): events.Rule {
    return this.signals.onSweepFinished(this, id, options, { credentials: { found: [{ numeric: ['>', 0] }] } });
  }

  /**
   * Accounts that the sweep looked at, or should have.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricAccountsSwept(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('accountsSwept', options);
  }

  /**
   * Accounts without any root credential.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricAccountsClean(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('accountsClean', options);
  }

  /**
   * Accounts that could not be looked at or cleaned. They may have root credentials.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricAccountsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('accountsFailed', options);
  }

  /**
   * Root credentials that the sweep came upon, but those that it keeps for a reason. What was deleted was found first.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricCredentialsFound(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('credentialsFound', options);
  }

  /**
   * Root credentials that were deleted and seen to be gone.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricCredentialsDeleted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('credentialsDeleted', options);
  }

  /**
   * Root credentials that were left in place for a reason.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricCredentialsKept(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('credentialsKept', options);
  }

  /**
   * Sweeps of the whole selection that came to their end, with or without failed accounts: 1 for each. Its absence is a sweep that was missed.
   *
   * @param options what differs from `Sum` of 5 minutes
   */
  public metricSweepsFinished(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('sweepsFinished', options);
  }

  /**
   * Sweeps that have reported that they did not come to their end. One that was stopped from outside reports nothing.
   *
   * @param options what differs from `Sum` of 5 minutes
   */
  public metricSweepsIncomplete(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('sweepsIncomplete', options);
  }

  /**
   * Seconds from the start of a sweep to its report.
   *
   * @param options what differs from `Maximum` of 5 minutes
   */
  public metricSweepDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('sweepDuration', options);
  }
}

/** What is of no use without another property is a mistake. */
function checkStarts({ schedule, scheduleTimeWindow, joinedAccounts, joinedAccountsForwardedFrom }: RootCredentialsSweepProps) {
  if (scheduleTimeWindow && !schedule) {
    throw new Error('scheduleTimeWindow must not be given without schedule');
  }
  const window = scheduleTimeWindow?.toSeconds() ?? 60;
  if (window < 60 || window > Duration.days(1).toSeconds() || window % 60 !== 0) {
    throw new Error(`scheduleTimeWindow must be from 1 minute to 24 hours, in whole minutes, got ${scheduleTimeWindow!.toHumanString()}`);
  }
  if (joinedAccountsForwardedFrom !== undefined && !joinedAccounts) {
    throw new Error('joinedAccountsForwardedFrom must not be given without joinedAccounts');
  }
  if (joinedAccountsForwardedFrom !== undefined) {
    checkAccountId('joinedAccountsForwardedFrom', joinedAccountsForwardedFrom);
  }
}

function settingsOf(props: RootCredentialsSweepProps, work: RootCredentialsSweepWork): SweepSettings {
  const { concurrency = {} } = props;
  const selection = (props.accounts ?? AccountSelection.organization())._selection();
  return {
    selection,
    ...work.purge ? purgeOf(work, selection) : AUDIT,
    failOnFindings: work.failOnFindings ?? false,
    tolerateFailedAccounts: props.failedAccounts === FailedAccounts.TOLERATE,
    accountsPerBatch: concurrency.accountsPerBatch ?? 25,
    accountsInFlight: concurrency.accountsInFlight ?? 10,
  };
}

/** Nothing in it is to be deleted, in whatever way one reads it. */
const AUDIT = { work: 'audit', credentials: [], dryRun: true, protection: NO_PROTECTION } satisfies Partial<SweepSettings>;

function purgeOf(work: RootCredentialsSweepWork, selection: Selection) {
  const protection = protectionOf(work, work.credentials);
  checkKeptAreSelected(protection, selection);
  const credentials = work.credentials ?? Object.values(RootCredential);
  return { work: 'purge', credentials: credentials as string[] as CredentialKind[], dryRun: work.dryRun ?? false, protection } satisfies Partial<SweepSettings>;
}

function checkReportRetention({ reportRetention, reportsBucket: imported }: RootCredentialsSweepProps) {
  if (reportRetention === undefined) {
    return;
  }
  if (imported) {
    throw new Error('reportRetention must not be given together with reportsBucket: the bucket has its own lifecycle');
  }
  if (reportRetention.toSeconds() < DAY.toSeconds() || reportRetention.toSeconds() % DAY.toSeconds() !== 0) {
    throw new Error(`reportRetention must be whole days, 1 at least, got ${reportRetention.toHumanString()}`);
  }
}

function checkConcurrency({ accountsPerBatch = 1, batchesAtOnce = 1, accountsInFlight = 1 }: SweepConcurrency) {
  checkWholeNumber('concurrency.accountsPerBatch', accountsPerBatch, 1, 100);
  checkWholeNumber('concurrency.batchesAtOnce', batchesAtOnce, 1, 1_000);
  checkWholeNumber('concurrency.accountsInFlight', accountsInFlight, 1, 100);
}

function checkDeploymentTimeout(timeout: Duration) {
  const seconds = timeout.toSeconds();
  if (seconds < SHORTEST_DEPLOYMENT.toSeconds() || seconds > LONGEST_DEPLOYMENT.toSeconds() || seconds % 5 !== 0) {
    throw new Error(`deploymentTimeout must be from 10 minutes to 1 hour, in whole multiples of 5 seconds, got ${timeout.toHumanString()}`);
  }
}
