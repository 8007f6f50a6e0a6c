import { reasonToKeep, type Circumstances } from './protection';
import type { SweepSettings } from '../../../lib/sweep/contract';
import type { Credential } from '../../root-user/credentials';
import { inOrder } from '../plan';

/** The intent for one credential. */
export interface Intent {
  readonly credential: Credential;
  readonly action: 'delete' | 'would-delete' | 'keep';
  /** Why it is kept. */
  readonly reason?: string;
}

export type IntentSettings = Pick<SweepSettings, 'credentials' | 'dryRun' | 'protection'>;

/** Present credentials × wanted kinds × protection, in the order of the deletions: the password first, MFA last. */
export function intentsFor(credentials: readonly Credential[], settings: IntentSettings, circumstances: Circumstances): Intent[] {
  const found = inOrder(credentials);
  const reasons = found.map((credential) => reasonToKeep(credential, settings, circumstances));
  const passwordStays = found.some(({ kind }, i) => kind === 'Password' && reasons[i] !== undefined);
  return found.map((credential, i) => {
    const reason = reasons[i] ?? (credential.kind === 'MfaDevice' && passwordStays ? 'the password stays, and a password is never left without MFA' : undefined);
    return reason === undefined ? { credential, action: settings.dryRun ? 'would-delete' : 'delete' } : { credential, action: 'keep', reason };
  });
}

/** Whether anything is to be deleted, or would be. */
export const deletes = (intents: readonly Intent[]) => intents.some(({ action }) => action !== 'keep');
