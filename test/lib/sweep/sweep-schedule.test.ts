import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Duration, Stack, TimeZone, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RootCredentialsPurge, type RootCredentialsPurgeProps } from '../../../lib';
import { madeOnce, testApp } from '../../support/apps';

const DAILY = ScheduleExpression.rate(Duration.days(1));
const daily = { schedule: DAILY };

const synthesized = madeOnce((props: RootCredentialsPurgeProps, more: (stack: Stack) => RootCredentialsPurgeProps = () => ({})) => {
  const stack = new Stack(testApp(), 'RootAccess', { env: { account: '111111111111', region: 'us-east-1' } });
  const construct = new RootCredentialsPurge(stack, 'Purge', { ...props, ...more(stack) });
  return { stack, construct, template: Template.fromStack(stack) };
});

const templateOf = (props: RootCredentialsPurgeProps) => synthesized(props).template;
const MISSED = { Namespace: 'CdkRootAccess', MetricName: 'SweepsFinished' };

describe('a schedule', () => {
  test('starts the sweep, gives way to one that is at work, and begins after the deployment\'s own', () => {
    const template = templateOf(daily);
    const [deployment] = Object.keys(template.findResources('Custom::RootCredentialsSweep'));
    const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    expect(schedule.DependsOn).toContain(deployment);
    expect(schedule.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { Ref: expect.stringMatching(/^PurgeSweepStateMachine/) },
        Input: { 'Fn::Join': ['', ['{"unlessRunning":true,"notBefore":"', { 'Fn::GetAtt': [deployment, 'ScheduleFrom'] }, '"}']] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^PurgeScheduleUndeliveredQueue/), 'Arn'] } },
      },
    });
    expect(schedule.Properties.StartDate).toBeUndefined(); // AWS refuses one that has passed, and a later update would have one
    template.hasResourceProperties('Custom::RootCredentialsSweep', { Schedule: 'rate(1 day)' });
  });

  const [{ Properties: ROLE }] = Object.entries(templateOf(daily).findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('PurgeScheduleRole')).map(([, role]) => role);

  test.each<[string, boolean, { account: string; group: string; region?: string; service?: string } | undefined]>([
    ['a schedule of this account', true, { account: '111111111111', group: 'default' }],
    ['one of another account, whoever made it name this role', false, { account: '222222222222', group: 'default' }],
    ['one in another group of schedules', false, { account: '111111111111', group: 'others' }],
    ['one of another Region', false, { account: '111111111111', group: 'default', region: 'eu-west-1' }],
    ['nobody in particular', false, undefined],
    ['another service', false, { account: '111111111111', group: 'default', service: 'events' }],
  ])('lends its role to %s: %s', async (_who, isLent, source) => {
    const resourcePolicy = JSON.parse(JSON.stringify(ROLE.AssumeRolePolicyDocument), (_key, value) => (
      value?.['Fn::Join']?.[1].map((part: unknown) => typeof part === 'string' ? part : 'aws').join('') ?? value));
    const { account, group, region = 'us-east-1', service = 'scheduler' } = source ?? { account: '', group: '' };
    const decision = await runSimulation({
      request: {
        principal: `${service}.amazonaws.com`,
        action: 'sts:AssumeRole',
        resource: { resource: 'arn:aws:iam::111111111111:role/schedule', accountId: '111111111111' },
        contextVariables: source ? { 'aws:SourceAccount': account, 'aws:SourceArn': `arn:aws:scheduler:${region}:${account}:schedule-group/${group}` } : {},
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    }, {});
    expect(decision).toMatchObject({ overallResult: isLent ? 'Allowed' : 'ImplicitlyDenied' });
  });

  test('of a cron expression has its time zone and window, and needs no time from which on it may start', () => {
    const template = templateOf({
      schedule: ScheduleExpression.cron({ hour: '3', minute: '30', timeZone: TimeZone.EUROPE_BERLIN }), scheduleTimeWindow: TimeWindow.flexible(Duration.minutes(45)),
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(30 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 45 },
      Target: { Input: '{"unlessRunning":true}' },
    });
    template.hasResourceProperties('Custom::RootCredentialsSweep', { Schedule: Match.absent() });
  });

  test('that is known only at deployment may be a rate', () => {
    const { template } = synthesized({ schedule: ScheduleExpression.expression(Token.asString({ Ref: 'Schedule' })) });
    template.hasResourceProperties('AWS::Scheduler::Schedule', { Target: { Input: { 'Fn::Join': Match.anyValue() } } });
  });

  test('is the same in two syntheses, so that a diff is quiet', () => {
    expect(templateOf({ ...daily }).toJSON()).toEqual(templateOf(daily).toJSON());
  });

  test('keeps starts that could not be delivered in an encrypted queue that speaks TLS only, with an alarm', () => {
    const template = templateOf(daily);
    template.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 3_600 });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 });
  });

  test('is not there without the property, and neither are its alarms', () => {
    const { template, construct } = synthesized({});
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
    template.resourceCountIs('AWS::SQS::Queue', 0);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    expect(construct.alarms).toEqual([]);
  });

  test.each([
    ['an expression that does not recur', { schedule: ScheduleExpression.at(new Date('2030-01-01T00:00:00Z')) }, /^schedule must be a ScheduleExpression that recurs \(rate or cron\), got 'at\(/],
    ['a rate of minutes', { schedule: ScheduleExpression.rate(Duration.minutes(59)) }, "schedule must not be more frequent than every hour, got 'rate(59 minutes)'"],
    ['a window without a schedule', { scheduleTimeWindow: TimeWindow.flexible(Duration.hours(1)) }, 'scheduleTimeWindow must not be given without schedule'],
    ['a window that is only a time', { schedule: DAILY, scheduleTimeWindow: Duration.hours(1) as unknown as TimeWindow }, /^scheduleTimeWindow must be a TimeWindow, such as .*, got a Duration/],
  ])('refuses %s', (_what, props, message) => {
    expect(() => templateOf(props)).toThrow(message);
  });
});

