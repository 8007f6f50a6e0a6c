import { act, shouldBeGone, type Attempt } from './act';
import { look, withLastUse, type Observation } from './look';
import { deletes, plan, type Intent, type PlanSettings } from './plan';
import { byRecovery } from './protection';
import type { Recoveries } from './recoveries';
import { TASK_POLICIES } from '../../../lib/private/contract';
import { failure, isNamed, messageOf } from '../../aws/errors';
import { readUntil, withTimeout, type Patience } from '../../aws/patience';
import { isSame, READS_LAG, type Credential } from '../../root-user/credentials';
import { UNMODIFIABLE } from '../../root-user/deletion';
import type { RootSession, RootSessions } from '../../root-user/sessions';
import { CODES, problem, problemOf, problemOfDeletion, SWEEP_ACCOUNT_AGAIN } from '../remedies';
import { resultOf, type Account, type AccountResult, type CredentialResult, type CredentialStatus } from '../results';

/** How long an account may take to become what it should be. */
export interface AccountPatience {
  /** For five reads that disagree, or still show what was deleted. */
  readonly reads: Patience;
  /** For a credential that IAM will not have changed just now. */
  readonly unmodifiable: Patience;
}

export const ACCOUNT_PATIENCE: AccountPatience = { reads: READS_LAG, unmodifiable: UNMODIFIABLE };

/** The longest that one account may take: two waits for reads, one for what IAM will not change, and its calls. Three rounds of a batch fit into its function. */
export const ACCOUNT_MS = ACCOUNT_PATIENCE.unmodifiable.forMs + 2 * ACCOUNT_PATIENCE.reads.forMs + 15_000;

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
  /** Whatever hangs in the account, it has a result then, and nothing more is changed in it (milliseconds since the epoch). */
  readonly deadline?: number;
}

/** One account: look, plan, act, look again. It always has a result, and `deleted` or `clean` in it is what the last look showed. */
export async function sweepAccount(account: Account, sweep: AccountSweep): Promise<AccountResult> {
  const { deadline = Date.now() + ACCOUNT_MS } = sweep;
  const timeUp = new AbortController();
  const work = new AccountWork(account, sweep, timeUp.signal);
  const result = work.run().catch((error) => resultOf(account, [], problemOf(error)));
  return withTimeout(deadline - Date.now(), () => result).catch(() => {
    timeUp.abort();
    return work.abandoned();
  });
}

class AccountWork {
  private readonly audit: RootSession;
  private readonly patience: AccountPatience;
  private step = 'it was looked at';
  private intents: Intent[] = [];
  private readonly attempts: Attempt[] = [];

  constructor(private readonly account: Account, private readonly sweep: AccountSweep, private readonly timeUp: AbortSignal) {
    this.audit = sweep.sessions.of(account.accountId, TASK_POLICIES.auditCredentials, timeUp);
    this.patience = sweep.patience ?? ACCOUNT_PATIENCE;
  }

  async run(): Promise<AccountResult> {
    const before = await this.lookUntil(agrees);
    this.intents = await this.plan(await withLastUse(this.audit, before.credentials));
    const toDelete = this.intents.filter(({ action }) => action === 'delete').map(({ credential }) => credential);
    if (toDelete.length === 0) {
      return resultOf(this.account, this.intents.map(undone), disagreement(before));
    }
    await this.sweep.plans.save(this.account, toDelete);
    this.step = 'its credentials were deleted';
    await this.act(toDelete);
    this.step = 'it was looked at again';
    return this.verify();
  }

  /** What is known when its time is up. Of a deletion that is under way nobody knows whether it will have its effect. */
  abandoned(): AccountResult {
    return resultOf(this.account, this.each(unverified, interrupted), problem(
      CODES.outOfTime, `the time for this account was up while ${this.step}: something did not answer, and nothing more is changed in it`, SWEEP_ACCOUNT_AGAIN,
      'if it happens again, look in CloudTrail which of its calls are the last, and tell AWS Support',
    ));
  }

  /** A recovery is looked for right before something is deleted, so that one is seen that was opened during the sweep. */
  private async plan(credentials: Credential[]): Promise<Intent[]> {
    const { settings, recoveries } = this.sweep;
    const { accountId } = this.account;
    const intents = plan(credentials, settings, { accountId, now: Date.now() });
    return deletes(intents) ? plan(credentials, settings, { accountId, now: Date.now(), recovery: await recoveries.of(accountId) }) : intents;
  }

