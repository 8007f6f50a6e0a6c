import type { Credential } from '../../../../lambda/root-user/credentials';
import { intentsFor } from '../../../../lambda/sweep/decide/intents';
import { CREDENTIAL_KINDS, type CredentialKind, type PasswordRecovery } from '../../../../lib/private/contract';
import { type Protection } from '../../../../lib/sweep/contract';
import { MEMBER, UNPROTECTED } from '../testing';

const PASSWORD: Credential = { kind: 'Password' };
const KEY: Credential = { kind: 'AccessKey', id: 'AKIA1' };
const OTHER_KEY: Credential = { kind: 'AccessKey', id: 'AKIA2' };
const MFA: Credential = { kind: 'MfaDevice', id: 'device' };

const NOW = Date.UTC(2026, 10, 23);
const CERTIFICATE: Credential = { kind: 'SigningCertificate', id: 'certificate' };

interface Rest {
  readonly dryRun?: boolean;
  readonly protection?: Partial<Protection>;
  readonly recovery?: PasswordRecovery;
  readonly isOnPlan?: (credential: Credential) => boolean;
}

function planned(credentials: Credential[], kinds: CredentialKind[] = [...CREDENTIAL_KINDS], rest: Rest = {}): string[] {
  const { dryRun = false, protection, recovery, isOnPlan } = rest;
  const settings = { credentials: kinds, dryRun, protection: { ...UNPROTECTED, ...protection } };
  return intentsFor(credentials, settings, { accountId: MEMBER, now: NOW, recovery, isOnPlan })
    .map(({ credential, action, reason }) => [credential.kind, action, reason].filter(Boolean).join(' '));
}

describe('a plan', () => {
  test('has the password first and MFA last, whatever the order of the look', () => {
    expect(planned([MFA, KEY, PASSWORD])).toEqual(['Password delete', 'AccessKey delete', 'MfaDevice delete']);
  });

  test('keeps MFA beside a password that is not to be deleted, and says why', () => {
    expect(planned([PASSWORD, MFA, KEY], ['AccessKey', 'MfaDevice'])).toEqual([
      'Password keep its kind is not among the credentials to delete',
      'AccessKey delete',
      'MfaDevice keep the password stays, and a password is never left without MFA',
    ]);
  });

  test('removes MFA where there is no password, also when passwords are not to be deleted', () => {
    expect(planned([KEY, MFA], ['MfaDevice'])).toEqual(['AccessKey keep its kind is not among the credentials to delete', 'MfaDevice delete']);
  });

  test('of a dry run deletes nothing', () => {
    expect(planned([PASSWORD, MFA], undefined, { dryRun: true })).toEqual(['Password would-delete', 'MfaDevice would-delete']);
  });
});

describe('a rule keeps', () => {
  const reason = 'break-glass until the vault is there';
  const keeping = (...keep: Protection['keep']) => ({ protection: { keep } });

  test('every kind in the accounts that it names, with its reason', () => {
    const rule = { accounts: ['999999999999', MEMBER], reason };
    expect(planned([PASSWORD, KEY], undefined, keeping(rule))).toEqual([`Password keep a rule keeps it: ${reason}`, `AccessKey keep a rule keeps it: ${reason}`]);
  });

  test('nothing in other accounts', () => {
    expect(planned([PASSWORD, KEY], undefined, keeping({ accounts: ['999999999999'], reason }))).toEqual(['Password delete', 'AccessKey delete']);
  });

  test('only the kinds that it names, in every account when it names none', () => {
    const made = planned([KEY, CERTIFICATE], undefined, keeping({ credentials: ['SigningCertificate'], reason }));
    expect(made).toEqual(['AccessKey delete', `SigningCertificate keep a rule keeps it: ${reason}`]);
  });

  test('MFA beside a password that it keeps, and says why', () => {
    expect(planned([PASSWORD, MFA], undefined, keeping({ credentials: ['Password'], reason }))[1]).toBe('MfaDevice keep the password stays, and a password is never left without MFA');
  });

  test('in a dry run, too', () => {
    expect(planned([PASSWORD, KEY], undefined, { ...keeping({ credentials: ['Password'], reason }), dryRun: true })).toEqual([`Password keep a rule keeps it: ${reason}`, 'AccessKey would-delete']);
  });

  test('for the first reason of several', () => {
    const rules = keeping({ credentials: ['AccessKey'], reason: 'first' }, { accounts: [MEMBER], reason: 'second' });
    expect(planned([KEY, PASSWORD], undefined, rules)).toEqual(['Password keep a rule keeps it: second', 'AccessKey keep a rule keeps it: first']);
  });
});

