import { FakeStacks, serveStacks, STACK_ID, type FakeStack } from './fake-stacks';
import { cloudFormation } from '../../../lambda/aws/clients';
import { isRollingBack, isTakenBack } from '../../../lambda/aws/rollback';
import { log } from '../../../lambda/log';
import { setEnvironment } from '../../support/environment-variables';

let stacks: FakeStacks;
let stack: FakeStack;
let close: () => Promise<void>;
let warn: jest.SpyInstance;
beforeEach(async () => {
  stacks = new FakeStacks();
  stack = stacks.add({ status: 'CREATE_COMPLETE' });
  const served = await serveStacks(stacks);
  close = served.close;
  setEnvironment({ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL: served.endpoint });
  warn = jest.spyOn(log, 'warn').mockReturnValue();
});
afterEach(async () => {
  await close();
  jest.restoreAllMocks();
});

const ROOT = 'arn:aws:cloudformation:us-east-1:111111111111:stack/Root/1';
const PARENT = 'arn:aws:cloudformation:us-east-1:111111111111:stack/Parent/1';
const NESTED = { id: STACK_ID, rootId: ROOT, parentId: PARENT };

describe('a stack that is rolled back', () => {
  test.each([
    ['CREATE_IN_PROGRESS', false], ['UPDATE_IN_PROGRESS', false], ['DELETE_IN_PROGRESS', false], ['ROLLBACK_IN_PROGRESS', true], ['UPDATE_ROLLBACK_IN_PROGRESS', true],
  ])('is one that is %s: %s', async (status, expected) => {
    stack.status = status;
    expect(await isRollingBack(cloudFormation(), STACK_ID)).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ['UPDATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_IN_PROGRESS', true],
    ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', true],
  ])('is one whose outermost stack is %s and whose parent is %s: %s', async (root, parent, expected) => {
    stacks.add({ ...NESTED, status: 'UPDATE_IN_PROGRESS' });
    stacks.add({ id: ROOT, status: root });
    stacks.add({ id: PARENT, status: parent, rootId: ROOT, parentId: ROOT });
    expect(await isRollingBack(cloudFormation(), STACK_ID)).toBe(expected);
  });

  test('is asked for once, also where it is its own root', async () => {
    stacks.add({ status: 'UPDATE_IN_PROGRESS', rootId: STACK_ID });
    expect(await isRollingBack(cloudFormation(), STACK_ID)).toBe(false);
    stacks.add({ id: PARENT, status: 'UPDATE_IN_PROGRESS' });
    stacks.add({ status: 'UPDATE_IN_PROGRESS', rootId: PARENT, parentId: PARENT });
    expect(await isRollingBack(cloudFormation(), STACK_ID)).toBe(false);
    expect(stacks.calls).toHaveLength(3);
  });

  test('is judged without an outer one that may not be read, which the log has', async () => {
    stacks.add({ ...NESTED, status: 'UPDATE_IN_PROGRESS' });
    stacks.add({ id: PARENT, status: 'UPDATE_ROLLBACK_IN_PROGRESS' });
    stacks.denied.add(`DescribeStacks ${ROOT}`).add(`DescribeStacks ${PARENT}`);
    expect(await isRollingBack(cloudFormation(), STACK_ID)).toBe(false);
    expect(warn).toHaveBeenCalledWith('the status of an outer stack is not known', { stackId: ROOT, error: expect.stringContaining('AccessDenied') });
  });

  test('is not known where reading fails in any other way', async () => {
    stacks.add({ ...NESTED, status: 'UPDATE_IN_PROGRESS' }); // and the outer ones are not there
    await expect(isRollingBack(cloudFormation(), STACK_ID)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

describe('a deployment that made a resource', () => {
  const RESOURCE = { StackId: STACK_ID, LogicalResourceId: 'Delegation', PhysicalResourceId: 'one' };
  const at = (minute: number) => new Date(minute * 60_000);
  const event = (minute: number, status: string, physicalId = STACK_ID, logicalId = 'Stack') => ({ logicalId, physicalId, status, at: at(minute) });
  const MADE = event(10, 'CREATE_COMPLETE', 'one', 'Delegation');
  const isTaken = () => isTakenBack(cloudFormation(), RESOURCE);

  test('is taken back while its stack rolls back', async () => {
    stack.status = 'ROLLBACK_IN_PROGRESS';
    expect(await isTaken()).toBe(true);
    expect(stacks.calls).toEqual(['DescribeStacks']);
  });

  test.each<[string, boolean, FakeStack['events']]>([
    ['has succeeded', false, [event(30, 'DELETE_IN_PROGRESS'), event(20, 'CREATE_COMPLETE'), MADE]],
    ['has succeeded at the same time', false, [event(10, 'CREATE_COMPLETE'), MADE]],
    ['has succeeded and cleaned up', false, [event(20, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'), MADE]],
    ['was an import', false, [event(20, 'IMPORT_COMPLETE'), MADE]],
    ['was an update', false, [event(20, 'UPDATE_COMPLETE'), MADE]],
    ['has not succeeded', true, [event(30, 'DELETE_IN_PROGRESS'), event(20, 'CREATE_FAILED'), MADE]],
    ['has been rolled back', true, [event(30, 'DELETE_IN_PROGRESS'), event(20, 'ROLLBACK_COMPLETE'), MADE]],
    ['followed another one that has succeeded', true, [event(30, 'DELETE_IN_PROGRESS'), MADE, event(5, 'CREATE_COMPLETE')]],
    ['has made another resource, too', true, [event(20, 'CREATE_COMPLETE', 'x', 'Other'), MADE]],
    ['is forgotten', false, [event(30, 'DELETE_IN_PROGRESS')]],
    ['has begun to make it', false, [{ ...MADE, status: 'CREATE_IN_PROGRESS' }]],
    ['has made another of its name', false, [{ ...MADE, physicalId: 'two' }]],
    ['has made another with its physical id', false, [{ ...MADE, logicalId: 'Other' }]],
    ['has made it, and was followed by one that changed it and failed', false, [{ ...MADE, status: 'UPDATE_COMPLETE', at: at(30) }, event(20, 'CREATE_COMPLETE'), MADE]],
  ])('%s: it is taken back: %s', async (_what, expected, events) => {
    stack.events.push(...events);
    expect(await isTaken()).toBe(expected);
  });

  test.each<[string, string, boolean]>([['CREATE_COMPLETE', 'CREATE_IN_PROGRESS', true], ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', false]])(
    'of a nested stack that is %s is judged by the outermost one, which is %s', async (own, outermost, expected) => {
      stacks.add({ ...NESTED, parentId: ROOT, status: 'CREATE_COMPLETE', events: [event(20, own), MADE] });
      stacks.add({ id: ROOT, status: 'DELETE_IN_PROGRESS', events: [event(30, outermost, ROOT)] });
      expect(await isTaken()).toBe(expected);
      expect(warn).not.toHaveBeenCalled();
    });

  test('of a nested stack whose outermost one may not be read is judged by its own events, which the log says', async () => {
    stacks.add({ ...NESTED, parentId: ROOT, status: 'CREATE_COMPLETE', events: [event(20, 'CREATE_COMPLETE'), MADE] });
    stacks.add({ id: ROOT, status: 'DELETE_IN_PROGRESS' });
    stacks.denied.add(`DescribeStackEvents ${ROOT}`);
    expect(await isTaken()).toBe(false);
    expect(warn).toHaveBeenCalledWith('the events of the outermost stack are not known', { stackId: ROOT, error: expect.stringContaining('AccessDenied') });
  });

  test('is not known where the events cannot be read', async () => {
    stack.events.push(MADE);
    stacks.denied.add(`DescribeStackEvents ${STACK_ID}`);
    await expect(isTaken()).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
