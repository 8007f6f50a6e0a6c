import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { execute } from './fixtures/executions';
import { allow, att, document, lambdaFunction, ref, role, Stacks, stateMachine } from './fixtures/stacks';
import { eventually } from '../../test/support/eventually';

const MANAGEMENT = '111111111111';
const MEMBER = '222222222222';

describe('the events of the local AWS', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    const organization = new FakeOrganization();
    organization.addAccount({ id: MEMBER });
    aws = await LocalAws.start({ organization });
  });
  afterAll(() => aws?.stop());

  const topicPolicy = (topic: string, service: string) => ({
    Type: 'AWS::SNS::TopicPolicy',
    Properties: { Topics: [ref(topic)], PolicyDocument: document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sns:Publish', Resource: ref(topic) }) },
  });
  const queuePolicy = (queue: string, service: string) => ({
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [ref(queue)], PolicyDocument: document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sqs:SendMessage', Resource: att(queue) }) },
  });
  const rule = (EventPattern: object, Targets: object[], rest: object = {}) => ({ Type: 'AWS::Events::Rule', Properties: { EventPattern, Targets, ...rest } });
  const TOPIC = { Type: 'AWS::SNS::Topic', Properties: {} };
  const QUEUE = { Type: 'AWS::SQS::Queue', Properties: {} };
  const ECHO = stateMachine('Machines', { StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } });

  async function created(name: string, resources: Record<string, object>, outputs: Record<string, unknown>, accountId?: string) {
    const stack = await new Stacks(aws, accountId).create(name, resources, outputs);
    expect([stack.status, ...stack.events.map(({ ResourceStatusReason }) => ResourceStatusReason)]).toContain('CREATE_COMPLETE');
    return stack.outputs;
  }

  /** Without long polling, which holds up what the engine does meanwhile. */
  async function message(QueueUrl: string) {
    const sqs = new SQSClient(aws.clientSettings());
    return eventually(async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
      const [{ Body, MessageAttributes = {} }] = Messages!;
      const attributes = Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]));
      return { body: JSON.parse(Body!), attributes };
    });
  }

  const published = (topic: string, count: number) => eventually(async () => {
    const messages = await aws.published(topic);
    expect(messages).toHaveLength(count);
    return messages.map(({ message: text }) => JSON.parse(text));
  });

  async function inputs(machine: string, count: number) {
    const sfn = new SFNClient(aws.clientSettings());
    return eventually(async () => {
      const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine }));
      expect(executions).toHaveLength(count);
    });
  }

  test('reach the rules of the account and the Region that they name, and no other', async () => {
    const resources = {
      Role: role('lambda'),
      Function: lambdaFunction('Role', 'exports.handler = async ({ detail, account, region }) => console.log(`joined ${detail.id} ${account} ${region}`);'),
      Permission: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: att('Function'), Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn: att('Rule') } },
      Rule: rule({ source: ['aws.organizations'] }, [{ Id: 'function', Arn: att('Function') }]),
    };
    await created('rule', resources, {});
    await created('rule', resources, {}, MEMBER);

    const event = { source: 'aws.organizations', detailType: 'AWS Service Event via CloudTrail' };
    await aws.putAwsEvents([{ ...event, detail: { id: 'one' } }, { ...event, detail: { id: 'two' }, accountId: MEMBER }, { ...event, detail: { id: 'three' }, region: 'eu-west-1' }]);

    const joined = async () => (await aws.logLines()).filter((line) => line.includes('joined')).map((line) => line.slice(line.indexOf('joined'))).sort();
    await eventually(async () => expect(await joined()).toEqual([`joined one ${MANAGEMENT} us-east-1`, `joined two ${MEMBER} us-east-1`]));
  });

  test('start a state machine with the input that the rule makes of them, as the role of the target', async () => {
    const { Machine, Topic } = await created('start', {
      Machines: role('states', allow('sns:Publish')),
      Starter: role('events', allow('states:StartExecution')),
      Topic: TOPIC,
      Machine: stateMachine('Machines', {
        StartAt: 'Tell', States: { Tell: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Parameters: { 'TopicArn': '${Topic}', 'Message.$': '$' }, End: true } },
      }, { DefinitionSubstitutions: { Topic: ref('Topic') } }),
      Rule: rule({ source: ['aws.test'] }, [{
        Id: 'machine',
        Arn: ref('Machine'),
        RoleArn: att('Starter'),
        InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"accounts":[<id>]}' },
      }]),
    }, { Machine: ref('Machine'), Topic: ref('Topic') });

    await aws.putAwsEvents([{ source: 'aws.test', detailType: 'x', detail: { id: MEMBER } }]);

    await inputs(Machine, 1);
    expect(await published(Topic, 1)).toEqual([{ accounts: [MEMBER] }]);
  });

  test('need permissions on their way, and end in the dead-letter queue of the target without them', async () => {
    const target = (Id: string, Arn: unknown, rest: object = {}) => ({ Id, Arn, DeadLetterConfig: { Arn: att('Dead') }, ...rest });
    const { Machine, Open, Closed, Dead } = await created('denied', {
      Machines: role('states'),
      Weak: role('events'),
      Machine: ECHO,
      Open: TOPIC,
      OpenPolicy: topicPolicy('Open', 'events.amazonaws.com'),
      Closed: TOPIC,
      Dead: QUEUE,
      DeadPolicy: queuePolicy('Dead', 'events.amazonaws.com'),
      Rule: rule({ source: ['aws.denied'] }, [target('machine', ref('Machine'), { RoleArn: att('Weak') }), target('open', ref('Open')), target('closed', ref('Closed'))]),
    }, { Machine: ref('Machine'), Open: ref('Open'), Closed: ref('Closed'), Dead: ref('Dead') });

    await aws.putAwsEvents([{ source: 'aws.denied', detailType: 'x', detail: { n: 1 } }]);

    expect(await published(Open, 1)).toMatchObject([{ detail: { n: 1 } }]);
    const dead = [await message(Dead), await message(Dead)];
    expect(dead.map(({ attributes }) => [attributes.TARGET_ARN, attributes.ERROR_CODE]).sort()).toEqual([[Closed, 'NO_PERMISSIONS'], [Machine, 'NO_PERMISSIONS']]);
    expect(dead[0].body).toMatchObject({ detail: { n: 1 } });
    expect(await published(Closed, 0)).toEqual([]);
    await inputs(Machine, 0);
  });

  test('go from the bus of one account to a bus of another one that lets them, and keep their account', async () => {
    const bus = (name: string) => ({ Type: 'AWS::Events::EventBus', Properties: { Name: name } });
    const { Topic } = await created('receiver', {
      Bus: bus('joined'),
      Policy: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: { EventBusName: ref('Bus'), StatementId: 'management', Statement: { Effect: 'Allow', Principal: { AWS: MANAGEMENT }, Action: 'events:PutEvents', Resource: att('Bus') } },
      },
      Closed: bus('closed'),
      Topic: TOPIC,
      TopicPolicy: topicPolicy('Topic', 'events.amazonaws.com'),
      Rule: rule({ source: ['aws.forwarded'] }, [{ Id: 'topic', Arn: ref('Topic') }], { EventBusName: ref('Bus') }),
      ClosedRule: rule({ source: ['aws.forwarded'] }, [{ Id: 'topic', Arn: ref('Topic') }], { EventBusName: ref('Closed') }),
    }, { Topic: ref('Topic') }, MEMBER);
    const arn = (name: string) => `arn:aws:events:us-east-1:${MEMBER}:event-bus/${name}`;
    const { Dead } = await created('sender', {
      Forwarder: role('events', allow('events:PutEvents')),
      Dead: QUEUE,
      DeadPolicy: queuePolicy('Dead', 'events.amazonaws.com'),
      Rule: rule({ source: ['aws.forwarded'] }, ['joined', 'closed'].map((name) => ({ Id: name, Arn: arn(name), RoleArn: att('Forwarder'), DeadLetterConfig: { Arn: att('Dead') } }))),
    }, { Dead: ref('Dead') });

    await aws.putAwsEvents([{ source: 'aws.forwarded', detailType: 'x', detail: { n: 1 } }]);

    expect(await published(Topic, 1)).toMatchObject([{ account: MANAGEMENT, region: 'us-east-1', detail: { n: 1 } }]);
    expect((await message(Dead)).attributes).toMatchObject({ TARGET_ARN: arn('closed'), ERROR_CODE: 'NO_PERMISSIONS' });
    await new Stacks(aws, MEMBER).delete('receiver');
  });

  test('of a topic go to a queue whose policy lets them, and to a function with its dead-letter queue', async () => {
    const { Machine, Open, Closed, Dead } = await created('topic', {
      Machines: role('states', allow('sns:Publish')),
      FunctionRole: role('lambda', allow('sqs:SendMessage')),
      Topic: TOPIC,
      Open: QUEUE,
      OpenPolicy: queuePolicy('Open', 'sns.amazonaws.com'),
      Closed: QUEUE,
      Dead: QUEUE,
      Function: { ...lambdaFunction('FunctionRole', ''), Properties: { ...lambdaFunction('FunctionRole', 'exports.handler = async () => { throw new Error("broken"); };').Properties, DeadLetterConfig: { TargetArn: att('Dead') } } },
      Permission: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: att('Function'), Action: 'lambda:InvokeFunction', Principal: 'sns.amazonaws.com', SourceArn: ref('Topic') } },
      ToOpen: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ref('Topic'), Protocol: 'sqs', Endpoint: att('Open') } },
      ToClosed: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ref('Topic'), Protocol: 'sqs', Endpoint: att('Closed') } },
      ToFunction: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ref('Topic'), Protocol: 'lambda', Endpoint: att('Function') } },
      Machine: stateMachine('Machines', {
        StartAt: 'Tell', States: { Tell: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Parameters: { TopicArn: '${Topic}', Message: 'hello' }, End: true } },
      }, { DefinitionSubstitutions: { Topic: ref('Topic') } }),
    }, { Machine: ref('Machine'), Open: ref('Open'), Closed: ref('Closed'), Dead: ref('Dead') });

    expect(await execute(aws, Machine)).toMatchObject({ status: 'SUCCEEDED' });

    expect((await message(Open)).body).toMatchObject({ Type: 'Notification', Message: 'hello' });
    expect(await message(Dead)).toMatchObject({ body: { Records: [{ Sns: { Message: 'hello' } }] }, attributes: { ErrorMessage: 'broken' } });
    const { Messages } = await new SQSClient(aws.clientSettings()).send(new ReceiveMessageCommand({ QueueUrl: Closed }));
    expect(Messages ?? []).toEqual([]);
  });

  describe('a schedule', () => {
    const schedule = (Arn: unknown, roleName: string, rest: object = {}) => ({
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(1 day)',
        StartDate: '2031-01-01T00:00:00Z',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn, RoleArn: att(roleName), Input: '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}', DeadLetterConfig: { Arn: att('Dead') } },
        ...rest,
      },
    });

    test('fires with the input that it declares, as its role, and ends in its dead-letter queue without permission', async () => {
      const starter = role('scheduler', allow('states:StartExecution'));
      const ofGroup = document({
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': MANAGEMENT, 'aws:SourceArn': `arn:aws:scheduler:us-east-1:${MANAGEMENT}:schedule-group/sweeps` } },
      });
      const { Group, Allowed, Denied, Distrusted, Off, Dead } = await created('schedules', {
        Machines: role('states'),
        Starter: { ...starter, Properties: { ...starter.Properties, AssumeRolePolicyDocument: ofGroup } },
        Weak: role('scheduler', allow('sqs:SendMessage')),
        Dead: QUEUE,
        Machine: ECHO,
        Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'sweeps' } },
        Allowed: schedule(ref('Machine'), 'Starter', { GroupName: ref('Group') }),
        Denied: schedule(ref('Machine'), 'Weak'),
        Distrusted: schedule(ref('Machine'), 'Machines'),
        Off: schedule(ref('Machine'), 'Starter', { State: 'DISABLED' }),
      }, Object.fromEntries(['Group', 'Allowed', 'Denied', 'Distrusted', 'Off', 'Dead'].map((name) => [name, ref(name)])));

      const delivery = await aws.fireSchedule({ name: Allowed, group: Group });
      expect(delivery).toMatchObject({ delivered: true, executionArn: expect.stringContaining(':execution:') });
      const { DescribeExecutionCommand } = await import('@aws-sdk/client-sfn');
      const { input } = await new SFNClient(aws.clientSettings()).send(new DescribeExecutionCommand({ executionArn: delivery.executionArn! }));
      expect(JSON.parse(input!)).toEqual({ at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), by: `arn:aws:scheduler:us-east-1:${MANAGEMENT}:schedule/sweeps/${Allowed}` });

      expect(await aws.fireSchedule({ name: Denied })).toMatchObject({ delivered: false, error: expect.stringContaining('states:StartExecution') });
      expect(await message(Dead)).toMatchObject({ body: { by: expect.stringContaining(Denied) }, attributes: { ERROR_CODE: 'NO_PERMISSIONS' } });
      expect(await aws.fireSchedule({ name: Distrusted })).toMatchObject({ delivered: false, error: expect.stringContaining('sts:AssumeRole') });
      await expect(aws.fireSchedule({ name: Off })).rejects.toThrow('DISABLED');
    });

    test('fires by the clock: a rate as soon as it is there and after its interval, a cron expression at its time, one that is disabled or begins later never', async () => {
      const machines = ['Rate', 'Cron', 'Off', 'Later'].map((name) => `${name}Machine`);
      const starting = (name: string, rest: object) => schedule(ref(`${name}Machine`), 'Starter', { StartDate: undefined, ...rest });
      const outputs = await created('by-the-clock', {
        Machines: role('states'),
        Starter: role('scheduler', allow('states:StartExecution')),
        Dead: QUEUE,
        ...Object.fromEntries(machines.map((name) => [name, ECHO])),
        Rate: starting('Rate', {}),
        Cron: starting('Cron', { ScheduleExpression: 'cron(0 3 * * ? *)' }),
        Off: starting('Off', { State: 'DISABLED' }),
        Later: starting('Later', { StartDate: '2031-01-01T00:00:00Z' }),
      }, Object.fromEntries(machines.map((name) => [name, ref(name)])));

      await inputs(outputs.RateMachine, 1);
      await aws.advance(24 * 60 * 60_000);
      await inputs(outputs.RateMachine, 2);
      await inputs(outputs.CronMachine, 1);
      await inputs(outputs.OffMachine, 0);
      await inputs(outputs.LaterMachine, 0);
    });
  });
});
