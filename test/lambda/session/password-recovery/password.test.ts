import { failure } from '../../../../lambda/aws/errors';
import { AssumeRootError } from '../../../../lambda/root-user/sessions';
import { allowPassword, deletePasswordOf, expectNoPassword, hadNoEffect, isOlder, otherCredentials } from '../../../../lambda/session/password-recovery/password';
import { begun, type RecoveryRecord } from '../../../../lambda/session/password-recovery/record';
import { fail, loseAnswer, type Effect } from '../../../../local-aws/organization';
import { MEMBER, rootOf } from '../../root-user/testing';

const MINUTE = 60_000;
const OPENED = Date.now();
const RECOVERY: RecoveryRecord = begun(undefined, { accountId: MEMBER, hours: 1, id: 'one', reason: 'x' }, OPENED);
const iso = (time: number) => new Date(time).toISOString();
const OLDER = OPENED - 60 * MINUTE;
const OLDER_ISO = new Date(Math.floor(OLDER / 1_000) * 1_000).toISOString();

/** AWS leaves the date out. */
const ageless: Effect = async (_call, answer) => {
  const answered = await answer();
  return { ...answered, body: String(answered.body).replace(/<CreateDate>.*?<\/CreateDate>/, '') };
};

describe('a password is older than a recovery', () => {
  test.each<[string, string | undefined, boolean]>([
    ['that was made long before', iso(OPENED - 60 * MINUTE), true],
    ['that was made a moment more before than clocks differ', iso(OPENED - MINUTE - 1), true],
    ['and not one that was made before by as much as clocks differ', iso(OPENED - MINUTE), false],
    ['and not one that was made afterwards', iso(OPENED + MINUTE), false],
    ['of which nobody knows when it was made', undefined, true],
  ])('%s', (_what, createdAt, older) => {
    expect(isOlder({ kind: 'Password', createdAt }, RECOVERY)).toBe(older);
  });
});

describe('there is nothing to recover', () => {
  const WHY = 'there is nothing to recover. The owner of its mailbox can reset it at sign-in; to begin afresh, purge the root credentials of the account first';

  test('where there is a password, and since when', async () => {
    const { iam } = await rootOf({ password: { createDate: OLDER } });
    await expect(expectNoPassword(iam, MEMBER)).rejects.toMatchObject({ name: 'PasswordExists', message: `the root user of account ${MEMBER} has a password since ${OLDER_ISO}: ${WHY}` });
  });

  test('where there is a password of unknown age', async () => {
    const { organization, iam } = await rootOf({ password: true });
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: ageless });
    await expect(expectNoPassword(iam, MEMBER)).rejects.toThrow(`the root user of account ${MEMBER} has a password: ${WHY}`);
  });

  test('is not said where there is none, nor where nobody knows', async () => {
    const { organization, iam } = await rootOf({});
    await expect(expectNoPassword(iam, MEMBER)).resolves.toBeUndefined();
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('AccessDenied') });
    await expect(expectNoPassword(iam, MEMBER)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a password is allowed', () => {
  test('by the recovery, with no password of its own', async () => {
    const { organization, account, iam } = await rootOf({});
    await allowPassword(iam, RECOVERY);
    expect(account.root.password).toBe(true);
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['CreateLoginProfile']);
  });

  test.each<[string, (createDate: number) => Promise<Awaited<ReturnType<typeof rootOf>>>]>([
    ['by an attempt whose answer was lost', async () => {
      const world = await rootOf({});
      world.organization.faults.add({ operation: 'iam:CreateLoginProfile', times: 1, effect: loseAnswer });
      return world;
    }],
    ['by a function that died', (createDate) => rootOf({ password: { createDate } })],
  ])('when it was allowed already %s', async (_how, arrange) => {
    const { account, iam } = await arrange(OPENED);
    await expect(allowPassword(iam, RECOVERY)).resolves.toBeUndefined();
    expect(account.root.password).toBe(true);
  });

  test('also when the one that was there is gone again', async () => {
    const { organization, iam } = await rootOf({});
    organization.faults.add({ operation: 'iam:CreateLoginProfile', effect: fail('EntityAlreadyExists', 'it exists', 409) });
    await expect(allowPassword(iam, RECOVERY)).resolves.toBeUndefined();
  });

  test('and not where an older one is there', async () => {
    const { iam } = await rootOf({ password: { createDate: OLDER } });
    await expect(allowPassword(iam, RECOVERY)).rejects.toMatchObject({ name: 'PasswordExists', message: expect.stringContaining(`has a password since ${OLDER_ISO}: there is nothing to recover`) });
  });

  test('and not where AWS denies it, which is told', async () => {
    const { organization, iam } = await rootOf({ password: { createDate: OPENED } });
    organization.faults.add({ operation: 'iam:CreateLoginProfile', effect: fail('AccessDenied') });
    await expect(allowPassword(iam, RECOVERY)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['CreateLoginProfile']);
  });
});

