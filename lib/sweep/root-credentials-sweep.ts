import { Annotations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { DeploymentCounts } from './deployment-counts';
import { keepsEverything } from './protection-settings';
import { reportsBucket, reportsPrefix } from './reports-bucket';
import { RootCredentialsSweepProps } from './root-credentials-sweep-props';
import { RootCredentialsSweepWork } from './root-credentials-sweep-work';
import { Sweep } from './sweep';
import { SweepOnDeploy } from './sweep-on-deploy';
import { SweepOnJoin } from './sweep-on-join';
import { checkSchedule, SweepSchedule } from './sweep-schedule';
import { checkProps, checkRelease, LONGEST_DEPLOYMENT, settingsOf } from './sweep-settings';
import { SweepSignals } from './sweep-signals';
import { ACCEPTED_PREFIX, LATEST_PREFIX, RUNS_PREFIX } from '../private/contract';
import { isInManagementAccount } from '../private/management-account';
import { warnOutsideOfAws } from '../private/partition';
import { grantReadPrefixes } from '../private/read-prefixes';
import { checkBucket } from '../private/reserved-prefixes';
import { stsRegion } from '../private/sts-region';
import { warnOfKeyOfAws, warnOfKeysOfAws, warnOfSilentAlarms } from '../private/topic-for-alarms';
import { checkSomeAccountIsLeft } from '../private/validate';

/** A sweep over the root credentials of member accounts: what RootCredentialsAudit and RootCredentialsPurge have in common. */
export abstract class RootCredentialsSweep extends Construct {
  /** Where the reports are: below `reportsPrefix`, `latest/report.html`, `.csv` and `.json`, and one folder for each sweep in `runs/`. */
  public readonly reportsBucket: s3.IBucket;

  /**
   * Below what `latest/` and `runs/` are in the bucket: nothing in the bucket that the construct makes; `<account>/<path of the construct>/` in one
   * that was given, so that several sweeps can share it.
   */
  public readonly reportsPrefix: string;

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

  /**
   * What the latest sweep of a deployment did, in one line: accounts by outcome, credentials found, deleted and kept. It is known when that sweep
   * has succeeded; a deployment that sweeps nothing leaves it as it is. Print it with a `CfnOutput`.
   *
   * @attribute
   */
  public readonly deploymentSummary: string;

  /**
   * Address of the report of that sweep: `s3://…/report.html`. `none` until there is one.
   *
   * @attribute
   */
  public readonly deploymentReport: string;

  /** The numbers of that sweep, one by one: for a pipeline that reads the outputs of its stack. */
  public readonly deploymentCounts: DeploymentCounts;

  /**
   * It exists when the sweep of a deployment has ended.
   *
   * @internal
   */
  public readonly _sweptOnDeploy: IConstruct;

  private readonly signals: SweepSignals;

  protected constructor(scope: Construct, id: string, props: RootCredentialsSweepProps, work: RootCredentialsSweepWork) {
    super(scope, id);
    const settings = settingsOf(props, work);
    checkProps(props);
    checkRelease(work, settings.selection);
    checkSomeAccountIsLeft(settings.selection, props.features ? [props.features.managementAccountId] : []);
    warnOutsideOfAws(this);
    if (work.purge && keepsEverything(settings)) {
      Annotations.of(this).addWarningV2('cdk-root-access:keep', 'keep keeps everything that this purge would delete: use a RootCredentialsAudit, or narrow the rules');
    }
    warnOfKeyOfAws(this, 'notifications', props.notifications);
    warnOfKeysOfAws(this, 'alarms.actions', props.alarms?.actions);
    if (props.reportsBucket) {
      checkBucket(this, 'reportsBucket', props.reportsBucket);
    }
    if (work.passwordRecoveries) {
      checkBucket(this, 'passwordRecoveries', work.passwordRecoveries.bucket);
    }
    this.reportsBucket = props.reportsBucket ?? reportsBucket(this, 'Reports', props.encryptionKey, props.reportRetention);
    this.reportsPrefix = props.reportsBucket ? reportsPrefix(this) : '';
    const acceptedKey = `${this.reportsPrefix}${ACCEPTED_PREFIX}${this.node.addr}.json`; // of this construct, whatever else uses the bucket
    const sweep = new Sweep(this, 'Sweep', {
      name: this.node.path,
      settings,
      taskPolicies: ['IAMAuditRootUserCredentials', ...work.purge && !settings.dryRun ? ['IAMDeleteRootUserCredentials'] : []],
      neverAccounts: props.features ? [props.features.managementAccountId] : [],
      passwordRecoveries: work.passwordRecoveries,
      readPolicies: props.readServiceControlPolicies ?? isInManagementAccount(this, props.features),
      batchesAtOnce: props.concurrency?.batchesAtOnce ?? 4,
      bucket: this.reportsBucket,
      reportsPrefix: this.reportsPrefix,
      acceptedKey,
      stsRegion: stsRegion(this, props.stsRegion),
      notifications: props.notifications,
      options: props.handler,
    });
    this.stateMachine = sweep.stateMachine;
    this.rootSessionRole = sweep.rootSessionRole;
    this.signals = new SweepSignals(this, 'Signals', {
      name: this.node.path, latestReport: `${this.reportsPrefix}${LATEST_PREFIX}report.html`, sweep, notifications: props.notifications,
    });
    const onDeploy = new SweepOnDeploy(this, 'OnDeploy', {
      sweep,
      settings,
      bucket: this.reportsBucket,
      reportsPrefix: this.reportsPrefix,
      acceptedKey,
      release: work.release,
      timeout: props.deploymentTimeout ?? LONGEST_DEPLOYMENT,
      nonce: props.runOnEveryDeploy ? new Date().toISOString() : undefined,
      schedule: props.schedule && checkSchedule(props.schedule),
      options: props.handler,
    });
    this._sweptOnDeploy = onDeploy.resource;
    this.deploymentSummary = onDeploy.summary;
    this.deploymentReport = onDeploy.report;
    this.deploymentCounts = onDeploy.counts;
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
    if (props.alarms) {
      warnOfSilentAlarms(this, 'alarms', this.alarms);
    }
  }

  /**
   * Lets somebody start a sweep by hand, narrowed or as it is, and follow it: `states:StartExecution` on the state machine,
   * `states:DescribeExecution` and `states:GetExecutionHistory` on its executions.
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee)
      .combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory'));
  }

  /**
   * Lets somebody read the reports: `s3:GetObject` and `s3:ListBucket` below `latest/` and `runs/`, and `kms:Decrypt` by way of S3 if there
   * is a key. Somebody of another account, or whose policies are not part of the app, is let in by the policies of the bucket and the key.
   */
  public grantReadReports(grantee: iam.IGrantable): iam.Grant {
    return grantReadPrefixes(this.reportsBucket, grantee, `${this.reportsPrefix}${LATEST_PREFIX}`, `${this.reportsPrefix}${RUNS_PREFIX}`);
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
