import { DeleteLoginProfileCommand, type IAMClient } from '@aws-sdk/client-iam';
import { s3OfRootSession, sts } from '../../../lambda/aws/clients';
import { seconds } from '../../../lambda/aws/patience';
import { password } from '../../../lambda/root-user/credentials';
import { AssumeRootError, RootSession, RootSessions } from '../../../lambda/root-user/sessions';
import { fail, FakeOrganization, neverAnswer, serve, type Effect, type ServedOrganization } from '../../../local-aws/organization';
import { eventually } from '../../support/eventually';

const MEMBER = '222222222222';
const AUDIT = 'IAMAuditRootUserCredentials';
const FLICKER = seconds(1, 5, 20);
const hasPassword = async (iam: IAMClient) => await password(iam) !== undefined;

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  organization.addAccount({ id: MEMBER, root: { password: true } });
  served = await serve(organization);
  Object.assign(process.env, served.environment);
});
afterEach(() => served.close());

const assumed = () => organization.calls.filter(({ operation }) => operation === 'AssumeRoot');
const sessions = (lateForMs = 0) => new RootSessions(sts('us-east-1'), 'aws', Date.now() + lateForMs, FLICKER);
const denied = (times?: number) => organization.faults.add({ operation: 'sts:AssumeRoot', times, effect: fail('AccessDenied', 'not authorized') });

describe('a root session', () => {
  test('is asked for in one account, for one task and for as long as AWS allows', async () => {
    expect(await sessions().of(MEMBER, AUDIT).use(hasPassword)).toBe(true);
    expect(assumed().map(({ input }) => input)).toEqual([expect.objectContaining({
      'TargetPrincipal': MEMBER, 'TaskPolicyArn.arn': `arn:aws:iam::aws:policy/root-task/${AUDIT}`, 'DurationSeconds': '900',
    })]);
  });

  test('has the task policy of its partition', async () => {
    const inChina = new RootSessions(sts('us-east-1'), 'aws-cn', 0, FLICKER);
    await expect(inChina.of(MEMBER, AUDIT).use(hasPassword)).rejects.toThrow('task policy ARN'); // the fake is in another one
    expect(assumed()[0].input['TaskPolicyArn.arn']).toBe(`arn:aws-cn:iam::aws:policy/root-task/${AUDIT}`);
  });

  test('is used for every call, by one client for each service', async () => {
    const session = sessions().of(MEMBER, AUDIT);
    const s3 = s3OfRootSession('us-east-1');
    const one = await session.use(async (iam) => iam);
    const again = await session.use(async (iam) => iam);
    const other = await session.useAs(s3, async (client) => client);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(assumed()).toHaveLength(1);
  });

  test.each([[119, 2], [125, 1]])('that ends in %s s is opened %s times for two calls: what is begun must come to its end', async (left, opened) => {
    let times = 0;
    const session = new RootSession(MEMBER, async () => {
      times++;
      return { AccessKeyId: 'id', SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date(Date.now() + left * 1_000) };
    });
    const [one, other] = [await session.use(async (iam) => iam), await session.use(async (iam) => iam)];
    expect(times).toBe(opened);
    expect(one === other).toBe(opened === 1);
  });
});

describe('a session that changes something', () => {
  const TASK = 'IAMDeleteRootUserCredentials';
  const identified = () => organization.calls.filter(({ operation }) => operation === 'GetUser').length;
  const remove = (iam: IAMClient) => iam.send(new DeleteLoginProfileCommand({}));
  const isAnothers: Effect = async (_call, answer) => {
    const answered = await answer();
    return { ...answered, body: String(answered.body).replaceAll(MEMBER, '333333333333') };
  };

  test('is identified before its first change, and once', async () => {
    const session = sessions().of(MEMBER, TASK);
    await session.use(hasPassword);
    expect(identified()).toBe(0);
    await session.change(hasPassword);
    await session.change(remove);
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['AssumeRoot', 'GetLoginProfile', 'GetUser', 'GetLoginProfile', 'DeleteLoginProfile']);
  });

  test('and is opened anew is identified again: one of another account changes nothing', async () => {
    const session = sessions().of(MEMBER, TASK);
    await session.change(hasPassword);
    organization.faults.add({ operation: 'iam:GetUser', effect: isAnothers });
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: fail('ExpiredToken') });
    await expect(session.change(remove)).rejects.toMatchObject({
      name: 'WrongIdentity', message: `the root session is of arn:aws:iam::333333333333:root, not of account ${MEMBER}`,
    });
    expect([assumed().length, identified(), organization.account(MEMBER).root.password]).toEqual([2, 2, true]);
  });
});

