import type { RunbookSettings } from '../../lib/session/contract';
import { failure } from '../aws/errors';

/** Fails for an account that the runbooks are not for. IAM denies the same; units, of which it knows nothing, are checked by the state machine. */
export function checkTarget(accountId: string, { selection: { accounts, exclude }, protectedAccounts }: RunbookSettings): void {
  if (protectedAccounts.includes(accountId) || exclude.includes(accountId)) {
    throw failure('TargetProtected', `account ${accountId} is protected; nothing was changed`);
  }
  if (accounts !== undefined && !accounts.includes(accountId)) {
    throw failure('TargetProtected', `account ${accountId} is not among the accounts of these runbooks; nothing was changed`);
  }
}
