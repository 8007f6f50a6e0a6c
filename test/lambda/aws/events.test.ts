import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventBridge } from '../../../lambda/aws/clients';
import { putEvent } from '../../../lambda/aws/events';
import { readRequest } from '../../../local-aws/organization';
import { setEnvironment } from '../../support/environment-variables';

const ENTRY = { EventBusName: 'bus', Source: 'cdk-root-access', DetailType: 'finding', Detail: '{"a":1}' };

let answer: object;
const received: unknown[] = [];
const server = createServer((incoming, outgoing) => {
  void readRequest(incoming).then(({ body }) => {
    received.push(JSON.parse(body.toString()));
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
});
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  setEnvironment({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret',
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  jest.restoreAllMocks();
});

test.each([{ FailedEntryCount: 0, Entries: [{ EventId: 'one' }] }, {}])('an event is sent once to its bus: answer %j', async (answered) => {
  answer = answered;
  received.length = 0;
  await putEvent(eventBridge(), ENTRY);
  expect(received).toEqual([{ Entries: [ENTRY] }]);
});

test.each([
  { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }] },
  { FailedEntryCount: 0, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }] },
])('an event that the bus refuses fails, although the call does not: answer %j', async (answered) => {
  answer = answered;
  await expect(putEvent(eventBridge(), ENTRY)).rejects.toThrow('the event bus refused the event: ThrottlingException: slow down');
});

test('an event that was refused without a word why fails, too', async () => {
  answer = { FailedEntryCount: 1 };
  await expect(putEvent(eventBridge(), ENTRY)).rejects.toThrow('the event bus refused the event');
});
