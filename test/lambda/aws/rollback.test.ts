import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { isRollingBack } from '../../../lambda/aws/rollback';

const STACK = 'arn:aws:cloudformation:us-east-1:111111111111:stack/RootAccess/1';

/** As much of CloudFormation as tells the status of a stack. */
let status: string;
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const name = new URLSearchParams(Buffer.concat(chunks).toString()).get('StackName');
      const stack = `<StackId>${STACK}</StackId><StackName>RootAccess</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus>`;
      response.writeHead(name === STACK ? 200 : 400).end(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['CREATE_IN_PROGRESS', false], ['UPDATE_IN_PROGRESS', false], ['DELETE_IN_PROGRESS', false], ['ROLLBACK_IN_PROGRESS', true], ['UPDATE_ROLLBACK_IN_PROGRESS', true],
])('a stack that is %s takes back a deployment: %s', async (now, expected) => {
  status = now;
  const { port } = server.address() as AddressInfo;
  const client = new CloudFormationClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } });
  expect(await isRollingBack(client, STACK)).toBe(expected);
});
