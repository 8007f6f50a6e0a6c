import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { RootCredentialsSweepOptions } from './root-credentials-sweep-props';
import { Sweep } from './sweep';
import { SweepOnDeploy } from './sweep-on-deploy';
import { alarmName } from '../private/alarm-name';
import { DeadLetterQueue } from '../private/dead-letter-queue';

export interface SweepScheduleProps {
  readonly sweep: Sweep;
  readonly onDeploy: SweepOnDeploy;
  /** Whether its sweeps delete nothing, whatever the construct does. */
  readonly dryRun?: boolean;
  readonly expression: scheduler.ScheduleExpression;
  readonly timeWindow?: scheduler.TimeWindow;
  /** Number of sweeps of the whole selection that have run, as far as they may: one that waits for people is not missing. */
  readonly ran: () => cloudwatch.Metric;
  /** The last step of such a sweep, as the end of a sentence. */
  readonly done: string;
}

/** The longest time that a sweep may take, so that a late one does not count as missing. */
const LONGEST_SWEEP = Duration.hours(6);

/** The limit of CloudWatch for an alarm (PutMetricAlarm). */
const LONGEST_WINDOW = Duration.days(7);

const SHORTEST_RATE = Duration.hours(1);

/** Starts sweeps on a schedule, with an alarm for a missing one. */
export class SweepSchedule extends Construct {
  /** Checks the properties of the construct that are about the schedule. There is nothing without one. */
  public static from(
    scope: Construct, id: string, { schedule, scheduleTimeWindow }: Pick<RootCredentialsSweepOptions, 'schedule' | 'scheduleTimeWindow'>,
    props: Omit<SweepScheduleProps, 'expression' | 'timeWindow'>,
  ): SweepSchedule | undefined {
    if (schedule) {
      return new SweepSchedule(scope, id, { ...props, expression: schedule, timeWindow: scheduleTimeWindow });
    }
    if (scheduleTimeWindow) {
      throw new Error('scheduleTimeWindow must not be given without schedule');
    }
    return undefined;
  }

  public readonly alarms: cloudwatch.Alarm[];

  private constructor(scope: Construct, id: string, props: SweepScheduleProps) {
    super(scope, id);
    checkExpression(props.expression);
    const { sweep: { stateMachine }, onDeploy, dryRun, expression, timeWindow } = props;
    const stack = Stack.of(this);
    const undelivered = new DeadLetterQueue(this, 'Undelivered', 'sweep not started', 'Root credentials: the schedule could not start a sweep. Start it yourself; this queue says why');
    const role = new iam.Role(this, 'Role', {
      description: 'Root credentials sweep: starts by the schedule',
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' }),
          },
        },
      }),
    });
    const schedule = new scheduler.Schedule(this, 'Schedule', {
      description: 'Sweeps root credentials of member accounts',
      schedule: expression,
      timeWindow,
      target: new targets.StepFunctionsStartExecution(stateMachine, {
        role,
        input: scheduler.ScheduleTargetInput.fromObject({
          unlessRunning: true,
          ...dryRun ? { dryRun } : {},
          ...startsAtOnce(expression) ? { notBefore: onDeploy.scheduleFrom } : {},
        }),
        deadLetterQueue: undelivered.queue,
      }),
    });
    schedule.node.addDependency(role, onDeploy.resource); // the deployment runs the first sweep
    this.alarms = [undelivered.alarm, ...this.missed(props)];
  }

  private missed({ sweep: { stateMachine }, expression, timeWindow, ran, done, onDeploy }: SweepScheduleProps): cloudwatch.Alarm[] {
    const interval = longestInterval(expression);
    if (interval === undefined || interval.toMinutes() > LONGEST_WINDOW.toMinutes()) {
      return [];
    }
    const longest = interval.plus(LONGEST_SWEEP).plus(timeWindow?.maxWindow ?? Duration.minutes(0));
    const hours = Math.min(Math.ceil(longest.toMinutes() / 60), LONGEST_WINDOW.toHours());
    // days leave room for a sweep that takes longer than the one before, where hours have reached the limit
    const period = hours === LONGEST_WINDOW.toHours() ? Duration.days(1) : Duration.hours(1);
    const alarm = new cloudwatch.Alarm(this, 'Missed', {
      alarmName: alarmName(this, 'missed sweep'),
      alarmDescription: `Root credentials: no sweep of all selected accounts has ${done} for ${hours} hours. See whether the schedule is enabled, and why executions failed: `
        + `aws stepfunctions list-executions --state-machine-arn ${stateMachine.stateMachineArn}`,
      metric: ran().with({ statistic: cloudwatch.Stats.SUM, period }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: hours / period.toHours(),
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    alarm.node.addDependency(onDeploy.resource); // the alarm counts from the sweep of the deployment on
    return [alarm];
  }
}

function checkExpression(schedule: scheduler.ScheduleExpression) {
  const { expressionString } = schedule;
  if (expressionString.startsWith('at(')) {
    throw new Error(`schedule must be a ScheduleExpression that recurs (rate or cron), got '${expressionString}'`);
  }
  const rate = rateOf(schedule);
  if (rate && rate.toMinutes() < SHORTEST_RATE.toMinutes()) {
    throw new Error(`schedule must not be more frequent than every hour, got '${expressionString}'`);
  }
}

/** Whether EventBridge Scheduler starts the target as soon as the schedule exists, as for a `rate`. A token may be one. */
export function startsAtOnce({ expressionString }: scheduler.ScheduleExpression): boolean {
  return Token.isUnresolved(expressionString) || expressionString.startsWith('rate(');
}

function rateOf({ expressionString }: scheduler.ScheduleExpression): Duration | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expressionString) ?? [];
  return unit === undefined ? undefined : Duration.minutes(Number(count) * { minute: 1, hour: 60, day: 24 * 60 }[unit as 'minute' | 'hour' | 'day']);
}

/** The longest time between two starts, if it is known and a week at most. */
function longestInterval(expression: scheduler.ScheduleExpression): Duration | undefined {
  const [, dayOfMonth, month, dayOfWeek, year = '*'] = /^cron\(\S+ \S+ (\S+) (\S+) (\S+)(?: (\S+))?\)$/.exec(expression.expressionString) ?? [];
  const isAny = (field: string) => field === '*' || field === '?';
  if (dayOfMonth === undefined || !isAny(month) || !isAny(year) || !isAny(dayOfMonth)) {
    return rateOf(expression);
  }
  if (isAny(dayOfWeek)) {
    return Duration.days(1);
  }
  return /[#L]/.test(dayOfWeek) ? undefined : Duration.days(7); // the second or the last Monday is one of a month
}
