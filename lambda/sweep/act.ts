import {
  DeactivateMFADeviceCommand, DeleteAccessKeyCommand, DeleteLoginProfileCommand, DeleteSigningCertificateCommand, GetUserCommand, type IAMClient,
} from '@aws-sdk/client-iam';
import { hasPassword } from './look';
import { CODES } from './remedies';
import type { Credential } from './results';
import { isNamed, isNoSuchEntity, isRefusal, isTemporarilyUnmodifiable } from '../aws/errors';
import { retryWhile, type Patience } from '../aws/patience';
import type { RootSession } from '../aws/root-sessions';

/** What became of the call that was to delete a credential. Whether the credential is gone is for the next look to say. */
export interface Attempt {
  readonly credential: Credential;
  /** A call of ours may have deleted it. If it is gone and no call of ours can have done it, somebody else did. */
  readonly mayHaveDeleted: boolean;
  readonly error?: unknown;
}

/**
 * Deletes credentials, in the order of the plan, in a session that is limited to that task. Every deletion is tried even
 * when another failed; an MFA device goes only when the password is seen to be gone right before.
 */
export async function act(session: RootSession, accountId: string, credentials: Credential[], unmodifiable: Patience): Promise<Attempt[]> {
  await session.use((iam) => checkIdentity(iam, accountId));
  const until = Date.now() + unmodifiable.forMs; // one patience for all of the account's credentials
  const attempts: Attempt[] = [];
  for (const credential of credentials) {
    const passwordGoes = attempts.some((earlier) => earlier.credential.kind === 'Password' && shouldBeGone(earlier)); // if it is seen, the read lags
    const mayPass = (error: unknown) => isTemporarilyUnmodifiable(error) || (passwordGoes && isNamed(error, CODES.passwordStays));
    attempts.push(await attempt(session, credential, mayPass, { ...unmodifiable, forMs: until - Date.now() }));
  }
  return attempts;
}

/** What is still read then is read late, or the deletion has failed in spite of its answer. */
export function shouldBeGone({ mayHaveDeleted, error }: Attempt): boolean {
  return mayHaveDeleted || isNoSuchEntity(error);
}

/** The deletions name no user, so they act on whoever signs them: it must be the root user of this account. */
async function checkIdentity(iam: IAMClient, accountId: string) {
  const { User } = await iam.send(new GetUserCommand({}));
  if (!User?.Arn?.endsWith(`:iam::${accountId}:root`)) {
    throw Object.assign(new Error(`the root session is of ${User?.Arn}, not of account ${accountId}`), { name: 'WrongIdentity' });
  }
}

async function expectNoPassword(iam: IAMClient) {
  if (await hasPassword(iam)) {
    throw Object.assign(new Error('the password is still there, and a password is never left without MFA'), { name: CODES.passwordStays });
  }
}

async function attempt(session: RootSession, credential: Credential, mayPass: (error: unknown) => boolean, patience: Patience): Promise<Attempt> {
  let mayHaveDeleted = false;
  try {
    await retryWhile(mayPass, patience, async () => {
      if (credential.kind === 'MfaDevice') {
        await session.use(expectNoPassword);
      }
      await session.use((iam) => remove(iam, credential).catch((error) => {
        mayHaveDeleted ||= !isRefusal(error); // an answer may have been lost after the effect
        throw error;
      }));
    });
    return { credential, mayHaveDeleted: true };
  } catch (error) {
    return { credential, mayHaveDeleted, error };
  }
}

async function remove(iam: IAMClient, { kind, id }: Credential): Promise<unknown> {
  switch (kind) {
    case 'Password':
      return iam.send(new DeleteLoginProfileCommand({}));
    case 'AccessKey':
      return iam.send(new DeleteAccessKeyCommand({ AccessKeyId: id }));
    case 'SigningCertificate':
      return iam.send(new DeleteSigningCertificateCommand({ CertificateId: id }));
    case 'MfaDevice':
      return iam.send(new DeactivateMFADeviceCommand({ SerialNumber: id }));
  }
}
