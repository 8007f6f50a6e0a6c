import {
  DeactivateMFADeviceCommand, DeleteAccessKeyCommand, DeleteLoginProfileCommand, DeleteSigningCertificateCommand, type IAMClient,
} from '@aws-sdk/client-iam';
import { mfaDevices, password } from './look';
import { aroundEachRequest, type AroundRequest } from '../../aws/each-request';
import { isNoSuchEntity, isRefusal, isTemporarilyUnmodifiable } from '../../aws/errors';
import { retryWhile, type Patience } from '../../aws/patience';
import type { RootSession } from '../../aws/root-sessions';
import { CODES } from '../remedies';
import { isSame, type Credential } from '../results';

/** What became of the call that was to delete a credential. Whether the credential is gone is for the next look to say. */
export interface Attempt {
  readonly credential: Credential;
  /** A call of ours may have deleted it. If it is gone and no call of ours can have done it, somebody else did. */
  readonly mayHaveDeleted: boolean;
  readonly error?: unknown;
}

/** Throws when a credential is to stay after all: asked right before each call that deletes it, and so again before one that is repeated. */
export type Guard = (credential: Credential) => Promise<void>;

/**
 * Deletes credentials, in the order of the plan, in a session that is limited to that task. Every deletion is tried even
 * when another failed; an MFA device goes only when the password is seen to be gone right before.
 */
export async function* act(session: RootSession, credentials: Credential[], unmodifiable: Patience, guard: Guard): AsyncGenerator<Attempt> {
  await session.change(async () => undefined); // a session that nobody gets, or that is another's, is told once
  const until = Date.now() + unmodifiable.forMs; // one patience for all of the account's credentials
  const gone: Credential[] = [];
  for (const credential of credentials) {
    const isLate = (error: unknown) => error instanceof PasswordStays && gone.some((other) => isSame(other, error.found)); // the read lags
    const mayPass = (error: unknown) => isTemporarilyUnmodifiable(error) || isLate(error);
    const made = await attempt(session, credential, mayPass, { ...unmodifiable, forMs: until - Date.now() }, guard);
    gone.push(...shouldBeGone(made) ? [credential] : []);
    yield made;
  }
}

/** What is still read then is read late, or the deletion has failed in spite of its answer. */
export function shouldBeGone({ mayHaveDeleted, error }: Attempt): boolean {
  return mayHaveDeleted || isNoSuchEntity(error);
}

class PasswordStays extends Error {
  readonly name = CODES.passwordStays;

  constructor(readonly found: Credential) {
    super('the password is still there, and a password is never left without MFA');
  }
}

async function attempt(
  session: RootSession, credential: Credential, mayPass: (error: unknown) => boolean, patience: Patience, guard: Guard,
): Promise<Attempt> {
  let mayHaveDeleted = false;
  const request = async (iam: IAMClient, send: () => Promise<unknown>) => {
    await expectAsPlanned(iam, credential);
    return send().catch((error) => {
      mayHaveDeleted ||= !isRefusal(error); // an answer may have been lost after the effect
      throw error;
    });
  };
  try {
    await retryWhile(mayPass, patience, async () => {
      await guard(credential);
      await session.change((iam) => remove(iam, credential, (send) => request(iam, send)));
    });
    return { credential, mayHaveDeleted: true };
  } catch (error) {
    return { credential, mayHaveDeleted, error };
  }
}

/**
 * A deletion names no password, and a virtual MFA device by a serial number that the next one has too: each request would delete whatever is there by then.
 * Keys and certificates have ids that never come back.
 */
async function expectAsPlanned(iam: IAMClient, credential: Credential): Promise<void> {
  const { kind } = credential;
  if (kind === 'Password') {
    expectSame(credential, await password(iam));
  }
  if (kind === 'MfaDevice') {
    const [passwords, devices] = await Promise.all([password(iam), mfaDevices(iam)]);
    if (passwords.length > 0) {
      throw new PasswordStays(passwords[0]);
    }
    expectSame(credential, devices);
  }
}

function expectSame(credential: Credential, found: Credential[]): void {
  if (!found.some((other) => isSame(other, credential))) {
    throw new NotThere();
  }
}

/** It was deleted before, by us or by somebody else; one that came in its place is not on the plan. */
class NotThere extends Error {
  readonly name = 'NoSuchEntity';

  constructor() {
    super('it is not there any more');
  }
}

async function remove(iam: IAMClient, { kind, id }: Credential, around: AroundRequest): Promise<unknown> {
  switch (kind) {
    case 'Password':
      return iam.send(aroundEachRequest(new DeleteLoginProfileCommand({}), around));
    case 'AccessKey':
      return iam.send(aroundEachRequest(new DeleteAccessKeyCommand({ AccessKeyId: id }), around));
    case 'SigningCertificate':
      return iam.send(aroundEachRequest(new DeleteSigningCertificateCommand({ CertificateId: id }), around));
    case 'MfaDevice':
      return iam.send(aroundEachRequest(new DeactivateMFADeviceCommand({ SerialNumber: id }), around));
  }
}
