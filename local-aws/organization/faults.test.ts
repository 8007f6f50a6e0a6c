import {
  DeleteAccessKeyCommand, DeleteLoginProfileCommand, GetAccountSummaryCommand, GetLoginProfileCommand, IAMClient, ListAccessKeysCommand,
  ListMFADevicesCommand, ListOrganizationsFeaturesCommand, paginateListAccessKeys,
} from '@aws-sdk/client-iam';
import { ListAccountsCommand, paginateListAccounts, RegisterDelegatedAdministratorCommand } from '@aws-sdk/client-organizations';
import { AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import { cutBody, delay, emptyPages, endEarly, endlessPages, fail, late, loseAnswer, resetBefore, shortPages, stale, stallBody, throttle } from './faults';
import { MANAGEMENT, MEMBER, READY, refused, SECURITY, served, taskArn } from './testing';

const DELETE = 'IAMDeleteRootUserCredentials';
const AUDIT = 'IAMAuditRootUserCredentials';

async function withPassword(clock?: () => number) {
  const all = await served({ ...READY, clock });
  const member = all.organization.account(MEMBER);
  member.root.password = true;
  return { ...all, member, faults: all.organization.faults };
}

const deletePassword = (iam: IAMClient) => iam.send(new DeleteLoginProfileCommand({}));

describe('errors', () => {
  test('an error comes instead of the effect, as often as was asked for', async () => {
    const { faults, root, member } = await withPassword();
    faults.add({ operation: 'iam:DeleteLoginProfile', times: 2, effect: fail('EntityTemporarilyUnmodifiable') });
    const { iam } = await root(MEMBER, DELETE);
    for (const _attempt of [1, 2]) {
      expect(await refused(deletePassword(iam))).toMatchObject({ name: 'EntityTemporarilyUnmodifiableException', status: 409 });
      expect(member.root.password).toBe(true);
    }
    await deletePassword(iam);
    expect(member.root.password).toBe(false);
  });

  test('it may last until it is taken away', async () => {
    const { faults, management } = await withPassword();
    const repair = faults.add({ operation: 'organizations:*', effect: fail('ConcurrentModificationException') });
    for (const _attempt of [1, 2, 3]) {
      expect(await refused(management.organizations.send(new ListAccountsCommand({})))).toMatchObject({ name: 'ConcurrentModificationException', status: 400 });
    }
    repair();
    await management.organizations.send(new ListAccountsCommand({}));
  });

  test('code, message and status are free, and the message may tell who asked', async () => {
    const { faults, management, organization } = await withPassword();
    faults.add({ operation: 'sts:AssumeRoot', effect: fail('AccessDenied', ({ caller, target }) => `${caller.accountId} may not root ${target}`, 403) });
    const attempt = management.sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: taskArn(AUDIT) } }));
    expect(await refused(attempt)).toEqual({ name: 'AccessDenied', status: 403, message: `${MANAGEMENT} may not root ${MEMBER}` });
    expect(organization.calls.at(-1)).toMatchObject({ operation: 'AssumeRoot', error: 'AccessDenied' });
  });

  test('only calls about the named account are hit, as target of a session and within it', async () => {
    const { faults, root } = await withPassword();
    faults.add({ operation: '*', account: SECURITY, effect: fail('ServiceFailure') });
    expect(await refused(root(SECURITY, AUDIT))).toMatchObject({ name: 'ServiceFailure', status: 500 });
    await deletePassword((await root(MEMBER, DELETE)).iam);
  });
});

describe('connections', () => {
  test('a request that is reset before has no effect', async () => {
    const { faults, root, member } = await withPassword();
    faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: resetBefore });
    await expect(deletePassword((await root(MEMBER, DELETE)).iam)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(member.root.password).toBe(true);
  });

  test('a lost answer comes after the effect: the retry finds nothing', async () => {
    const { faults, root, member } = await withPassword();
    faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: loseAnswer });
    const { iam } = await root(MEMBER, DELETE);
    await expect(deletePassword(iam)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(member.root.password).toBe(false);
    expect(await refused(deletePassword(iam))).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('a body that is cut is no answer', async () => {
    const { faults, root } = await withPassword();
    faults.add({ operation: 'iam:ListAccessKeys', times: 1, effect: cutBody });
    const { iam } = await root(MEMBER, AUDIT);
    await expect(iam.send(new ListAccessKeysCommand({}))).rejects.toThrow();
    expect((await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata).toEqual([]);
  });

  test.each([0, 0.5])('a body that ends early has a length that fits, and the request had its effect (%s)', async (share) => {
    const { faults, root, member } = await withPassword();
    faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: endEarly(share) });
    const { iam } = await root(MEMBER, DELETE);
    const answered = await deletePassword(iam).catch((error: object) => error);
    expect('$response' in answered).toBe(share > 0); // an error of the SDK's parser, which takes an empty body for an answer
    expect(member.root.password).toBe(false);
  });

  test('a body that stalls begins to arrive, and its end is waited for', async () => {
    const { faults, root } = await withPassword();
    faults.add({ operation: 'iam:ListAccessKeys', effect: stallBody });
    const { iam } = await root(MEMBER, AUDIT);
    const gaveUp = AbortSignal.timeout(500);
    await expect(iam.send(new ListAccessKeysCommand({}), { abortSignal: gaveUp })).rejects.toMatchObject({ message: expect.stringMatching(/aborted/) });
  });

  test('latency is added to calls that run at the same time, not to their sum', async () => {
    const { faults, root } = await withPassword();
    const { iam } = await root(MEMBER, AUDIT);
    faults.add({ operation: '*', effect: delay(100) });
    const begin = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => iam.send(new ListMFADevicesCommand({}))));
    const elapsed = performance.now() - begin;
    expect(elapsed).toBeGreaterThanOrEqual(99);
    expect(elapsed).toBeLessThan(900);
  });
});

