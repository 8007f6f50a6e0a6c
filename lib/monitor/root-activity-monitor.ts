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
import { Construct, IConstruct } from 'constructs';
import { type Condition, conditionsOf, rootSession, subscribed } from './activity-rules';
import {
  ACTIVITY_KINDS, type ActivityKind, COUNTED_BY_FUNCTION, EVENT_DETAIL_TYPE, EVENT_SOURCE, FUNCTION_DIMENSION, type MonitorSettings, REPORT_ACTIVITY,
  ROOT_SESSIONS, UNREADABLE,
} from './contract';
import { filterPattern } from './filter-pattern';
import { ACTIVITY, ATTRIBUTES, checkProps, METRIC_NAMESPACE, PROPS, settingsOf } from './monitor-settings';
import { OnRootActivityOptions, RootActivity, RootActivityMonitorAttributes, RootActivityMonitorProps } from './root-activity-monitor-props';
import { alarmName } from '../private/alarm-name';
import { Handler } from '../private/handler';
import { checkShape, checkValue, listOf } from '../private/shape';
import { warnOfPartition } from '../private/stack-region';
import { putEvents, useKeyOfTopic } from '../private/statements';
import { addActions, topicForAlarms, warnOfKeyOfAws, warnOfKeysOfAws } from '../private/topic-for-alarms';
import { checkMetricNamespace } from '../private/validate';

/** Monitor of root activity, created in this app or imported. */
export interface IRootActivityMonitor extends IConstruct {
  /** Topic that receives a message for each event. */
  readonly topic: sns.ITopic;

  /**
   * Metric of the monitor by its name: the value of a RootActivity, `RootSessions` or `UnreadableEvent`.
   *
   * Sum over 5 minutes by default.
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of events of an activity.
   *
   * Sum over 5 minutes by default.
   */
  metricActivity(activity: RootActivity, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of root sessions that were requested, by any principal, allowed or denied.
   *
   * Sum over 5 minutes by default.
   */
  metricRootSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of events of the trail that could not be read.
   *
   * Sum over 5 minutes by default.
   */
  metricUnreadableEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Creates an EventBridge rule for reported activities.
   *
   * The detail of an event contains `activity`, `title`, `accountId`, `region`, `eventTime`, `late`, `principal`,
   * `action`, `outcome`, `sourceIp`, `userAgent`, `eventId` and `advice`. The caller that caused the event controls
   * some of these values: escape them before you use them in a command or a page.
   */
  onRootActivity(id: string, options?: OnRootActivityOptions): events.Rule;
}

abstract class RootActivityMonitorBase extends Construct implements IRootActivityMonitor {
  public abstract readonly topic: sns.ITopic;

  /** @internal */
  protected abstract readonly _eventBus?: events.IEventBus;
  /** @internal */
  protected abstract readonly _metricNamespace: string;

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = COUNTED_BY_FUNCTION.some((kind) => kind === metricName) ? FUNCTION_DIMENSION : undefined;
    return new cloudwatch.Metric({ namespace: this._metricNamespace, metricName, dimensionsMap, statistic: cloudwatch.Stats.SUM, ...options });
  }

  public metricActivity(activity: RootActivity, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    checkValue('activity', activity, ACTIVITY);
    return this.metric(activity, options);
  }

  public metricRootSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(ROOT_SESSIONS, options);
  }

  public metricUnreadableEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(UNREADABLE, options);
  }

  public onRootActivity(id: string, options: OnRootActivityOptions = {}): events.Rule {
    const { activities, ruleName, description, target, eventPattern, crossStackScope } = options;
    checkValue('activities', activities ?? [], listOf(ACTIVITY));
    const rule = new events.Rule(crossStackScope ?? this, id, { ruleName, description, eventBus: this._eventBus });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE], ...activities && { detail: { activity: activities } } });
    rule.addEventPattern(eventPattern);
    rule.addTarget(target);
    return rule;
  }
}

