import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { LATEST_PREFIX, METRICS, RUNS_PREFIX } from './contract';
import { sweepFinishedRule, sweepMetric } from './sweep-signals';
import { aBucket } from '../private/cdk-shapes';
import { grantReadPrefixes } from '../private/read-prefixes';
import { aText, checkShape, checkValue, having, listOf, Shape } from '../private/shape';

/** A RootCredentialsAudit or a RootCredentialsPurge, created in this app or imported. */
export interface IRootCredentialsSweep extends IConstruct {
  /** Name of the sweep in metrics, events and messages: the path of the construct. */
  readonly sweepName: string;

  /**
   * Bucket that contains the reports.
   *
   * Below `reportsPrefix`, it contains `latest/report.html`, `latest/report.csv`, `latest/report.json`, and a
   * folder for each sweep in `runs/`.
   */
  readonly reportsBucket: s3.IBucket;

  /**
   * Prefix of `latest/` and `runs/` in the reports bucket.
   *
   * Empty for a bucket that the construct creates. In a bucket that you provide, `<account>/<path of the
   * construct>/`, so that several sweeps can share it.
   */
  readonly reportsPrefix: string;

  /**
   * State machine that runs the sweep.
   *
   * To start a sweep manually, start an execution with the input `{}`, or limit it with `{"accounts":
   * ["222222222222"], "dryRun": true}`. Conditions are `ifSelected` (skip accounts that are not selected instead of
   * failing), `unlessRunning` (do nothing while another sweep of all selected accounts is in progress) and
   * `notBefore` (a time).
   */
  readonly stateMachine: sfn.IStateMachine;

  /**
   * The roles that take root sessions.
   *
   * They are the principals of every `AssumeRoot` event of the sweep in CloudTrail, for `allowedPrincipals` of a
   * RootActivityMonitor and for the allow-list of a SIEM. An imported sweep has them only if its attributes name
   * them.
   */
  readonly rootSessionRoles: iam.IRole[];

  /**
   * Alarms that `alarms`, `schedule` and `joinedAccounts` add, for further actions or a composite alarm.
   *
   * All of them have the actions of `alarms`. An imported sweep has none.
   */
  readonly alarms: cloudwatch.Alarm[];

  /**
   * Grants the given identity permission to start a sweep manually, with or without limits, and to follow it.
   *
   * Allows `states:StartExecution` on the state machine, and `states:DescribeExecution` and
   * `states:GetExecutionHistory` on its executions.
   */
  grantStart(grantee: iam.IGrantable): iam.Grant;

  /**
   * Grants the given identity permission to read the reports.
   *
   * Allows `s3:GetObject` and `s3:ListBucket` below `latest/` and `runs/`. If the bucket has a key, also allows
   * `kms:Decrypt` through S3. For an identity in another account, or one whose policies are not part of the app,
   * adds the permissions to the policies of the bucket and the key. The policies of an imported bucket or key do
   * not change: add the permissions there.
   */
  grantReadReports(grantee: iam.IGrantable): iam.Grant;

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
  onSweepFinished(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Creates an EventBridge rule for sweeps that found credentials.
   *
   * Same as `onSweepFinished`, limited to sweeps with credentials that were deleted, that would be deleted, or that
   * are still present and not kept for a reason.
   */
  onCredentialsFound(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Metric of the sweep.
   *
   * The statistic is the one that fits the metric, over 5 minutes. The metrics are described in `docs/signals.md`.
   *
   * @param metricName name of the metric, such as `AccountsFailed`
   * @param options properties of the metric that differ from the defaults
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of accounts that a sweep reads, or should read.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricAccountsSwept(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of accounts without any root credential.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricAccountsClean(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of accounts that cannot be read or cleaned, and that may have root credentials.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricAccountsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of root credentials that a sweep finds, except those that it keeps for a reason.
   *
   * Includes the credentials that the sweep deletes. Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricCredentialsFound(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of root credentials that a sweep deletes and verifies as gone.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricCredentialsDeleted(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of root credentials that a sweep keeps for a reason.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricCredentialsKept(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of sweeps of the whole selection that complete, with or without failed accounts.
   *
   * No data point means that no sweep completed. Sum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricSweepsFinished(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of sweeps that report that they did not complete.
   *
   * A sweep that is stopped from outside reports nothing. Sum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricSweepsIncomplete(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the time from the start of a sweep to its report, in seconds.
   *
   * Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricSweepDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of exceptions, in `exclusions` and `keep`, that have ended and still protect.
   *
   * Emitted by sweeps with an exception that has an end. Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricEndedExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of accounts whose root mailbox is not in `allowedEmailDomains`.
   *
   * Emitted by sweeps with `allowedEmailDomains`. Maximum over 5 minutes by default.
   *
   * @param options properties of the metric that differ from the defaults
   */
  metricForeignMailboxes(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** Attributes of an audit or a purge that is deployed by another app. */
export interface RootCredentialsSweepAttributes {
  /** Name of the sweep: its `sweepName`, which is the path of its construct. */
  readonly sweepName: string;

  /** State machine that runs the sweep. */
  readonly stateMachine: sfn.IStateMachine;

  /**
   * Bucket that contains the reports.
   *
   * If the bucket has a KMS key, import it with `s3.Bucket.fromBucketAttributes()` and `encryptionKey`, so that
   * `grantReadReports` includes the key.
   */
  readonly reportsBucket: s3.IBucket;

  /**
   * Prefix of `latest/` and `runs/` in the bucket: the `reportsPrefix` of the sweep.
   *
   * @default - none, as in a bucket that the construct of the sweep creates
   */
  readonly reportsPrefix?: string;

  /**
   * Roles that take root sessions: the `rootSessionRoles` of the sweep.
   *
   * @default - unknown; reading `rootSessionRoles` fails
   */
  readonly rootSessionRoles?: iam.IRole[];
}

const aRole = having('roleArn', 'a role, such as an iam.Role');

const ATTRIBUTES: Shape<RootCredentialsSweepAttributes> = {
  needed: { sweepName: aText, stateMachine: having('stateMachineArn', 'a state machine, such as one that sfn.StateMachine.fromStateMachineArn() imports'), reportsBucket: aBucket },
  optional: { reportsPrefix: aText, rootSessionRoles: listOf(aRole) },
};

/**
 * Grants, metrics and events of a sweep, wherever it is deployed.
 *
 * @internal
 */
export abstract class SweepBase extends Construct implements IRootCredentialsSweep {
  public abstract readonly sweepName: string;
  public abstract readonly reportsBucket: s3.IBucket;
  public abstract readonly reportsPrefix: string;
  public abstract readonly stateMachine: sfn.IStateMachine;
  public abstract readonly rootSessionRoles: iam.IRole[];
  public abstract readonly alarms: cloudwatch.Alarm[];

  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee)
      .combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory'));
  }

  public grantReadReports(grantee: iam.IGrantable): iam.Grant {
    return grantReadPrefixes(this.reportsBucket, grantee, `${this.reportsPrefix}${LATEST_PREFIX}`, `${this.reportsPrefix}${RUNS_PREFIX}`);
  }

  public onSweepFinished(id: string, options?: events.OnEventOptions): events.Rule {
    return this.finishedRule(id, options);
  }

  public onCredentialsFound(id: string, options?: events.OnEventOptions): events.Rule {
    return this.finishedRule(id, options, { credentials: { found: [{ numeric: ['>', 0] }] } });
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sweepMetric(this, this.sweepName, metricName, options);
  }

  public metricAccountsSwept(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.accountsSwept, options);
  }

  public metricAccountsClean(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.accountsClean, options);
  }

  public metricAccountsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.accountsFailed, options);
  }

  public metricCredentialsFound(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.credentialsFound, options);
  }

  public metricCredentialsDeleted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.credentialsDeleted, options);
  }

  public metricCredentialsKept(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.credentialsKept, options);
  }

  public metricSweepsFinished(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.sweepsFinished, options);
  }

