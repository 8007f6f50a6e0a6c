import type { PolicySettings, RunbookSettings } from '../../lib/session/contract';
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

/** Fails for a bucket or a queue that is protected by name or ARN. IAM cannot: the permission to change a policy is the root session's, not the role's. */
export function checkResource(arn: string, name: string, { protectedResources }: PolicySettings): void {
  if ([arn, name].some((known) => protectedResources.includes(known))) {
    throw failure('TargetProtected', `${arn} is protected; nothing was changed`);
  }
}
