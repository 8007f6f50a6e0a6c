import { expectTruth } from './properties';
import { credentialsIn, memberId, PURGE, setUp, type Scenario, type Stage } from './scenario';
import type { Trouble } from './trouble';
import { RECOVERIES_BUCKET, serveWorlds, type RecoveryOnRecord } from './world';
import type { Patience } from '../../lambda/aws/patience';
import { PURGE_PATIENCE } from '../../lambda/sweep/purge/account';
import type { AccountResult } from '../../lambda/sweep/results';
import type { DecisionReference, RunReference } from '../../lib/sweep/contract';
import { fail, type RootCredentialsInit } from '../../local-aws/organization';
import { eventually } from '../support/eventually';
import { fakeTimers } from '../support/fake-timers';

serveWorlds();

/** What the properties found, shrunk to what it takes. */
const WAIT_MS = 500;

function oneMember(
  root: RootCredentialsInit, troubles: Trouble[] = [], changes: Partial<Scenario> = {}, patience: number | Patience = WAIT_MS,
): Stage {
  return setUp({
    members: [{ id: memberId(0), root }],
    unknown: {},
    select: { by: 'accounts', members: [0], units: [], exclude: [] },
    settings: { ...PURGE, accountsPerBatch: 1, accountsInFlight: 1 },
    keep: [],
    denied: [],
    troubles,
    meanwhile: [],
    ...changes,
  }, patience);
}

async function swept(stage: Stage): Promise<AccountResult> {
  const result = await stage.sweep.run();
  expectTruth(stage, result);
  return result.report.accounts[0];
}

/** Up to the plan. */
async function planned({ sweep }: Stage): Promise<{ run: RunReference; decision: DecisionReference }> {
  const run = await sweep.select();
  await sweep.look(run, 0);
  const decision = await sweep.decide(run);
  sweep.go(decision);
  return { run, decision };
}

const statuses = ({ credentials }: AccountResult) => credentials.map(({ status }) => status);

describe('MFA devices', () => {
  test('are each removed right after a look at the password: one that is set in between keeps the rest', async () => {
    const stage = oneMember({ mfaDevices: [{}, {}] }, [{ what: 'createsPassword after', operation: 'iam:DeactivateMFADevice', times: 1, account: memberId(0) }]);
    const result = await swept(stage);
    expect(stage.world.organization.account(memberId(0)).root.mfaDevices).toHaveLength(1);
    expect(statuses(result)).toEqual(['deleted', 'kept', 'failed']);
  });

  test('go although the password is still read for a moment after its deletion', async () => {
    const result = await swept(oneMember({ password: true, mfaDevices: [{}] }, [{ what: 'staleTwice', operation: 'iam:GetLoginProfile' }]));
    expect(statuses(result)).toEqual(['deleted', 'deleted']);
  });

  test('go although the answer to the deletion of the password was lost and the password is still read for a moment', async () => {
    const result = await swept(oneMember({ password: true, mfaDevices: [{}] }, [
      { what: 'lost', operation: 'iam:DeleteLoginProfile', times: 1 }, { what: 'staleTwice', operation: 'iam:GetLoginProfile' },
    ]));
    expect(statuses(result)).toEqual(['deleted', 'deleted']);
  });

  test('that stay because the password could not be read make the account failed, and not kept', async () => {
    const result = await swept(oneMember({ mfaDevices: [{}] }, [
      { what: 'createsPassword before', operation: 'iam:GetUser', times: 1, account: memberId(0) },
      { what: 'deletesPassword after', operation: 'iam:GetLoginProfile', account: memberId(0) },
    ]));
    expect(result.outcome).toBe('failed');
    expect(result.credentials).toMatchObject([{ kind: 'MfaDevice', status: 'failed', problem: { code: 'PasswordStays' } }]);
  });
});

describe('an audit', () => {
  test('touches nothing and asks for no session that could, whatever kinds are said to be deleted', async () => {
    const stage = oneMember({ password: true, accessKeys: [{}] }, [], { settings: { ...PURGE, work: 'audit', failOnFindings: true } });
    const result = await stage.sweep.run();
    expectTruth(stage, result);
    expect(result.verdict).toMatchObject({ succeeded: false, error: 'CredentialsFound' });
    expect(statuses(result.report.accounts[0])).toEqual(['found', 'found']);
    expect(credentialsIn(stage.world, memberId(0))).toHaveLength(2);
  });
});

