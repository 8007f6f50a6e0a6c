import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { att, lambdaFunction, role, Stacks } from './fixtures/stacks';

/** Answers as the CDK's provider does, over https to port 443 of the host in ResponseURL. */
const HANDLER = `
  const https = require('https');
  exports.handler = (event) => new Promise((resolve) => {
    if (event.wait) return setTimeout(resolve, event.wait);
    const { Mode, Size, Version = '' } = event.ResourceProperties;
    console.log(['received', event.RequestType, event.LogicalResourceId, event.PhysicalResourceId, JSON.stringify(event.ResourceProperties)].join(' '));
    if (Mode === 'silent' && event.RequestType !== 'Delete') return resolve();
    const failed = event.RequestType === 'Delete' ? Mode === 'stay' : Mode === 'fail';
    const body = JSON.stringify({
      Status: failed ? 'FAILED' : 'SUCCESS', Reason: 'told to fail', PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : 'physical-' + event.LogicalResourceId + Version,
      StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId, Data: { Text: 'x'.repeat(event.RequestType === 'Create' ? Number(Size ?? 1) : 1) },
    });
    const { hostname, pathname } = new URL(event.ResponseURL);
    const request = https.request({ hostname, path: pathname, method: 'PUT', headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } }, resolve);
    setTimeout(() => request.end(body), Mode === 'slow' ? 2000 : 0);
  });`;

const FUNCTION = { Role: role('lambda'), Function: lambdaFunction('Role', HANDLER) };

function custom(properties: object) {
  return { Type: 'Custom::Thing', Properties: { ServiceToken: att('Function'), ...properties } };
}

