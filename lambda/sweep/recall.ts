import { CODES, problem } from './remedies';
import { isSame, resultOf, type AccountResult, type Credential, type CredentialResult } from './results';

const INTERRUPTED = problem(
  CODES.interrupted, 'the sweep ended while it deleted this credential: it may be gone, or still there', 'sweep the account again: what is gone then is gone',
);

/**
 * Completes a result with what other attempts at the account, dead or still at work, were about to delete: what this one
 * found gone was deleted by them, and what it could not look at may be.
 */
export function recall(result: AccountResult, planned: Credential[] = []): AccountResult {
  const isPlanned = (credential: Credential) => planned.some((other) => isSame(credential, other));
  const isTold = (credential: Credential) => result.credentials.some((other) => isSame(credential, other));
  const forgotten = planned.filter((credential) => !isTold(credential));
  return resultOf(result, [
    ...forgotten.map(result.problem === undefined ? deleted : interrupted),
    ...result.credentials.map((credential) => credential.status === 'absent' && isPlanned(credential) ? deleted(credential) : credential),
  ], result.problem);
}

const deleted = (credential: Credential): CredentialResult => ({ ...credential, status: 'deleted' });
const interrupted = (credential: Credential): CredentialResult => ({ ...credential, status: 'failed', problem: INTERRUPTED });
