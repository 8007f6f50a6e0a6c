import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as subscriptions from 'aws-cdk-lib/aws-logs-destinations';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { filterPattern } from './filter-pattern';
import { ACTIVITY, checkProps, PROPS, settingsOf } from './monitor-settings';
import { RootActivity } from './root-activity';
import { OnRootActivityOptions, RootActivityMonitorProps } from './root-activity-monitor-props';
import {
  ACTIVITY_KINDS, type ActivityKind, BUS_VARIABLE, type Condition, conditionsOf, COUNTED_BY_FUNCTION, EVENT_DETAIL_TYPE, EVENT_SOURCE,
  FUNCTION_DIMENSION, type MonitorSettings, NAMESPACE_VARIABLE, ROOT_SESSIONS, rootSession, SETTINGS_VARIABLE, subscribed, TOPIC_VARIABLE, UNREADABLE,
} from '../private/contract-guard';
import { HandlerFunction } from '../private/handler-function';
import { useKeyOfTopic } from '../private/key-use';
import { warnOutsideOfAws } from '../private/partition';
import { putEvents } from '../private/put-events';
import { checkShape, checkValue, listOf } from '../private/shape';
import { topicForAlarms, warnOfKeyOfAws, warnOfKeysOfAws } from '../private/topic-for-alarms';

/**
 * Notices what root users do in the whole organization, and what is done to centralized root access.
 *
 * Reads the log group of the organization's trail, because events of member accounts never reach the event bus of the management account.
 * Told is: signing in as root, and failing to; calls with root's long-term credentials; changes of root credentials and of their e-mail
 * addresses; root sessions of principals that are not expected; features, trusted access or a delegated administrator changed; accounts that
 * move or leave. What root sessions do is not told, so that a sweep does not set off alarms.
 *
 * For each event the topic gets a message and the event bus an event: who, what, where, when, from where, and what to do. A message may come
 * twice, since the delivery of logs and of functions is at least once; each has the id of CloudTrail's event. What cannot be delivered waits
 * for 14 days in a queue. Independent of the function, metric filters count what happens, and alarms watch the counts, the function, the
 * queue, and whether the trail still delivers.
 *
 * Each alarm costs, and so does each metric in the months in which it has data. The function has permissions on the topic, the event bus, the
 * queue (`sqs:SendMessage`, `sqs:GetQueueAttributes`, `sqs:GetQueueUrl`) and its own logs.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
 *
 * @example
 * const purge = new RootCredentialsPurge(this, 'Purge');
 * const monitor = new RootActivityMonitor(this, 'Monitor', {
 *   trailLogGroup: logs.LogGroup.fromLogGroupName(this, 'Trail', 'aws-controltower/CloudTrailLogs'),
 *   allowedPrincipals: [purge.rootSessionRole],
 * });
 * monitor.topic.addSubscription(new subscriptions.EmailSubscription('security@example.com'));
 */
export class RootActivityMonitor extends Construct {
  /** Gets a message for each event, and the alarms unless `alarmActions` says otherwise. */
  readonly topic: sns.ITopic;

  /** Events that could not be told, after three attempts: each with the log events that the function was called with, compressed, and the error. */
  readonly undelivered: sqs.IQueue;

  /** All alarms: one for each activity, and those that watch the monitor itself. */
  readonly alarms: cloudwatch.Alarm[] = [];

  private readonly eventBus?: events.IEventBus;
  private readonly trailLogGroup: logs.ILogGroup;
  private readonly namespace: string;
  private readonly alarmActions: cloudwatch.IAlarmAction[];

