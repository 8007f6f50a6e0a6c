import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand, PutMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { att, document, lambdaFunction, ref, role, Stacks, stateMachine } from './fixtures/stacks';
import { eventually } from '../../test/support/eventually';

const PATTERN = '{ ($.userIdentity.type = "Root") && ($.userIdentity.sessionContext.assumedRoot NOT EXISTS) && ($.eventName = "Console*") }';

const READER = `const { gunzipSync } = require('zlib');
  exports.handler = async ({ awslogs }) => {
    const { logGroup, messageType, logEvents } = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')));
    console.log(['got', messageType, logGroup, ...logEvents.map(({ message }) => JSON.parse(message).eventName)].join(' '));
  };`;

const EMITTER = `exports.handler = async ({ failed }) => console.log(JSON.stringify({
  _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Sweeps', Dimensions: [['Sweep']], Metrics: [{ Name: 'AccountsFailed', Unit: 'Count' }, { Name: 'Accounts' }] }] },
  Sweep: 'Purge', AccountsFailed: failed, Accounts: [40, 2],
}));`;

describe('the logs of the local AWS', () => {
  let aws: LocalAws;
  let names: Readonly<Record<string, string>>;

  const alarm = (properties: object) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching', ...properties },
  });
  const metric = (Namespace: string, MetricName: string, dimensions: Record<string, unknown> = {}) => (
    { Namespace, MetricName, Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })) });

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
    const failed = metric('Sweeps', 'AccountsFailed', { Sweep: 'Purge' });
    const { outputs, status, events } = await new Stacks(aws).create('logs', {
      Role: role('lambda'),
      Trail: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'trail' } },
      Reader: lambdaFunction('Role', READER),
      Permission: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: att('Reader'), Action: 'lambda:InvokeFunction', Principal: 'logs.amazonaws.com', SourceArn: att('Trail') } },
      Subscription: { Type: 'AWS::Logs::SubscriptionFilter', DependsOn: ['Permission'], Properties: { LogGroupName: ref('Trail'), DestinationArn: att('Reader'), FilterPattern: PATTERN } },
      Stranger: lambdaFunction('Role', READER.replace('got', 'stole')),
      StrangeSubscription: { Type: 'AWS::Logs::SubscriptionFilter', Properties: { LogGroupName: ref('Trail'), DestinationArn: att('Stranger'), FilterPattern: '' } },
      Filter: {
        Type: 'AWS::Logs::MetricFilter',
        Properties: { LogGroupName: ref('Trail'), FilterPattern: PATTERN, MetricTransformations: [{ MetricNamespace: 'Root', MetricName: 'SignIns', MetricValue: '1', DefaultValue: 0 }] },
      },
      Emitter: lambdaFunction('Role', EMITTER),
      Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
      Closed: { Type: 'AWS::SNS::Topic', Properties: {} },
      ClosedPolicy: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [ref('Closed')], PolicyDocument: document({ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish', Resource: ref('Closed') }) },
      },
      OfAlarms: { Type: 'AWS::SNS::Topic', Properties: {} },
      OfAlarmsPolicy: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: {
          Topics: [ref('OfAlarms')],
          PolicyDocument: document({
            Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish', Resource: ref('OfAlarms'), Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:*:*:alarm:sign-*' } },
          }),
        },
      },
      SignIns: alarm({ AlarmName: 'sign-ins', ...metric('Root', 'SignIns'), Statistic: 'Sum', Period: 300, AlarmActions: [ref('Topic'), ref('OfAlarms'), ref('Closed')] }),
      Failed: alarm({ AlarmName: 'failed', ...failed, Statistic: 'Maximum', Period: 300 }),
      Other: alarm({ AlarmName: 'other', ...metric('Sweeps', 'AccountsFailed', { Sweep: 'Audit' }), Statistic: 'Maximum', Period: 300 }),
      Missed: alarm({ AlarmName: 'missed', ...metric('Sweeps', 'Finished'), Statistic: 'Sum', Period: 300, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' }),
      Share: alarm({
        AlarmName: 'share',
        Threshold: 50,
        Metrics: [
          { Id: 'share', Expression: '100 * failed / FILL(accounts, 1)' },
          { Id: 'failed', MetricStat: { Metric: failed, Period: 300, Stat: 'Sum' }, ReturnData: false },
          { Id: 'accounts', MetricStat: { Metric: metric('Sweeps', 'Accounts', { Sweep: 'Purge' }), Period: 300, Stat: 'Sum' }, ReturnData: false },
        ],
      }),
      Any: { Type: 'AWS::CloudWatch::CompositeAlarm', DependsOn: ['SignIns', 'Failed'], Properties: { AlarmName: 'any', AlarmRule: 'ALARM("sign-ins") OR ALARM("failed")' } },
      Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'root', DashboardBody: '{"widgets":[]}' } },
    }, Object.fromEntries(['Emitter', 'Topic', 'OfAlarms', 'Closed'].map((name) => [name, ref(name)])));
    expect([status, ...events.map(({ ResourceStatusReason }) => ResourceStatusReason)]).toContain('CREATE_COMPLETE');
    names = outputs;
  });
  afterAll(() => aws?.stop());

  async function write(...records: object[]) {
    const logs = new CloudWatchLogsClient(aws.clientSettings());
    const stream = { logGroupName: 'trail', logStreamName: `stream-${Date.now()}` };
    await logs.send(new CreateLogStreamCommand(stream));
    const logEvents = records.map((record) => ({ timestamp: Date.now(), message: JSON.stringify(record) }));
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }

  const states = async () => Object.fromEntries((await aws.alarms()).map(({ name, state }) => [name, state]));
  const emit = (failed: number) => (
    new LambdaClient(aws.clientSettings()).send(new InvokeCommand({ FunctionName: names.Emitter, Payload: JSON.stringify({ failed }) })));

  test('go, as far as they match, to metrics and to functions that let CloudWatch Logs invoke them', async () => {
    await write(
      { eventName: 'ConsoleLogin', userIdentity: { type: 'Root' } },
      { eventName: 'ConsoleLogin', userIdentity: { type: 'IAMUser' } },
      { eventName: 'ConsoleLogin', userIdentity: { type: 'Root', sessionContext: { assumedRoot: 'true' } } },
      { eventName: 'DeleteLoginProfile', userIdentity: { type: 'Root' } },
    );

    expect(await aws.metrics('Root')).toEqual([{ name: 'SignIns', dimensions: {}, values: [1, 0, 0, 0] }]);
    const lines = () => aws.logLines();
    await eventually(async () => expect((await lines()).join('\n')).toContain('got DATA_MESSAGE trail ConsoleLogin'));
    expect((await lines()).filter((line) => line.includes('got ')).map((line) => line.slice(line.indexOf('got')))).toEqual(['got DATA_MESSAGE trail ConsoleLogin']);
    expect((await lines()).join('\n')).not.toContain('stole');
  });

  test('raise alarms, which tell the topics that let them', async () => {
    await write({ eventName: 'ConsoleLogin', userIdentity: { type: 'Root' } });

    expect(await states()).toMatchObject({ 'sign-ins': 'ALARM', 'any': 'ALARM' });
    for (const topic of [names.Topic, names.OfAlarms]) {
      await eventually(async () => {
        const [{ message }] = await aws.published(topic);
        expect(JSON.parse(message)).toMatchObject({ AlarmName: 'sign-ins', NewStateValue: 'ALARM' });
      });
    }
    expect(await aws.published(names.Closed)).toEqual([]);
  });

  test('of functions become metrics, where they are in the embedded metric format, and alarms look at exactly those', async () => {
    await emit(3);

    expect(await aws.metrics('Sweeps')).toEqual([
      { name: 'AccountsFailed', dimensions: { Sweep: 'Purge' }, values: [3] },
      { name: 'Accounts', dimensions: { Sweep: 'Purge' }, values: [40, 2] },
    ]);
    expect(await states()).toMatchObject({ failed: 'ALARM', other: 'OK', missed: 'ALARM', share: 'OK' });

    await emit(60);
    expect(await states()).toMatchObject({ share: 'ALARM' });
  });

  test('of AWS itself are metrics too: how executions end, and what waits in a queue', async () => {
    const { outputs } = await new Stacks(aws).create('own-metrics', {
      Machines: role('states'),
      Machine: stateMachine('Machines', { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } }),
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'waiting' } },
      Aborted: alarm({ AlarmName: 'aborted', ...metric('AWS/States', 'ExecutionsAborted', { StateMachineArn: ref('Machine') }), Statistic: 'Sum', Period: 300 }),
      Waiting: alarm({ AlarmName: 'waiting', ...metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: att('Queue', 'QueueName') }), Statistic: 'Maximum', Period: 300 }),
    }, { Machine: ref('Machine'), Queue: ref('Queue') });
    expect(await states()).toMatchObject({ aborted: 'OK', waiting: 'OK' });

    const sfn = new SFNClient(aws.clientSettings());
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: outputs.Machine }));
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await new SQSClient(aws.clientSettings()).send(new SendMessageCommand({ QueueUrl: outputs.Queue, MessageBody: 'hello' }));
    expect(await states()).toMatchObject({ aborted: 'ALARM', waiting: 'ALARM' });
  });

  test('of an hour ago are of no concern to an alarm that looks back for minutes', async () => {
    await write({ eventName: 'ConsoleLogin', userIdentity: { type: 'Root' } });
    expect(await states()).toMatchObject({ 'sign-ins': 'ALARM' });
    await aws.advance(3_600_000);
    expect(await states()).toMatchObject({ 'sign-ins': 'OK' });
  });

  test('are not filtered by a pattern that cannot be read', async () => {
    const filter = (filterPattern: string) => new CloudWatchLogsClient(aws.clientSettings()).send(new PutMetricFilterCommand({
      logGroupName: 'trail', filterName: 'bad', filterPattern, metricTransformations: [{ metricName: 'x', metricNamespace: 'x', metricValue: '1' }],
    }));
    for (const pattern of ['{ $.a = }', '{ $.a > "x" }', '{ ($.a = 1 }', '{ $.a EXISTS }', '{ a = 1 }']) {
      await expect(filter(pattern)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
  });

  test('have a group of a name that a template gives once, also when the group was left by another stack', async () => {
    const group = (DeletionPolicy = 'Delete') => ({ Group: { Type: 'AWS::Logs::LogGroup', DeletionPolicy, Properties: { LogGroupName: 'given' } } });
    const stacks = new Stacks(aws);
    await stacks.create('first', group('Retain'));
    await stacks.delete('first');
    const { status, events } = await stacks.create('second', group());
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining('already exists'));
  });
});
