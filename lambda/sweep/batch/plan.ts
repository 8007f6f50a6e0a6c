import { reasonToKeep, type Circumstances } from './protection';
import { CREDENTIAL_KINDS } from '../../../lib/private/contract';
import { type SweepSettings } from '../../../lib/sweep/contract';
import type { Credential } from '../../root-user/credentials';

/** What is to happen to one credential. */
export interface Intent {
  readonly credential: Credential;
  readonly action: 'delete' | 'would-delete' | 'keep' | 'find';
  /** Why it is kept. */
  readonly reason?: string;
}

export type PlanSettings = Pick<SweepSettings, 'work' | 'credentials' | 'dryRun' | 'protection'>;

/** What is there × what is wanted × what is protected, in the order in which it is done: the password first, MFA last. */
export function plan(credentials: Credential[], settings: PlanSettings, circumstances: Circumstances): Intent[] {
  const found = inOrder(credentials);
  if (settings.work === 'audit') {
    return found.map((credential) => ({ credential, action: 'find' }));
  }
  const reasons = found.map((credential) => reasonToKeep(credential, settings, circumstances));
  const passwordStays = found.some(({ kind }, i) => kind === 'Password' && reasons[i] !== undefined);
  return found.map((credential, i) => {
    const reason = reasons[i] ?? (credential.kind === 'MfaDevice' && passwordStays ? 'the password stays, and a password is never left without MFA' : undefined);
    return reason === undefined ? { credential, action: settings.dryRun ? 'would-delete' : 'delete' } : { credential, action: 'keep', reason };
  });
}

/** Whether anything is to be deleted, or would be. */
export function deletes(intents: Intent[]): boolean {
  return intents.some(({ action }) => action === 'delete' || action === 'would-delete');
}

function inOrder(credentials: Credential[]): Credential[] {
  return CREDENTIAL_KINDS.flatMap((kind) => credentials.filter((credential) => credential.kind === kind));
}
