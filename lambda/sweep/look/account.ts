import { look, withLastUse, type Observation } from './observation';
import { TASK_POLICIES } from '../../../lib/private/contract';
import { readUntil, seconds, type Patience } from '../../aws/patience';
import { READS_LAG } from '../../root-user/credentials';
import type { RootSessions } from '../../root-user/sessions';
import { byDeadline, outOfTime } from '../deadline';
import { CODES, problem, problemOf } from '../remedies';
import { resultOf, type Account, type AccountResult, type Problem } from '../results';

/** The longest that a look may take: reads that do not agree, and its calls. */
export const LOOK_MS = READS_LAG.forMs + seconds(15).forMs;

export interface AccountLook {
  readonly sessions: RootSessions;
  /** For reads that do not agree. */
  readonly reads?: Patience;
  /** Whatever hangs in the account, it has a result then (milliseconds since the epoch). */
  readonly deadline?: number;
}

/** Reads what the root user of an account has. It always has a result, and `clean` is never the answer to a look that failed. */
export function lookAtAccount(account: Account, how: AccountLook): Promise<AccountResult> {
  const { sessions, reads = READS_LAG, deadline = Date.now() + LOOK_MS } = how;
  return byDeadline(deadline, async (timeUp) => {
    try {
      const session = sessions.of(account.accountId, TASK_POLICIES.auditCredentials, timeUp);
      const seen = await readUntil(agrees, reads, () => session.use(look));
      const credentials = await withLastUse(session, seen.credentials);
      return resultOf(account, credentials.map((credential) => ({ ...credential, status: 'found' })), disagreement(seen));
    } catch (error) {
      return resultOf(account, [], problemOf(error));
    }
  }, () => resultOf(account, [], outOfTime('it was looked at')));
}

export const agrees = ({ unaccounted }: Observation) => unaccounted.length === 0;

/** Why an account is not proven to have no more than was seen. */
export function disagreement({ unaccounted }: Observation): Problem | undefined {
  return unaccounted.length === 0 ? undefined : problem(
    CODES.readsDisagree,
    `the account summary does not say 0 for ${unaccounted.join(', ')}, and the lists show none`,
    'reads may lag behind a change made minutes ago: sweep the account again, and look at it in the IAM console if it stays so',
  );
}
