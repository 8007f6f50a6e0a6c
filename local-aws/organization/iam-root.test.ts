import {
  CreateLoginProfileCommand, DeactivateMFADeviceCommand, DeleteAccessKeyCommand, DeleteLoginProfileCommand, DeleteSigningCertificateCommand,
  DeleteVirtualMFADeviceCommand, GetAccessKeyLastUsedCommand, GetAccountSummaryCommand, GetLoginProfileCommand, GetUserCommand, IAMClient,
  ListAccessKeysCommand, ListMFADevicesCommand, ListSigningCertificatesCommand, ListUsersCommand, paginateListMFADevices,
} from '@aws-sdk/client-iam';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { RootCredentialsInit } from './accounts';
import { rootSessionDenial } from './task-policies';
import { MEMBER, refused, Served, served, Task } from './testing';

const FULL: RootCredentialsInit = { password: true, accessKeys: [{}, { status: 'Inactive' }], signingCertificates: [{}], mfaDevices: [{}] };
const ACCOUNT = '444444444444';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

async function account(root: RootCredentialsInit = FULL) {
  const all = await served();
  const member = all.organization.addAccount({ id: ACCOUNT, root });
  return { ...all, member, session: async (task: Task) => (await all.root(ACCOUNT, task)).iam };
}

const summary = async (iam: IAMClient) => {
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
  const names = ['AccountPasswordPresent', 'AccountAccessKeysPresent', 'AccountSigningCertificatesPresent', 'AccountMFAEnabled'] as const;
  expect(Object.keys(SummaryMap!)).toHaveLength(34);
  return names.map((name) => SummaryMap![name]);
};