describe('throttling', () => {
  test('so many calls a second pass, and the others are refused with the code of the service', async () => {
    let time = Date.now();
    const { faults, management } = await withPassword(() => time);
    faults.add({ operation: 'organizations:ListAccounts', effect: throttle(3) });
    faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: throttle(1) });
    const attempts = async (count: number) => {
      const outcomes = [];
      for (let index = 0; index < count; index++) {
        outcomes.push(await management.organizations.send(new ListAccountsCommand({})).then(() => 'passed', ({ name }) => name));
      }
      return outcomes;
    };
    expect(await attempts(4)).toEqual(['passed', 'passed', 'passed', 'TooManyRequestsException']);
    time += 700;
    expect(await attempts(3)).toEqual(['passed', 'passed', 'TooManyRequestsException']);
    const list = () => management.iam.send(new ListOrganizationsFeaturesCommand({}));
    await list();
    expect(await refused(list())).toMatchObject({ name: 'Throttling', message: 'Rate exceeded', status: 400 });
  });

  test('an SDK client with its usual attempts gets through', async () => {
    const { endpoint, faults, organization } = await withPassword();
    faults.add({ operation: 'sts:AssumeRoot', effect: throttle(20, 1) });
    const credentials = { accessKeyId: MANAGEMENT, secretAccessKey: 'local' };
    const sts = new STSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 10 });
    const assumeRoot = () => sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: taskArn(AUDIT) } }));
    const sessions = await Promise.all([assumeRoot(), assumeRoot(), assumeRoot()]);
    expect(new Set(sessions.map(({ Credentials: issued }) => issued!.AccessKeyId)).size).toBe(3);
    expect(organization.calls.filter(({ error }) => error === 'Throttling').length).toBeGreaterThan(0);
  });
});

describe('reads that lag behind', () => {
  test('for a time: lists, summary and profile answer the state of before', async () => {
    let time = Date.now();
    const { faults, root, member } = await withPassword(() => time);
    faults.add({ operation: 'iam:GetLoginProfile', effect: late(5_000) });
    faults.add({ operation: 'iam:GetAccountSummary', effect: late(9_000) });
    time += 60_000;
    await deletePassword((await root(MEMBER, DELETE)).iam);
    const { iam } = await root(MEMBER, AUDIT);
    const seen = async () => [
      await iam.send(new GetLoginProfileCommand({})).then(() => 1, () => 0),
      (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap!.AccountPasswordPresent,
    ];
    expect(member.root.password).toBe(false);
    expect(await seen()).toEqual([1, 1]);
    time += 6_000;
    expect(await seen()).toEqual([0, 1]);
    time += 6_000;
    expect(await seen()).toEqual([0, 0]);
  });

  test('for a number of reads after each change, not before it', async () => {
    const { faults, root, member } = await withPassword();
    member.root.accessKeys = [{ id: 'AKIAOLDKEY0000000000', status: 'Active', createDate: 0 }];
    const { iam } = await root(MEMBER, DELETE);
    const keys = async () => (await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata!.length;
    await keys();
    faults.add({ operation: 'iam:ListAccessKeys', effect: stale(2) });
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: 'AKIAOLDKEY0000000000' }));
    expect([await keys(), await keys(), await keys()]).toEqual([1, 1, 0]);
  });

  test('writes are not deceived: what is gone cannot be deleted again', async () => {
    const { faults, root } = await withPassword();
    faults.add({ operation: 'iam:*', effect: late(60_000) });
    const { iam } = await root(MEMBER, DELETE);
    await deletePassword(iam);
    expect(await refused(deletePassword(iam))).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('switches take effect late: a delegation is not in effect at STS while Organizations reports it', async () => {
    let time = Date.now();
    const { faults, management, as, organization } = await withPassword(() => time);
    faults.add({ operation: 'sts:AssumeRoot', effect: late(15_000, organization.delegations) });
    await management.organizations.send(new RegisterDelegatedAdministratorCommand({ AccountId: SECURITY, ServicePrincipal: 'iam.amazonaws.com' }));
    const assumeRoot = () => as(SECURITY).sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: taskArn(AUDIT) } }));
    expect(await refused(assumeRoot())).toMatchObject({ name: 'AccessDenied' });
    await as(SECURITY).organizations.send(new ListAccountsCommand({}));
    time += 16_000;
    await assumeRoot();
  });

  test('only the named part of the organization is late', async () => {
    const { faults, root, organization } = await withPassword();
    faults.add({ operation: 'sts:AssumeRoot', effect: late(60_000, organization.delegations) });
    organization.features.current = new Set();
    expect(await refused(root(MEMBER, AUDIT))).toMatchObject({ name: 'AccessDenied' });
  });

  test('a feature that was turned off is still in effect for a while', async () => {
    let time = Date.now();
    const { faults, root, organization } = await withPassword(() => time);
    faults.add({ operation: 'sts:AssumeRoot', effect: late(60_000, organization.features) });
    organization.features.current = new Set();
    await root(MEMBER, AUDIT);
    time += 61_000;
    expect(await refused(root(MEMBER, AUDIT))).toMatchObject({ name: 'AccessDenied' });
  });
});

