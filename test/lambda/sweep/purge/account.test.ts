import { PURGE_PATIENCE } from '../../../../lambda/sweep/purge/account';
import type { AccountResult } from '../../../../lambda/sweep/results';
import type { PasswordRecovery } from '../../../../lib/private/contract';
import { delay, fail, loseAnswer, stale, type Effect } from '../../../../local-aws/organization';
import { EVERYTHING, lines, MEMBER, memberWith, type OneMember } from '../testing';

const KEY = `AKIA${MEMBER}ROO0`;
/** Success, and nothing in it. */
const hollow: Effect = async ({ operation }) => (
  { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response><${operation}Result/></${operation}Response>` });
const INACTIVE_KEY = `AKIA${MEMBER}ROO1`;

describe('an account with credentials', () => {
  test('loses all of them, the password first and MFA last', async () => {
    const member = await memberWith(EVERYTHING);
    const result = await member.sweep();
    expect(result.outcome).toBe('purged');
    expect(lines(result)).toEqual([
      'Password deleted', `AccessKey ${KEY} deleted`, `AccessKey ${INACTIVE_KEY} deleted`,
      `SigningCertificate CERTIFICATE${MEMBER}ROOT0 deleted`, `SigningCertificate CERTIFICATE${MEMBER}ROOT1 deleted`,
      `MfaDevice arn:aws:iam::${MEMBER}:mfa/root-account-mfa-device deleted`, 'MfaDevice GAHT12345678 deleted',
    ]);
    expect(member.account.root.isClean).toBe(true);
    expect(member.operations().filter((operation) => /^(Delete|Deactivate)/.test(operation))).toEqual([
      'DeleteLoginProfile', 'DeleteAccessKey', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeleteSigningCertificate', 'DeactivateMFADevice', 'DeactivateMFADevice',
    ]);
  });

  test('says of each deletion when AWS answered it and by which request, so that it is found in CloudTrail', async () => {
    const member = await memberWith(EVERYTHING);
    const before = new Date().toISOString();
    const requests: unknown[] = [];
    member.organization.faults.add({
      operation: 'iam:*',
      effect: async ({ operation }, answer) => {
        const answered = await answer();
        requests.push(...operation.startsWith('De') ? [answered.headers['x-amzn-requestid']] : []);
        return answered;
      },
    });
    const { credentials } = await member.sweep();
    expect(credentials.map(({ requestId }) => requestId)).toEqual(requests);
    expect(new Set(requests).size).toBe(7);
    expect(credentials.every(({ deletedAt }) => deletedAt! >= before && deletedAt! <= new Date().toISOString())).toBe(true);
  });

  test('is clean when it is swept again, and nothing is changed', async () => {
    const member = await memberWith(EVERYTHING);
    await member.sweep();
    const before = member.operations().length;
    expect(await member.sweep()).toMatchObject({ outcome: 'clean' });
    expect(member.operations().slice(before).filter((operation) => /^(Delete|Deactivate)/.test(operation))).toEqual([]);
  });

  test('says when password and keys were created and last used', async () => {
    const member = await memberWith({ accessKeys: [{ lastUsed: { date: Date.UTC(2024, 1, 3), service: 's3', region: 'us-east-1' } }] });
    const { credentials } = await member.sweep({ dryRun: true });
    expect(credentials).toEqual([expect.objectContaining({ createdAt: '2019-05-01T12:00:00.000Z', lastUsedAt: '2024-02-03T00:00:00.000Z', state: 'Active' })]);
  });

  test('shows them also when AWS leaves out when they were created', async () => {
    const member = await memberWith(EVERYTHING);
    member.organization.faults.add({
      operation: 'iam:*',
      effect: async (_call, answer) => {
        const answered = await answer();
        return { ...answered, body: String(answered.body).replace(/<(CreateDate|UploadDate|EnableDate)>[^<]*<\/\1>/g, '') };
      },
    });
    const { credentials } = await member.sweep({ work: 'audit' });
    expect(credentials.map(({ status, createdAt }) => [status, createdAt])).toEqual(Array(7).fill(['found', undefined]));
  });

  test('has a password as long as IAM does not say that there is none', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: hollow });
    expect(lines(await member.sweep({ work: 'audit' }))).toEqual(['Password found']);
  });

  test('has a plan before the first deletion', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}] });
    let deletedBefore: string[] | undefined;
    const planned: string[] = [];
    await member.sweep({
      onPlan: (credentials) => {
        planned.push(...credentials.map(({ kind }) => kind));
        deletedBefore = member.operations().filter((operation) => operation.startsWith('Delete'));
      },
    });
    expect(planned).toEqual(['Password', 'AccessKey']);
    expect(deletedBefore).toEqual([]);
  });
});

describe('a dry run', () => {
  test('says what would be deleted, asks for no delete session and changes nothing', async () => {
    const member = await memberWith(EVERYTHING);
    const result = await member.sweep({ dryRun: true });
    expect(result.outcome).toBe('would-purge');
    expect(new Set(result.credentials.map(({ status }) => status))).toEqual(new Set(['would-delete']));
    expect(member.account.root.accessKeys).toHaveLength(2);
    expect(member.operations().filter((operation) => operation === 'AssumeRoot')).toHaveLength(1);
  });
});

describe('use within a window', () => {
  const protection = { usedWithinSeconds: 30 * 86_400, keepCertificates: true };
  const used = (date: number) => ({ lastUsed: { date, service: 's3', region: 'us-east-1' } });
  const LONG_AGO = Date.UTC(2020, 1, 3);
  const JUST_NOW = () => Date.now() - 60_000;

  test('keeps what was used, and lets go what was not', async () => {
    const member = await memberWith({ password: { lastUsed: LONG_AGO }, accessKeys: [used(JUST_NOW()), used(LONG_AGO)], mfaDevices: [{}] });
    const result = await member.sweep({ protection });
    expect(result.outcome).toBe('kept');
    expect(result.credentials.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['Password deleted', 'AccessKey kept', 'AccessKey deleted', 'MfaDevice deleted']);
    expect(member.account.root.accessKeys.map(({ id }) => id)).toEqual([KEY]);
  });

  test('keeps the MFA devices of a password that was used', async () => {
    const member = await memberWith({ password: { lastUsed: JUST_NOW() }, mfaDevices: [{}] });
    expect(await member.sweep({ protection })).toMatchObject({ outcome: 'kept', credentials: [{ status: 'kept' }, { status: 'kept' }] });
    expect(member.account.root.mfaDevices).toHaveLength(1);
  });

  test.each(['iam:GetAccessKeyLastUsed', 'iam:GetUser'])('that %s does not tell counts as use', async (operation) => {
    const member = await memberWith({ password: { lastUsed: LONG_AGO }, accessKeys: [used(LONG_AGO)] });
    member.organization.faults.add({ operation, times: 1, effect: fail('AccessDenied') });
    const { credentials } = await member.sweep({ protection });
    const statuses = Object.fromEntries(credentials.map(({ kind, status }) => [kind, status]));
    expect(statuses).toEqual(operation === 'iam:GetUser' ? { Password: 'kept', AccessKey: 'deleted' } : { Password: 'deleted', AccessKey: 'kept' });
  });

  test('is read in a new session when AWS ends the one in which it is read', async () => {
    const member = await memberWith({ accessKeys: [used(LONG_AGO)] });
    member.organization.faults.add({ operation: 'iam:GetAccessKeyLastUsed', times: 1, effect: fail('ExpiredToken') });
    expect(await member.sweep({ protection })).toMatchObject({ outcome: 'purged' });
  });
});

describe('what became different since the plan was made', () => {
  const LONG_AGO = { date: Date.UTC(2020, 1, 3), service: 's3', region: 'us-east-1' };
  const use = { date: Date.now() - 60_000, service: 's3', region: 'us-east-1' };
  const useKeys = ({ account: { root } }: OneMember) => { root.accessKeys = root.accessKeys.map((key) => ({ ...key, lastUsed: use })); };

  test('a key that is used is kept, and named with what to do', async () => {
    const member = await memberWith({ accessKeys: [{ lastUsed: LONG_AGO }] });
    const result = await member.sweep({ protection: { deleteAccessKeysInUse: undefined }, onPlan: () => useKeys(member) });
    expect(result).toMatchObject({ outcome: 'kept', credentials: [{ status: 'kept', reason: expect.stringMatching(/^it is in use \(last on .*deleteAccessKeysInUse/) }] });
    expect(member.account.root.accessKeys).toHaveLength(1);
  });

  test('a key that is used is deleted where keys in use are', async () => {
    const member = await memberWith({ accessKeys: [{ lastUsed: LONG_AGO }] });
    expect(await member.sweep({ onPlan: () => useKeys(member) })).toMatchObject({ outcome: 'purged' });
  });

  test('a password recovery that is opened keeps the password and MFA, and nothing else', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}], mfaDevices: [{}] });
    let recovery: PasswordRecovery | undefined;
    const result = await member.sweep({
      recoveries: { of: async () => recovery },
      onPlan: () => { recovery = { accountId: MEMBER, reason: 'TICKET-1', openedAt: '2026-01-01T00:00:00Z', endsAt: '2999-01-01T00:00:00Z' }; },
    });
    expect(result.credentials.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['Password kept', 'AccessKey deleted', 'MfaDevice kept']);
  });

  test('a credential that is created is not deleted, and named', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    const result = await member.sweep({ onPlan: () => { member.account.root.password = true; } });
    expect(result.credentials).toMatchObject([{ kind: 'AccessKey', status: 'deleted' }, { kind: 'Password', status: 'failed', problem: { code: 'AppearedDuringSweep' } }]);
    expect(member.account.root.password).toBe(true);
  });

  test('a credential that is gone is absent, whoever deleted it', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}] });
    const result = await member.sweep({ onPlan: () => { member.account.root.accessKeys = []; } });
    expect(result).toMatchObject({ outcome: 'purged', credentials: [{ status: 'deleted' }, { status: 'absent', reason: expect.stringContaining('someone else deleted it') }] });
  });
});

describe('a dirty account', () => {
  test('costs three sessions, of which one can delete', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}] });
    await member.sweep();
    const tasks = member.organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ input }) => input['TaskPolicyArn.arn']!.split('/').at(-1));
    expect(tasks).toEqual(['IAMAuditRootUserCredentials', 'IAMDeleteRootUserCredentials', 'IAMAuditRootUserCredentials']);
    expect(member.operations()).toHaveLength(19);
  });
});

describe('kinds that are not to be deleted', () => {
  test('are kept with the reason, and the account is kept', async () => {
    const member = await memberWith({ password: true, signingCertificates: [{}] });
    const result = await member.sweep({ credentials: ['Password'] });
    expect(result.outcome).toBe('kept');
    expect(lines(result)).toEqual(['Password deleted', `SigningCertificate CERTIFICATE${MEMBER}ROOT0 kept`]);
    expect(member.account.root.signingCertificates).toHaveLength(1);
  });

  test('a password that stays keeps its MFA', async () => {
    const member = await memberWith({ password: true, mfaDevices: [{}] });
    const result = await member.sweep({ credentials: ['AccessKey', 'MfaDevice'] });
    expect(result.credentials.map(({ status }) => status)).toEqual(['kept', 'kept']);
    expect(member.account.root.mfaDevices).toHaveLength(1);
  });
});

describe('a deletion that fails', () => {
  test('does not keep the others from being tried, and names the credential with remedies', async () => {
    const member = await memberWith({ accessKeys: [{}, {}], signingCertificates: [{}] });
    member.organization.faults.add({ operation: 'iam:DeleteAccessKey', times: 1, effect: fail('AccessDenied') });
    const result = await member.sweep();
    expect(result.outcome).toBe('failed');
    expect(lines(result)).toEqual([`AccessKey ${KEY} failed`, `AccessKey ${INACTIVE_KEY} deleted`, `SigningCertificate CERTIFICATE${MEMBER}ROOT0 deleted`]);
    expect(result.credentials[0].problem).toMatchObject({ code: 'AccessDenied' });
    expect(result.credentials[0].problem!.remedies.length).toBeGreaterThan(1);
  });

  test('of the password keeps MFA where it is', async () => {
    const member = await memberWith({ password: true, mfaDevices: [{}] });
    member.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    const result = await member.sweep();
    expect(result.outcome).toBe('failed');
    expect(result.credentials.map(({ status }) => status)).toEqual(['failed', 'kept']);
    expect(result.credentials[1].reason).toBe('the password is still there, and a password is never left without MFA');
    expect(member.account.root.mfaDevices).toHaveLength(1);
  });

  test('of the password is not waited for, whatever else is deleted: each look reads the password once', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}], mfaDevices: [{}] });
    member.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    expect((await member.sweep()).credentials.map(({ status }) => status)).toEqual(['failed', 'deleted', 'kept']);
    expect(member.operations().filter((operation) => operation === 'GetLoginProfile')).toHaveLength(4); // before, in front of its own deletion and of MFA's, and after
  });

  test('MFA stays when somebody sets a password after the look', async () => {
    const member = await memberWith({ mfaDevices: [{}] });
    member.organization.faults.add({
      operation: 'iam:GetUser',
      times: 1,
      effect: async (_call, answer) => {
        member.account.root.password = true;
        return answer();
      },
    });
    const result = await member.sweep();
    expect(member.account.root.mfaDevices).toHaveLength(1);
    expect(result.outcome).toBe('failed');
    expect(result.credentials).toContainEqual(expect.objectContaining({
      kind: 'Password',
      status: 'failed',
      problem: {
        code: 'AppearedDuringSweep',
        message: 'it was created while the account was swept',
        remedies: ['find out in CloudTrail who created it, then sweep the account again'],
      },
    }));
  });

  /** The root user's owner does something once the effect of the call is there and before its answer is read. */
  const loseAnswerAnd = (act: () => void): Effect => async (call, answer) => {
    const lost = await loseAnswer(call, answer);
    act();
    return lost;
  };
  const statusesOf = (result: AccountResult) => result.credentials.map(({ status }) => status);

  test('of which the answer was lost is repeated for what was there, and not for a password that was set in between', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({
      operation: 'iam:DeleteLoginProfile', times: 1, effect: loseAnswerAnd(() => { member.account.root.password = true; }),
    });
    const result = await member.sweep();
    expect(member.account.root.password).toBe(true);
    expect(statusesOf(result)).toEqual(['deleted', 'failed']);
    expect(result.credentials[1].problem).toMatchObject({ code: 'AppearedDuringSweep' });
  });

  test('of which the answer was lost is repeated for what was there, and not for a device of the same serial number', async () => {
    const member = await memberWith({ mfaDevices: [{ serial: 'arn:aws:iam::mfa/root' }] });
    member.organization.faults.add({
      operation: 'iam:DeactivateMFADevice', times: 1, effect: loseAnswerAnd(() => { member.account.root.mfaDevices = [{ serial: 'arn:aws:iam::mfa/root', enableDate: Date.now() }]; }),
    });
    expect(statusesOf(await member.sweep())).toEqual(['deleted', 'failed']);
    expect(member.account.root.mfaDevices).toHaveLength(1);
  });

  test('leaves a password alone that was set after the look in place of the one that it found', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({
      operation: 'sts:AssumeRoot',
      effect: async (call, answer) => {
        if (call.input['TaskPolicyArn.arn']!.endsWith('IAMDeleteRootUserCredentials')) {
          member.account.root.password = true;
        }
        return answer();
      },
    });
    expect(statusesOf(await member.sweep())).toEqual(['absent', 'failed']);
    expect(member.account.root.password).toBe(true);
  });

  test('of which the answer was lost is a deletion', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}], mfaDevices: [{}] });
    for (const operation of ['iam:DeleteLoginProfile', 'iam:DeleteAccessKey', 'iam:DeactivateMFADevice']) {
      member.organization.faults.add({ operation, times: 1, effect: loseAnswer });
    }
    expect(statusesOf(await member.sweep())).toEqual(['deleted', 'deleted', 'deleted']);
  });

  test('for a while is retried', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({ operation: 'iam:DeleteLoginProfile', times: 3, effect: fail('EntityTemporarilyUnmodifiable') });
    expect(await member.sweep()).toMatchObject({ outcome: 'purged' });
  });

  test('for ever ends as failed, with its code', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('EntityTemporarilyUnmodifiable') });
    const result = await member.sweep({ unmodifiableSeconds: 0.3 });
    expect(result).toMatchObject({ outcome: 'failed', credentials: [{ problem: { code: expect.stringContaining('EntityTemporarilyUnmodifiable') } }] });
  });

  test('for ever is waited for once for all credentials of an account', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}, {}] });
    for (const operation of ['iam:DeleteLoginProfile', 'iam:DeleteAccessKey']) {
      member.organization.faults.add({ operation, effect: fail('EntityTemporarilyUnmodifiable') });
    }
    expect(await member.sweep({ unmodifiableSeconds: 0.4 })).toMatchObject({ outcome: 'failed' });
    expect(member.operations().filter((operation) => operation === 'DeleteLoginProfile').length).toBeGreaterThan(2);
    expect(member.operations().filter((operation) => operation === 'DeleteAccessKey')).toHaveLength(2);
  });

  test('silently, by an answer of success, is found by the second look', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async (_call, answer) => {
        const keys = member.account.root.accessKeys;
        const answered = await answer();
        member.account.root.accessKeys = keys;
        return answered;
      },
    });
    expect(await member.sweep({ readSeconds: 0.3 })).toMatchObject({
      outcome: 'failed',
      credentials: [{
        status: 'failed',
        problem: {
          code: 'StillPresent',
          message: 'AWS accepted the deletion, and the credential is still there',
          remedies: ['sweep the account again; if it stays, delete it in the IAM console'],
        },
      }],
    });
  });
});

describe('whose deletion it was', () => {
  test('an answer that was lost after the effect counts as ours', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({ operation: 'iam:DeleteAccessKey', times: 1, effect: loseAnswer });
    expect(await member.sweep()).toMatchObject({ outcome: 'purged', credentials: [{ status: 'deleted' }] });
    expect(member.operations().filter((operation) => operation === 'DeleteAccessKey')).toHaveLength(2);
  });

  test("somebody else's is called absent", async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async (_call, answer) => {
        member.account.root.accessKeys = [];
        return answer();
      },
    });
    expect(await member.sweep()).toMatchObject({ outcome: 'clean', credentials: [{ status: 'absent' }] });
  });

  test("somebody else's is called absent also when we had no session to delete in, and is waited for until the reads agree", async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({ operation: 'iam:GetAccountSummary', effect: stale(2) });
    member.organization.faults.add({
      operation: 'sts:AssumeRoot',
      effect: async (call, answer) => {
        if (!JSON.stringify(call.input).includes('IAMDeleteRootUserCredentials')) {
          return answer();
        }
        member.account.root.accessKeys = [];
        return fail('ValidationError')(call, answer);
      },
    });
    expect(await member.sweep()).toMatchObject({ outcome: 'clean', problem: undefined, credentials: [{ status: 'absent' }] });
  });
});

describe('reads that lag', () => {
  test('behind a deletion are waited for', async () => {
    const member = await memberWith(EVERYTHING);
    member.organization.faults.add({ operation: 'iam:ListAccessKeys', effect: stale(2) });
    member.organization.faults.add({ operation: 'iam:GetAccountSummary', effect: stale(3) });
    expect(await member.sweep()).toMatchObject({ outcome: 'purged' });
  });

  test('behind one of several deletions are waited for', async () => {
    const member = await memberWith({ password: true, accessKeys: [{}] });
    member.organization.faults.add({ operation: 'iam:ListAccessKeys', effect: stale(3) });
    expect(await member.sweep()).toMatchObject({ outcome: 'purged' });
  });

  test('for longer than the patience make the account failed, not purged', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({ operation: 'iam:ListAccessKeys', effect: stale(1_000) });
    expect(await member.sweep({ readSeconds: 0.3 })).toMatchObject({ outcome: 'failed', credentials: [{ problem: { code: 'StillPresent' } }] });
  });

  test('that fail after the deletion leave it unverified, and not deleted', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async (_call, answer) => {
        member.organization.faults.add({ operation: 'iam:ListAccessKeys', effect: fail('AccessDenied') });
        return answer();
      },
    });
    const result = await member.sweep();
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'AccessDenied' }, credentials: [{ status: 'failed', problem: { code: 'NotVerified' } }] });
    expect(result.credentials[0].problem).toMatchObject({
      message: 'AWS accepted the deletion, and the account could not be read afterwards', remedies: ['sweep the account again: what is gone then is gone'],
    });
  });

  test('that fail after a deletion that failed say both', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async (call, answer) => {
        member.organization.faults.add({ operation: 'iam:ListAccessKeys', effect: fail('AccessDenied') });
        return fail('ValidationError', 'not this key')(call, answer);
      },
    });
    const { credentials } = await member.sweep();
    expect(credentials[0].problem!.message).toBe('the deletion failed (not this key), and the account could not be read afterwards');
  });

  test('are given a minute, and what IAM will not change just now two', () => {
    expect([PURGE_PATIENCE.reads.forMs, PURGE_PATIENCE.unmodifiable.forMs]).toEqual([60_000, 120_000]);
  });
});

describe('a denied root session', () => {
  test('by a service control policy names the exemption first', async () => {
    const member = await memberWith(EVERYTHING);
    member.organization.assumedRootDenied.add(MEMBER);
    const { outcome, problem } = await member.sweep();
    expect(outcome).toBe('failed');
    expect(problem!.code).toBe('AccessDenied'); // and not AssumeRootDenied: AWS gave the session
    expect(problem!.remedies[0]).toContain('aws:AssumedRoot');
    expect(member.account.root.accessKeys).toHaveLength(2);
  });

  test.each([
    ['the feature is off', { features: new Set<string>() }, 'RootCredentialsManagement'],
    ['trusted access is off', { trustedServices: new Map<string, number>() }, 'trusted access for iam.amazonaws.com'],
  ])('because %s says how to switch it on', async (_what, change, remedy) => {
    const member = await memberWith(EVERYTHING);
    for (const [part, value] of Object.entries(change)) {
      (member.organization as unknown as Record<string, { current: unknown }>)[part].current = value;
    }
    const { problem } = await member.sweep();
    expect(problem!.remedies[0]).toContain(remedy);
  });

  test('that passes, as a permission that was given a moment ago, is waited for', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({ operation: 'sts:AssumeRoot', times: 2, effect: fail('AccessDenied') });
    expect(await member.sweep({ lateSeconds: 20 })).toMatchObject({ outcome: 'purged' });
  });

  test('for the deletion alone leaves everything and says what is left', async () => {
    const member = await memberWith({ accessKeys: [{}] });
    member.organization.faults.add({
      operation: 'sts:AssumeRoot',
      effect: async (call, answer) => {
        return JSON.stringify(call.input).includes('IAMDeleteRootUserCredentials') ? fail('ValidationError')(call, answer) : answer();
      },
    });
    expect(await member.sweep()).toMatchObject({ outcome: 'failed', credentials: [{ kind: 'AccessKey', status: 'failed', problem: { code: 'ValidationError' } }] });
  });
});

describe('a session', () => {
  test('that AWS ends early is opened anew', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: fail('ExpiredToken', 'The security token included in the request is expired', 403) });
    expect(await member.sweep()).toMatchObject({ outcome: 'purged' });
  });

  test('of another account is not used to delete', async () => {
    const member = await memberWith({ password: true });
    member.organization.faults.add({
      operation: 'iam:GetUser',
      effect: async (_call, answer) => {
        const answered = await answer();
        return { ...answered, body: String(answered.body).replaceAll(MEMBER, '111111111111') };
      },
    });
    const result = await member.sweep();
    expect(result).toMatchObject({ outcome: 'failed', credentials: [{ status: 'failed', problem: { code: 'WrongIdentity' } }] });
    expect(result.credentials[0].problem!.message).toBe(`the root session is of arn:aws:iam::111111111111:root, not of account ${MEMBER}`);
    expect(member.account.root.password).toBe(true);
  });
});

test.each([/<User>.*<\/User>/s, /<Arn>[^<]*<\/Arn>/])('a session of which AWS does not say whose it is is not used to delete (%s)', async (part) => {
  const member = await memberWith({ accessKeys: [{}] });
  member.organization.faults.add({
    operation: 'iam:GetUser',
    effect: async (_call, answer) => {
      const answered = await answer();
      return { ...answered, body: String(answered.body).replace(part, '') };
    },
  });
  expect(await member.sweep()).toMatchObject({ outcome: 'failed', credentials: [{ status: 'failed', problem: { code: 'WrongIdentity' } }] });
  expect(member.account.root.accessKeys).toHaveLength(1);
});

test('latency does not change what is found', async () => {
  const member = await memberWith(EVERYTHING);
  member.organization.faults.add({ operation: '*', effect: delay(5) });
  expect(await member.sweep()).toMatchObject({ outcome: 'purged' });
});
