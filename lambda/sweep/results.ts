import type { Credential } from '../root-user/credentials';

/** A member account, as Organizations names it. */
export interface Account {
  readonly accountId: string;
  readonly accountName: string;
  /** The organizational unit or root that it is in, where a report knows it. */
  readonly parentId?: string;
  /** Email address of its root user, where a report knows it. */
  readonly email?: string;
}

/** The exception of a report that left an account or a credential alone. */
interface Excepted {
  /** Index in the report's `exceptions`. */
  readonly exception?: number;
}

/** Why something failed, and what to try, the likeliest first. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedies: string[];
}

export const CREDENTIAL_STATUSES = ['failed', 'found', 'kept', 'would-delete', 'deleted', 'absent'] as const;
export type CredentialStatus = typeof CREDENTIAL_STATUSES[number];

export interface CredentialResult extends Credential, Excepted {
  readonly status: CredentialStatus;
  /** Why it was kept, or why nobody knows by whom it was deleted. */
  readonly reason?: string;
  readonly problem?: Problem;
  /** When AWS answered that it is deleted, and the id of that request, by which CloudTrail has it. Of an answer that was lost there is neither. */
  readonly deletedAt?: string;
  readonly requestId?: string;
  /** Against the report of the sweep before. */
  readonly change?: 'new' | 'recreated' | 'still-there';
}

/** The record of the call that deleted a credential. */
export type DeletionRecord = Pick<CredentialResult, 'deletedAt' | 'requestId'>;

/** The first that applies, from the left; `skipped` accounts were not looked at. */
export const OUTCOMES = ['failed', 'kept', 'purged', 'would-purge', 'found', 'clean', 'skipped'] as const;
export type Outcome = typeof OUTCOMES[number];

export interface AccountResult extends Account, Excepted {
  readonly outcome: Outcome;
  /** Why it was skipped. */
  readonly reason?: string;
  /** The failure of the account as a whole. */
  readonly problem?: Problem;
  readonly credentials: CredentialResult[];
  /** Whether the mailbox of the root user is outside of the domains that are allowed. */
  readonly foreignMailbox?: true;
}

/** `clean` is what remains when nothing else applies: never the answer to a look that failed. */
export function resultOf({ accountId, accountName }: Account, credentials: CredentialResult[], problem?: Problem): AccountResult {
  const some = (status: CredentialStatus) => credentials.some((credential) => credential.status === status);
  const outcome: Outcome =
    problem !== undefined || some('failed') ? 'failed'
      : some('kept') ? 'kept'
        : some('deleted') ? 'purged'
          : some('would-delete') ? 'would-purge'
            : some('found') ? 'found'
              : 'clean';
  return { accountId, accountName, outcome, problem, credentials };
}

export function skipped({ accountId, accountName }: Account, reason: string): AccountResult {
  return { accountId, accountName, outcome: 'skipped', reason, credentials: [] };
}
