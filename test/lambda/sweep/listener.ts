import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody was told. */
export interface Heard {
  readonly events: { readonly Source: string; readonly DetailType: string; readonly Detail: string }[];
  readonly messages: { readonly TopicArn: string; readonly Subject: string; readonly Message: string }[];
}

/** As much of EventBridge and SNS as takes an event and a message, and of Step Functions as has executions that run, on a loopback port. */
export async function serveListener() {
  const heard: Heard = { events: [], messages: [] };
  const trouble = { refuseEvent: false, denyMessage: false, words: 'no' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (request.headers['x-amz-target'] === 'AWSEvents.PutEvents') {
        const { Entries: entries } = JSON.parse(body);
        const refused = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'not today' }] };
        heard.events.push(...trouble.refuseEvent ? [] : entries);
        response.end(JSON.stringify(trouble.refuseEvent ? refused : { FailedEntryCount: 0, Entries: [{ EventId: '1' }] }));
      } else if (request.headers['x-amz-target'] === 'AWSStepFunctions.DescribeExecution') {
        response.end(JSON.stringify({ status: 'RUNNING' }));
      } else if (trouble.denyMessage) {
        response.writeHead(403).end(`<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>${trouble.words}</Message></Error></ErrorResponse>`);
      } else {
        heard.messages.push(Object.fromEntries(new URLSearchParams(body)) as unknown as Heard['messages'][number]);
        response.end('<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { heard, trouble, endpoint, close: () => server.close() };
}
