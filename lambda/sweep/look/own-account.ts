import { isDeniedSession } from '../remedies';
import { skipped, type AccountResult } from '../results';

const REASON = 'it is the delegated administrator that runs the sweep, and AWS denied it a root session in itself: sweep it from the management account';

/** Whether a delegated administrator may take a root session in its own account is not documented. Only a denial says that it may not. */
export function ownAccount(result: AccountResult): AccountResult {
  return result.problem !== undefined && isDeniedSession(result.problem) && result.credentials.length === 0 ? skipped(result, REASON) : result;
}

/** Nobody has looked at it: that is to be said, also when the sweep has succeeded. */
export const isUnseenOwnAccount = ({ outcome, reason }: AccountResult) => outcome === 'skipped' && reason === REASON;
