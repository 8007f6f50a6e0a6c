import { rootOf } from './testing';
import type { Credential } from '../../../lambda/root-user/credentials';
import { deleteCredential, deletePassword } from '../../../lambda/root-user/deletion';
import { loseAnswer } from '../../../local-aws/organization';

const ALL = { password: true, accessKeys: [{ id: 'AKIAONE' }, { id: 'AKIATWO' }], signingCertificates: [{ id: 'ONE' }, { id: 'TWO' }], mfaDevices: [{ serial: 'GAHT00000001' }, { serial: 'GAHT00000002' }] };
const send = (request: () => Promise<unknown>) => request();

test('the password is deleted, whichever it is', async () => {
  const { account, iam } = await rootOf(ALL);
  await deletePassword(iam);
  expect([account.root.password, account.root.accessKeys.length]).toEqual([false, 2]);
});

const CREDENTIALS: [string, Credential, object][] = [
  ['a password', { kind: 'Password' }, { password: false }],
  ['an access key', { kind: 'AccessKey', id: 'AKIATWO' }, { accessKeys: ['AKIAONE'] }],
  ['a certificate', { kind: 'SigningCertificate', id: 'TWO' }, { signingCertificates: ['ONE'] }],
  ['an MFA device', { kind: 'MfaDevice', id: 'GAHT00000002' }, { mfaDevices: ['GAHT00000001'] }],
];
const BEFORE = { password: true, accessKeys: ['AKIAONE', 'AKIATWO'], signingCertificates: ['ONE', 'TWO'], mfaDevices: ['GAHT00000001', 'GAHT00000002'] };

describe.each(CREDENTIALS)('%s', (_what, credential, change) => {
  test('is deleted, and nothing else', async () => {
    const { account: { root }, iam } = await rootOf(ALL);
    await deleteCredential(iam, credential, send);
    const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);
    expect({
      password: root.password,
      accessKeys: idsOf(root.accessKeys),
      signingCertificates: idsOf(root.signingCertificates),
      mfaDevices: root.mfaDevices.map(({ serial }) => serial),
    }).toEqual({ ...BEFORE, ...change });
  });

  test('is looked at before each request, also one that the SDK repeats: what is not the same any more stays', async () => {
    const { organization, iam } = await rootOf(ALL);
    organization.faults.add({ operation: 'iam:*', times: 1, effect: loseAnswer });
    let looks = 0;
    const look = (request: () => Promise<unknown>) => ++looks > 1 ? Promise.reject(new Error('it is another one now')) : request();
    await expect(deleteCredential(iam, credential, look)).rejects.toThrow('it is another one now');
    expect([looks, organization.calls.length]).toEqual([2, 1]);
  });
});
