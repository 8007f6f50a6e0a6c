import { delay, fail, stale, type Effect } from '../../../../local-aws/organization';
import { atOnce } from '../../../support/at-once';
import { EVERYTHING, MEMBER, memberWith } from '../testing';

/** Success, and nothing in it. */
const hollow: Effect = async ({ operation }) => (
  { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response><${operation}Result/></${operation}Response>` });

describe('a clean account', () => {
  test('costs one AssumeRoot and five calls of IAM in two round trips', async () => {
    const member = await memberWith();
    const asked = atOnce(5);
    member.organization.faults.add({ operation: 'iam:*', effect: asked.effect });
    expect(await member.sweep()).toMatchObject({ accountId: MEMBER, outcome: 'clean', credentials: [] });
    expect(member.operations()[0]).toBe('AssumeRoot');
    expect(member.operations().slice(1).sort()).toEqual(['GetAccountSummary', 'GetLoginProfile', 'ListAccessKeys', 'ListMFADevices', 'ListSigningCertificates']);
    expect(asked.most()).toBe(5);
  });

  test('is clean only when the summary agrees with the lists', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('NoSuchEntity', 'Login Profile for User null cannot be found.', 404) });
    const result = await member.sweep({ readSeconds: 0 });
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'ReadsDisagree' } });
    expect(result.problem!.message).toContain('Password');
  });

  test('is not proven clean by a summary that says nothing', async () => {
    const member = await memberWith();
    member.organization.faults.add({ operation: 'iam:GetAccountSummary', effect: hollow });
    expect((await member.sweep({ readSeconds: 0 })).problem).toEqual({
      code: 'ReadsDisagree',
      message: 'the account summary does not say 0 for Password, AccessKey, SigningCertificate, MfaDevice, and the lists show none',
      remedies: [expect.stringMatching(/^reads may lag .*: sweep the account again, and look at it in the IAM console/)],
    });
  });

  test.each(['iam:ListAccessKeys', 'iam:ListSigningCertificates', 'iam:ListMFADevices'])('is not proven clean by a %s that has lost its list', async (operation) => {
    const member = await memberWith();
    member.organization.faults.add({ operation, effect: hollow });
    expect((await member.sweep({ readSeconds: 0 })).problem).toMatchObject({ code: 'IncompleteAnswer', message: `AWS answered ${operation} without a list` });
  });

  test.each(['iam:GetAccountSummary', 'iam:GetLoginProfile', 'iam:ListAccessKeys', 'iam:ListSigningCertificates', 'iam:ListMFADevices'])(
    'is never what an account is called when %s could not be read', async (operation) => {
      const member = await memberWith();
      member.organization.faults.add({ operation, effect: fail('AccessDenied') });
      expect(await member.sweep()).toMatchObject({ outcome: 'failed', problem: { code: 'AccessDenied' } });
    });

  test.each(['iam:GetAccountSummary', 'iam:ListMFADevices'])('that cannot be read fails with the same words, though %s answers last', async (operation) => {
    const member = await memberWith();
    member.organization.faults.add({ operation, effect: delay(50) });
    member.organization.faults.add({ operation: 'iam:*', effect: fail('AccessDenied', (call) => `not authorized to perform: iam:${call.operation}`) });
    expect((await member.sweep()).problem!.message).toBe('not authorized to perform: iam:GetAccountSummary');
  });

  test('is found clean by waiting for a summary that lags behind', async () => {
    const member = await memberWith({ password: true });
    member.account.root.password = false;
    member.organization.faults.add({ operation: 'iam:GetAccountSummary', effect: stale(2) });
    expect(await member.sweep()).toMatchObject({ outcome: 'clean' });
  });
});

describe('an audit', () => {
  test('says what is there with its last use, asks for no delete session and changes nothing', async () => {
    const lastUsed = Date.UTC(2026, 1, 3);
    const member = await memberWith({ ...EVERYTHING, password: { lastUsed }, accessKeys: [{ lastUsed: { date: lastUsed, service: 's3', region: 'us-east-1' } }] });
    const before = member.account.root.credentials.current;
    const result = await member.sweep({ work: 'audit' });
    expect(result.outcome).toBe('found');
    expect(result.credentials.map(({ kind, status, lastUsedAt }) => [kind, status, lastUsedAt])).toEqual([
      ['Password', 'found', '2026-02-03T00:00:00.000Z'], ['AccessKey', 'found', '2026-02-03T00:00:00.000Z'],
      ['SigningCertificate', 'found', undefined], ['SigningCertificate', 'found', undefined], ['MfaDevice', 'found', undefined], ['MfaDevice', 'found', undefined],
    ]);
    expect(member.operations().filter((operation) => operation === 'AssumeRoot')).toHaveLength(1);
    expect(member.account.root.credentials.current).toBe(before);
  });

  test('of a clean account calls it clean', async () => {
    expect(await (await memberWith()).sweep({ work: 'audit' })).toMatchObject({ outcome: 'clean', credentials: [] });
  });

  test('that could not look has failed, and finds nothing clean', async () => {
    const member = await memberWith();
    member.organization.assumedRootDenied.add(MEMBER);
    expect(await member.sweep({ work: 'audit' })).toMatchObject({ outcome: 'failed', problem: { code: 'AccessDenied' } });
  });

  test('whose reads disagree has failed, and says what it found', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}] });
    member.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('NoSuchEntity', 'Login Profile for User null cannot be found.', 404) });
    expect(await member.sweep({ work: 'audit', readSeconds: 0 })).toMatchObject({ outcome: 'failed', credentials: [{ kind: 'AccessKey', status: 'found' }] });
  });
});

describe('the last use of a key', () => {
  const useOf = async (effect?: Effect) => {
    const member = await memberWith({ accessKeys: [{}] });
    if (effect) {
      member.organization.faults.add({ operation: 'iam:GetAccessKeyLastUsed', effect });
    }
    const [{ lastUsedAt, neverUsed }] = (await member.sweep({ work: 'audit' })).credentials;
    return { lastUsedAt, neverUsed };
  };

  test('is "never" when AWS knows of none', async () => {
    expect(await useOf()).toEqual({ neverUsed: true });
  });

  test.each<[string, Effect]>([['is denied', fail('AccessDenied')], ['is empty', hollow]])('is neither a time nor "never" when the answer %s', async (_what, effect) => {
    expect(await useOf(effect)).toEqual({});
  });
});