  constructor(scope: Construct, id: string, props: RootActivityMonitorProps) {
    super(scope, id);
    checkShape(PROPS, props);
    const settings = settingsOf(props);
    checkProps(this, props, settings);
    warnOutsideOfAws(this);
    this.trailLogGroup = props.trailLogGroup;
    this.namespace = props.metricNamespace ?? 'CdkRootAccess';
    this.eventBus = props.eventBus;
    this.topic = props.topic ?? topicForAlarms(this, 'Topic', { displayName: 'Root activity', masterKey: props.encryptionKey });
    this.alarmActions = props.alarmActions ?? [new actions.SnsAction(this.topic)];
    warnOfKeyOfAws(this, 'topic', props.topic);
    warnOfKeysOfAws(this, 'alarmActions', props.alarmActions);
    this.undelivered = new sqs.Queue(this, 'Undelivered', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14), // the longest that SQS has
    });
    const watched = ACTIVITY_KINDS.filter((kind) => conditionsOf(kind, settings).length > 0);
    this.count(settings, watched);
    const handler = this.tell(settings, props);
    this.watchActivities(watched);
    this.watchMonitor(handler);
  }

  /**
   * How often an activity was noticed. The sum over 5 minutes, unless the options say otherwise.
   */
  metricActivity(activity: RootActivity, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    checkValue('activity', activity, ACTIVITY);
    return this.metric(activity, options);
  }

  /** How many root sessions were asked for, by anybody, allowed or denied. The sum over 5 minutes, unless the options say otherwise. */
  metricRootSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(ROOT_SESSIONS, options);
  }

  /** How many events of the trail could not be read. The sum over 5 minutes, unless the options say otherwise. */
  metricUnreadableEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(UNREADABLE, options);
  }

  /** How many events the trail delivered to its log group. The sum over an hour, unless the options say otherwise. */
  metricTrailEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Logs',
      metricName: 'IncomingLogEvents',
      dimensionsMap: { LogGroupName: this.trailLogGroup.logGroupName },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.hours(1),
      ...options,
    });
  }

  /**
   * A rule on the event bus for activities that were noticed.
   *
   * The detail of an event has `activity`, `title`, `accountId`, `region`, `eventTime`, `late`, `principal`, `action`, `outcome`, `sourceIp`, `userAgent`,
   * `eventId` and `advice`. Some of it is chosen by whoever caused the event, so never put it into a command or a page unescaped.
   */
  onRootActivity(id: string, options: OnRootActivityOptions = {}): events.Rule {
    const { activities, ruleName, description, target, eventPattern, crossStackScope } = options;
    checkValue('activities', activities ?? [], listOf(ACTIVITY));
    const rule = new events.Rule(crossStackScope ?? this, id, { ruleName, description, eventBus: this.eventBus });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE], ...activities && { detail: { activity: activities } } });
    rule.addEventPattern(eventPattern);
    rule.addTarget(target);
    return rule;
  }

  /** The metric filters: what CloudWatch counts without any function. */
  private count(settings: MonitorSettings, watched: ActivityKind[]) {
    for (const kind of watched.filter((each) => !COUNTED_BY_FUNCTION.includes(each))) {
      conditionsOf(kind, settings).forEach((condition, i) => this.countIn(kind, `${kind}${i}`, condition));
    }
    this.countIn(ROOT_SESSIONS, ROOT_SESSIONS, rootSession);
  }

  private countIn(metricName: string, id: string, condition: Condition) {
    new logs.MetricFilter(this, id, {
      logGroup: this.trailLogGroup,
      filterPattern: filterPattern(metricName, condition),
      metricNamespace: this.namespace,
      metricName,
      metricValue: '1',
    });
  }

  /** The function that says what happened. */
  private tell(settings: MonitorSettings, { handler: options }: RootActivityMonitorProps): HandlerFunction {
    const handler = new HandlerFunction(this, 'Tell', {
      asset: 'guard-activity',
      handler: 'handler',
      description: 'Root activity monitor: tells what root users do, and what is done to centralized root access',
      timeout: Duration.minutes(5),
      memorySize: 512, // a delivery of logs holds up to some thousand events
      environment: {
        [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings),
        [TOPIC_VARIABLE]: this.topic.topicArn,
        [BUS_VARIABLE]: this.eventBus?.eventBusName ?? 'default',
        [NAMESPACE_VARIABLE]: this.namespace,
      },
      calls: ['events', 'sns'],
      options,
    });
    handler.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6), onFailure: new destinations.SqsDestination(this.undelivered) });
    const statements = [
      new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
      ...useKeyOfTopic(this, this.topic),
      putEvents(this.eventBus?.eventBusArn ?? defaultBus(this), EVENT_SOURCE),
    ];
    statements.forEach((statement) => handler.addToRolePolicy(statement));
    const subscription = new logs.SubscriptionFilter(this, 'Subscription', {
      logGroup: this.trailLogGroup,
      destination: new subscriptions.LambdaDestination(handler),
      filterPattern: filterPattern('the subscription', subscribed),
    });
    subscription.node.addDependency(handler.role!); // with its policies: an event may come at once
    return handler;
  }

  private watchActivities(watched: ActivityKind[]) {
    for (const kind of watched) {
      this.alarm(kind, this.metric(kind), `Root activity: ${kind}. The topic of the monitor has a message for each event.`);
    }
  }

  /** Who watches the monitor: a function that fails, a queue that fills, a trail that is silent. */
  private watchMonitor(handler: HandlerFunction) {
    this.alarm('Unreadable', this.metricUnreadableEvents(), 'The root activity monitor got events that it cannot read. The topic has a message for each.');
    this.alarm('TellFailed', handler.metricErrors(), "The function of the root activity monitor fails: messages are late. Its log says why; the activities' own alarms still work.");
    this.alarm('NotTold', this.undelivered.metricApproximateNumberOfMessagesVisible({ statistic: cloudwatch.Stats.MAXIMUM }),
      'Root activity could not be told. The queue holds the events, compressed, with the error; read them, then purge the queue.');
    this.alarms.push(this.withActions(new cloudwatch.Alarm(this, 'TrailSilentAlarm', {
      alarmDescription: "The organization's trail has delivered nothing to its log group for an hour, so root activity goes unnoticed. "
        + 'See whether the trail still logs, and whether it may still write to the log group.',
      metric: this.metricTrailEvents(),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING, // no data is just what it is about
    })));
  }

  private alarm(id: string, metric: cloudwatch.IMetric, alarmDescription: string) {
    this.alarms.push(this.withActions(new cloudwatch.Alarm(this, `${id}Alarm`, {
      alarmDescription,
      metric,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    })));
  }

  private withActions(alarm: cloudwatch.Alarm): cloudwatch.Alarm {
    alarm.addAlarmAction(...this.alarmActions);
    return alarm;
  }

  private metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = COUNTED_BY_FUNCTION.some((kind) => kind === metricName) ? FUNCTION_DIMENSION : undefined;
    return new cloudwatch.Metric({ namespace: this.namespace, metricName, dimensionsMap, statistic: cloudwatch.Stats.SUM, ...options });
  }
}

const defaultBus = (scope: Construct) => Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