describe('an attempt to allow a password', () => {
  const refusal = (attempts: number) => Object.assign(failure('AccessDenied', 'no'), { $metadata: { httpStatusCode: 403, attempts } });
  test.each<[string, boolean, unknown]>([
    ['without a session', true, new AssumeRootError(false, new Error('socket hang up'))],
    ['that AWS refused at once', true, refusal(1)],
    ['that found another password', true, failure('PasswordExists', 'since long ago')],
    ['that AWS refused after an answer that was lost', false, refusal(2)],
    ['whose answer was lost', false, Object.assign(new Error('socket hang up'), { name: 'ECONNRESET' })],
    ['that failed in a way that nobody knows', false, 'broken'],
  ])('%s had no effect for certain: %s', (_what, none, cause) => {
    expect(hadNoEffect(cause)).toBe(none);
  });
});

describe('the password that a recovery brought', () => {
  test('is deleted', async () => {
    const { account, iam } = await rootOf({ password: { createDate: OPENED } });
    await deletePasswordOf(iam, RECOVERY);
    expect(account.root.password).toBe(false);
  });

  test('is deleted also when it is not seen yet', async () => {
    const { organization, account, iam } = await rootOf({ password: { createDate: OPENED } });
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('NoSuchEntity') });
    await deletePasswordOf(iam, RECOVERY);
    expect(account.root.password).toBe(false);
  });

  test('may be gone already', async () => {
    const { organization, iam } = await rootOf({});
    await expect(deletePasswordOf(iam, RECOVERY)).resolves.toBeUndefined();
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['GetLoginProfile', 'DeleteLoginProfile']);
  });

  test.each<[string, number, Effect | undefined, string]>([
    ['an older one', OLDER, undefined, OLDER_ISO], ['one of unknown age', OPENED, ageless, 'an unknown time'],
  ])('is not %s, which stays', async (_what, createDate, effect, since) => {
    const { organization, account, iam } = await rootOf({ password: { createDate } });
    if (effect) {
      organization.faults.add({ operation: 'iam:GetLoginProfile', effect });
    }
    await expect(deletePasswordOf(iam, RECOVERY)).rejects.toMatchObject({
      name: 'PasswordNotOfRecovery',
      message: `the root user of account ${MEMBER} has a password since ${since}, which the recovery of ${RECOVERY.openedAt} did not bring: it is left alone. `
        + 'Purge the root credentials of the account, then close the recovery again',
    });
    expect(account.root.password).toBe(true);
  });

  test('stays where AWS refuses its deletion, and that is told', async () => {
    const { organization, iam } = await rootOf({ password: { createDate: OPENED } });
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    await expect(deletePasswordOf(iam, RECOVERY)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

test('what a root user has besides a password is told by kind and id', async () => {
  const { iam } = await rootOf({ password: true, accessKeys: [{ id: 'AKIAONE' }], signingCertificates: [{ id: 'CERTIFICATE' }], mfaDevices: [{ serial: 'GAHT00000001' }] });
  expect(await otherCredentials(iam)).toEqual([{ kind: 'AccessKey', id: 'AKIAONE' }, { kind: 'SigningCertificate', id: 'CERTIFICATE' }, { kind: 'MfaDevice', id: 'GAHT00000001' }]);
});
