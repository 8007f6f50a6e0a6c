import pLimit from 'p-limit';
import { caller, type Caller, type ConnectionOptions } from './caller';
import { Progress } from './progress';
import { seconds } from '../lambda/aws/patience';
import { AuthorizationPolicies } from '../lambda/policies/authorization-policies';
import { RootSessions } from '../lambda/root-user/sessions';
import { placesIn, withCauses } from '../lambda/sweep/causes';
import { lookAtAccount } from '../lambda/sweep/look/account';
import { ownAccount } from '../lambda/sweep/look/own-account';
import { CODES, problem } from '../lambda/sweep/remedies';
import { composeReport, type SweepReport } from '../lambda/sweep/report/contents';
import { resultOf, type Account, type AccountResult } from '../lambda/sweep/results';
import { preflight } from '../lambda/sweep/select/preflight';
import { resolveSelection } from '../lambda/sweep/select/resolve';
import type { ResolvedSelection } from '../lambda/sweep/selection';
import type { SweepSettings } from '../lib/sweep/contract';

export interface AuditOptions extends ConnectionOptions {
  readonly accounts?: string[];
  readonly ou?: string[];
  readonly exclude?: string[];
  readonly concurrency: number;
  /** When it comes, no further account is begun. */
  readonly stop?: AbortSignal;
}

/** Nothing was enabled just now: what is off is reported at once. */
const PREFLIGHT = seconds(0);

/** Reads the root credentials of the selected member accounts, with the modules of a deployed `RootCredentialsAudit`. */
export async function audit(options: AuditOptions): Promise<SweepReport> {
  return auditBy(await caller(options), options);
}

export async function auditBy(aws: Caller, options: AuditOptions): Promise<SweepReport> {
  const startTime = new Date().toISOString();
  const identity = await preflight(aws.iam, aws.organizations, PREFLIGHT);
  const selection = await resolveSelection(aws.organizations, identity, settingsOf(options), {}, aws.accountId);
  const accounts = await auditAccounts(aws, selection, options);
  return composeReport({ name: `audit-${startTime}`, startTime }, selection, [...accounts, ...selection.skipped], undefined);
}

async function auditAccounts(aws: Caller, selection: ResolvedSelection, { concurrency, stop }: AuditOptions): Promise<AccountResult[]> {
  const accounts = selection.batches.flat();
  const sessions = new RootSessions(aws.sts, aws.partition, 0);
  const progress = new Progress(accounts.length);
  const results: AccountResult[] = [];
  const limit = pLimit(concurrency);
  await Promise.all(accounts.map((account) => limit(async () => {
    results.push(stop?.aborted ? notBegun(account) : await lookAtAccount(account, { sessions }));
    progress.show(results);
  })));
  progress.end();
  const own = results.map((result) => result.accountId === aws.accountId ? ownAccount(result) : result);
  const policies = new AuthorizationPolicies(aws.organizations, placesIn(selection));
  return withCauses(own, selection, { policies, partition: aws.partition, region: aws.region, until: Infinity });
}

function settingsOf({ accounts, ou, exclude = [], concurrency }: AuditOptions): SweepSettings {
  return {
    work: 'audit',
    selection: { accounts, organizationalUnits: ou, exclude },
    credentials: [],
    dryRun: false,
    protection: { keep: [], keepCertificates: false },
    tolerateFailedAccounts: false,
    failOnFindings: false,
    accountsPerBatch: Number.MAX_SAFE_INTEGER,
    accountsInFlight: concurrency,
  };
}

const notBegun = (account: Account) => (
  resultOf(account, [], problem(CODES.notAttempted, 'the audit was interrupted before this account', 'run it again, with --accounts for this one')));
