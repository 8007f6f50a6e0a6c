import { describe, expect, test } from 'vitest';
import { plan } from '../../lambda/sweep/plan';
import { recall } from '../../lambda/sweep/recall';
import { problem } from '../../lambda/sweep/remedies';
import { resultOf, type Credential } from '../../lambda/sweep/results';
import { CREDENTIAL_KINDS, type CredentialKind } from '../../lib/private/contract';

const PASSWORD: Credential = { kind: 'Password' };
const KEY: Credential = { kind: 'AccessKey', id: 'AKIA1' };
const OTHER_KEY: Credential = { kind: 'AccessKey', id: 'AKIA2' };
const MFA: Credential = { kind: 'MfaDevice', id: 'device' };

function planned(credentials: Credential[], kinds: CredentialKind[] = [...CREDENTIAL_KINDS], dryRun = false): string[] {
  return plan(credentials, { credentials: kinds, dryRun }).map(({ credential, action, reason }) => [credential.kind, action, reason].filter(Boolean).join(' '));
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
    expect(planned([PASSWORD, MFA], undefined, true)).toEqual(['Password would-delete', 'MfaDevice would-delete']);
  });
});

describe('what another attempt was about to delete', () => {
  const account = { accountId: '222222222222', accountName: 'member' };
  const lines = (result: ReturnType<typeof resultOf>) => result.credentials.map(({ id, status }) => `${id} ${status}`);

  test('and this one did not find was deleted by it', () => {
    expect(recall(resultOf(account, []), [KEY])).toMatchObject({ outcome: 'purged', credentials: [{ id: 'AKIA1', status: 'deleted' }] });
  });

  test('and somebody seems to have deleted was deleted by it; what it did not plan was not', () => {
    expect(lines(recall(resultOf(account, [{ ...KEY, status: 'absent' }, { ...OTHER_KEY, status: 'absent' }]), [KEY]))).toEqual(['AKIA1 deleted', 'AKIA2 absent']);
  });

  test('and is still there is what this one says of it, once', () => {
    const failed = { ...KEY, status: 'failed' as const, problem: problem('AccessDenied', 'no') };
    expect(recall(resultOf(account, [failed]), [KEY])).toMatchObject({ outcome: 'failed', credentials: [failed] });
  });

  test('may be gone or not when this one could not look', () => {
    expect(recall(resultOf(account, [], problem('AccessDenied', 'no')), [KEY])).toMatchObject({
      outcome: 'failed', credentials: [{ id: 'AKIA1', status: 'failed', problem: { code: 'Interrupted' } }],
    });
  });

  test('is nothing when there was no other', () => {
    const result = resultOf(account, [{ ...KEY, status: 'absent' }]);
    expect(recall(result)).toEqual(result);
  });
});
