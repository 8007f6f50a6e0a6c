import { Annotations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { ACCEPTED_PREFIX, LATEST_PREFIX, RUNS_PREFIX } from './contract';
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
import { isInManagementAccount } from '../organization/management-account';
import { grantReadPrefixes } from '../private/read-prefixes';
import { checkBucket } from '../private/reserved-prefixes';
import { stsRegion, warnOfPartition } from '../private/stack-region';
import { addActions, warnOfKeyOfAws, warnOfKeysOfAws, warnOfSilentAlarms } from '../private/topic-for-alarms';
import { checkSomeAccountIsLeft } from '../private/validate';

/**
 * Base class of RootCredentialsAudit and RootCredentialsPurge: a sweep over the root credentials of member
 * accounts.
 */
export abstract class RootCredentialsSweep extends Construct {
  /**
   * Bucket that contains the reports.
   *
   * Below `reportsPrefix`, it contains `latest/report.html`, `latest/report.csv`, `latest/report.json`, and a
   * folder for each sweep in `runs/`.
   */
  public readonly reportsBucket: s3.IBucket;

  /**
   * Prefix of `latest/` and `runs/` in the reports bucket.
   *
   * Empty for a bucket that the construct creates. In a bucket that you provide, `<account>/<path of the
   * construct>/`, so that several sweeps can share it.
   */
  public readonly reportsPrefix: string;

  /**
   * State machine that runs the sweep.
   *
   * To start a sweep manually, start an execution with the input `{}`, or limit it with `{"accounts":
   * ["222222222222"], "dryRun": true}`. Conditions are `ifSelected` (skip accounts that are not selected instead of
   * failing), `unlessRunning` (do nothing while another sweep of all selected accounts is in progress) and
   * `notBefore` (a time).
   */
  public readonly stateMachine: sfn.IStateMachine;

  /**
   * The only role that takes root sessions.
   *
   * It is the principal of every `AssumeRoot` event in CloudTrail, for the allow-list of a SIEM.
   */
  public readonly rootSessionRole: iam.IRole;

  /** Event bus for the events of an AccountJoinedForwarder, if `joinedAccountsForwardedFrom` is set. */
  public readonly joinedAccountsBus?: events.IEventBus;

  /**
   * Alarms that `alarms`, `schedule` and `joinedAccounts` add, for further actions or a composite alarm.
   *
   * The alarms of `schedule` and `joinedAccounts` have the actions of `alarms`, and none if it is not set.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Summary of the latest sweep of a deployment, in one line: accounts by outcome, and credentials found, deleted
   * and kept.
   *
   * It is available after that sweep has succeeded. A deployment that does not sweep leaves it unchanged. Print it
   * with a `CfnOutput`.
   *
   * @attribute
   */
  public readonly deploymentSummary: string;

  /**
   * S3 URI of the report of the latest sweep of a deployment (`s3://…/report.html`), or `none` until there is one.
   *
   * @attribute
   */
  public readonly deploymentReport: string;

  /** Counts of the latest sweep of a deployment, for a pipeline that reads the outputs of the stack. */
  public readonly deploymentCounts: DeploymentCounts;

  /**
   * Depend on this to run after the sweep of the deployment.
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
    warnOfPartition(this);
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
      options: props.functionOptions,
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
      options: props.functionOptions,
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
      sweep, reaction: props.joinedAccounts, forwardedFrom: props.joinedAccountsForwardedFrom, options: props.functionOptions,
    });
    this.joinedAccountsBus = onJoin?.bus;
    this.alarms = [...props.alarms ? this.signals.alarms(props.alarms) : [], ...onSchedule?.alarms ?? [], ...onJoin?.alarms ?? []];
    addActions(this.alarms, props.alarms);
    if (props.alarms) {
      warnOfSilentAlarms(this, 'alarms', this.alarms);
    }
  }

  /**
   * Grants the given identity permission to start a sweep manually, with or without limits, and to follow it.
   *
   * Allows `states:StartExecution` on the state machine, and `states:DescribeExecution` and
   * `states:GetExecutionHistory` on its executions.
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee)
      .combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory'));
  }

  /**
   * Grants the given identity permission to read the reports.
   *
   * Allows `s3:GetObject` and `s3:ListBucket` below `latest/` and `runs/`. If the bucket has a key, also allows
   * `kms:Decrypt` through S3. For an identity in another account, or one whose policies are not part of the app,
   * adds the permissions to the policies of the bucket and the key.
   */
  public grantReadReports(grantee: iam.IGrantable): iam.Grant {
    return grantReadPrefixes(this.reportsBucket, grantee, `${this.reportsPrefix}${LATEST_PREFIX}`, `${this.reportsPrefix}${RUNS_PREFIX}`);
  }

  /**
   * Creates an EventBridge rule for the event that a sweep sends to the default event bus when its report is
   * complete.
   *
   * Every sweep that completes its report sends the event, with or without findings. A sweep that is stopped sends
   * none. The format is `schema/sweep-finished-1.json`, described in `docs/signals.md`.
   *
   * Adds the rule and the permissions that the target needs.
   *
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
   */
  public onSweepFinished(id: string, options?: events.OnEventOptions): events.Rule {
    return this.signals.onSweepFinished(this, id, options);
  }

  /**
   * Creates an EventBridge rule for sweeps that found credentials.
   *
   * Same as `onSweepFinished`, limited to sweeps with credentials that were deleted, that would be deleted, or that
   * are still present and not kept for a reason.
   */
  public onCredentialsFound(id: string, options?: events.OnEventOptions): events.Rule {
    return this.signals.onSweepFinished(this, id, options, { credentials: { found: [{ numeric: ['>', 0] }] } });
  }

  /**
   * Metric for the number of accounts that a sweep reads, or should read.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricAccountsSwept(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('accountsSwept', options);
  }

  /**
   * Metric for the number of accounts without any root credential.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricAccountsClean(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('accountsClean', options);
  }

  /**
   * Metric for the number of accounts that cannot be read or cleaned, and that may have root credentials.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricAccountsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('accountsFailed', options);
  }

  /**
   * Metric for the number of root credentials that a sweep finds, except those that it keeps for a reason.
   *
   * Includes the credentials that the sweep deletes. Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricCredentialsFound(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('credentialsFound', options);
  }

  /**
   * Metric for the number of root credentials that a sweep deletes and verifies as gone.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricCredentialsDeleted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('credentialsDeleted', options);
  }

  /**
   * Metric for the number of root credentials that a sweep keeps for a reason.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricCredentialsKept(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('credentialsKept', options);
  }

  /**
   * Metric for the number of sweeps of the whole selection that complete, with or without failed accounts.
   *
   * No data point means that no sweep completed. Sum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricSweepsFinished(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('sweepsFinished', options);
  }

  /**
   * Metric for the number of sweeps that report that they did not complete.
   *
   * A sweep that is stopped from outside reports nothing. Sum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricSweepsIncomplete(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('sweepsIncomplete', options);
  }

  /**
   * Metric for the time from the start of a sweep to its report, in seconds.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  public metricSweepDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.signals.metric('sweepDuration', options);
  }
}
