import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { lambdaFunction, ref, role, Stacks } from './fixtures/stacks';

describe('a function of the local AWS', () => {
  let aws: LocalAws;
  let name: string;
  let client: LambdaClient;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization(), lambdaConcurrency: 1 });
    client = new LambdaClient({ ...aws.clientSettings(), maxAttempts: 1 });
    const { outputs } = await new Stacks(aws).create('functions', {
      Role: { ...role('lambda'), Properties: { ...role('lambda').Properties, RoleName: 'Worker' } },
      Function: lambdaFunction('Role', `
        const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
        const { setTimeout: pause } = require('timers/promises');
        let invocations = 0;
        exports.handler = async ({ fail, wait, pauses, lines, count, time }) => {
          invocations++;
          if (time) return Date.now();
          if (count) return invocations;
          if (lines) {
            for (let line = 1; line <= lines; line++) console.log('line'.padEnd(500) + line + ' of many');
            return;
          }
          if (pauses) {
            const began = [Date.now(), performance.now()];
            await Promise.all(pauses.map((milliseconds) => pause(milliseconds)));
            return [Date.now() - began[0], performance.now() - began[1]];
          }
          if (fail) throw Object.assign(new RangeError('too far'), fail === true ? {} : { name: fail });
          if (wait) return new Promise((resolve) => setTimeout(resolve, wait));
          console.log('asking who I am');
          return new STSClient().send(new GetCallerIdentityCommand({}));
        };`),
    }, { Name: ref('Function') });
    name = outputs.Name;
  });
  afterAll(() => aws?.stop());

  async function invoke(payload: object) {
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }));
    return { FunctionError, answer: JSON.parse(Payload!.transformToString()) };
  }

  test('calls AWS as its role', async () => {
    const { answer } = await invoke({});

    expect(answer).toMatchObject({ Account: '111111111111', Arn: `arn:aws:sts::111111111111:assumed-role/Worker/${name}` });
  });

  test('logs what it writes to the console, and nothing of the SDK about the Node version', async () => {
    const lines = await aws.logLines();

    expect(lines).toContainEqual(expect.stringContaining('asking who I am'));
    expect(lines.join('\n')).not.toContain('NodeVersionSupportWarning');
  });

  test('loses no line of a long log', async () => {
    await invoke({ lines: 9_000 });
    expect((await aws.logLines()).filter((line) => line.endsWith('of many'))).toHaveLength(9_000);
  });

  test.each([[true, 'RangeError'], ['ThingNotFound', 'ThingNotFound']])('that throws (%s) answers with the error\'s name, message and stack', async (fail, errorType) => {
    expect(await invoke({ fail })).toMatchObject({
      FunctionError: 'Unhandled',
      answer: { errorType, errorMessage: 'too far', trace: expect.arrayContaining([expect.stringContaining('too far')]) },
    });
  });

  test('that throws lives on, and is warm for the next invocation', async () => {
    const { answer: before } = await invoke({ count: true });
    await invoke({ fail: true });
    expect((await invoke({ count: true })).answer).toBe(before + 2);
  });

  test('pauses for a tenth of the time, also several times at once, and finds that all of it has passed', async () => {
    const { answer: [seen, passed] } = await invoke({ pauses: [5_000, 20_000, 20_000] });
    expect(seen).toBeGreaterThanOrEqual(20_000);
    expect(seen - passed).toBeGreaterThan(17_000); // not the sum of them
    expect(seen - passed).toBeLessThan(20_000);
  });

  test('has at each invocation the time of the local AWS, whatever it has paused before', async () => {
    await invoke({ pauses: [2_000] });
    const { answer: paused } = await invoke({ time: true });
    expect(paused).toBeLessThanOrEqual(aws.clock.now());
    await aws.advance(3_600_000);
    const { answer: advanced } = await invoke({ time: true });
    expect(advanced - paused).toBeGreaterThanOrEqual(3_600_000);
  });

  test('is throttled above the account\'s concurrency', async () => {
    const answers = await Promise.allSettled([invoke({ wait: 1_000 }), invoke({ wait: 1_000 })]);

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(answers).toContainEqual({ status: 'rejected', reason: expect.objectContaining({ name: 'TooManyRequestsException' }) });
  });
});

describe('a function at log level FATAL', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
  });
  afterAll(() => aws?.stop());

  test('logs neither what it prints nor the error that it throws', async () => {
    const silent = lambdaFunction('Role', "exports.handler = async () => { console.error('printed'); throw new Error('thrown'); };");
    const { outputs } = await new Stacks(aws).create('silent', {
      Role: role('lambda'),
      Function: { ...silent, Properties: { ...silent.Properties, LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'FATAL' } } },
    }, { Name: ref('Function') });
    await new LambdaClient(aws.clientSettings()).send(new InvokeCommand({ FunctionName: outputs.Name }));
    const text = (await aws.logLines()).join('\n');
    expect(text).toContain('REPORT');
    expect(text).not.toMatch(/printed|thrown/);
  });
});

describe('functions of one name in two accounts', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
  });
  afterAll(() => aws?.stop());

  test('do not end each other when one is deployed', async () => {
    const resources = (accountId: string) => ({
      Role: role('lambda'),
      Function: lambdaFunction('Role', `exports.handler = () => new Promise((resolve) => setTimeout(resolve, 1000, '${accountId}'));`),
    });
    const { outputs } = await new Stacks(aws).create('same', resources('111111111111'), { Name: ref('Function') });
    const running = new LambdaClient(aws.clientSettings()).send(new InvokeCommand({ FunctionName: outputs.Name }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const other = await new Stacks(aws, '222222222222').create('same', resources('222222222222'), { Name: ref('Function') });

    expect(other.outputs).toEqual(outputs);
    expect((await running).Payload!.transformToString()).toBe('"111111111111"');
  });
});
