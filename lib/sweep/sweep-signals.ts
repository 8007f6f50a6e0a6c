import { Duration, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EVENT_SOURCE, LATEST_PREFIX, METRIC_NAMESPACE, METRICS, SWEEP_DIMENSION, SWEEP_FINISHED } from './contract';
import { Reports } from './reports-bucket';
import { SweepAlarmOptions } from './root-credentials-sweep-props';
import { Sweep } from './sweep';
import { alarmName } from '../private/alarm-name';
import { checkValue } from '../private/shape';
import { letAlarmsPublish } from '../private/topic-for-alarms';
import { checkWholeNumber } from '../private/validate';

export interface SweepSignalsProps {
  /** Name of the sweep in metrics and events. */
  readonly name: string;
  readonly reports: Reports;
  readonly sweep: Sweep;
  readonly notifications?: sns.ITopic;
}

const PERIOD = Duration.minutes(5);

/** These count sweeps. A report that is repeated emits the other metrics again, so that their maximum is right and their sum is not. */
const SUMMED: string[] = [METRICS.sweepsFinished, METRICS.sweepsIncomplete];

/** A metric of the sweep with this name. */
export function sweepMetric(scope: Construct, sweepName: string, metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
  const names: string[] = Object.values(METRICS);
  checkValue('metricName', metricName, { allowed: `one of ${names.join(', ')}`, accepts: () => Token.isUnresolved(metricName) || names.includes(metricName) });
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [SWEEP_DIMENSION]: sweepName },
    statistic: SUMMED.includes(metricName) ? cloudwatch.Stats.SUM : cloudwatch.Stats.MAXIMUM,
    period: PERIOD,
    ...options,
  }).attachTo(scope);
}

/** A rule for the event that a sweep sends when its report is complete. */
export function sweepFinishedRule(
  scope: Construct, sweepName: string, id: string, options: events.OnEventOptions = {}, detail: object = {},
): events.Rule {
  const { target, crossStackScope, eventPattern, ...rest } = options;
  const rule = new events.Rule(crossStackScope ?? scope, id, rest);
  rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [SWEEP_FINISHED], detail: { sweep: [sweepName], ...detail } });
  if (eventPattern) {
    rule.addEventPattern(eventPattern);
  }
  rule.addTarget(target);
  return rule;
}

/** Alarms of a sweep, and a notice when an execution is stopped. */
export class SweepSignals extends Construct {
  /** Alarms for what a message says, too, and says better. */
  public readonly told: cloudwatch.Alarm[] = [];
  private readonly name: string;
  private readonly latestReport: string;
  private readonly sweep: Sweep;

  constructor(scope: Construct, id: string, { name, reports, sweep, notifications }: SweepSignalsProps) {
    super(scope, id);
    this.name = name;
    this.latestReport = `s3://${reports.bucket.bucketName}/${reports.prefix}${LATEST_PREFIX}report.html`;
    this.sweep = sweep;
    if (notifications) {
      this.notifyOfStopped(notifications);
      letAlarmsPublish(this, notifications); // the rule gives the topic a policy
    }
  }

  /** Sweeps that ended before they had read every account: as they reported, and as only AWS can count. */
  private metricUnfinished(): cloudwatch.MathExpression {
    const { stateMachine } = this.sweep;
    const sum = { statistic: cloudwatch.Stats.SUM, period: PERIOD };
    return sumOf('Sweeps without a full report', {
      incomplete: this.metric(METRICS.sweepsIncomplete), aborted: stateMachine.metricAborted(sum), timedOut: stateMachine.metricTimedOut(sum),
    });
  }

  /** Sweeps of which no report was written, or no message or event was sent. */
  private metricUnreported(): cloudwatch.MathExpression {
    return sumOf('Sweeps without a report or a message', {
      reportErrors: this.sweep.reportFunction.metricErrors({ statistic: cloudwatch.Stats.SUM, period: PERIOD }),
      noticesFailed: this.metric(METRICS.signalsFailed),
    });
  }

  public alarms({ failedAccounts = 1, foundCredentials = 1 }: SweepAlarmOptions): cloudwatch.Alarm[] {
    checkWholeNumber('alarms.failedAccounts', failedAccounts, 1, 10_000);
    checkWholeNumber('alarms.foundCredentials', foundCredentials, 1, 100_000);
    // there is no data between sweeps, and the result of the latest one still holds
    const untilTheNextSweep = cloudwatch.TreatMissingData.IGNORE;
    this.told.push(
      this.alarm('FailedAccountsAlarm', 'failed accounts', this.metric(METRICS.accountsFailed), failedAccounts, untilTheNextSweep,
        `accounts could not be swept and may have root credentials. Follow the remedies in the report, then start the sweep again: ${this.download}`),
      this.alarm('FoundCredentialsAlarm', 'found credentials', this.metric(METRICS.credentialsFound), foundCredentials, untilTheNextSweep,
        `member accounts have, or had until this sweep, root credentials. The report names them, and CloudTrail in the account shows who created them: ${this.download}`),
      this.alarm('UnfinishedSweepAlarm', 'unfinished sweep', this.metricUnfinished(), 1, cloudwatch.TreatMissingData.NOT_BREACHING,
        `a sweep ended before it had read every account, or was stopped. Look at the execution in Step Functions, then start the sweep again. The report in ${this.latestReport} may be an earlier one`),
    );
    return [
      ...this.told,
      this.alarm('UnreportedSweepAlarm', 'unreported sweep', this.metricUnreported(), 1, cloudwatch.TreatMissingData.NOT_BREACHING,
        `a sweep could not write its report or send its messages, so what it found may be on no mail. Look at the log of the function that reports, then at the report: ${this.download}`),
    ];
  }

  /** A line to paste. */
  private get download(): string {
    return `aws s3 cp ${this.latestReport} .`;
  }

  private metric(metricName: string): cloudwatch.Metric {
    return sweepMetric(this, this.name, metricName);
  }

  private alarm(
    id: string, what: string, metric: cloudwatch.IMetric, threshold: number, treatMissingData: cloudwatch.TreatMissingData, description: string,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, id, {
      alarmName: alarmName(this.node.scope!, what),
      metric,
      threshold,
      treatMissingData,
      alarmDescription: `${this.name}: ${description}`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
    });
  }

  /** The state machine itself can no longer send anything then. The message contains only its names and times. */
  private notifyOfStopped(topic: sns.ITopic) {
    const of = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
    new events.Rule(this, 'Stopped', {
      description: 'Root credentials sweep: was stopped or timed out, and wrote no report',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [this.sweep.stateMachine.stateMachineArn], status: ['ABORTED', 'TIMED_OUT'] },
      },
      targets: [new targets.SnsTopic(topic, {
        message: events.RuleTargetInput.fromText(`Sweep ${this.name}, execution ${of('name')}: ${of('status')}. It wrote no report, and latest/ contains an earlier one. `
          + 'Credentials that it was deleting may be gone, and running batches continue for up to 14 minutes. Then start the sweep again to get a complete report.'),
      })],
    });
  }
}

/** Metrics that count, of which the most have no data most of the time. */
function sumOf(label: string, usingMetrics: Record<string, cloudwatch.IMetric>): cloudwatch.MathExpression {
  const expression = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`).join(' + ');
  return new cloudwatch.MathExpression({ expression, usingMetrics, label, period: PERIOD });
}
