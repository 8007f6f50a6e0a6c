import {
  DeactivateMFADeviceCommand, DeleteAccessKeyCommand, DeleteLoginProfileCommand, DeleteSigningCertificateCommand, GetUserCommand, type IAMClient,
} from '@aws-sdk/client-iam';
import { hasPassword } from './look';
import type { Credential } from './results';
import { attemptsOf, isDenied, isNamed, isNoSuchEntity } from '../aws/errors';
import { retryWhile, type Patience } from '../aws/patience';
import type { RootSession } from '../aws/root-sessions';

/** What became of the call that was to delete a credential. Whether the credential is gone is for the next look to say. */
export interface Attempt {
  readonly credential: Credential;
  /** A call of ours may have deleted it. If it is gone and no call of ours can have done it, somebody else did. */
  readonly mayHaveDeleted: boolean;
  readonly error?: unknown;
  /** Why no call was made. */
  readonly withheld?: string;
}

/**
 * Deletes credentials in a session that is limited to that task. Every deletion is tried even when another failed; MFA
 * devices come last, and only when the password is seen to be gone.
 */
export async function act(session: RootSession, accountId: string, credentials: Credential[], unmodifiable: Patience): Promise<Attempt[]> {
  await session.use((iam) => checkIdentity(iam, accountId));
  const until = Date.now() + unmodifiable.forMs; // one patience for all of the account's credentials
  const left = () => ({ ...unmodifiable, forMs: until - Date.now() });
  const attempts: Attempt[] = [];
  for (const credential of credentials.filter(({ kind }) => kind !== 'MfaDevice')) {
    attempts.push(await attempt(session, credential, left()));
  }
  const devices = credentials.filter(({ kind }) => kind === 'MfaDevice');
  const withheld = devices.length > 0 ? await whyMfaStays(session) : undefined;
  for (const credential of devices) {
    attempts.push(withheld ? { credential, mayHaveDeleted: false, withheld } : await attempt(session, credential, left()));
  }
  return attempts;
}

/** The deletions name no user, so they act on whoever signs them: it must be the root user of this account. */
async function checkIdentity(iam: IAMClient, accountId: string) {
  const { User } = await iam.send(new GetUserCommand({}));
  if (!User?.Arn?.endsWith(`:iam::${accountId}:root`)) {
    throw Object.assign(new Error(`the root session is of ${User?.Arn}, not of account ${accountId}`), { name: 'WrongIdentity' });
  }
}

async function whyMfaStays(session: RootSession): Promise<string | undefined> {
  try {
    return await session.use(hasPassword) ? 'the password is still there, and a password is never left without MFA' : undefined;
  } catch {
    return 'whether the password is gone could not be read, and a password is never left without MFA';
  }
}

async function attempt(session: RootSession, credential: Credential, patience: Patience): Promise<Attempt> {
  let sentAgain = false; // the first answer may have been lost after the effect
  try {
    await retryWhile(isUnmodifiable, patience, () => session.use((iam) => remove(iam, credential).catch((error) => {
      sentAgain ||= attemptsOf(error) > 1;
      throw error;
    })));
    return { credential, mayHaveDeleted: true };
  } catch (error) {
    const refused = isNoSuchEntity(error) || isDenied(error) || isUnmodifiable(error);
    return { credential, mayHaveDeleted: sentAgain || !refused, error: isNoSuchEntity(error) ? undefined : error };
  }
}

/** IAM says so of a login profile that was changed a moment ago. */
function isUnmodifiable(error: unknown): boolean {
  return isNamed(error, 'EntityTemporarilyUnmodifiable', 'EntityTemporarilyUnmodifiableException', 'ConcurrentModification', 'ConcurrentModificationException');
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