describe('an audit session reads', () => {
  test('every credential of the root user', async () => {
    const { session, member } = await account();
    const iam = await session('IAMAuditRootUserCredentials');
    const [profile, keys, certificates, devices] = await Promise.all([
      iam.send(new GetLoginProfileCommand({})), iam.send(new ListAccessKeysCommand({})),
      iam.send(new ListSigningCertificatesCommand({})), iam.send(new ListMFADevicesCommand({})),
    ]);
    expect(profile.LoginProfile).toEqual({ CreateDate: new Date('2019-05-01T12:00:00Z'), PasswordResetRequired: false });
    expect(keys.AccessKeyMetadata).toEqual(member.root.accessKeys.map(({ id, status, createDate }) => (
      { AccessKeyId: id, Status: status, CreateDate: new Date(createDate) })));
    expect(certificates.Certificates).toMatchObject([{ CertificateId: member.root.signingCertificates[0].id, Status: 'Active' }]);
    expect(devices.MFADevices).toEqual([{ SerialNumber: member.root.mfaDevices[0].serial, EnableDate: new Date('2019-05-01T12:00:00Z') }]);
    expect(await summary(iam)).toEqual([1, 1, 1, 1]);
  });

  test('that a clean account has none: empty lists, zeros and the words for a missing password', async () => {
    const { session, member } = await account({});
    const iam = await session('IAMAuditRootUserCredentials');
    expect((await iam.send(new ListAccessKeysCommand({})))).toMatchObject({ AccessKeyMetadata: [], IsTruncated: false });
    expect((await iam.send(new ListSigningCertificatesCommand({}))).Certificates).toEqual([]);
    expect((await iam.send(new ListMFADevicesCommand({}))).MFADevices).toEqual([]);
    expect(await summary(iam)).toEqual([0, 0, 0, 0]);
    expect(await refused(iam.send(new GetLoginProfileCommand({})))).toEqual(
      { name: 'NoSuchEntityException', status: 404, message: 'Login Profile for User null cannot be found.' });
    expect(member.root.isClean).toBe(true);
  });

  test('the root user without a name', async () => {
    const { session } = await account();
    const { User } = await (await session('IAMAuditRootUserCredentials')).send(new GetUserCommand({}));
    expect(User).toEqual({ UserId: ACCOUNT, Arn: ROOT, CreateDate: expect.any(Date) });
  });

  test('when its password was last used', async () => {
    const lastUsed = Date.UTC(2024, 1, 3);
    const { session, member } = await account({ password: { lastUsed } });
    const iam = await session('IAMAuditRootUserCredentials');
    expect((await iam.send(new GetUserCommand({}))).User?.PasswordLastUsed).toEqual(new Date(lastUsed));
    member.root.password = true; // a new one
    expect((await iam.send(new GetUserCommand({}))).User).not.toHaveProperty('PasswordLastUsed');
  });

  test('when a key was last used, or that it never was', async () => {
    const date = Date.UTC(2024, 1, 3);
    const { session, member } = await account({ accessKeys: [{ lastUsed: { date, service: 's3', region: 'eu-west-1' } }, {}] });
    const iam = await session('IAMAuditRootUserCredentials');
    const used = await Promise.all(member.root.accessKeys.map(({ id }) => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }))));
    expect(used.map(({ AccessKeyLastUsed }) => AccessKeyLastUsed)).toEqual([
      { LastUsedDate: new Date(date), ServiceName: 's3', Region: 'eu-west-1' }, { ServiceName: 'N/A', Region: 'N/A' },
    ]);
  });

  test('lists page by page, with the marker of the page before', async () => {
    const { session } = await account({ mfaDevices: Array.from({ length: 8 }, (_, index) => ({ serial: `device-${index}` })) });
    const pages = [];
    for await (const page of paginateListMFADevices({ client: await session('IAMAuditRootUserCredentials'), pageSize: 3 }, {})) {
      pages.push(page.MFADevices!.map(({ SerialNumber }) => SerialNumber!.slice(-1)).join(''));
    }
    expect(pages).toEqual(['012', '345', '67']);
  });

  test('a marker of somewhere else is refused', async () => {
    const { session } = await account();
    const attempt = (await session('IAMAuditRootUserCredentials')).send(new ListAccessKeysCommand({ Marker: 'elsewhere' }));
    expect(await refused(attempt)).toMatchObject({ name: 'ValidationError', status: 400 });
  });

  test.each([[true, 1], [false, 0]])('inactive keys are in the summary: %s, by the switch', async (counted, flag) => {
    const { organization, session } = await account({ accessKeys: [{ status: 'Inactive' }] });
    organization.switches.summaryCountsInactiveKeys = counted;
    expect(await summary(await session('IAMAuditRootUserCredentials'))).toEqual([0, flag, 0, 0]);
  });

  test('entries carry a user name when the switch says so', async () => {
    const { organization, session } = await account();
    organization.switches.userNameInEntries = true;
    const { AccessKeyMetadata } = await (await session('IAMAuditRootUserCredentials')).send(new ListAccessKeysCommand({}));
    expect(AccessKeyMetadata![0].UserName).toBe('root');
  });

  test('text with markup survives the way over the wire', async () => {
    const { session } = await account({ mfaDevices: [{ serial: 'a<b>&"c"\'d&lt;e' }] });
    const { MFADevices } = await (await session('IAMAuditRootUserCredentials')).send(new ListMFADevicesCommand({}));
    expect(MFADevices![0].SerialNumber).toBe('a<b>&"c"\'d&lt;e');
  });
});