describe('the alarm for a sweep that is missing', () => {
  const cron = (options: object) => ScheduleExpression.cron({ minute: '0', hour: '3', ...options });

  test.each([
    ['every hour', ScheduleExpression.rate(Duration.hours(1)), undefined, 3_600, 7],
    ['every ninety minutes', ScheduleExpression.rate(Duration.minutes(90)), undefined, 3_600, 8],
    ['every day', DAILY, undefined, 3_600, 30],
    ['every day at three', cron({}), undefined, 3_600, 30],
    ['every day within four hours', cron({}), TimeWindow.flexible(Duration.hours(4)), 3_600, 34],
    ['every day, several times', ScheduleExpression.expression('cron(0 3,15 * * ? *)'), undefined, 3_600, 30],
    ['every six days', ScheduleExpression.rate(Duration.days(6)), undefined, 3_600, 150],
    ['every week', ScheduleExpression.rate(Duration.days(7)), undefined, 86_400, 7],
    ['every Monday', cron({ weekDay: 'MON' }), undefined, 86_400, 7],
  ])('of a schedule of %s looks back over its interval and a sweep', (_what, schedule, scheduleTimeWindow, period, periods) => {
    const template = templateOf({ schedule, scheduleTimeWindow });
    const [deployment] = Object.keys(template.findResources('Custom::RootCredentialsSweep'));
    const [alarm] = Object.values(template.findResources('AWS::CloudWatch::Alarm', { Properties: MISSED }));
    expect(alarm.Properties).toMatchObject({
      Dimensions: [{ Name: 'Sweep', Value: 'RootAccess/Purge' }],
      Statistic: 'Sum',
      Period: period,
      EvaluationPeriods: periods,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(period * periods).toBeLessThanOrEqual(604_800); // PutMetricAlarm
    expect(alarm.DependsOn).toContain(deployment);
  });

  test('looks for plans where people approve them: a sweep that waits for an answer has run', () => {
    const template = synthesized(daily, (stack) => ({ approval: { topic: new sns.Topic(stack, 'Approvers'), timeout: Duration.days(7) } })).template;
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', MISSED, 0);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'PlansMade',
      Statistic: 'Sum',
      EvaluationPeriods: 30,
      TreatMissingData: 'breaching',
      AlarmDescription: { 'Fn::Join': ['', [Match.stringLikeRegexp('^Root credentials: no sweep of all selected accounts has made its plan for 30 hours\\.'), Match.anyValue()]] },
    });
  });

  test.each([
    ['every month', cron({ day: '1' })],
    ['every second Monday', cron({ weekDay: '2#2' })],
    ['every last Friday', cron({ weekDay: '6L' })],
    ['in January', cron({ month: '1' })],
    ['every eight days', ScheduleExpression.rate(Duration.days(8))],
  ])('is not there for %s, since CloudWatch looks back for a week only', (_what, schedule) => {
    const { template, construct } = synthesized({ schedule });
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', MISSED, 0);
    expect(construct.alarms).toHaveLength(1);
  });
});
