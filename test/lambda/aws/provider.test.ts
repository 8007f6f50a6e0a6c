import { answering } from '../../../lambda/aws/provider';
import { log } from '../../../lambda/log';

const EVENT = { RequestType: 'Delete', ResourceType: 'Custom::Thing', LogicalResourceId: 'Thing', ResponseURL: 'https://example/?X-Amz-Signature=secret' };

let logged: unknown[];
beforeEach(() => {
  logged = [];
  jest.spyOn(log, 'error').mockImplementation((...args: unknown[]) => void logged.push(args));
});
afterEach(() => void jest.restoreAllMocks());

test('a function that succeeds gets the event and answers as it does', async () => {
  expect(await answering(async (event: typeof EVENT) => ({ PhysicalResourceId: event.LogicalResourceId }))(EVENT)).toEqual({ PhysicalResourceId: 'Thing' });
  expect(logged).toEqual([]);
});

test('a function that fails says so in a form that CloudFormation takes, and logs what was asked, and no address that others could answer to', async () => {
  const error = Object.assign(new Error('no'), { name: 'AccessDenied' });
  const failed: Error = await answering(async () => { throw error; })(EVENT).catch((reason) => reason);
  expect([failed.message, failed.stack]).toEqual(['AccessDenied: no', 'AccessDenied: no']);
  expect(logged).toEqual([['request failed', { RequestType: 'Delete', ResourceType: 'Custom::Thing', LogicalResourceId: 'Thing', error }]]);
});
