import { act, shouldBeGone, type Attempt } from './act';
import type { CurrentSelection } from './current-selection';
import { TASK_POLICIES } from '../../../lib/private/contract';
import { failure, isNamed, messageOf } from '../../aws/errors';
import { readUntil, seconds, type Patience } from '../../aws/patience';
import { credentialOf, isSame, READS_LAG, type Credential } from '../../root-user/credentials';
import { UNMODIFIABLE } from '../../root-user/deletion';
import type { RootSession, RootSessions } from '../../root-user/sessions';
import type { MayGoOn } from '../acceptance';
import { byDeadline, outOfTime } from '../deadline';
import { intentsFor, type IntentSettings } from '../decide/intents';
import { byRecovery } from '../decide/protection';
import type { Recoveries } from '../decide/recoveries';
import { agrees, disagreement } from '../look/account';
import { look, withLastUse, type Observation } from '../look/observation';
import { isToGo, type PlannedAccount, type PlannedCredential } from '../plan';
import { CODES, problem, problemOf, problemOfDeletion, SWEEP_ACCOUNT_AGAIN } from '../remedies';
import { resultOf, type AccountResult, type CredentialResult, type Problem } from '../results';

/** How long an account may take to reach its wanted state. */
export interface PurgePatience {
  /** For five reads that disagree, or still show what was deleted. */
  readonly reads: Patience;
  /** For a credential that IAM will not have changed just now. */
  readonly unmodifiable: Patience;
}

export const PURGE_PATIENCE: PurgePatience = { reads: READS_LAG, unmodifiable: UNMODIFIABLE };

/** The longest that one account may take: a wait for reads, one for what IAM will not change, and its calls. Rounds of a batch fit into its function. */
export const PURGE_MS = PURGE_PATIENCE.unmodifiable.forMs + PURGE_PATIENCE.reads.forMs + seconds(15).forMs;

export interface AccountPurge {
  readonly sessions: RootSessions;
  readonly recoveries: Recoveries;
  readonly settings: IntentSettings;
  /** Whether the sweep may still go on; nothing stops it without it. */
  readonly accepted?: MayGoOn;
  readonly current?: CurrentSelection;
  readonly patience?: PurgePatience;
  /** Whatever hangs in the account, it has a result then, and nothing more is changed in it (milliseconds since the epoch). */
  readonly deadline?: number;
}

/** Carries out the plan in one account, then looks. It always has a result, and `deleted` in it is what the look showed. */
export class PurgeOfAccount {
  private readonly patience: PurgePatience;
  private readonly planned: readonly PlannedCredential[];
  private step = 'it was about to be purged';
  /** Credentials that stay after all, because they became protected since the plan was made, with the reason. */
  private readonly kept = new Map<Credential, string>();
  private readonly attempts: Attempt[] = [];

  constructor(private readonly account: PlannedAccount, private readonly purge: AccountPurge) {
    this.planned = account.credentials;
    this.patience = purge.patience ?? PURGE_PATIENCE;
  }

  run(): Promise<AccountResult> {
    const { deadline = Date.now() + PURGE_MS } = this.purge;
    return byDeadline(deadline, (timeUp) => this.carryOut(timeUp), () => (
      this.result(failed(INTERRUPTED), outOfTime(this.step)))); // of a deletion that is under way nobody knows whether it will have its effect
  }

  /** Of an account that is not begun. An attempt before this one may have been. */
  notBegun(why: Problem): AccountResult {
    return this.result(failed(why), why);
  }

  private async carryOut(timeUp: AbortSignal): Promise<AccountResult> {
    try {
      const session = this.purge.sessions.of(this.account.accountId, TASK_POLICIES.deleteCredentials, timeUp);
      const toDelete = await this.stillToDelete(session);
      if (toDelete.length === 0) {
        return this.result(failed(INTERRUPTED)); // everything is kept
      }
      await this.purge.accepted?.check();
      this.step = 'its credentials were deleted';
      await this.act(session, toDelete);
    } catch (error) {
      const why = problemOf(error);
      return this.result(failed(why), why);
    }
    this.step = 'it was looked at again';
    return this.verify(this.purge.sessions.of(this.account.accountId, TASK_POLICIES.auditCredentials, timeUp));
  }

