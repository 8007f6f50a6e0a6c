import { GetLoginProfileCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { FakeOrganization } from './fake-organization';
import { MANAGEMENT, MEMBER, READY, refused, served } from './testing';

test('a key that nobody issued is refused in the words of each protocol', async () => {
  const { as } = await served();
  const stranger = as('AKIASTRANGER');
  expect(await refused(stranger.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({ name: 'InvalidClientTokenId', status: 403 });
  expect(await refused(stranger.organizations.send(new DescribeOrganizationCommand({})))).toMatchObject({ name: 'UnrecognizedClientException', status: 400 });
});

test('a session needs its own token', async () => {
  const { organization, as } = await served();
  const issued = organization.issue(organization.administrator(MEMBER), 900);
  await as(issued).sts.send(new GetCallerIdentityCommand({}));
  const stolen = as({ ...issued, SessionToken: 'another' });
  expect(await refused(stolen.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({ name: 'InvalidClientTokenId' });
});

test('a root session ends at its expiration', async () => {
  let time = Date.now();
  const { root } = await served({ ...READY, clock: () => time });
  const session = await root(MEMBER, 'IAMAuditRootUserCredentials', 60);
  time += 58_000;
  expect(await refused(session.iam.send(new GetLoginProfileCommand({})))).toMatchObject({ name: 'NoSuchEntityException' });
  time += 2_000;
  expect(await refused(session.iam.send(new GetLoginProfileCommand({})))).toMatchObject({ name: 'ExpiredToken', status: 403 });
});

test('what is not about root access is left to others, and seen', async () => {
  const { organization, management } = await served();
  await expect(management.iam.send(new ListUsersCommand({}))).rejects.toThrow();
  await expect(management.iam.send(new GetLoginProfileCommand({}))).rejects.toThrow();
  expect(organization.calls).toMatchObject([
    { service: 'iam', operation: 'ListUsers', forwarded: true },
    { service: 'iam', operation: 'GetLoginProfile', forwarded: true },
  ]);
});

test('requests of other services and unsigned requests are not its business', async () => {
  const organization = new FakeOrganization();
  const request = { method: 'GET', url: '/', body: Buffer.alloc(0) };
  const authorization = `AWS4-HMAC-SHA256 Credential=${MANAGEMENT}/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0`;
  expect(await organization.answer({ ...request, headers: { authorization } })).toBeUndefined();
  expect(await organization.answer({ ...request, headers: {} })).toBeUndefined();
  expect(organization.calls).toEqual([]);
});

test('the caller of a presigned request is known from its query', () => {
  const organization = new FakeOrganization();
  const { AccessKeyId, SessionToken } = organization.issue(organization.administrator(MEMBER), 900);
  const query = new URLSearchParams({ 'X-Amz-Credential': `${AccessKeyId}/20261122/us-east-1/s3/aws4_request`, 'X-Amz-Security-Token': SessionToken });
  expect(organization.caller({ method: 'GET', url: `/bucket/key?${query}`, headers: {}, body: Buffer.alloc(0) })).toMatchObject({ accountId: MEMBER });
});

test('a recorded call says who asked what about which account, and how it was refused', async () => {
  const { organization, root } = await served();
  const session = await root(MEMBER, 'IAMAuditRootUserCredentials');
  await refused(session.iam.send(new GetLoginProfileCommand({})));
  expect(organization.calls).toMatchObject([
    { service: 'sts', operation: 'AssumeRoot', target: MEMBER, caller: { accountId: MANAGEMENT }, input: { TargetPrincipal: MEMBER } },
    {
      service: 'iam',
      operation: 'GetLoginProfile',
      target: MEMBER,
      caller: { arn: `arn:aws:iam::${MEMBER}:root`, taskPolicy: 'IAMAuditRootUserCredentials' },
      error: 'NoSuchEntity',
    },
  ]);
});

test('every answer carries a request id, which is where the SDK reads it', async () => {
  const { management, as } = await served();
  const answered = await management.organizations.send(new DescribeOrganizationCommand({}));
  expect(answered.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  const error = await as('AKIASTRANGER').sts.send(new GetCallerIdentityCommand({})).catch((reason) => reason);
  expect(error.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
});
