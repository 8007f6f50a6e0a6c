import type { Caller, ConnectionOptions } from './caller';
import { Progress } from './progress';
import { s3 } from '../lambda/aws/clients';
import { failure } from '../lambda/aws/errors';
import { seconds } from '../lambda/aws/patience';
import { AuthorizationPolicies } from '../lambda/policies/authorization-policies';
import { RootSessions } from '../lambda/root-user/sessions';
import type { MayGoOn } from '../lambda/sweep/acceptance';
import type { BatchOptions } from '../lambda/sweep/batch';
import { placesIn } from '../lambda/sweep/causes';
import { decide } from '../lambda/sweep/decide/decision';
import { looksOf } from '../lambda/sweep/decide/looks';
import type { PlanFile } from '../lambda/sweep/decide/plan-file';
import { recoveriesIn, type Recoveries } from '../lambda/sweep/decide/recoveries';
import { lookAtBatch } from '../lambda/sweep/look/batch';
import type { Decision } from '../lambda/sweep/plan';
import { purgeBatch } from '../lambda/sweep/purge/batch';
import { CurrentSelection } from '../lambda/sweep/purge/current-selection';
import { CODES } from '../lambda/sweep/remedies';
import { composeReport, type SweepReport } from '../lambda/sweep/report/contents';
import { outcomesOf } from '../lambda/sweep/report/outcomes';
import type { AccountResult, Problem } from '../lambda/sweep/results';
import type { BatchResults, ResultStore, Walk } from '../lambda/sweep/run-folder';
import { preflight, type Readiness } from '../lambda/sweep/select/preflight';
import { resolveSelection } from '../lambda/sweep/select/resolve';
import type { ResolvedSelection } from '../lambda/sweep/selection';
import type { SweepSettings } from '../lib/sweep/contract';

/** Which accounts, and how many at once. */
export interface SelectionOptions extends ConnectionOptions {
  readonly accounts?: string[];
  readonly ou?: string[];
  readonly exclude?: string[];
  readonly concurrency: number;
  /** Domains in which the mailboxes of root users must be. */
  readonly allowedEmailDomains?: string[];
  /** When it comes, no further account is begun. */
  readonly stop?: AbortSignal;
}

/** Settings of a sweep in which every walk is one batch. */
export function settingsOf(options: SelectionOptions, work: Partial<SweepSettings>): SweepSettings {
  const { accounts, ou, exclude = [], concurrency, allowedEmailDomains } = options;
  return {
    work: 'audit',
    credentials: [],
    dryRun: false,
    protection: { keep: [], keepCertificates: false },
    tolerateFailedAccounts: false,
    failOnFindings: false,
    allowedEmailDomains,
    ...work,
    selection: { accounts, organizationalUnits: ou, exclude },
    accountsPerBatch: ALL,
    accountsInFlight: concurrency,
  };
}

const ALL = Number.MAX_SAFE_INTEGER;

/** Number of the one batch of a walk. */
const ONLY = 0;

/** Nothing was enabled just now: what is off is reported at once. */
const PREFLIGHT = seconds(0);

/** Nothing needs to be deployed for it. */
const BY_COMMANDS: Readiness = {
  switches: 'enable it, with credentials of the management account:\n  npx cdk-root-access enable',
  delegation: 'use credentials of one of them, or register it with those of the management account:\n  npx cdk-root-access delegate <account>',
};

/** A sweep whose steps this process takes, with the modules of the deployed functions: select, look, decide, purge, report. */
export class TerminalSweep {
  /** Selects the accounts. */
  static async begin(aws: Caller, settings: SweepSettings, stop?: AbortSignal): Promise<TerminalSweep> {
    const startTime = new Date().toISOString();
    const identity = await preflight(aws.iam, aws.organizations, PREFLIGHT, BY_COMMANDS);
    return new TerminalSweep(aws, settings, startTime, await resolveSelection(aws.organizations, identity, settings, {}, aws.accountId), stop);
  }

  private readonly results = new ResultsInMemory();
  private readonly sessions: RootSessions;
  private readonly recoveries: Recoveries;
  private decision?: Decision;
  private isCarriedOut = false;