/**
 * Reports the activity of root users in the whole organization, and changes to centralized root access.
 *
 * Reads the log group of the trail of the organization, because events of member accounts never reach the event bus
 * of the management account.
 *
 * Reports root sign-ins and failed attempts; calls with the long-term credentials of root users; changes to root
 * credentials and to the email addresses of root users; root sessions of principals that are not allowed; features or
 * trusted access that are disabled; changes to delegated administrators and to the policies in `guardrails`;
 * and accounts that move, leave or are closed. Does not report calls in root sessions, so that a sweep does not
 * trigger alarms.
 *
 * For each such event, publishes a message to the topic and an event to the event bus, with principal, action,
 * account, time, source IP address and remedy. Logs and functions are delivered at least once, so a message can
 * arrive twice; each contains the ID of the CloudTrail event. Messages that cannot be delivered stay in a queue for
 * 14 days. Independent of the function, metric filters count the events, and alarms monitor the counts, the
 * function, the queue, and whether the trail still delivers.
 *
 * Each alarm is charged, and so is each metric in the months in which it has data. Adds permissions on the topic,
 * the event bus, the queue (`sqs:SendMessage`, `sqs:GetQueueAttributes`, `sqs:GetQueueUrl`) and the log group of
 * the function to its role.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
 *
 * @example
 * const purge = new RootCredentialsPurge(this, 'Purge');
 * const monitor = new RootActivityMonitor(this, 'Monitor', {
 *   trailLogGroup: logs.LogGroup.fromLogGroupName(this, 'Trail', 'aws-controltower/CloudTrailLogs'),
 *   allowedPrincipals: purge.rootSessionRoles,
 * });
 * monitor.topic.addSubscription(new subscriptions.EmailSubscription('security@example.com'));
 */
export class RootActivityMonitor extends RootActivityMonitorBase {
  /**
   * Imports a monitor that another app deploys, to create alarms and rules for what it reports.
   *
   * Adds nothing to the template.
   *
   * @example
   * const monitor = RootActivityMonitor.fromRootActivityMonitorAttributes(this, 'Monitor', {
   *   topic: sns.Topic.fromTopicArn(this, 'Topic', 'arn:aws:sns:eu-west-1:111111111111:root-activity'),
   * });
   * monitor.metricActivity(RootActivity.ROOT_SIGN_IN).createAlarm(this, 'SignIn', { threshold: 1, evaluationPeriods: 1 });
   */
  public static fromRootActivityMonitorAttributes(scope: Construct, id: string, attrs: RootActivityMonitorAttributes): IRootActivityMonitor {
    checkShape(ATTRIBUTES, attrs);
    const { topic, eventBus, metricNamespace = METRIC_NAMESPACE } = attrs;
    checkMetricNamespace('metricNamespace', metricNamespace);
    class Import extends RootActivityMonitorBase {
      public readonly topic = topic;
      protected readonly _eventBus = eventBus;
      protected readonly _metricNamespace = metricNamespace;
    }
    return new Import(scope, id);
  }

  /** Topic that receives a message for each event, and the alarms unless `alarms` has actions. */
  public readonly topic: sns.ITopic;

  /**
   * Queue for events that could not be reported after three attempts.
   *
   * Each message contains the compressed log events with which the function was invoked, and the error.
   */
  public readonly undelivered: sqs.IQueue;

  /** All alarms: one for each activity, and those that monitor the monitor itself. */
  public readonly alarms: cloudwatch.Alarm[] = [];

