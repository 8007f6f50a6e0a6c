import { isSame, type Credential } from '../../root-user/credentials';
import { CODES, problem, SWEEP_ACCOUNT_AGAIN } from '../remedies';
import { resultOf, type AccountResult, type CredentialResult } from '../results';

const INTERRUPTED = problem(CODES.interrupted, 'the sweep ended while it deleted this credential: it may be gone, or still there', SWEEP_ACCOUNT_AGAIN);

/** A plan does not say what came of it. */
const GONE = 'it is gone: another attempt at this account was about to delete it, and nobody knows whether it did or somebody else';

/**
 * Completes a result with what other attempts at the account, dead or still at work, were about to delete: what this one did
 * not find any more is gone, and what it could not look at may be.
 */
export function recall(result: AccountResult, planned: Credential[] = []): AccountResult {
  const isPlanned = (credential: Credential) => planned.some((other) => isSame(credential, other));
  const forgotten = planned.filter((credential, i) => !isTold(result, credential) && planned.findIndex((other) => isSame(credential, other)) === i);
  return planned.length === 0 ? result : resultOf(result, [
    ...forgotten.map(result.problem === undefined ? gone : interrupted),
    ...result.credentials.map((credential) => credential.status === 'absent' && isPlanned(credential) ? gone(credential) : credential),
  ], result.problem);
}

/** Completes a result with what the results of other attempts at the account say to be deleted: they have seen that it is gone. */
export function remember(result: AccountResult, others: AccountResult[]): AccountResult {
  const deleted = others.flatMap(({ credentials }) => credentials).filter(({ status }) => status === 'deleted');
  const isDeleted = (credential: CredentialResult) => (credential.status === 'absent' || credential.problem?.code === CODES.interrupted)
    && deleted.some((other) => isSame(credential, other));
  return deleted.length === 0 ? result : resultOf(result, [
    ...deleted.filter((credential, i) => !isTold(result, credential) && deleted.findIndex((other) => isSame(credential, other)) === i),
    ...result.credentials.map((credential): CredentialResult => isDeleted(credential) ? { ...credential, status: 'deleted', reason: undefined, problem: undefined } : credential),
  ], result.problem);
}

const isTold = (result: AccountResult, credential: Credential) => result.credentials.some((other) => isSame(credential, other));
const gone = (credential: Credential): CredentialResult => ({ ...credential, status: 'absent', reason: GONE });
const interrupted = (credential: Credential): CredentialResult => ({ ...credential, status: 'failed', problem: INTERRUPTED });