  public metricSweepsIncomplete(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.sweepsIncomplete, options);
  }

  public metricSweepDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.sweepDuration, options);
  }

  public metricEndedExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.endedExceptions, options);
  }

  public metricForeignMailboxes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.foreignMailboxes, options);
  }

  protected finishedRule(id: string, options?: events.OnEventOptions, detail?: object): events.Rule {
    return sweepFinishedRule(this, this.sweepName, id, options, detail);
  }
}

/** A sweep of another app. Its metrics and events are in its own account and Region, which may differ from those of the stack. */
export class ImportedSweep extends SweepBase {
  public readonly sweepName: string;
  public readonly reportsBucket: s3.IBucket;
  public readonly reportsPrefix: string;
  public readonly stateMachine: sfn.IStateMachine;
  public readonly alarms: cloudwatch.Alarm[] = [];
  private readonly roles?: iam.IRole[];

  constructor(scope: Construct, id: string, attrs: RootCredentialsSweepAttributes) {
    checkShape(ATTRIBUTES, attrs);
    const { sweepName, stateMachine, reportsBucket, reportsPrefix = '', rootSessionRoles } = attrs;
    checkValue('reportsPrefix', reportsPrefix, {
      allowed: "empty, or the reportsPrefix of the sweep, which ends with '/'",
      accepts: () => reportsPrefix === '' || Token.isUnresolved(reportsPrefix) || reportsPrefix.endsWith('/'),
    });
    super(scope, id);
    this.sweepName = sweepName;
    this.stateMachine = stateMachine;
    this.reportsBucket = reportsBucket;
    this.reportsPrefix = reportsPrefix;
    this.roles = rootSessionRoles;
  }

  public get rootSessionRoles(): iam.IRole[] {
    if (this.roles === undefined) {
      throw new Error(`the roles of the imported sweep '${this.node.path}' are not known: import it with rootSessionRoles`);
    }
    return this.roles;
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { account, region } = this.stateMachine.env;
    const known = (value: string) => Token.isUnresolved(value) ? undefined : value;
    return super.metric(metricName, { account: known(account), region: known(region), ...options });
  }

  protected finishedRule(id: string, options?: events.OnEventOptions, detail?: object): events.Rule {
    const { account, region } = Stack.of(options?.crossStackScope ?? this);
    const { env } = this.stateMachine;
    if ([[env.account, account], [env.region, region]].some(([there, here]) => Token.compareStrings(there, here) === TokenComparison.DIFFERENT)) {
      throw new Error(`the sweep '${this.sweepName}' sends its events to the default event bus of ${env.account} in ${env.region}, got a rule in ${account} in ${region}: create the rule there`);
    }
    return super.finishedRule(id, options, detail);
  }
}
