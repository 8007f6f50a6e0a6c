import { MEMBER, rootOf } from './testing';
import { accessKeys, isSame, lastUse, mfaDevices, password, signingCertificates, type Credential } from '../../../lambda/root-user/credentials';
import { fail, type Effect } from '../../../local-aws/organization';

const MADE = Date.UTC(2020, 1, 2, 3, 4, 5);
const ISO = '2020-02-02T03:04:05.000Z';
const USED = Date.UTC(2021, 5, 6);

describe('what a root user has', () => {
  test('is a password with the time when it was made', async () => {
    expect(await password((await rootOf({ password: { createDate: MADE } })).iam)).toEqual({ kind: 'Password', createdAt: ISO });
  });

  test('is access keys', async () => {
    const { iam } = await rootOf({ accessKeys: [{ id: 'AKIAONE', createDate: MADE }, { id: 'AKIATWO', status: 'Inactive', createDate: MADE }] });
    expect(await accessKeys(iam)).toEqual([
      { kind: 'AccessKey', id: 'AKIAONE', state: 'Active', createdAt: ISO }, { kind: 'AccessKey', id: 'AKIATWO', state: 'Inactive', createdAt: ISO },
    ]);
  });

  test('is signing certificates', async () => {
    const { iam } = await rootOf({ signingCertificates: [{ id: 'CERTIFICATE', status: 'Inactive', uploadDate: MADE }] });
    expect(await signingCertificates(iam)).toEqual([{ kind: 'SigningCertificate', id: 'CERTIFICATE', state: 'Inactive', createdAt: ISO }]);
  });

  test('is MFA devices', async () => {
    const { iam } = await rootOf({ mfaDevices: [{ serial: 'GAHT12345678', enableDate: MADE }] });
    expect(await mfaDevices(iam)).toEqual([{ kind: 'MfaDevice', id: 'GAHT12345678', createdAt: ISO }]);
  });

  test('may be nothing', async () => {
    const { iam } = await rootOf({});
    expect([await password(iam), await accessKeys(iam), await signingCertificates(iam), await mfaDevices(iam)]).toEqual([undefined, [], [], []]);
  });

  test.each<[string, typeof accessKeys, string]>([
    ['ListAccessKeys', accessKeys, 'AccessKeyMetadata'], ['ListSigningCertificates', signingCertificates, 'Certificates'], ['ListMFADevices', mfaDevices, 'MFADevices'],
  ])('is not known, and never nothing, where %s is denied or has lost its list', async (operation, read, list) => {
    const { organization, iam } = await rootOf({ accessKeys: [{}], signingCertificates: [{}], mfaDevices: [{}] });
    const lost: Effect = async (_call, answer) => {
      const answered = await answer();
      return { ...answered, body: String(answered.body).replace(new RegExp(`<${list}>.*</${list}>`, 's'), '') };
    };
    const repair = organization.faults.add({ operation: `iam:${operation}`, effect: lost });
    await expect(read(iam)).rejects.toMatchObject({ name: 'IncompleteAnswer', message: `AWS answered iam:${operation} without a list` });
    repair();
    organization.faults.add({ operation: `iam:${operation}`, effect: fail('AccessDenied') });
    await expect(read(iam)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('is not known where reading the password is denied', async () => {
    const { organization, iam } = await rootOf({});
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('AccessDenied') });
    await expect(password(iam)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('is a password also where AWS does not say how old it is', async () => {
    const { organization, iam } = await rootOf({ password: true });
    organization.faults.add({
      operation: 'iam:GetLoginProfile',
      effect: async () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<GetLoginProfileResponse><GetLoginProfileResult/></GetLoginProfileResponse>' }),
    });
    expect(await password(iam)).toEqual({ kind: 'Password', createdAt: undefined });
  });
});

describe('the last use', () => {
  test('is known of passwords and access keys that were used', async () => {
    const { iam } = await rootOf({ password: { lastUsed: USED }, accessKeys: [{ id: 'AKIAUSED', lastUsed: { date: USED, service: 's3', region: 'eu-west-1' } }] });
    expect(await lastUse(iam, { kind: 'Password' })).toEqual({ lastUsedAt: new Date(USED).toISOString() });
    expect(await lastUse(iam, { kind: 'AccessKey', id: 'AKIAUSED' })).toEqual({ lastUsedAt: new Date(USED).toISOString() });
  });

  test('is "never" of a key that AWS knows no use of, and unknown of a password without one', async () => {
    const { iam } = await rootOf({ password: true, accessKeys: [{ id: 'AKIANEW' }] });
    expect(await lastUse(iam, { kind: 'Password' })).toEqual({});
    expect(await lastUse(iam, { kind: 'AccessKey', id: 'AKIANEW' })).toEqual({ neverUsed: true });
  });

  test('is not asked for of certificates and MFA devices, of which AWS keeps none', async () => {
    const { organization, iam } = await rootOf({});
    expect(await lastUse(iam, { kind: 'SigningCertificate', id: 'one' })).toEqual({});
    expect(await lastUse(iam, { kind: 'MfaDevice', id: 'one' })).toEqual({});
    expect(organization.calls).toEqual([]);
  });
});

describe('two reads show the same credential', () => {
  const PASSWORD: Credential = { kind: 'Password', createdAt: ISO };
  const KEY: Credential = { kind: 'AccessKey', id: 'AKIAONE', createdAt: ISO };
  const DEVICE: Credential = { kind: 'MfaDevice', id: `arn:aws:iam::${MEMBER}:mfa/root-account-mfa-device`, createdAt: ISO };
  const LATER = '2022-02-02T03:04:05.000Z';
  test.each<[string, Credential, Credential, boolean]>([
    ['of a key', KEY, { ...KEY, state: 'Inactive', lastUsedAt: ISO }, true],
    ['and not where another key is seen', KEY, { ...KEY, id: 'AKIATWO' }, false],
    ['and not where another kind is seen', { ...KEY, id: undefined }, PASSWORD, false],
    ['of a password', PASSWORD, { ...PASSWORD }, true],
    ['and not where a later password is seen', PASSWORD, { ...PASSWORD, createdAt: LATER }, false],
    ['and not where a later device has the same serial number', DEVICE, { ...DEVICE, createdAt: LATER }, false],
    ['where one of them has no time', PASSWORD, { ...PASSWORD, createdAt: undefined }, true],
    ['where the other has no time', { ...PASSWORD, createdAt: undefined }, PASSWORD, true],
  ])('%s', (_what, one, other, same) => {
    expect(isSame(one, other)).toBe(same);
  });
});
