import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasSucceeded, startSweep } from '../../lambda/sweep/deployment';
import { LocalAws } from '../local-aws/local-aws';
import { FakeOrganization } from '../local-aws/organization';

const ROLE = 'arn:aws:iam::111111111111:role/sweep';
const LONG = 600;

let aws: LocalAws;
let client: SFNClient;

beforeAll(async () => {
  aws = await LocalAws.start({ organization: new FakeOrganization() });
  client = new SFNClient(aws.clientSettings());
}, 120_000);
afterAll(() => aws?.stop());

async function machine(name: string, state: object, timeout?: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: 'Only', States: { Only: state }, ...timeout });
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
  return stateMachineArn!;
}

async function start(...parameters: Parameters<typeof machine>): Promise<string> {
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: await machine(...parameters) }));
  return executionArn!;
}

const describeExecution = (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn }));
const ended = (executionArn: string) => vi.waitUntil(async () => (await describeExecution(executionArn)).status !== 'RUNNING', { timeout: 10_000 });
const WAIT = { Type: 'Wait', Seconds: 60, End: true };

describe('a deployment that waits for its sweep', () => {
  test('goes on waiting while the sweep runs', async () => {
    const execution = await start('running', WAIT);
    expect(await hasSucceeded(client, execution, LONG)).toBe(false);
    expect(await describeExecution(execution)).toMatchObject({ status: 'RUNNING' });
  });

  test('succeeds with it', async () => {
    const execution = await start('succeeding', { Type: 'Succeed' });
    await ended(execution);
    expect(await hasSucceeded(client, execution, LONG)).toBe(true);
  });

  test('fails with the words of the sweep', async () => {
    const execution = await start('failing', { Type: 'Fail', Error: 'AccountsFailed', Cause: '1 failed\nreport: s3://bucket/report.json' });
    await ended(execution);
    await expect(hasSucceeded(client, execution, LONG)).rejects.toThrow(/^1 failed\nreport: s3:\/\/bucket\/report\.json$/);
  });

  test('stops a sweep that takes longer than the deployment may, and says how to give it more time', async () => {
    const execution = await start('slow', WAIT);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await expect(hasSucceeded(client, execution, 1)).rejects.toThrow(
      /^the sweep did not end within 1 s and was stopped: arn:.*; what it deleted stays deleted, and batches at work go on for some minutes\. Raise/,
    );
    expect(await describeExecution(execution)).toMatchObject({ status: 'ABORTED', error: 'DeploymentTimedOut' });
  });

  test.each([['NotToday', 'NotToday'], [undefined, 'no reason was given']])('fails when somebody stops the sweep (%s)', async (error, reason) => {
    const execution = await start(`stopped-${reason.length}`, WAIT);
    await client.send(new StopExecutionCommand({ executionArn: execution, error }));
    await expect(hasSucceeded(client, execution, LONG)).rejects.toThrow(`the sweep was stopped by somebody (${reason}): ${execution}; deploy again to sweep again`);
  });

  test('fails when the sweep runs longer than its state machine may', async () => {
    const execution = await start('forgotten', WAIT, { TimeoutSeconds: 1 });
    await ended(execution);
    await expect(hasSucceeded(client, execution, LONG)).rejects.toThrow('the sweep ran longer than its state machine may');
  });
});

test.each([
  ['still runs', WAIT, 'repeated-running'],
  ['has ended', { Type: 'Succeed' }, 'repeated-ended'],
])('a request of CloudFormation that comes twice starts one sweep, also when the first one %s', async (_when, state, name) => {
  const arn = await machine(name, state);
  const first = await startSweep(client, arn, 'request-1');
  if (state.Type === 'Succeed') {
    await ended(first);
  }
  expect(await startSweep(client, arn, 'request-1')).toBe(first);
  expect(await startSweep(client, arn, 'request-2')).not.toBe(first);
});

test('an update that changes nothing of what is swept starts no sweep', async () => {
  Object.assign(process.env, aws.environment(), { STATE_MACHINE_ARN: await machine('untouched', WAIT) });
  const { onEvent } = await import('../../lambda/sweep/deployment/index');
  const properties = { ServiceToken: 'arn', Sweep: { selection: { organization: 'true', exclude: [] }, credentials: ['Password'], dryRun: 'false' } };
  const answer = await onEvent({
    RequestType: 'Update',
    RequestId: 'request',
    StackId: 'stack',
    ResponseURL: 'https://example.com',
    LogicalResourceId: 'Sweep',
    ResourceType: 'Custom::Sweep',
    PhysicalResourceId: 'root-credentials-sweep',
    ServiceToken: 'arn',
    ResourceProperties: { ...properties, ServiceTimeout: '600' },
    OldResourceProperties: { ...properties, ServiceTimeout: '3600' },
  });
  expect(answer).toEqual({ PhysicalResourceId: 'root-credentials-sweep' });
});