describe('a delete session', () => {
  test('deletes every kind of credential until the account is clean', async () => {
    const { session, member } = await account();
    const iam = await session('IAMDeleteRootUserCredentials');
    const { accessKeys, signingCertificates, mfaDevices } = member.root;
    await iam.send(new DeleteLoginProfileCommand({}));
    for (const { id } of accessKeys) await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: id }));
    await iam.send(new DeleteSigningCertificateCommand({ CertificateId: signingCertificates[0].id }));
    expect(member.root.isClean).toBe(false);
    await iam.send(new DeactivateMFADeviceCommand({ SerialNumber: mfaDevices[0].serial }));
    expect(member.root.isClean).toBe(true);
  });

  test('what is not there cannot be deleted', async () => {
    const { session } = await account({});
    const iam = await session('IAMDeleteRootUserCredentials');
    const attempts = [
      iam.send(new DeleteLoginProfileCommand({})), iam.send(new DeleteAccessKeyCommand({ AccessKeyId: 'AKIAGONE000000000000' })),
      iam.send(new DeleteSigningCertificateCommand({ CertificateId: 'GONE00000000000000000000' })),
      iam.send(new DeactivateMFADeviceCommand({ SerialNumber: 'gone-device' })),
    ];
    for (const attempt of attempts) expect(await refused(attempt)).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
  });

  test.each([['always', true, true], ['without-password', false, true], ['never', false, false]] as const)(
    'deactivates MFA %s, by the switch', async (mfaRemoval, withPassword, withoutPassword) => {
      const { organization, session, member } = await account();
      organization.switches.mfaRemoval = mfaRemoval;
      const iam = await session('IAMDeleteRootUserCredentials');
      const tryIt = async () => {
        member.root.mfaDevices = [{ serial: 'device-0', enableDate: 0 }];
        return iam.send(new DeactivateMFADeviceCommand({ SerialNumber: 'device-0' })).then(() => true, () => false);
      };
      expect(await tryIt()).toBe(withPassword);
      member.root.password = false;
      expect(await tryIt()).toBe(withoutPassword);
    });
});

describe('a password session', () => {
  test('allows password recovery once', async () => {
    const { session, member } = await account({});
    const iam = await session('IAMCreateRootUserPassword');
    expect((await iam.send(new CreateLoginProfileCommand({}))).LoginProfile).toMatchObject({ PasswordResetRequired: false });
    expect(member.root.password).toBe(true);
    expect(await refused(iam.send(new CreateLoginProfileCommand({})))).toEqual(
      { name: 'EntityAlreadyExistsException', status: 409, message: `Login Profile for account ${ACCOUNT} already exists.` });
  });

  test('must not name a password', async () => {
    const { session, member } = await account({});
    const attempt = (await session('IAMCreateRootUserPassword')).send(new CreateLoginProfileCommand({ Password: 'x' }));
    expect(await refused(attempt)).toMatchObject({ name: 'ValidationError', status: 400 });
    expect(member.root.password).toBe(false);
  });
});