describe('a session of which the time is up', () => {
  test('sends nothing any more, waits for no answer, and is not opened', async () => {
    const timeUp = new AbortController();
    const session = sessions().of(MEMBER, AUDIT, timeUp.signal);
    await session.use(hasPassword);
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: neverAnswer });
    const waiting = session.use(hasPassword);
    await eventually(() => organization.calls.length === 3);
    timeUp.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(session.use(hasPassword)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(sessions().of(MEMBER, AUDIT, timeUp.signal).use(hasPassword)).rejects.toMatchObject({ name: 'AbortError' });
    expect(organization.calls).toHaveLength(3);
  });
});

describe('a session that AWS has ended', () => {
  test.each(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId'])('by %s is opened anew, once', async (code) => {
    const session = sessions().of(MEMBER, AUDIT);
    await session.use(hasPassword);
    const repair = organization.faults.add({ operation: 'iam:GetLoginProfile', times: 1, effect: fail(code, code, 403) });
    expect(await session.use(hasPassword)).toBe(true);
    expect(assumed()).toHaveLength(2);
    repair();
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail(code, code, 403) });
    await expect(session.use(hasPassword)).rejects.toMatchObject({ name: code });
    expect(assumed()).toHaveLength(3);
  });

  test('is none when a call in it is denied', async () => {
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('AccessDenied') });
    const session = sessions().of(MEMBER, AUDIT);
    await expect(session.use(hasPassword)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(assumed()).toHaveLength(1);
  });
});

describe('a denied root session', () => {
  test('is an error of AssumeRoot, with the name and the words of AWS', async () => {
    denied();
    const error = await sessions().of(MEMBER, AUDIT).use(hasPassword).catch((reason) => reason);
    expect(error).toBeInstanceOf(AssumeRootError);
    expect(error).toMatchObject({ denied: true, name: 'AccessDenied', message: 'not authorized' });
    expect(assumed()).toHaveLength(1);
  });

  test('may pass as long as a permission may be late', async () => {
    denied(3);
    expect(await sessions(10_000).of(MEMBER, AUDIT).use(hasPassword)).toBe(true);
  });

  test('does not count for how long others take: the first that was allowed is known', async () => {
    const all = sessions();
    denied(1);
    await expect(all.of(MEMBER, AUDIT).use(hasPassword)).rejects.toMatchObject({ denied: true });
    expect(all.allowedSince).toBeUndefined();
    const before = Date.now();
    await all.of(MEMBER, AUDIT).use(hasPassword);
    const first = all.allowedSince!;
    expect(first).toBeGreaterThanOrEqual(before);
    await all.of(MEMBER, AUDIT).use(hasPassword);
    expect(all.allowedSince).toBe(first);
  });

  test('does not pass any more when no permission can be late', async () => {
    denied();
    const begin = Date.now();
    await expect(sessions(2 * FLICKER.forMs).of(MEMBER, AUDIT).use(hasPassword)).rejects.toMatchObject({ denied: true });
    expect(Date.now() - begin).toBeGreaterThanOrEqual(2 * FLICKER.forMs - 1);
  });

  test('flickers when one was allowed before: it is waited for a moment, however long permissions may be late', async () => {
    const all = sessions(600_000);
    await all.of(MEMBER, AUDIT).use(hasPassword);
    const before = assumed().length;
    const repair = denied();
    await expect(all.of(MEMBER, AUDIT).use(hasPassword)).rejects.toMatchObject({ denied: true });
    expect(assumed().length).toBeGreaterThan(before + 1);
    repair();
    denied(2);
    expect(await all.of(MEMBER, AUDIT).use(hasPassword)).toBe(true);
  });

  test('is nothing else that AWS refuses: that is told at once', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', effect: fail('RegionDisabledException') });
    await expect(sessions(10_000).of(MEMBER, AUDIT).use(hasPassword)).rejects.toMatchObject({ denied: false, name: 'RegionDisabledException' });
    expect(assumed()).toHaveLength(1);
  });

  test('has a name also when what went wrong is no error', () => {
    expect(new AssumeRootError(false, 'broken')).toMatchObject({ name: 'AssumeRootError', message: 'broken' });
  });
});

test('a session that AWS gives without credentials is an answer that lacks them, and no session', async () => {
  organization.faults.add({
    operation: 'sts:AssumeRoot',
    effect: async () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<AssumeRootResponse><AssumeRootResult/></AssumeRootResponse>' }),
  });
  await expect(sessions().of(MEMBER, AUDIT).use(hasPassword)).rejects.toMatchObject({ name: 'IncompleteAnswer', message: 'AWS answered sts:AssumeRoot without credentials' });
});