describe('what may be used', () => {
  const WINDOW: Scenario['settings'] = { ...PURGE, protection: { ...PURGE.protection, usedWithinSeconds: 86_400 } };
  const unused = { createDate: Date.UTC(2020, 0, 1), lastUsed: { date: Date.UTC(2020, 0, 1), service: 's3', region: 'us-east-1' } };

  test('is not known to be unused because the session in which that is read has ended: it is read in another', async () => {
    const expired: Trouble = { what: 'expired', operation: 'iam:GetAccessKeyLastUsed', times: 1 };
    expect(statuses(await swept(oneMember({ accessKeys: [unused, unused] }, [expired], { settings: WINDOW })))).toEqual(['deleted', 'deleted']);
  });

  test('is kept when AWS does not tell, and what others create meanwhile is kept', async () => {
    const stage = oneMember({ accessKeys: [unused] }, [
      { what: 'denied', operation: 'iam:GetAccessKeyLastUsed', account: memberId(0) },
      { what: 'createsPassword before', operation: 'sts:AssumeRoot', times: 1, account: memberId(0) },
    ], { settings: WINDOW });
    expect(statuses(await swept(stage))).toEqual(['kept', 'kept']);
  });
});

describe('a password recovery', () => {
  const RECOVERIES: Scenario['settings'] = { ...PURGE, protection: { ...PURGE.protection, recoveriesBucket: RECOVERIES_BUCKET } };
  const inRecovery = (recovery: RecoveryOnRecord | undefined, ...troubles: Trouble[]) => {
    const root = { password: true, accessKeys: [{}], mfaDevices: [{}] };
    return oneMember(root, troubles, { members: [{ id: memberId(0), root, recovery }], settings: RECOVERIES });
  };

  test.each<[RecoveryOnRecord, string[]]>([
    ['open', ['kept', 'deleted', 'kept']], ['expired', ['deleted', 'deleted', 'deleted']], ['closed', ['deleted', 'deleted', 'deleted']],
  ])('that is %s', async (recovery, expected) => {
    expect(statuses(await swept(inRecovery(recovery)))).toEqual(expected);
  });

  test('that is opened when the account is looked at keeps what it needs', async () => {
    const result = await swept(inRecovery(undefined, { what: 'opensRecovery before', operation: 'sts:AssumeRoot', times: 1, account: memberId(0) }));
    expect(statuses(result)).toEqual(['kept', 'deleted', 'kept']);
  });

  test.each<[what: string, recovery: RecoveryOnRecord, operation: string]>([
    ['denied', 'open', 'recoveries:ListObjectsV2'],
    ['denied', 'expired', 'recoveries:ListObjectsV2'],
    ['denied', 'open', 'recoveries:GetObject'],
    ['hollow', 'open', 'recoveries:ListObjectsV2'],
    ['hollow', 'open', 'recoveries:GetObject'],
    ['cut', 'open', 'recoveries:GetObject'],
    ['expired', 'garbled', 'iam:GetAccountSummary'],
    ['endsEarly', 'open', 'recoveries:GetObject'],
    ['endsAtOnce', 'open', 'recoveries:ListObjectsV2'],
  ])('of which the answer is %s (%s, %s) leaves the account untouched, and failed', async (what, recovery, operation) => {
    const stage = inRecovery(recovery, { what, operation, times: operation.startsWith('iam:') ? 1 : undefined });
    expect(await swept(stage)).toMatchObject({ outcome: 'failed', problem: { code: 'RecoveryUnknown' } });
    expect(credentialsIn(stage.world, memberId(0))).toHaveLength(3);
  });

  test.each(['failed', 'cut', 'endsEarly'])('of which the answer is %s for a moment is read again', async (what) => {
    expect(statuses(await swept(inRecovery('open', { what, operation: 'recoveries:GetObject', times: 2 })))).toEqual(['kept', 'deleted', 'kept']);
  });
});

describe('a password recovery that is opened while the deletion of the password is tried', () => {
  const settings = { ...PURGE, protection: { ...PURGE.protection, recoveriesBucket: RECOVERIES_BUCKET } };

  test('keeps the password', async () => {
    const stage = oneMember({ password: true, accessKeys: [{}], mfaDevices: [{}] }, [], { settings });
    const { organization, witness } = stage.world;
    organization.faults.add({
      operation: 'iam:DeleteLoginProfile',
      times: 1,
      effect: async (call, answer) => {
        stage.world.recordRecovery(memberId(0), 'open');
        witness.of(memberId(0)).recoveryOpened = true;
        return fail('EntityTemporarilyUnmodifiable')(call, answer);
      },
    });
    const result = await swept(stage);
    expect(statuses(result)).toEqual(['kept', 'deleted', 'kept']);
    expect(result.credentials[0].reason).toBe('recovery until 2999-01-01T00:00:00.000Z: TICKET-1');
    expect(organization.account(memberId(0)).root.password).toBe(true);
  });

  test('keeps the password also when its record cannot be read then', async () => {
    const stage = oneMember({ password: true, accessKeys: [{}] }, [], { settings });
    stage.world.organization.faults.add({
      operation: 'iam:DeleteLoginProfile',
      times: 1,
      effect: async (call, answer) => {
        stage.world.recordRecovery(memberId(0), 'garbled');
        stage.world.witness.of(memberId(0)).recoveryOpened = true;
        return fail('EntityTemporarilyUnmodifiable')(call, answer);
      },
    });
    const { credentials } = await swept(stage);
    expect(credentials).toMatchObject([
      { kind: 'Password', status: 'failed', problem: { code: 'RecoveryUnknown', remedies: [expect.stringContaining('the password was not deleted'), expect.any(String), expect.any(String)] } },
      { kind: 'AccessKey', status: 'deleted' },
    ]);
    expect(stage.world.organization.account(memberId(0)).root.password).toBe(true);
  });
});

