import { DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand, paginateGetExecutionHistory, SendTaskFailureCommand, SendTaskHeartbeatCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { LocalAws, LocalClock } from '../local-aws';
import { FakeOrganization } from '../organization';
import { execute } from './fixtures/executions';
import { allow, att, lambdaFunction, ref, role, Stacks, stateMachine } from './fixtures/stacks';
import { eventually } from '../../test/support/eventually';

const HOUR = 3_600_000;
const one = (state: object, others: object = {}) => ({ StartAt: 'One', States: { One: { End: true, ...state }, ...others } });
const wait = (time: object) => one({ Type: 'Wait', ...time, Next: 'Time', End: undefined }, { Time: { Type: 'Pass', Parameters: { 'entered.$': '$$.State.EnteredTime' }, End: true } });
const task = (integration: string, parameters: object, rest: object = {}) => ({ Type: 'Task', Resource: `arn:aws:states:::${integration}`, Parameters: parameters, End: true, ...rest });
const CAUGHT = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] };
const catching = (state: object) => one({ ...state, ...CAUGHT }, { Caught: { Type: 'Pass', End: true } });

describe('an execution of the local AWS', () => {
  const clock = new LocalClock();
  let aws: LocalAws;
  let sfn: SFNClient;
  let arns: Readonly<Record<string, string>>;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization({ clock: clock.now }), clock });
    sfn = new SFNClient(aws.clientSettings());
    const substituted = { DefinitionSubstitutions: { Function: att('Function'), Topic: ref('Topic'), Queue: ref('Queue'), Child: ref('Child'), Broken: ref('Broken'), Slow: ref('Slow') } };
    const machine = (definition: object, roleName = 'Role') => stateMachine(roleName, definition, substituted);
    const withToken = { 'token.$': '$$.Task.Token' };
    const publish = task('sns:publish.waitForTaskToken', { TopicArn: '${Topic}', Subject: 'please', Message: withToken });
    const startOf = (integration: string, child: string) => task(integration, { StateMachineArn: child, Input: { 'from.$': '$$.Execution.Name' } });
    const invoke = task('lambda:invoke', { FunctionName: '${Function}', Payload: {} });
    const machines = {
      Seconds: machine(wait({ Seconds: 7200 })),
      SecondsPath: machine(wait({ SecondsPath: '$.seconds' })),
      Timestamp: machine(wait({ TimestampPath: '$.until' })),
      Inside: machine(one({ Type: 'Map', ItemsPath: '$.items', ItemProcessor: wait({ Seconds: 7200 }) })),
      Patient: machine(one({ ...invoke, Parameters: { FunctionName: '${Function}', Payload: { fail: true } }, Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 3600, MaxAttempts: 1 }] })),
      Limited: machine({ TimeoutSeconds: 3600, ...wait({ Seconds: 7200 }) }),
      Dated: machine(one({ ...invoke, ResultSelector: { 'date.$': '$.Payload' } })),
      Asking: machine(catching({ ...publish, TimeoutSeconds: 7200 })),
      AskingFor: machine(catching({ ...publish, TimeoutSecondsPath: '$.seconds' })),
      Beating: machine(catching({ ...publish, HeartbeatSeconds: 600 })),
      Calling: machine(catching(task('lambda:invoke.waitForTaskToken', { FunctionName: '${Function}', Payload: { ...withToken, 'fail.$': '$.fail' } }))),
      Queueing: machine(catching(task('sqs:sendMessage', { QueueUrl: '${Queue}', MessageBody: { hello: 'queue' } }))),
      Telling: machine(one(task('events:putEvents', { Entries: [{ Source: 'test', DetailType: 'Told', Detail: { 'by.$': '$$.Execution.Name' } }] }))),
      Parent: machine(one(startOf('states:startExecution', '${Child}'))),
      Waiting: machine(one(startOf('states:startExecution.sync:2', '${Child}'))),
      Unlucky: machine(catching(startOf('states:startExecution.sync:2', '${Broken}'))),
      LongParent: machine(one(startOf('states:startExecution.sync:2', '${Slow}'))),
      Stopped: machine(one({ Type: 'Parallel', Branches: [wait({ Seconds: 60 }), one({ ...invoke, Next: 'Told', End: undefined }, { Told: { ...publish, Resource: 'arn:aws:states:::sns:publish', Parameters: { TopicArn: '${Topic}', Message: 'still here' } } })] })),
      Endless: machine({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } } }),
      ...Object.fromEntries([['sns:publish', { TopicArn: '${Topic}', Message: 'x' }], ['sqs:sendMessage', { QueueUrl: '${Queue}', MessageBody: 'x' }], ['events:putEvents', { Entries: [{ Source: 'x', DetailType: 'x', Detail: {} }] }], ['states:startExecution', { StateMachineArn: '${Child}' }], ['lambda:invoke', { FunctionName: '${Function}' }]]
        .map(([integration, parameters]) => [`Denied${String(integration).replace(':', '')}`, machine(catching(task(integration as string, parameters as object)), 'Nobody')])),
    };
    const { outputs, status, events } = await new Stacks(aws).create('executions', {
      Role: role('states', allow('lambda:InvokeFunction'), allow('sns:Publish'), allow('sqs:SendMessage'), allow('events:PutEvents'), allow('states:*')),
      Nobody: role('states'),
      FunctionRole: role('lambda'),
      Function: lambdaFunction('FunctionRole', `exports.handler = async ({ fail, token }) => {
        if (fail) throw new RangeError('too far');
        if (token) console.log('token ' + token);
        return new Date().toISOString();
      };`),
      Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
      Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
      Child: stateMachine('Role', one({ Type: 'Pass', Parameters: { 'parent.$': '$.from' } })),
      Broken: stateMachine('Role', one({ Type: 'Fail', Error: 'Broken', Cause: 'it is', End: undefined })),
      Slow: stateMachine('Role', one({ Type: 'Wait', Seconds: 600 })),
      ...machines,
    }, Object.fromEntries(['Child', 'Slow', 'Topic', ...Object.keys(machines)].map((name) => [name, ref(name)])));
    expect([status, ...events.map(({ ResourceStatusReason }) => ResourceStatusReason)]).toContain('CREATE_COMPLETE');
    arns = outputs;
  });
  afterAll(() => aws?.stop());

  async function start(machine: string, input: object = {}) {
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: arns[machine], input: JSON.stringify(input) }));
    return executionArn!;
  }

  const status = async (executionArn: string) => (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
  const entered = async (executionArn: string, type: string) => eventually(async () => {
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events!.map((event) => event.type)).toContain(type);
  });

  async function ended(executionArn: string) {
    await eventually(async () => expect(await status(executionArn)).not.toBe('RUNNING'));
    return sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  test.each([
    ['Seconds', () => ({})],
    ['SecondsPath', () => ({ seconds: 7200 })],
    ['Timestamp', () => ({ until: new Date(clock.now() + 2 * HOUR).toISOString() })],
    ['Inside', () => ({ items: [1, 2] })],
  ])('waits (%s) until the clock is advanced far enough, and its times move with it', async (machine, input) => {
    const before = clock.now();
    const execution = await start(machine, input());
    await entered(execution, 'WaitStateEntered');

    await aws.advance(HOUR);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await status(execution)).toBe('RUNNING');

    await aws.advance(HOUR);
    const { output, startDate, stopDate } = await ended(execution);
    const times = [JSON.parse(output!)].flat().map(({ entered: time }: { entered: string }) => Date.parse(time));
    times.forEach((time) => expect(time).toBeGreaterThanOrEqual(before + 2 * HOUR));
    expect(startDate!.getTime()).toBeLessThan(before + 60_000);
    expect(stopDate!.getTime()).toBeGreaterThanOrEqual(before + 2 * HOUR);
  });

  test.each([
    ['no seconds', 'SecondsPath', {}],
    ['seconds that are no number', 'SecondsPath', { seconds: '5' }],
    ['no time', 'Timestamp', {}],
    ['a time without an offset', 'Timestamp', { until: '2030-01-01T00:00:00' }],
  ])('fails when it is to wait for %s', async (_what, machine, input) => {
    expect(await execute(aws, arns[machine], input)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  test('retries after the interval on the clock', async () => {
    const execution = await start('Patient');
    await entered(execution, 'TaskFailed');
    await aws.advance(HOUR / 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await status(execution)).toBe('RUNNING');

    await aws.advance(HOUR / 2);
    expect(await ended(execution)).toMatchObject({ status: 'FAILED', error: 'RangeError' });
  });

  test('times out by the clock', async () => {
    const execution = await start('Limited');
    await entered(execution, 'WaitStateEntered');
    await aws.advance(HOUR);
    expect(await ended(execution)).toMatchObject({ status: 'TIMED_OUT' });
  });

  test('and its functions see the clock, in a process that was there before too', async () => {
    const date = async () => Date.parse((JSON.parse((await execute(aws, arns.Dated)).output!) as { date: string }).date);

    expect(Math.abs(await date() - clock.now())).toBeLessThan(10_000);
    await aws.advance(5 * HOUR);
    expect(Math.abs(await date() - clock.now())).toBeLessThan(10_000);
  });

  /** The newest token that the topic got. */
  async function token() {
    return eventually(async () => {
      const { message, subject } = (await aws.published(arns.Topic)).at(-1)!;
      expect(subject).toBe('please');
      return (JSON.parse(message) as { token: string }).token;
    });
  }

  async function ask(machine: string, input: object = {}) {
    const before = (await aws.published(arns.Topic)).length;
    const execution = await start(machine, input);
    await eventually(async () => expect((await aws.published(arns.Topic)).length).toBe(before + 1));
    return { execution, taskToken: await token() };
  }

  test('goes on with the answer to its token, which counts once', async () => {
    const { execution, taskToken } = await ask('Asking');
    expect(await status(execution)).toBe('RUNNING');
    await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: 'yes' }))).rejects.toMatchObject({ name: 'InvalidOutput' });
    await expect(sfn.send(new SendTaskSuccessCommand({ taskToken: 'made up', output: '1' }))).rejects.toMatchObject({ name: 'InvalidToken' });

    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"by":"me"}' }));
    expect(await ended(execution)).toMatchObject({ status: 'SUCCEEDED', output: '{"by": "me"}' });
    await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('fails with the failure that its token got', async () => {
    const { execution, taskToken } = await ask('Asking');
    await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'Refused', cause: 'not today' }));

    expect(JSON.parse((await ended(execution)).output!)).toEqual({ Error: 'Refused', Cause: 'not today' });
  });

  test.each([['Asking', {}], ['AskingFor', { seconds: 7200 }]])('waits for its token no longer than it says (%s), by the clock', async (machine, input) => {
    const { execution, taskToken } = await ask(machine, input);
    await aws.advance(2 * HOUR);

    expect(JSON.parse((await ended(execution)).output!)).toMatchObject({ Error: 'States.Timeout' });
    await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('needs heartbeats, by the clock', async () => {
    const { execution, taskToken } = await ask('Beating');
    for (let beat = 0; beat < 3; beat++) {
      await aws.advance(500_000);
      await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    }
    expect(await status(execution)).toBe('RUNNING');

    await aws.advance(600_000);
    expect(JSON.parse((await ended(execution)).output!)).toMatchObject({ Error: 'States.HeartbeatTimeout' });
  });

  test('gives its token to a function, and fails with it', async () => {
    const execution = await start('Calling', { fail: false });
    const taskToken = await eventually(async () => {
      const line = (await aws.logLines()).find((text) => text.includes('token '));
      return /token (\S+)/.exec(line!)![1];
    });
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));

    expect(await ended(execution)).toMatchObject({ status: 'SUCCEEDED', output: '1' });
    expect(JSON.parse((await execute(aws, arns.Calling, { fail: true })).output!)).toMatchObject({ Error: 'RangeError' });
  });

  test('starts another one and does not wait, or waits for its output', async () => {
    const { output } = await execute(aws, arns.Parent);
    const { ExecutionArn } = JSON.parse(output!) as { ExecutionArn: string };
    expect(ExecutionArn).toContain(':execution:');
    expect(await ended(ExecutionArn)).toMatchObject({ status: 'SUCCEEDED' });

    const waited = await execute(aws, arns.Waiting);
    expect(JSON.parse(waited.output!)).toMatchObject({ Status: 'SUCCEEDED', Output: { parent: waited.name } });
  });

  test('fails with what the one that it waits for ended with', async () => {
    const { Error, Cause } = JSON.parse((await execute(aws, arns.Unlucky)).output!) as { Error: string; Cause: string };
    expect(Error).toBe('States.TaskFailed');
    expect(JSON.parse(Cause)).toMatchObject({ Status: 'FAILED', Error: 'Broken', Cause: 'it is' });
  });

  test('that is stopped does nothing more, and stops the one that it waits for', async () => {
    const before = (await aws.published(arns.Topic)).length;
    const stopped = await start('Stopped');
    await sfn.send(new StopExecutionCommand({ executionArn: stopped, error: 'Enough' }));
    const parent = await start('LongParent');
    await entered(parent, 'TaskScheduled');
    const child = await eventually(async () => {
      const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: arns.Slow }));
      return executions![0].executionArn!;
    });
    await sfn.send(new StopExecutionCommand({ executionArn: parent }));

    expect(await ended(child)).toMatchObject({ status: 'ABORTED' });
    expect(await status(stopped)).toBe('ABORTED');
    expect((await aws.published(arns.Topic)).length).toBe(before);
  });

  test('is started once under a name while it runs with the same input', async () => {
    const begin = (input: string) => sfn.send(new StartExecutionCommand({ stateMachineArn: arns.Seconds, name: 'once', input }));
    const first = await begin('{"a":1}');

    expect((await begin('{"a":1}')).executionArn).toBe(first.executionArn);
    await expect(begin('{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn }));
    await expect(begin('{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test.each(['sns:publish', 'sqs:sendMessage', 'events:putEvents', 'states:startExecution', 'lambda:invoke'])('does %s with the permissions of its role only', async (integration) => {
    const { output } = await execute(aws, arns[`Denied${integration.replace(':', '')}`]);
    expect((JSON.parse(output!) as { Cause: string }).Cause).toMatch(/assumed-role\/.*Nobody.*\/states is not authorized to perform/);
  });

  test('sends messages and events', async () => {
    expect(await execute(aws, arns.Queueing)).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('MessageId') });
    expect(await execute(aws, arns.Telling)).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('EventId') });
  });

  test('ends after 25,000 events in its history', async () => {
    const execution = await execute(aws, arns.Endless);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('25000') });

    let events = 0;
    const { executionArn } = execution;
    for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 1000 }, { executionArn, includeExecutionData: false })) {
      events += page.events!.length;
    }
    expect(events).toBe(25_000);
  });
});