describe('a task policy is a ceiling', () => {
  const CALLS: Record<string, (iam: IAMClient) => Promise<unknown>> = {
    GetAccountSummary: (iam) => iam.send(new GetAccountSummaryCommand({})),
    GetLoginProfile: (iam) => iam.send(new GetLoginProfileCommand({})),
    ListAccessKeys: (iam) => iam.send(new ListAccessKeysCommand({})),
    ListSigningCertificates: (iam) => iam.send(new ListSigningCertificatesCommand({})),
    ListMFADevices: (iam) => iam.send(new ListMFADevicesCommand({})),
    GetUser: (iam) => iam.send(new GetUserCommand({})),
    GetAccessKeyLastUsed: (iam) => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: `AKIA${ACCOUNT}ROO0` })),
    CreateLoginProfile: (iam) => iam.send(new CreateLoginProfileCommand({})),
    DeleteLoginProfile: (iam) => iam.send(new DeleteLoginProfileCommand({})),
    DeleteAccessKey: (iam) => iam.send(new DeleteAccessKeyCommand({ AccessKeyId: `AKIA${ACCOUNT}ROO0` })),
    DeleteSigningCertificate: (iam) => iam.send(new DeleteSigningCertificateCommand({ CertificateId: `CERTIFICATE${ACCOUNT}ROOT0` })),
    DeactivateMFADevice: (iam) => iam.send(new DeactivateMFADeviceCommand({ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/root-account-mfa-device` })),
    DeleteVirtualMFADevice: (iam) => iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/root-account-mfa-device` })),
    ListUsers: (iam) => iam.send(new ListUsersCommand({})),
  };
  const READS = ['GetLoginProfile', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices', 'GetUser', 'GetAccessKeyLastUsed'];

  test.each<[Task, string[]]>([
    ['IAMAuditRootUserCredentials', ['GetAccountSummary', ...READS]],
    ['IAMDeleteRootUserCredentials', [...READS, 'DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice']],
    ['IAMCreateRootUserPassword', ['GetLoginProfile', 'CreateLoginProfile']],
    ['S3UnlockBucketPolicy', []],
    ['SQSUnlockQueuePolicy', []],
  ])('%s', async (task, expected) => {
    const { session } = await account();
    const iam = await session(task);
    const allowed = [];
    for (const [name, call] of Object.entries(CALLS)) {
      // An operation that was let in and found an existing profile was allowed.
      const denied = await call(iam).then(() => false, (error) => error.name === 'AccessDenied');
      if (!denied) allowed.push(name);
    }
    expect(allowed).toEqual(expected);
  });

  test('it covers the root user only, never a user with a name', async () => {
    const { session } = await account();
    const attempt = (await session('IAMDeleteRootUserCredentials')).send(new DeleteLoginProfileCommand({ UserName: 'somebody' }));
    expect(await refused(attempt)).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  test('it covers no other service', async () => {
    const { root } = await account();
    const { organizations } = await root(ACCOUNT, 'IAMAuditRootUserCredentials');
    expect(await refused(organizations.send(new ListAccountsCommand({})))).toMatchObject({ name: 'AccessDeniedException', status: 400 });
  });

  test('the unlock tasks cover policies of buckets, and attributes of the own queues', async () => {
    const { organization } = await account();
    const denied = (taskPolicy: Task, action: string, resource: string) =>
      rootSessionDenial(organization, { accountId: ACCOUNT, arn: ROOT, taskPolicy }, action, resource) !== undefined;
    expect(denied('S3UnlockBucketPolicy', 's3:DeleteBucketPolicy', 'arn:aws:s3:::locked')).toBe(false);
    expect(denied('S3UnlockBucketPolicy', 's3:GetObject', 'arn:aws:s3:::locked/key')).toBe(true);
    expect(denied('SQSUnlockQueuePolicy', 'sqs:SetQueueAttributes', `arn:aws:sqs:eu-west-1:${ACCOUNT}:locked`)).toBe(false);
    expect(denied('SQSUnlockQueuePolicy', 'sqs:GetQueueAttributes', `arn:aws:sqs:eu-west-1:${ACCOUNT}:locked`)).toBe(false);
    expect(denied('SQSUnlockQueuePolicy', 'sqs:GetQueueAttributes', `arn:aws:sqs:eu-west-1:${MEMBER}:locked`)).toBe(true);
  });
});

describe('a service control policy without an exemption for root sessions', () => {
  test.each<[string, (served: Served, unit: string) => string]>([
    ['the account', () => '555555555555'],
    ['a unit above it', (_served, unit) => unit],
    ["the organization's root", ({ organization }) => organization.rootId],
  ])('denies every call of the session when it is attached to %s', async (_where, target) => {
    const all = await served();
    const outer = all.organization.addOrganizationalUnit({ name: 'outer' });
    const inner = all.organization.addOrganizationalUnit({ name: 'inner', parent: outer });
    all.organization.addAccount({ id: '555555555555', ou: inner, root: FULL });
    const { iam } = await all.root('555555555555', 'IAMDeleteRootUserCredentials');
    all.organization.assumedRootDenied.add(target(all, outer));
    const arn = 'arn:aws:iam::555555555555:root';
    expect(await refused(iam.send(new DeleteLoginProfileCommand({})))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: ${arn} is not authorized to perform: iam:DeleteLoginProfile on resource: ${arn} with an explicit deny in a service control policy`,
    });
    expect(all.organization.account('555555555555').root.password).toBe(true);
  });

  test('leaves other accounts alone', async () => {
    const { organization, session, member } = await account();
    organization.assumedRootDenied.add(MEMBER);
    await (await session('IAMDeleteRootUserCredentials')).send(new DeleteLoginProfileCommand({}));
    expect(member.root.password).toBe(false);
  });
});