  private constructor(
    private readonly aws: Caller, private readonly settings: SweepSettings, private readonly startTime: string,
    private readonly selection: ResolvedSelection, private readonly stop?: AbortSignal,
  ) {
    this.sessions = new RootSessions(aws.sts, aws.partition, 0);
    this.recoveries = recoveriesIn(s3(), settings.protection.recoveriesBucket);
  }

  get organizationId(): string {
    return this.selection.organizationId;
  }

  private get name(): string {
    return `terminal-${this.startTime}`;
  }

  /** Looks at every selected account, and judges everything that was seen at once. */
  async plan(file?: PlanFile): Promise<Decision> {
    const { settings, selection, recoveries, results } = this;
    if (selection.batches.length > 0) {
      await this.walk('look', selection.batches.flat().length, (options) => lookAtBatch(ONLY, { ...options, selection }));
    }
    const looks = await looksOf(results, selection);
    this.decision = await decide({ execution: this.name, selection, settings, looks, recoveries, file, isOfDeployment: true, now: new Date() });
    return this.decision;
  }

  /** Deletes what is on the plan and still there. What the plan depends on is read again, since a person may have thought about it for hours. */
  async carryOut({ plan }: Decision): Promise<void> {
    const { aws, settings: { selection: { organizationalUnits }, accountsPerBatch }, selection, recoveries } = this;
    const current = new CurrentSelection(aws.organizations, organizationalUnits);
    this.isCarriedOut = true;
    await this.walk('purge', plan.totals.accounts, (options) => purgeBatch(ONLY, { ...options, selection, plan, accountsPerBatch, recoveries, current }));
  }

  /** @param problem why the sweep did not come to its end */
  async report(problem?: Problem): Promise<SweepReport> {
    const { results, selection, decision, isCarriedOut, settings: { accountsPerBatch, limits, allowedEmailDomains, selection: selected } } = this;
    const { accountId: sweepAccountId, region } = this.aws;
    const accounts = await outcomesOf(results, selection, { decision, isCarriedOut, accountsPerBatch });
    return composeReport({ name: this.name, startTime: this.startTime }, selection, accounts, {
      failure: problem, plan: decision?.plan, isCarriedOut, sweepAccountId, region, selection: selected, limits, allowedEmailDomains,
    });
  }

  private async walk(walk: Walk, accounts: number, over: (options: BatchOptions) => Promise<AccountResult[]>): Promise<void> {
    const { aws, results, sessions, selection, settings: { accountsInFlight } } = this;
    const progress = new Progress(walk, accounts);
    results.watch((seen) => progress.show(seen));
    const policies = new AuthorizationPolicies(aws.organizations, placesIn(selection));
    const causes = { policies, partition: aws.partition, region: aws.region, until: Infinity };
    try {
      await over({ folder: results, sessions, accepted: this.unlessStopped(), accountsInFlight, endBy: Infinity, partsMs: PROGRESS_MS, causes });
    } finally {
      progress.end();
    }
  }

  /** Accounts that are under way go on to their end. */
  private unlessStopped(): MayGoOn {
    const check = async () => {
      if (this.stop?.aborted) {
        throw failure(CODES.notAttempted, 'it was interrupted'); // the last check of an account comes before its first deletion
      }
    };
    return { check, checkNowAndThen: check };
  }
}

/** Results are in the memory of this process at once; so often a person sees how many there are. */
const PROGRESS_MS = 200;

/** The results of the walks, in memory: they die with the process. */
class ResultsInMemory implements ResultStore {
  private readonly latest = new Map<Walk, BatchResults>();
  private seen: (results: readonly AccountResult[]) => void = () => undefined;

  watch(seen: (results: readonly AccountResult[]) => void) {
    this.seen = seen;
  }

  async saveResults(walk: Walk, _batch: number, results: BatchResults): Promise<void> {
    this.latest.set(walk, results);
    this.seen(results.results);
  }

  async results(walk: Walk): Promise<BatchResults[]> {
    const results = this.latest.get(walk);
    return results === undefined ? [] : [results];
  }
}