describe('pages', () => {
  test.each([1, 2, Infinity])('that never end are empty, with %d tokens', async (count) => {
    const { faults, root, management } = await withPassword();
    faults.add({ operation: '*', effect: endlessPages(count) });
    const { iam } = await root(MEMBER, AUDIT);
    const tokens: (string | undefined)[] = [];
    for await (const page of paginateListAccessKeys({ client: iam }, {})) {
      expect([page.AccessKeyMetadata, page.IsTruncated]).toEqual([[], true]);
      if (tokens.push(page.Marker) === 3) {
        break;
      }
    }
    for await (const page of paginateListAccounts({ client: management.organizations }, {})) {
      expect(page.Accounts).toEqual([]);
      if (tokens.push(page.NextToken) === 6) {
        break;
      }
    }
    expect([new Set(tokens.slice(0, 3)).size, new Set(tokens.slice(3)).size]).toEqual([Math.min(count, 3), Math.min(count, 3)]);
  });

  test('are shorter than was asked for', async () => {
    const { faults, management, organization } = await withPassword();
    faults.add({ operation: '*', effect: shortPages(1) });
    const pages = [];
    for await (const { Accounts } of paginateListAccounts({ client: management.organizations }, {})) pages.push(Accounts!.length);
    expect(pages).toEqual(organization.accounts.map(() => 1));
  });

  test('come empty with a token before each page that has something, and before the last', async () => {
    const { faults, root, member, management } = await withPassword();
    member.root.accessKeys = ['A', 'B'].map((id) => ({ id: id.repeat(20), status: 'Active', createDate: 0 }));
    faults.add({ operation: '*', effect: emptyPages });
    faults.add({ operation: 'iam:*', effect: shortPages(1) });
    const accounts = [];
    for await (const { Accounts } of paginateListAccounts({ client: management.organizations }, {})) accounts.push(Accounts!.length);
    expect(accounts).toEqual([0, 3]);
    const keys = [];
    for await (const page of paginateListAccessKeys({ client: (await root(MEMBER, AUDIT)).iam }, {})) keys.push(page.AccessKeyMetadata!.length);
    expect(keys).toEqual([0, 1, 0, 1]);
  });
});

describe('somebody else', () => {
  test('deletes the credential a moment before', async () => {
    const { faults, root, member } = await withPassword();
    faults.add({
      operation: 'iam:DeleteLoginProfile',
      effect: async (_call, answer) => {
        member.root.password = false;
        return answer();
      },
    });
    expect(await refused(deletePassword((await root(MEMBER, DELETE)).iam))).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('creates it again a moment after', async () => {
    const { faults, root, member } = await withPassword();
    faults.add({
      operation: 'iam:DeleteLoginProfile',
      effect: async (_call, answer) => {
        const answered = await answer();
        member.root.password = true;
        return answered;
      },
    });
    await deletePassword((await root(MEMBER, DELETE)).iam);
    expect(member.root.password).toBe(true);
  });
});

test('faults combine, the first is the outermost', async () => {
  const { faults, root, member } = await withPassword();
  faults.add({ operation: 'iam:DeleteLoginProfile', effect: loseAnswer });
  faults.add({ operation: 'iam:*', effect: fail('ServiceFailure') });
  const { iam } = await root(MEMBER, DELETE);
  await expect(deletePassword(iam)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(member.root.password).toBe(true);
  faults.clear();
  await deletePassword(iam);
  expect(member.root.password).toBe(false);
});
