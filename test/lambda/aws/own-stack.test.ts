import { FakeStacks, serveStacks, STACK_ID, type FakeStack } from './fake-stacks';
import { cloudFormation } from '../../../lambda/aws/clients';
import { confirmRequest, ownStackId, type StackRequest } from '../../../lambda/aws/own-stack';
import { seconds } from '../../../lambda/aws/patience';
import { setEnvironment } from '../../support/environment-variables';

const LATE = { permissions: seconds(0.2, 5, 5), states: seconds(0.05, 5, 5) };
const LONG = { permissions: seconds(60, 5, 5), states: seconds(60, 5, 5) };
const DELETE: StackRequest = { RequestType: 'Delete', StackId: STACK_ID, LogicalResourceId: 'Sweep', PhysicalResourceId: 'one' };
const UPDATE: StackRequest = { ...DELETE, RequestType: 'Update' };
const CREATE: StackRequest = { ...DELETE, RequestType: 'Create', PhysicalResourceId: undefined };

let stacks: FakeStacks;
let stack: FakeStack;
let close: () => Promise<void>;
beforeEach(async () => {
  stacks = new FakeStacks();
  stack = stacks.add({ status: 'UPDATE_IN_PROGRESS' });
  const served = await serveStacks(stacks);
  close = served.close;
  setEnvironment({ STACK_ID, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL: served.endpoint });
});
afterEach(async () => {
  await close();
  jest.restoreAllMocks();
});

const confirm = (request: StackRequest, late = LATE) => confirmRequest(cloudFormation(), request, late);
const isInState = (status: string, physicalId?: string) => stack.resources.set('Sweep', { status, physicalId });
const refused = (why: string) => expect.objectContaining({
  name: 'RequestRefused', message: `the request is not CloudFormation's: ${why}. Nothing was done; CloudTrail's data events say who invoked the function`,
});

test('the own stack is the one that the template names', () => {
  expect(ownStackId()).toBe(STACK_ID);
});