  /** @internal */
  protected readonly _eventBus?: events.IEventBus;
  /** @internal */
  protected readonly _metricNamespace: string;
  private readonly trailLogGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: RootActivityMonitorProps) {
    super(scope, id);
    checkShape(PROPS, props);
    const settings = settingsOf(props);
    checkProps(this, props, settings);
    warnOfPartition(this);
    this.trailLogGroup = props.trailLogGroup;
    this._metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    this._eventBus = props.eventBus;
    this.topic = props.topic ?? topicForAlarms(this, 'Topic', { displayName: 'Root activity', masterKey: props.encryptionKey });
    warnOfKeyOfAws(this, 'topic', props.topic);
    warnOfKeysOfAws(this, 'alarms.actions', props.alarms?.actions);
    this.undelivered = new sqs.Queue(this, 'Undelivered', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14), // the longest that SQS allows
    });
    const watched = ACTIVITY_KINDS.filter((kind) => conditionsOf(kind, settings).length > 0);
    this.count(settings, watched);
    const handler = this.report(settings, props);
    this.watchActivities(watched);
    this.watchMonitor(handler);
    addActions(this.alarms, { ...props.alarms, actions: props.alarms?.actions ?? [new actions.SnsAction(this.topic)] });
  }

  /**
   * Metric for the number of events that the trail delivered to its log group.
   *
   * Sum over 1 hour by default.
   */
  public metricTrailEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Logs',
      metricName: 'IncomingLogEvents',
      dimensionsMap: { LogGroupName: this.trailLogGroup.logGroupName },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.hours(1),
      ...options,
    });
  }

  /** The metric filters, which count events independent of the function. */
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
      metricNamespace: this._metricNamespace,
      metricName,
      metricValue: '1',
    });
  }

  /** The function that reports activities. */
  private report(settings: MonitorSettings, { functionOptions: options }: RootActivityMonitorProps): Handler {
    const handler = new Handler(this, 'Tell', {
      contract: REPORT_ACTIVITY,
      description: 'Root activity monitor: reports the activity of root users and changes to centralized root access',
      timeout: Duration.minutes(5),
      memorySize: 512, // a delivery can contain thousands of events
      environment: {
        MONITOR_SETTINGS: Stack.of(this).toJsonString(settings),
        TOPIC_ARN: this.topic.topicArn,
        EVENT_BUS_NAME: this._eventBus?.eventBusName ?? 'default',
        METRIC_NAMESPACE: this._metricNamespace,
      },
      calls: ['events', 'sns'],
      options,
    });
    handler.function.configureAsyncInvoke({
      retryAttempts: 2, maxEventAge: Duration.hours(6), onFailure: new destinations.SqsDestination(this.undelivered),
    });
    handler.allow(
      new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
      ...useKeyOfTopic(this, this.topic),
      putEvents(this._eventBus?.eventBusArn ?? defaultBus(this), EVENT_SOURCE),
    );
    const subscription = new logs.SubscriptionFilter(this, 'Subscription', {
      logGroup: this.trailLogGroup,
      destination: new subscriptions.LambdaDestination(handler.function),
      filterPattern: filterPattern('the subscription', subscribed),
    });
    subscription.node.addDependency(handler); // with its permissions: an event may arrive at once
    return handler;
  }

  private watchActivities(watched: ActivityKind[]) {
    for (const kind of watched) {
      this.alarm(kind, this.metric(kind), `Root activity: ${kind}. The topic of the monitor has a message for each event.`);
    }
  }

  /** Alarms for the monitor itself: the function fails, the queue fills, or the trail is silent. */
  private watchMonitor(handler: Handler) {
    this.alarm('Unreadable', this.metricUnreadableEvents(), 'The root activity monitor got events that it cannot read. The topic has a message for each.');
    this.alarm('TellFailed', handler.function.metricErrors(), "The function of the root activity monitor fails: messages are late. Its log says why; the activities' own alarms still work.");
    this.alarm('NotTold', this.undelivered.metricApproximateNumberOfMessagesVisible({ statistic: cloudwatch.Stats.MAXIMUM }),
      'Root activity could not be told. The queue holds the events, compressed, with the error; read them, then purge the queue.');
    this.alarms.push(new cloudwatch.Alarm(this, 'TrailSilentAlarm', {
      alarmName: alarmName(this, 'TrailSilent'),
      alarmDescription: "The organization's trail has delivered nothing to its log group for an hour, so root activity goes unnoticed. "
        + 'See whether the trail still logs, and whether it may still write to the log group.',
      metric: this.metricTrailEvents(),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING, // the alarm is about missing data
    }));
  }

  private alarm(id: string, metric: cloudwatch.IMetric, alarmDescription: string) {
    this.alarms.push(new cloudwatch.Alarm(this, `${id}Alarm`, {
      alarmName: alarmName(this, id),
      alarmDescription,
      metric,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }));
  }
}

const defaultBus = (scope: Construct) => Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
