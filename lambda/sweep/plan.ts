import type { Credential } from './results';
import { CREDENTIAL_KINDS, type SweepSettings } from '../../lib/private/contract';

/** What is to happen to one credential. */
export interface Intent {
  readonly credential: Credential;
  readonly action: 'delete' | 'would-delete' | 'keep';
  /** Why it is kept. */
  readonly reason?: string;
}

/** What is there × what is wanted, in the order in which it is done: the password first, MFA last. */
export function plan(credentials: Credential[], settings: Pick<SweepSettings, 'credentials' | 'dryRun'>): Intent[] {
  const passwordStays = !settings.credentials.includes('Password') && credentials.some(({ kind }) => kind === 'Password');
  return inOrder(credentials).map((credential) => {
    if (!settings.credentials.includes(credential.kind)) {
      return { credential, action: 'keep', reason: 'its kind is not among the credentials to delete' };
    }
    if (credential.kind === 'MfaDevice' && passwordStays) {
      return { credential, action: 'keep', reason: 'the password stays, and a password is never left without MFA' };
    }
    return { credential, action: settings.dryRun ? 'would-delete' : 'delete' };
  });
}

function inOrder(credentials: Credential[]): Credential[] {
  return CREDENTIAL_KINDS.flatMap((kind) => credentials.filter((credential) => credential.kind === kind));
}