describe('a request of CloudFormation', () => {
  test.each<[StackRequest, string, string, string | undefined]>([
    [CREATE, 'CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', undefined],
    [CREATE, 'UPDATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'of an attempt before'],
    [UPDATE, 'UPDATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'one'],
    [UPDATE, 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'one'],
    [DELETE, 'DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'one'],
    [DELETE, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'one'],
  ])('is one whose resource is in the state that it is about: %j', async (request, stackStatus, status, physicalId) => {
    stack.status = stackStatus;
    isInState(status, physicalId);
    await expect(confirm(request)).resolves.toBeUndefined();
  });

  test('is waited for when its state is shown late', async () => {
    let asked = 0;
    stack.resources.get = () => ({ status: ++asked < 3 ? 'UPDATE_COMPLETE' : 'DELETE_IN_PROGRESS', physicalId: 'one' });
    await expect(confirm(DELETE, LONG)).resolves.toBeUndefined();
    expect(asked).toBe(3);
  });

  test.each(['DescribeStacks', 'DescribeStackResource'])('is waited for when the permission for %s takes effect late', async (action) => {
    isInState('DELETE_IN_PROGRESS', 'one');
    let denials = 2;
    jest.spyOn(stacks.denied, 'has').mockImplementation((call) => call === `${action} ${STACK_ID}` && denials-- > 0);
    await expect(confirm(DELETE, LONG)).resolves.toBeUndefined();
    expect(denials).toBeLessThan(0);
  });
});

describe('a request of somebody else', () => {
  test.each<[string, StackRequest]>([
    ['it deletes', DELETE], ['it updates', UPDATE], ['it creates', CREATE],
  ])('is refused while its resource is not deployed, also when %s', async (_what, request) => {
    isInState('UPDATE_COMPLETE', 'one');
    await expect(confirm(request)).rejects.toEqual(refused(`CloudFormation does not ${request.RequestType.toLowerCase()} the resource Sweep with this physical id now`));
  });

  test.each<[StackRequest, string]>([[DELETE, 'UPDATE_IN_PROGRESS'], [UPDATE, 'CREATE_IN_PROGRESS'], [CREATE, 'DELETE_IN_PROGRESS']])('is refused while something else is done with the resource: %j', async (request, status) => {
    isInState(status, 'one');
    await expect(confirm(request)).rejects.toEqual(refused(`CloudFormation does not ${request.RequestType.toLowerCase()} the resource Sweep with this physical id now`));
  });

  test.each([DELETE, UPDATE])('is refused for another physical id: %j', async (request) => {
    isInState(`${request.RequestType.toUpperCase()}_IN_PROGRESS`, 'other');
    await expect(confirm(request)).rejects.toMatchObject({ name: 'RequestRefused' });
  });

  test('is refused for a resource that the stack does not have', async () => {
    await expect(confirm(DELETE)).rejects.toMatchObject({ name: 'RequestRefused' });
    await expect(confirm({ ...DELETE, PhysicalResourceId: undefined })).rejects.toMatchObject({ name: 'RequestRefused' });
  });

  test('is refused, and nothing is asked, for another stack', async () => {
    stacks.add({ id: 'other', status: 'DELETE_IN_PROGRESS', resources: new Map([['Sweep', { status: 'DELETE_IN_PROGRESS', physicalId: 'one' }]]) });
    await expect(confirm({ ...DELETE, StackId: 'other' })).rejects.toEqual(refused(`its stack is not ${STACK_ID}, the one of this function`));
    expect(stacks.calls).toEqual([]);
  });

  test.each(['UPDATE_COMPLETE', 'DELETE_FAILED', 'ROLLBACK_COMPLETE'])('is refused while the stack is %s', async (status) => {
    stack.status = status;
    isInState('DELETE_IN_PROGRESS', 'one');
    await expect(confirm(DELETE)).rejects.toEqual(refused(`the stack is not being deployed (${status})`));
  });

  test.each(['DescribeStacks', 'DescribeStackResource'])('is not believed where %s stays denied', async (action) => {
    isInState('DELETE_IN_PROGRESS', 'one');
    stacks.denied.add(`${action} ${STACK_ID}`);
    await expect(confirm(DELETE)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('what was replaced and has its new physical id already', () => {
  const event = (logicalId: string, physicalId: string, status: string) => ({ logicalId, physicalId, status, at: new Date() });
  const OTHER = event('Other', 'x', 'DELETE_COMPLETE');
  const DELETING = event('Sweep', 'one', 'DELETE_IN_PROGRESS');
  const BEGIN = event('RootAccess', STACK_ID, 'UPDATE_IN_PROGRESS');

  beforeEach(() => {
    stack.status = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    isInState('UPDATE_COMPLETE', 'two');
  });

  test.each<[string, FakeStack['events']]>([
    ['is deleted', [DELETING]],
    ['is deleted, which a later page of events says', [OTHER, OTHER, OTHER, DELETING, BEGIN]],
    ['is deleted in the deployment that began last', [OTHER, DELETING, BEGIN, event('Sweep', 'one', 'UPDATE_COMPLETE')]],
  ])('%s: the request is confirmed', async (_what, events) => {
    stack.events.push(...events);
    await expect(confirm(DELETE)).resolves.toBeUndefined();
  });

  test.each<[string, FakeStack['events']]>([
    ['of which no event tells', []],
    ['of which others are deleted', [event('Sweep', 'three', 'DELETE_IN_PROGRESS'), event('Other', 'one', 'DELETE_IN_PROGRESS'), BEGIN]],
    ['that has been deleted', [event('Sweep', 'one', 'DELETE_COMPLETE'), DELETING, BEGIN]],
    ['that an older deployment has tried to delete', [OTHER, BEGIN, OTHER, DELETING]],
  ])('%s: the request is refused', async (_what, events) => {
    stack.events.push(...events);
    await expect(confirm(DELETE)).rejects.toMatchObject({ name: 'RequestRefused' });
  });

  test('is no concern of updates, nor of a deployment that does not clean up', async () => {
    stack.events.push(DELETING);
    await expect(confirm(UPDATE)).rejects.toMatchObject({ name: 'RequestRefused' });
    stack.status = 'UPDATE_IN_PROGRESS';
    await expect(confirm(DELETE)).rejects.toMatchObject({ name: 'RequestRefused' });
  });

  test('is looked for no further back than to where the deployment began', async () => {
    stack.events.push(OTHER, BEGIN, ...Array.from({ length: 10 }, () => OTHER));
    await expect(confirm(DELETE, { ...LATE, states: seconds(0) })).rejects.toMatchObject({ name: 'RequestRefused' });
    expect(stacks.calls.filter((call) => call === 'DescribeStackEvents')).toHaveLength(1);
  });
});
