import { CloudWatchLogsClient, DescribeResourcePoliciesCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateStateMachineCommand, DescribeExecutionCommand, DescribeStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { execute } from './fixtures/executions';
import { allow, att, lambdaFunction, ref, role, Stacks, stateMachine } from './fixtures/stacks';

const one = (state: object, others: object = {}) => ({ StartAt: 'One', States: { One: state, ...others } });
const caught = (...names: string[]) => ({ Catch: names.map((name) => ({ ErrorEquals: [name], Next: 'Caught', ResultPath: '$' })) });
const CAUGHT = { Caught: { Type: 'Pass', End: true } };
const OVER_LIMIT = 262_145;

describe('a state machine of the local AWS', () => {
  let aws: LocalAws;
  let machines: Readonly<Record<string, string>>;
  const task = (resource: string, parameters: object, rest: object = {}) => ({ Type: 'Task', Resource: resource, Parameters: parameters, End: true, ...rest });
  const invoke = (payload: object, rest: object = {}) => task('arn:aws:states:::lambda:invoke', { FunctionName: '${Function}', Payload: payload }, rest);
  const describeOrganization = task('arn:aws:states:::aws-sdk:organizations:describeOrganization', {});

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization(), lambdaConcurrency: 2 });
    const machine = (definition: object, roleName = 'Role', properties = {}) => stateMachine(roleName, definition, {
      DefinitionSubstitutions: { Function: att('Function') }, ...properties,
    });
    const definitions = {
      Allowed: machine(one(describeOrganization), 'Reader'),
      Denied: machine(one({ ...describeOrganization, ...caught('States.ALL') }, CAUGHT)),
      Named: machine(one(invoke({ fail: 'ThingNotFound' }, caught('ThingNotFound')), CAUGHT)),
      Large: machine(one(invoke({ size: OVER_LIMIT }, caught('States.ALL')), CAUGHT)),
      LargeCaught: machine(one(invoke({ size: OVER_LIMIT }, caught('States.DataLimitExceeded')), CAUGHT)),
      LargeParameters: machine(one({
        Type: 'Parallel', Parameters: { 'one.$': '$', 'other.$': '$' }, Branches: [one({ Type: 'Pass', Result: 0, End: true })], End: true,
      })),
      LargeJsonata: machine({ QueryLanguage: 'JSONata', ...one({ Type: 'Pass', Output: `{% $pad("x", ${OVER_LIMIT}) %}`, End: true }) }),
      Parallel: machine(one({
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: one(invoke({ wait: 400 }, caught('Lambda.TooManyRequestsException')), CAUGHT),
        End: true,
      })),
      Slow: machine({ TimeoutSeconds: 1, ...one(invoke({ wait: 1600, fail: 'Late' })) }),
      Logged: machine(one({ Type: 'Pass', End: true }), 'Role', {
        LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: true, Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: att('Log') } }] },
      }),
    };
    const { outputs } = await new Stacks(aws).create('machines', {
      Role: role('states', allow('lambda:InvokeFunction')),
      Reader: role('states', allow('organizations:DescribeOrganization')),
      FunctionRole: role('lambda'),
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'machines' } },
      Function: lambdaFunction('FunctionRole', `
        exports.handler = async ({ fail, size, wait }) => {
          await new Promise((resolve) => setTimeout(resolve, wait ?? 0));
          if (fail) throw Object.assign(new Error('it is not there'), { name: fail });
          return 'x'.repeat(size ?? 0);
        };`),
      ...definitions,
    }, Object.fromEntries(Object.keys(definitions).map((name) => [name, ref(name)])));
    machines = outputs;
  });
  afterAll(() => aws?.stop());

  test('calls AWS in an SDK task with the permissions of its role', async () => {
    const allowed = await execute(aws, machines.Allowed);
    const denied = await execute(aws, machines.Denied);

    expect(JSON.parse(allowed.output!)).toMatchObject({ Organization: { Id: aws.organization.organizationId } });
    expect(JSON.parse(denied.output!)).toMatchObject({
      Error: expect.stringMatching(/^Organizations\.AccessDenied/),
      Cause: expect.stringMatching(/assumed-role\/.*Role.*\/states is not authorized to perform: organizations:DescribeOrganization on resource: \*/),
    });
  });

  test('catches an error of a function by the name that the function gave it', async () => {
    const { output } = await execute(aws, machines.Named);

    expect(JSON.parse(output!).Error).toBe('ThingNotFound');
    expect(JSON.parse(JSON.parse(output!).Cause)).toMatchObject({ errorType: 'ThingNotFound', errorMessage: 'it is not there' });
  });

  test('fails with a payload over 256 KiB, and only a Catch of that name helps', async () => {
    expect(await execute(aws, machines.Large)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(await execute(aws, machines.LargeParameters, 'x'.repeat(OVER_LIMIT / 2))).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(await execute(aws, machines.LargeParameters, 'x')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await execute(aws, machines.LargeJsonata)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(await execute(aws, machines.LargeCaught)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('refuses an input over 256 KiB', async () => {
    const input = JSON.stringify({ text: 'x'.repeat(OVER_LIMIT) });
    await expect(new SFNClient(aws.clientSettings()).send(new StartExecutionCommand({ stateMachineArn: machines.Slow, input })))
      .rejects.toThrow('failed to satisfy constraint');
  });

  test('sees Lambda.TooManyRequestsException above the account\'s concurrency', async () => {
    const { output } = await execute(aws, machines.Parallel, { items: [1, 2, 3, 4, 5] });

    const throttled = (JSON.parse(output!) as { Error?: string }[]).filter(({ Error }) => Error === 'Lambda.TooManyRequestsException');
    expect(throttled).toHaveLength(3);
  });

  test('times out, and stays so', async () => {
    const { executionArn, status } = await execute(aws, machines.Slow);
    expect(status).toBe('TIMED_OUT');

    await new Promise((resolve) => setTimeout(resolve, 1200)); // until the task that still ran has failed
    const later = await new SFNClient(aws.clientSettings()).send(new DescribeExecutionCommand({ executionArn }));
    expect(later.status).toBe('TIMED_OUT');
  });

  test('keeps the logging that its stack configures', async () => {
    const client = new SFNClient(aws.clientSettings());
    const { loggingConfiguration } = await client.send(new DescribeStateMachineCommand({ stateMachineArn: machines.Logged }));

    expect(loggingConfiguration).toEqual({
      level: 'ERROR',
      includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: expect.stringContaining('log-group:machines') } }],
    });
  });

  const distributed = { Type: 'Map', ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...one({ Type: 'Pass', End: true }) }, End: true };

  test.each([
    ['an ItemBatcher', one({ ...distributed, ItemBatcher: { MaxItemsPerBatch: 2 } }), 'ItemBatcher is not available'],
    ['a ResultWriter', one({ ...distributed, ResultWriter: {} }), 'ResultWriter is not available'],
    ['a first state that is not there', { StartAt: 'Two', States: {} }, 'Missing \'StartAt\' target: Two'],
    ['a next state that is not there', one({ Type: 'Pass', Next: 'Two' }), 'Missing \'Next\' target: Two'],
    ['a Catch to a state that is not there', one({ ...distributed, ...caught('States.ALL') }), 'Missing \'Next\' target: Caught'],
  ])('is refused with %s, by the API and in a stack', async (_what, definition, message) => {
    await expect(new SFNClient(aws.clientSettings()).send(new CreateStateMachineCommand({
      name: 'refused', definition: JSON.stringify(definition), roleArn: 'arn:aws:iam::111111111111:role/any',
    }))).rejects.toThrow(message);

    const stack = await new Stacks(aws).create(`refused-${Date.now()}`, { Role: role('states'), Machine: stateMachine('Role', definition) });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(stack.events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining(message));
  });

  test('gets its log group into the one policy of the account for log delivery, those below /aws/vendedlogs/ together', async () => {
    const logged = (names: string[]) => Object.fromEntries(names.flatMap((LogGroupName, i) => [
      [`Log${i}`, { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName } }],
      [`Machine${i}`, stateMachine('Role', one({ Type: 'Pass', End: true }), {
        LoggingConfiguration: { Level: 'ALL', Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: att(`Log${i}`) } }] },
      })],
    ]));
    const stacks = new Stacks(aws);
    const arns = (...names: string[]) => names.map((name) => expect.stringMatching(`:log-group:${name}$`));
    await stacks.create('vended', { Role: role('states'), ...logged(['/aws/vendedlogs/states/one', '/aws/vendedlogs/states/two']) });
    await stacks.delete('vended');
    expect(await delivered()).toEqual(arns('machines:\\*', '/aws/vendedlogs/\\*'));
    const full = await stacks.create('full', { Role: role('states'), ...logged([...'abcdefghijkl'].map((letter) => letter.repeat(500))) });
    expect(full.status).toBe('ROLLBACK_COMPLETE');
    expect(full.events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining('longer than 5120 characters'));
  });

  async function delivered(): Promise<string[]> {
    const { resourcePolicies } = await new CloudWatchLogsClient(aws.clientSettings()).send(new DescribeResourcePoliciesCommand({}));
    return resourcePolicies!.flatMap(({ policyDocument }) => JSON.parse(policyDocument!).Statement[0].Resource);
  }
});