  /** Days may have passed since the plan was made: what decided over it is read again, and what became protected is kept. */
  private async stillToDelete(session: RootSession): Promise<PlannedCredential[]> {
    const { accountId } = this.account;
    const { current, recoveries, settings } = this.purge;
    const planned = this.planned.filter(isToGo);
    const [left, recovery] = await Promise.all([current?.reasonToLeave(accountId), recoveries.of(accountId)]);
    if (left !== undefined) {
      planned.forEach((credential) => this.kept.set(credential, `it is not selected any more: ${left}`));
      return [];
    }
    const now = await this.withCurrentUse(session, planned);
    const intents = intentsFor(now, settings, { accountId, now: Date.now(), recovery });
    for (const { credential, reason } of intents.filter(({ action }) => action === 'keep')) {
      this.kept.set(planned[now.indexOf(credential)], reason!);
    }
    return planned.filter((credential) => !this.kept.has(credential));
  }

  /** Read where use protects, and only there. */
  private withCurrentUse(session: RootSession, planned: readonly PlannedCredential[]): Promise<Credential[]> {
    const { usedWithinSeconds, deleteAccessKeysInUse } = this.purge.settings.protection;
    const matters = ({ kind }: Credential) => usedWithinSeconds !== undefined || (kind === 'AccessKey' && !deleteAccessKeysInUse);
    return Promise.all(planned.map(async (credential) => matters(credential) ? (await withLastUse(session, [credential]))[0] : credential));
  }

  /** No error ends an account here: something may have been deleted, and only a look can tell. */
  private async act(session: RootSession, toDelete: readonly PlannedCredential[]): Promise<void> {
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
      const reason = byRecovery(credential, { now: Date.now(), recovery: await this.purge.recoveries.of(this.account.accountId) });
      if (reason !== undefined) {
        throw failure(CODES.recoveryOpened, reason);
      }
    }
  }

  private async verify(session: RootSession): Promise<AccountResult> {
    const expectedGone = this.attempts.filter(shouldBeGone);
    const asWanted = (observation: Observation) => agrees(observation) && !expectedGone.some(({ credential }) => isIn(observation, credential));
    let after: Observation;
    try {
      after = await readUntil(asWanted, this.patience.reads, () => session.use(look));
    } catch (error) {
      return this.result(unverified, problemOf(error));
    }
    const appeared = after.credentials.filter((credential) => !this.planned.some((planned) => isSame(planned, credential)));
    return this.result((attempt) => verdict(attempt, after), disagreement(after), appeared.map(appearedDuringSweep));
  }

  /** One line for each credential of the plan. */
  private result(judge: (attempt: Attempt) => CredentialResult, why?: Problem, appeared: readonly CredentialResult[] = []): AccountResult {
    const credentials = this.planned.map((planned) => {
      const reason = isToGo(planned) ? this.kept.get(planned) : planned.reason;
      if (reason !== undefined) {
        return { ...credentialOf(planned), status: 'kept' as const, reason };
      }
      const { mayHaveDeleted, error, record } = this.attempts.find(({ credential }) => credential === planned) ?? { mayHaveDeleted: false };
      return { ...judge({ credential: credentialOf(planned), mayHaveDeleted, error }), ...record };
    });
    return resultOf(this.account, [...credentials, ...appeared], why);
  }
}

const isIn = (observation: Observation, credential: Credential) => observation.credentials.some((other) => isSame(other, credential));

const failed = (why: Problem) => ({ credential }: Attempt): CredentialResult => ({ ...credential, status: 'failed', problem: why });

const INTERRUPTED = problem(CODES.interrupted, 'the time for the account was up before this credential was seen to be gone: it may be gone, or still there', SWEEP_ACCOUNT_AGAIN);

/** A plan does not say who carried it out. */
const GONE = 'it is gone: someone else deleted it, or an attempt of this sweep that did not live to report it';

function verdict({ credential, mayHaveDeleted, error }: Attempt, after: Observation): CredentialResult {
  if (!isIn(after, credential)) {
    return mayHaveDeleted ? { ...credential, status: 'deleted' } : { ...credential, status: 'absent', reason: GONE };
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

function unverified({ credential, error }: Attempt): CredentialResult {
  const done = error === undefined ? 'AWS accepted the deletion' : `the deletion failed (${messageOf(error)})`;
  return {
    ...credential,
    status: 'failed',
    problem: problem(CODES.notVerified, `${done}, and the account could not be read afterwards`, SWEEP_ACCOUNT_AGAIN),
  };
}

function appearedDuringSweep(credential: Credential): CredentialResult {
  return {
    ...credential,
    status: 'failed',
    problem: problem(CODES.appeared, 'it was created while the account was swept', 'find out in CloudTrail who created it, then sweep the account again'),
  };
}
