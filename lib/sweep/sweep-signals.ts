import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EVENT_SOURCE, METRIC_NAMESPACE, MetricName, METRICS, SWEEP_DIMENSION, SWEEP_FINISHED } from './contract';
import { Sweep } from './sweep';
import { SweepAlarmOptions } from './sweep-alarm-options';
import { letAlarmsPublish } from '../private/topic-for-alarms';
import { checkWholeNumber } from '../private/validate';

export interface SweepSignalsProps {
  /** What signals call the sweep. */
  readonly name: string;
  /** Its key in the reports bucket. */
  readonly latestReport: string;
  readonly sweep: Sweep;
  readonly notifications?: sns.ITopic;
}

const PERIOD = Duration.minutes(5);

/** A report that is made again emits its numbers again: the greatest of a period is right, the sum is not. */
const STATISTIC: Partial<Record<MetricName, string>> = { sweepsFinished: cloudwatch.Stats.SUM, sweepsIncomplete: cloudwatch.Stats.SUM };

/** What one can hear of a sweep: metrics, events, alarms, and a word when one ends without its report. */
export class SweepSignals extends Construct {
  private readonly name: string;
  private readonly latestReport: string;
  private readonly sweep: Sweep;

  constructor(scope: Construct, id: string, { name, latestReport, sweep, notifications }: SweepSignalsProps) {
    super(scope, id);
    this.name = name;
    this.latestReport = latestReport;
    this.sweep = sweep;
    if (notifications) {
      this.notifyOfStopped(notifications);
      letAlarmsPublish(this, notifications); // the rule has given the topic a policy
    }
  }

  public metric(name: MetricName, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS[name],
      dimensionsMap: { [SWEEP_DIMENSION]: this.name },
      statistic: STATISTIC[name] ?? cloudwatch.Stats.MAXIMUM,
      period: PERIOD,
      ...options,
    }).attachTo(this);
  }

  /** Sweeps that ended without saying how the accounts are, or without being heard: by what they reported, and by what only AWS can tell. */
  public metricUnfinished(): cloudwatch.MathExpression {
    const { stateMachine, reportFunction } = this.sweep;
    const sum = { statistic: cloudwatch.Stats.SUM, period: PERIOD };
    return new cloudwatch.MathExpression({
      expression: 'FILL(incomplete, 0) + FILL(aborted, 0) + FILL(timedOut, 0) + FILL(reportErrors, 0) + FILL(untold, 0)',
      usingMetrics: {
        incomplete: this.metric('sweepsIncomplete'),
        aborted: stateMachine.metricAborted(sum),
        timedOut: stateMachine.metricTimedOut(sum),
        reportErrors: reportFunction.metricErrors(sum),
        untold: this.metric('signalsFailed'),
      },
      label: 'Sweeps without a full report',
      period: PERIOD,
    });
  }

  public alarms({ failedAccounts = 1, foundCredentials = 1 }: SweepAlarmOptions): cloudwatch.Alarm[] {
    checkWholeNumber('alarms.failedAccounts', failedAccounts, 1, 10_000);
    checkWholeNumber('alarms.foundCredentials', foundCredentials, 1, 100_000);
    // between sweeps there is no data: what the last sweep said still holds
    const untilTheNextSweep = cloudwatch.TreatMissingData.IGNORE;
    return [
      this.alarm('FailedAccountsAlarm', this.metric('accountsFailed'), failedAccounts, untilTheNextSweep,
        `accounts could not be swept and may have root credentials. Follow the remedies in ${this.latestReport} of the reports bucket, then start the sweep again`),
      this.alarm('FoundCredentialsAlarm', this.metric('credentialsFound'), foundCredentials, untilTheNextSweep,
        `member accounts have, or had until this sweep, root credentials. ${this.latestReport} of the reports bucket names them; CloudTrail of the account tells who created them`),
      this.alarm('UnfinishedSweepAlarm', this.metricUnfinished(), 1, cloudwatch.TreatMissingData.NOT_BREACHING,
        'a sweep ended before it had looked at every account, was stopped, or could not report or tell of it. Look at the execution in Step Functions and at the log of the function that reports, then start the sweep again'),
    ];
  }

  public onSweepFinished(scope: Construct, id: string, options: events.OnEventOptions = {}, detail: object = {}): events.Rule {
    const { target, crossStackScope, eventPattern, ...rest } = options;
    const rule = new events.Rule(crossStackScope ?? scope, id, rest);
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [SWEEP_FINISHED], detail: { sweep: [this.name], ...detail } });
    if (eventPattern) {
      rule.addEventPattern(eventPattern);
    }
    rule.addTarget(target);
    return rule;
  }

  private alarm(
    id: string, metric: cloudwatch.IMetric, threshold: number, treatMissingData: cloudwatch.TreatMissingData, description: string,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      treatMissingData,
      alarmDescription: `${this.name}: ${description}`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
    });
  }

  /** Nothing within the state machine runs any more then. Its names and times are all that the message takes over. */
  private notifyOfStopped(topic: sns.ITopic) {
    const of = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
    new events.Rule(this, 'Stopped', {
      description: 'Root credentials sweep: was stopped or ran into its timeout, and made no report',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [this.sweep.stateMachine.stateMachineArn], status: ['ABORTED', 'TIMED_OUT'] },
      },
      targets: [new targets.SnsTopic(topic, {
        message: events.RuleTargetInput.fromText(`Sweep ${this.name}, execution ${of('name')}: ${of('status')}. It made no report, and latest/ is of an earlier sweep. `
          + 'What it had begun to delete may be gone, and batches at work come to their end for up to 14 minutes. Start the sweep again then to know how the accounts are.'),
      })],
    });
  }
}