describe('a custom resource of the local AWS', () => {
  let aws: LocalAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization(), lambdaConcurrency: 1 });
    stacks = new Stacks(aws);
  });
  afterAll(() => aws?.stop());

  async function received(logicalId: string) {
    return (await aws.logLines()).filter((line) => line.includes(` ${logicalId} `)).map((line) => line.split(' ').slice(1, 4).join(' '));
  }

  /** Answers what waits in a stack, as the failure of a sibling does. */
  async function answered(stackId: string) {
    while (await aws.failSibling(stackId) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('gets a Delete, with the physical id that it answered, after its Create failed', async () => {
    const { status, events } = await stacks.create('failing', { ...FUNCTION, Failing: custom({ Mode: 'fail' }) });

    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining('told to fail'));
    expect(await received('Failing')).toEqual(['Create Failing ', 'Delete Failing physical-Failing']);
  });

  test('gets such a Delete also when it is new in a stack that is there', async () => {
    await stacks.create('growing', { ...FUNCTION, Old: custom({}) });
    const { status } = await stacks.update('growing', { ...FUNCTION, Old: custom({}), New: custom({ Mode: 'fail' }) });

    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await received('New')).toEqual(['Create New ', 'Delete New physical-New']);
  });

  test('that succeeded gets one Delete, and an Update with the older properties in a rollback', async () => {
    await stacks.create('updating', { ...FUNCTION, Steady: custom({ Mode: 'first' }) });
    const { status } = await stacks.update('updating', { ...FUNCTION, Steady: custom({ Mode: 'fail' }) });
    await stacks.delete('updating');

    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await received('Steady')).toEqual(['Create Steady ', ...Array(2).fill('Update Steady physical-Steady'), 'Delete Steady physical-Steady']);
  });

  test('fails when its answer is longer than 4,096 bytes', async () => {
    const { status, events } = await stacks.create('long', { ...FUNCTION, Long: custom({ Size: 4096 }) });

    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining('Response object is too long.'));
  });

  test('is described while it is created, updated and cancelled; one that a failing sibling cancels is deleted by a name that CloudFormation makes', async () => {
    await stacks.create('cancelled', { ...FUNCTION, Steady: custom({}) });
    await stacks.beginUpdate('cancelled', { ...FUNCTION, Steady: custom({ Mode: 'silent' }) });
    expect(await stacks.resource('cancelled', 'Steady', 'UPDATE_IN_PROGRESS')).toMatchObject({ physicalId: 'physical-Steady', stack: { status: 'UPDATE_IN_PROGRESS' } });
    const { id, status } = await stacks.cancelUpdate('cancelled');
    expect(status).toBe('UPDATE_ROLLBACK_IN_PROGRESS');
    await answered(id);
    expect((await stacks.settled('cancelled')).status).toBe('UPDATE_ROLLBACK_COMPLETE');

    await stacks.beginUpdate('cancelled', { ...FUNCTION, Steady: custom({}), Newcomer: custom({ Mode: 'silent' }) });
    const created = await stacks.resource('cancelled', 'Newcomer', 'CREATE_IN_PROGRESS');
    expect(created.physicalId).toBeUndefined();
    await answered(id);
    const { status: after, events } = await stacks.settled('cancelled');
    expect(after).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining('Resource creation cancelled'));
    expect(await received('Newcomer')).toEqual(['Create Newcomer ', 'Delete Newcomer cancelled-Newcomer']);
  });

  test('is rolled back by a cancelled update also when nothing comes after it', async () => {
    await stacks.create('last', { ...FUNCTION, Last: custom({}) });
    await stacks.beginUpdate('last', { ...FUNCTION, Last: custom({ Mode: 'slow' }) });
    await stacks.resource('last', 'Last', 'UPDATE_IN_PROGRESS');
    await stacks.cancelUpdate('last');
    expect((await stacks.settled('last')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('that another one replaces is deleted at the end, while the stack cleans up', async () => {
    await stacks.create('replaced', { ...FUNCTION, Thing: custom({ Version: '1' }) });
    const { status, events } = await stacks.update('replaced', { ...FUNCTION, Thing: custom({ Version: '2' }) });
    expect(status).toBe('UPDATE_COMPLETE');
    const last = events.map(({ LogicalResourceId, PhysicalResourceId, ResourceStatus }) => [LogicalResourceId, PhysicalResourceId, ResourceStatus].join(' ')).slice(0, 4);
    expect(last.map((event) => event.replace(/arn:\S+ /, ''))).toEqual([
      'replaced UPDATE_COMPLETE', 'Thing physical-Thing1 DELETE_COMPLETE', 'Thing physical-Thing1 DELETE_IN_PROGRESS', 'replaced UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    ]);
    expect(await stacks.resource('replaced', 'Thing', 'UPDATE_COMPLETE')).toMatchObject({ physicalId: 'physical-Thing2' });
  });

  test('that cannot be deleted keeps what it depends on, and nothing else', async () => {
    const parameter = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'x' } };
    await stacks.create('staying', { ...FUNCTION, Needed: parameter, Free: parameter, Stays: { ...custom({ Mode: 'stay' }), DependsOn: 'Needed' } });
    const { status, events } = await stacks.delete('staying');

    expect(status).toBe('DELETE_FAILED');
    const states = (logicalId: string) => events.filter(({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === logicalId && ResourceStatus!.startsWith('DELETE')).map(({ ResourceStatus }) => ResourceStatus);
    expect(states('Stays')).toContain('DELETE_FAILED');
    expect(states('Free')).toContain('DELETE_COMPLETE');
    expect(['Needed', 'Function', 'Role'].map(states)).toEqual([[], [], []]);
  });

  test('waits while its function is throttled', async () => {
    const { outputs } = await stacks.create('busy', FUNCTION, { Name: { Ref: 'Function' } });
    const client = new LambdaClient(aws.clientSettings());
    const busy = client.send(new InvokeCommand({ FunctionName: outputs.Name, Payload: '{ "wait": 1500 }' }));
    const { status } = await stacks.update('busy', { ...FUNCTION, Patient: custom({}) });

    expect((await busy).FunctionError).toBeUndefined();
    expect(status).toBe('UPDATE_COMPLETE');
  });
});