describe('a list of accounts', () => {
  const whole = { select: { by: 'organization' as const, members: [], units: [], exclude: [] } };

  test.each([['endless', 'EndlessList'], ['endlessAnew', 'EndlessList'], ['hollowList', 'IncompleteAnswer'], ['endsEarly', 'UnreadableAnswer'], ['endsAtOnce', 'UnreadableAnswer']])(
    'that is %s ends the sweep before an account is touched, with the reason and what to do', async (what, code) => {
      const stage = oneMember({ password: true }, [{ what, operation: 'organizations:ListAccounts' }], whole);
      const { report, verdict } = await stage.sweep.run();
      expect(verdict).toMatchObject({ succeeded: false, error: code });
      expect(report.problem!.message).toContain('ListAccounts');
      expect(report.problem!.remedies.length).toBeGreaterThan(1);
      expect(stage.world.organization.calls.map(({ operation }) => operation)).not.toContain('AssumeRoot');
    });

  test.each(['endsEarly', 'endsAtOnce'])('that %s for a moment is read again', async (what) => {
    const troubles = ['organizations:ListAccounts', 'organizations:DescribeOrganization', 'iam:GetUser', 'sts:AssumeRoot', 'iam:ListAccessKeys', 'iam:DeleteLoginProfile']
      .map((operation) => ({ what, operation, times: 2 }));
    expect(await swept(oneMember({ password: true }, troubles, whole))).toMatchObject({ outcome: 'purged', credentials: [{ status: 'deleted' }] });
  });
});

describe('a look', () => {
  test('at an answer that has lost its list is no look: an inactive key is not taken for none', async () => {
    const result = await swept(oneMember(
      { accessKeys: [{ status: 'Inactive' }] },
      [{ what: 'hollow', operation: 'iam:ListAccessKeys', account: memberId(0) }],
      { unknown: { summaryCountsInactiveKeys: false } },
    ));
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'IncompleteAnswer' } });
  });
});

describe('time that passes in a moment', () => {
  beforeEach(() => fakeTimers('setTimeout', 'clearTimeout', 'Date'));
  afterEach(() => void jest.useRealTimers());

  test.each([
    ['a look is repeated', 'iam:ListAccessKeys', 3],
    ['the deletion of a password, which has had its effect, is not', 'iam:DeleteLoginProfile', 1],
    ['the removal of an MFA device, which has had its effect, is not', 'iam:DeactivateMFADevice', 1],
  ])('a call that is never answered is given up after half a minute: %s', async (_name, operation, times) => {
    const stage = oneMember({ password: true, mfaDevices: [{}] }, [{ what: 'unanswered', operation, times: 1 }]);
    const result = swept(stage);
    const asked = () => stage.world.organization.calls.filter((call) => `iam:${call.operation}` === operation).length;
    await eventually(() => asked() === 1);
    await jest.advanceTimersByTimeAsync(31_000);
    expect(statuses(await result)).toEqual(['deleted', 'deleted']);
    expect(asked()).toBe(times);
    expect(credentialsIn(stage.world, memberId(0))).toEqual([]);
  });

  test.each([[90, 'deleted'], [180, 'failed']])('a password that IAM will not have changed for %s seconds is %s', async (seconds, status) => {
    const stage = oneMember({ password: true }, [], {}, PURGE_PATIENCE.unmodifiable);
    const until = Date.now() + seconds * 1_000;
    const refuse = fail('EntityTemporarilyUnmodifiable');
    stage.world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: async (call, answer) => Date.now() < until ? refuse(call, answer) : answer() });
    let isOver = false;
    const result = swept(stage).finally(() => { isOver = true; });
    await eventually(() => jest.advanceTimersByTimeAsync(1_000).then(() => isOver));
    expect(statuses(await result)).toEqual([status]);
  });
});

