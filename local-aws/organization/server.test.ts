import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListOrganizationsFeaturesCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { FakeOrganization } from './fake-organization';
import { delay } from './faults';
import { serve } from './server';
import { setEnvironment } from '../../test/support/environment-variables';
import { onTestFinished } from '../../test/support/on-test-finished';

afterEach(() => jest.restoreAllMocks());

test('its environment is all that an SDK client needs', async () => {
  const organization = new FakeOrganization({ managementAccountId: '121212121212', trustedAccess: true });
  const { environment, close } = await serve(organization);
  onTestFinished(close);
  setEnvironment(environment);
  expect((await new STSClient({}).send(new GetCallerIdentityCommand({}))).Account).toBe('121212121212');
  expect((await new IAMClient({}).send(new ListOrganizationsFeaturesCommand({}))).EnabledFeatures).toEqual([]);
});

test('several organizations are served at once and know nothing of each other', async () => {
  const served = await Promise.all(['121212121212', '343434343434'].map(async (managementAccountId) => {
    const organization = new FakeOrganization({ managementAccountId });
    const { endpoint, close } = await serve(organization);
    onTestFinished(close);
    return { organization, endpoint };
  }));
  const [{ endpoint }, other] = served;
  const credentials = { accessKeyId: '121212121212', secretAccessKey: 'local' };
  await new STSClient({ endpoint, region: 'us-east-1', credentials }).send(new GetCallerIdentityCommand({}));
  expect(served[0].organization.calls).toHaveLength(1);
  expect(other.organization.calls).toEqual([]);
});

test('a caller that hangs up, in its request or while it waits, harms nobody else', async () => {
  const organization = new FakeOrganization();
  organization.faults.add({ operation: '*', effect: delay(50) });
  const { endpoint, close } = await serve(organization);
  onTestFinished(close);
  const { hostname, port } = new URL(endpoint);
  const head = 'POST / HTTP/1.1\r\nHost: local\r\nAuthorization: AWS4-HMAC-SHA256 Credential=111111111111/20261122/us-east-1/sts/aws4_request\r\n';
  for (const request of [`${head}Content-Length: 100\r\n\r\nAction=`, `${head}Content-Length: 24\r\n\r\nAction=GetCallerIdentity`]) {
    const socket = connect(Number(port), hostname);
    socket.end(request);
    await sleep(20);
    socket.destroy();
  }
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: '111111111111', secretAccessKey: 'local' } });
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe('111111111111');
});

test('it is bound to loopback and gone after close', async () => {
  const { endpoint, close } = await serve(new FakeOrganization());
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(endpoint)).status).toBe(404);
  await close();
  await expect(fetch(endpoint)).rejects.toThrow();
});
