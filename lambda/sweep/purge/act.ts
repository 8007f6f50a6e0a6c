import type { IAMClient } from '@aws-sdk/client-iam';
import { isNoSuchEntity, isRefusal, isTemporarilyUnmodifiable } from '../../aws/errors';
import { retryWhile, type Patience } from '../../aws/patience';
import { isSame, mfaDevices, password, type Credential } from '../../root-user/credentials';
import { deleteCredential } from '../../root-user/deletion';
import type { RootSession } from '../../root-user/sessions';
import { CODES } from '../remedies';
import type { DeletionRecord } from '../results';

/** The outcome of the call that was to delete a credential. Whether the credential is gone is for the next look to say. */
export interface Attempt {
  readonly credential: Credential;
  /** A call of ours may have deleted it. If it is gone and no call of ours can have done it, somebody else did. */
  readonly mayHaveDeleted: boolean;
  readonly error?: unknown;
  /** Of the call that AWS answered. */
  readonly record?: DeletionRecord;
}

/** Throws when a credential is to stay after all: asked right before each call that deletes it, and so again before one that is repeated. */
export type Guard = (credential: Credential) => Promise<void>;

/**
 * Deletes credentials, in the order of the plan, in a session that is limited to that task. Every deletion is tried even
 * when another failed; an MFA device goes only when the password is seen to be gone right before.
 */
export async function* act(session: RootSession, credentials: readonly Credential[], unmodifiable: Patience, guard: Guard): AsyncGenerator<Attempt> {
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

/** A credential that is still read then is read late, or its deletion has failed in spite of the answer. */
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
    const { $metadata: { requestId } } = await retryWhile(mayPass, patience, async () => {
      await guard(credential);
      return session.change((iam) => deleteCredential(iam, credential, (send) => request(iam, send)));
    });
    return { credential, mayHaveDeleted: true, record: { deletedAt: new Date().toISOString(), requestId } };
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
    const found = await password(iam);
    expectSame(credential, found ? [found] : []);
  }
  if (kind === 'MfaDevice') {
    const [found, devices] = await Promise.all([password(iam), mfaDevices(iam)]);
    if (found) {
      throw new PasswordStays(found);
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
