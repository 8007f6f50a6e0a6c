import { act, shouldBeGone, type Attempt } from './act';
import { look, withLastUse, type Sight } from './look';
import { deletes, plan, type Intent, type PlanSettings } from './plan';
import type { Recoveries } from './recoveries';
import { CODES, problem, problemOf } from './remedies';
import { isSame, resultOf, type Account, type AccountResult, type Credential, type CredentialResult, type CredentialStatus } from './results';
import { isNamed, messageOf } from '../aws/errors';
import { readUntil, seconds, type Patience } from '../aws/patience';
import type { RootSession, RootSessions } from '../aws/root-sessions';

/** How long an account may take to become what it should be. */
export interface AccountPatience {
  /** For five reads that disagree, or still show what was deleted. */
  readonly reads: Patience;
  /** For a credential that IAM will not have changed just now. */
  readonly unmodifiable: Patience;
}

export const ACCOUNT_PATIENCE: AccountPatience = { reads: seconds(60), unmodifiable: seconds(120, 1_000, 10_000) };

/** Where the plans of a sweep outlive the function that made them. */
export interface Plans {
  save(account: Account, credentials: Credential[]): Promise<void>;
}

export interface AccountSweep {
  readonly sessions: RootSessions;
  readonly plans: Plans;
  readonly recoveries: Recoveries;
  readonly settings: PlanSettings;
  readonly patience?: AccountPatience;
}

/** One account: look, plan, act, look again. It always has a result, and `deleted` or `clean` in it is what the last look showed. */
export async function sweepAccount(account: Account, sweep: AccountSweep): Promise<AccountResult> {
  try {
    return await new AccountWork(account, sweep).do();
  } catch (error) {
    return resultOf(account, [], problemOf(error));
  }
}

class AccountWork {
  private readonly audit: RootSession;
  private readonly patience: AccountPatience;

  constructor(private readonly account: Account, private readonly sweep: AccountSweep) {
    this.audit = sweep.sessions.of(account.accountId, 'IAMAuditRootUserCredentials');
    this.patience = sweep.patience ?? ACCOUNT_PATIENCE;
  }

  async do(): Promise<AccountResult> {
    const before = await this.lookUntil(agrees);
    const intents = await this.plan(await withLastUse(this.audit, before.credentials));
    const doomed = intents.filter(({ action }) => action === 'delete').map(({ credential }) => credential);
    if (doomed.length === 0) {
      return resultOf(this.account, intents.map(undone), disagreement(before));
    }
    await this.sweep.plans.save(this.account, doomed);
    const attempts = await this.act(doomed);
    return this.verify(intents, attempts);
  }

  /** A recovery is looked for right before something is deleted, so that one is seen that was opened during the sweep. */
  private async plan(credentials: Credential[]): Promise<Intent[]> {
    const { settings, recoveries } = this.sweep;
    const { accountId } = this.account;
    const intents = plan(credentials, settings, { accountId, now: Date.now() });
    return deletes(intents) ? plan(credentials, settings, { accountId, now: Date.now(), recovery: await recoveries.of(accountId) }) : intents;
  }

  /** No error ends an account here: something may have been deleted, and only a look can tell. */
  private async act(doomed: Credential[]): Promise<Attempt[]> {
    const session = this.sweep.sessions.of(this.account.accountId, 'IAMDeleteRootUserCredentials');
    try {
      return await act(session, this.account.accountId, doomed, this.patience.unmodifiable);
    } catch (error) {
      return doomed.map((credential) => ({ credential, mayHaveDeleted: false, error }));
    }
  }

  private async verify(intents: Intent[], attempts: Attempt[]): Promise<AccountResult> {
    const hopeful = attempts.filter(shouldBeGone);
    const each = (judge: (attempt: Attempt) => CredentialResult) => intents.map((intent) => {
      const attempt = attempts.find(({ credential }) => isSame(credential, intent.credential));
      return attempt ? judge(attempt) : undone(intent);
    });
    const asWanted = (sight: Sight) => agrees(sight) && !hopeful.some(({ credential }) => isIn(sight, credential));
    let after: Sight;
    try {
      after = await this.lookUntil(asWanted);
    } catch (error) {
      return resultOf(this.account, each(unverified), problemOf(error));
    }
    const appeared = after.credentials.filter((credential) => !intents.some((intent) => isSame(intent.credential, credential)));
    return resultOf(this.account, [
      ...each((attempt) => this.verdict(attempt, after)),
      ...appeared.map(newcomer),
    ], disagreement(after));
  }

  private verdict({ credential, mayHaveDeleted, error }: Attempt, after: Sight): CredentialResult {
    if (!isIn(after, credential)) {
      return { ...credential, status: mayHaveDeleted ? 'deleted' : 'absent' };
    }
    if (isNamed(error, CODES.passwordStays) && isIn(after, { kind: 'Password' })) {
      return { ...credential, status: 'kept', reason: messageOf(error) };
    }
    return {
      ...credential,
      status: 'failed',
      problem: error === undefined
        ? problem(CODES.stillPresent, 'AWS accepted the deletion, and the credential is still there', 'sweep the account again; if it stays, delete it in the IAM console')
        : problemOf(error),
    };
  }

  private lookUntil(wanted: (sight: Sight) => boolean): Promise<Sight> {
    return readUntil(wanted, this.patience.reads, () => this.audit.use(look));
  }
}

const agrees = (sight: Sight) => sight.unaccounted.length === 0;
const isIn = (sight: Sight, credential: Credential) => sight.credentials.some((other) => isSame(other, credential));

/** A credential that nothing was done to. */
function undone({ credential, action, reason }: Intent): CredentialResult {
  return { ...credential, status: STATUS_OF[action], reason };
}

/** What becomes of an intent that nobody has acted on. To delete is acted on, or an error before. */
const STATUS_OF: Record<Intent['action'], CredentialStatus> = { 'keep': 'kept', 'find': 'found', 'would-delete': 'would-delete', 'delete': 'failed' };

function unverified({ credential, error }: Attempt): CredentialResult {
  const done = error === undefined ? 'AWS accepted the deletion' : `the deletion failed (${messageOf(error)})`;
  return {
    ...credential,
    status: 'failed',
    problem: problem(CODES.notVerified, `${done}, and the account could not be read afterwards`, 'sweep the account again: what is gone then is gone'),
  };
}

function newcomer(credential: Credential): CredentialResult {
  return {
    ...credential,
    status: 'failed',
    problem: problem(CODES.appeared, 'it was created while the account was swept', 'find out in CloudTrail who created it, then sweep the account again'),
  };
}

function disagreement({ unaccounted }: Sight) {
  return unaccounted.length === 0 ? undefined : problem(
    CODES.readsDisagree,
    `the account summary does not say 0 for ${unaccounted.join(', ')}, and the lists show none`,
    'reads may lag behind a change made minutes ago: sweep the account again, and look at it in the IAM console if it stays so',
  );
}