  /** No error ends an account here: something may have been deleted, and only a look can tell. */
  private async act(toDelete: Credential[]): Promise<void> {
    const session = this.sweep.sessions.of(this.account.accountId, TASK_POLICIES.deleteCredentials, this.timeUp);
    try {
      for await (const attempt of act(session, toDelete, this.patience.unmodifiable, (credential) => this.expectNoRecovery(credential))) {
        this.attempts.push(attempt);
      }
    } catch (error) {
      this.attempts.push(...toDelete.map((credential) => ({ credential, mayHaveDeleted: false, error })));
    }
  }

  /** A deletion may be tried for minutes, in which a recovery may be opened. */
  private async expectNoRecovery(credential: Credential) {
    if (credential.kind === 'Password') {
      const reason = byRecovery(credential, { now: Date.now(), recovery: await this.sweep.recoveries.of(this.account.accountId) });
      if (reason !== undefined) {
        throw failure(CODES.recoveryOpened, reason);
      }
    }
  }

  private each(judge: (attempt: Attempt) => CredentialResult, otherwise: (intent: Intent) => CredentialResult = undone): CredentialResult[] {
    return this.intents.map((intent) => {
      const attempt = this.attempts.find(({ credential }) => isSame(credential, intent.credential));
      return attempt ? judge(attempt) : otherwise(intent);
    });
  }

  private async verify(): Promise<AccountResult> {
    const expectedGone = this.attempts.filter(shouldBeGone);
    const asWanted = (observation: Observation) => agrees(observation) && !expectedGone.some(({ credential }) => isIn(observation, credential));
    let after: Observation;
    try {
      after = await this.lookUntil(asWanted);
    } catch (error) {
      return resultOf(this.account, this.each(unverified), problemOf(error));
    }
    const appeared = after.credentials.filter((credential) => !this.intents.some((intent) => isSame(intent.credential, credential)));
    return resultOf(this.account, [
      ...this.each((attempt) => this.verdict(attempt, after)),
      ...appeared.map(appearedDuringSweep),
    ], disagreement(after));
  }

  private verdict({ credential, mayHaveDeleted, error }: Attempt, after: Observation): CredentialResult {
    if (!isIn(after, credential)) {
      return { ...credential, status: mayHaveDeleted ? 'deleted' : 'absent' };
    }
    if (isNamed(error, CODES.recoveryOpened) || (isNamed(error, CODES.passwordStays) && isIn(after, { kind: 'Password' }))) {
      return { ...credential, status: 'kept', reason: messageOf(error) };
    }
    return {
      ...credential,
      status: 'failed',
      problem: error === undefined
        ? problem(CODES.stillPresent, 'AWS accepted the deletion, and the credential is still there', 'sweep the account again; if it stays, delete it in the IAM console')
        : problemOfDeletion(error),
    };
  }

  private lookUntil(wanted: (observation: Observation) => boolean): Promise<Observation> {
    return readUntil(wanted, this.patience.reads, () => this.audit.use(look));
  }
}

const agrees = (observation: Observation) => observation.unaccounted.length === 0;
const isIn = (observation: Observation, credential: Credential) => observation.credentials.some((other) => isSame(other, credential));

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
    problem: problem(CODES.notVerified, `${done}, and the account could not be read afterwards`, SWEEP_ACCOUNT_AGAIN),
  };
}

function interrupted(intent: Intent): CredentialResult {
  return intent.action !== 'delete' ? undone(intent) : {
    ...intent.credential,
    status: 'failed',
    problem: problem(CODES.interrupted, 'the time for the account was up before this credential was seen to be gone: it may be gone, or still there', SWEEP_ACCOUNT_AGAIN),
  };
}

function appearedDuringSweep(credential: Credential): CredentialResult {
  return {
    ...credential,
    status: 'failed',
    problem: problem(CODES.appeared, 'it was created while the account was swept', 'find out in CloudTrail who created it, then sweep the account again'),
  };
}

function disagreement({ unaccounted }: Observation) {
  return unaccounted.length === 0 ? undefined : problem(
    CODES.readsDisagree,
    `the account summary does not say 0 for ${unaccounted.join(', ')}, and the lists show none`,
    'reads may lag behind a change made minutes ago: sweep the account again, and look at it in the IAM console if it stays so',
  );
}