describe('with a window of use', () => {
  const DAY = 86_400_000;
  const before = (milliseconds: number) => new Date(NOW - milliseconds).toISOString();
  const WINDOW = 30 * DAY;
  const LONG_AGO = before(900 * DAY);
  const protection = { usedWithinSeconds: WINDOW / 1_000, keepCertificates: true };
  const withWindow = (...credentials: Credential[]) => planned(credentials, undefined, { protection });

  test.each<[string, Partial<Credential>, string]>([
    ['used a moment before the window', { createdAt: LONG_AGO, lastUsedAt: before(WINDOW) }, 'delete'],
    ['used at its beginning', { createdAt: LONG_AGO, lastUsedAt: before(WINDOW - 1) }, 'keep it was used within the last 30 days'],
    ['used in the future, by another clock', { createdAt: LONG_AGO, lastUsedAt: before(-DAY) }, 'keep it was used within the last 30 days'],
    ['created within it and used long ago, as a password that was set again', { createdAt: before(DAY), lastUsedAt: LONG_AGO }, 'keep it was created within the last 30 days'],
    ['whose last use is not told', { createdAt: LONG_AGO }, 'keep AWS does not tell when it was last used, or it could not be read, which counts as used'],
    ['whose creation is not told', { lastUsedAt: LONG_AGO }, 'keep AWS does not tell when it was created, which counts as just now'],
    ['whose last use is no time', { createdAt: LONG_AGO, lastUsedAt: 'N/A' }, 'keep it was used within the last 30 days'],
  ])('a password or key %s', (_what, times, expected) => {
    expect(withWindow({ ...KEY, ...times })).toEqual([`AccessKey ${expected}`]);
    expect(withWindow({ ...PASSWORD, ...times })).toEqual([`Password ${expected}`]);
  });

  test('a certificate is kept unless its kind was named', () => {
    expect(withWindow({ ...CERTIFICATE, createdAt: LONG_AGO })[0]).toContain('SigningCertificate keep AWS does not tell when a certificate was last used');
    expect(planned([{ ...CERTIFICATE, createdAt: before(DAY) }], undefined, { protection: { ...protection, keepCertificates: false } })).toEqual(['SigningCertificate delete']);
  });

  test('MFA goes where the password goes, and stays where it stays', () => {
    const device = { ...MFA, createdAt: before(DAY) };
    expect(withWindow({ ...PASSWORD, createdAt: LONG_AGO, lastUsedAt: LONG_AGO }, device)).toEqual(['Password delete', 'MfaDevice delete']);
    expect(withWindow({ ...PASSWORD, createdAt: LONG_AGO, lastUsedAt: before(DAY) }, device)[1]).toContain('MfaDevice keep the password stays');
    expect(withWindow(device)).toEqual(['MfaDevice delete']);
  });
});

describe('a password recovery', () => {
  const recovery: PasswordRecovery = { accountId: MEMBER, reason: 'TICKET-1', openedAt: '2026-11-22T00:00:00.000Z', endsAt: new Date(NOW + 1).toISOString() };
  const during = (changes: Partial<PasswordRecovery> = {}) =>
    planned([PASSWORD, KEY, CERTIFICATE, MFA], undefined, { recovery: { ...recovery, ...changes } });
  const EVERYTHING_GOES = ['Password delete', 'AccessKey delete', 'SigningCertificate delete', 'MfaDevice delete'];

  test('that is open keeps password and MFA, and neither keys nor certificates', () => {
    const kept = `keep recovery until ${recovery.endsAt}: TICKET-1`;
    expect(during()).toEqual([`Password ${kept}`, 'AccessKey delete', 'SigningCertificate delete', `MfaDevice ${kept}`]);
  });

  test('that is open keeps MFA also before the password is set', () => {
    expect(planned([MFA], undefined, { recovery })).toEqual([`MfaDevice keep recovery until ${recovery.endsAt}: TICKET-1`]);
  });

  test('keeps nothing once its end has come, or it was closed', () => {
    expect(during({ endsAt: new Date(NOW).toISOString() })).toEqual(EVERYTHING_GOES);
    expect(during({ closedAt: '2026-11-22T12:00:00.000Z' })).toEqual(EVERYTHING_GOES);
  });
});

describe('a key in use', () => {
  const DAY = 86_400_000;
  const ago = (milliseconds: number) => new Date(NOW - milliseconds).toISOString();
  const byDefault = (credential: Credential) => planned([credential], undefined, { protection: { deleteAccessKeysInUse: undefined } })[0];
  const ADVICE = 'find out what uses it; deleteAccessKeysInUse deletes it anyway';

  test.each<[string, Partial<Credential>, string]>([
    ['used within the last 30 days', { lastUsedAt: ago(30 * DAY - 1) }, `keep it is in use (last on 2026-10-24): ${ADVICE}`],
    ['used in the future, by another clock', { lastUsedAt: ago(-DAY) }, `keep it is in use (last on 2026-11-24): ${ADVICE}`],
    ['used 30 days ago', { lastUsedAt: ago(30 * DAY) }, 'delete'],
    ['never used, as AWS says', { neverUsed: true }, 'delete'],
    ['whose last use could not be read', {}, 'keep when it was last used could not be read, which counts as in use; deleteAccessKeysInUse deletes it anyway'],
  ])('%s', (_what, use, expected) => {
    expect(byDefault({ ...KEY, ...use })).toBe(`AccessKey ${expected}`);
    expect(planned([{ ...KEY, ...use }], undefined, { protection: { deleteAccessKeysInUse: true } })).toEqual(['AccessKey delete']);
  });

  test.each<Credential>([PASSWORD, CERTIFICATE, MFA])('is an access key: %j is none, whatever its last use is', (credential) => {
    expect(byDefault({ ...credential, lastUsedAt: ago(DAY) })).toBe(`${credential.kind} delete`);
  });
});

describe('a plan that was reviewed', () => {
  test('keeps what is not on it, after every other reason', () => {
    const isOnPlan = ({ id }: Credential) => id === KEY.id;
    expect(planned([KEY, OTHER_KEY], undefined, { isOnPlan })).toEqual(['AccessKey delete', 'AccessKey keep it is not on the plan']);
    expect(planned([OTHER_KEY], ['Password'], { isOnPlan })).toEqual(['AccessKey keep its kind is not among the credentials to delete']);
  });

  test('deletes nothing that is kept otherwise, though it is on it', () => {
    expect(planned([KEY], ['Password'], { isOnPlan: () => true })).toEqual(['AccessKey keep its kind is not among the credentials to delete']);
  });
});