describe('an account that leaves the organization while it is swept', () => {
  test.each(['sts:AssumeRoot', 'iam:GetUser', 'iam:DeleteAccessKey'])('has an outcome, and nothing is said of it that is not so (%s)', async (operation) => {
    const leaves: Trouble = { what: 'leavesOrganization after', operation, times: 1, account: memberId(0) };
    const result = await swept(oneMember({ password: true, accessKeys: [{}] }, [leaves]));
    expect(['purged', 'failed']).toContain(result.outcome);
  });
});

describe('a credential that IAM does not know when it is to be deleted, and shows afterwards', () => {
  test('is failed in the words of IAM, and not called accepted', async () => {
    const stage = oneMember({ accessKeys: [{}] });
    stage.world.organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async () => ({
        status: 404,
        headers: { 'content-type': 'text/xml' },
        body: '<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>The Access Key cannot be found.</Message></Error></ErrorResponse>',
      }),
    });
    const { credentials } = await swept(stage);
    expect(credentials).toMatchObject([{ status: 'failed', problem: { code: 'NoSuchEntityException', message: 'The Access Key cannot be found.' } }]);
  });
});

describe('a selection that names an account twice', () => {
  test('sweeps it once, and gives it one outcome', async () => {
    const stage = oneMember({ password: true }, [], { select: { by: 'accounts', members: [0, 0], units: [], exclude: [] } });
    const run = await stage.sweep.select();
    expect(run.batches).toEqual([0]);
    expect(await swept(stage)).toMatchObject({ outcome: 'purged' });
  });
});

describe('a batch that died before it deleted what it had planned to', () => {
  test('does not say, begun again, that it deleted what somebody else has removed meanwhile', async () => {
    const stage = oneMember({ accessKeys: [{}] });
    const { organization, witness } = stage.world;
    const { run, decision } = await planned(stage);
    const repair = organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async (call, answer) => {
        stage.world.life.endAt(0);
        return fail('AccessDenied')(call, answer);
      },
    });
    await expect(stage.sweep.purge(run, decision, 0)).rejects.toThrow();
    stage.world.life.renew();
    repair();
    organization.account(memberId(0)).root.accessKeys = [];
    await stage.sweep.purge(run, decision, 0);
    const { report } = await stage.sweep.report({ ...run, decision });
    expect(witness.of(memberId(0)).deletedByUs.size).toBe(0);
    expect(report.accounts[0].credentials.map(({ status }) => status)).toEqual(['absent']);
  });
});

describe('a password that is set again right after its deletion', () => {
  test('is another one that appeared, and the one before is deleted', async () => {
    const result = await swept(oneMember({ password: true, mfaDevices: [{}] }, [
      { what: 'createsPassword after', operation: 'iam:DeleteLoginProfile', times: 1, account: memberId(0) },
    ]));
    expect(result.credentials.map(({ kind, status, problem }) => [kind, status, problem?.code])).toEqual([
      ['Password', 'deleted', undefined], ['MfaDevice', 'kept', undefined], ['Password', 'failed', 'AppearedDuringSweep'],
    ]);
  });
});

describe('a batch that died after it had deleted', () => {
  async function rerun(again: (stage: Stage) => void, endBy?: number): Promise<AccountResult> {
    const stage = oneMember({ accessKeys: [{}] });
    const { run, decision } = await planned(stage);
    const { organization } = stage.world;
    const repair = organization.faults.add({
      operation: 'iam:DeleteAccessKey',
      effect: async (_call, answer) => answer().finally(() => stage.world.life.endAt(0)),
    });
    await expect(stage.sweep.purge(run, decision, 0)).rejects.toThrow();
    stage.world.life.renew();
    repair();
    again(stage);
    await stage.sweep.purge(run, decision, 0, endBy);
    const result = await stage.sweep.report({ ...run, decision });
    expectTruth(stage, result);
    return result.report.accounts[0];
  }

  test('says that the credential is gone when it is begun again, and that nobody knows by whom', async () => {
    expect(await rerun(() => undefined)).toMatchObject({ outcome: 'clean', credentials: [{ status: 'absent', reason: expect.stringContaining('someone else deleted it, or an attempt of this sweep') }] });
  });

  test('says what may be gone when the account cannot be read any more', async () => {
    const result = await rerun(({ world: { organization } }) => organization.assumedRootDenied.add(memberId(0)));
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'AccessDenied' }, credentials: [{ kind: 'AccessKey', status: 'failed' }] });
  });

  test('says what may be gone when there is no time to begin the account again', async () => {
    const result = await rerun(() => undefined, -Infinity);
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'Interrupted' }, credentials: [{ kind: 'AccessKey', problem: { code: 'Interrupted' } }] });
  });
});
