import { compare, type Changes, type EarlierReport } from './changes';
import { ExceptionIndex, exceptionsAt, type ReportedException } from './exceptions';
import { isForeign } from './mailboxes';
import { totalsOf, unitsOf, type ReportedUnit, type Totals } from './totals';
import { VERSION } from './version';
import type { Selection } from '../../../lib/private/contract';
import type { Limits, Protection, SweepWork } from '../../../lib/sweep/contract';
import { isDeletion, type Plan } from '../plan';
import type { PlanApproval } from '../plan-approval';
import { OUTCOMES, type AccountResult, type Outcome, type Problem } from '../results';
import type { Execution } from '../run-folder';
import type { ResolvedSelection } from '../selection';

/** Version of the report's format, as its published schema names it. */
export const REPORT_SCHEMA = 'https://raw.githubusercontent.com/cdk-root-access/cdk-root-access/main/schema/report-2.json';

/** Origin and limits of a sweep, so that a reader of the report can check it. */
export interface Evidence {
  /** Path of the construct. */
  readonly construct?: string;
  readonly executionArn?: string;
  /** The account and the Region in which the sweep ran. */
  readonly sweepAccountId?: string;
  readonly region?: string;
  /** The selection of the construct. */
  readonly selection?: Selection;
  readonly limits?: Limits;
  /** Domains of the mailboxes of root users. */
  readonly allowedEmailDomains?: string[];
  /** Of the plan, where the construct asks for one. */
  readonly approval?: PlanApproval;
}

/** Findings beside credentials. */
export interface Findings {
  /** Exceptions that have ended and are still there. */
  readonly endedExceptions: number;
  /** Accounts whose root mailbox is outside of the allowed domains. */
  readonly foreignMailboxes: number;
}

/** The plan, and whether it was carried out. */
export interface ReportedPlan {
  /** Of the organization and of what is deleted, as `plan.json` has it. */
  readonly digest: string;
  readonly status: 'preview' | 'empty' | 'refused' | 'carried-out' | 'not-carried-out';
}

/** Findings and actions of a sweep: `schema/report-2.json`. */
export interface SweepReport extends Evidence {
  readonly $schema: string;
  /** Version of this library. */
  readonly version?: string;
  readonly execution: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly organizationId?: string;
  readonly managementAccountId?: string;
  readonly work?: SweepWork;
  /** Of a purge, as the kinds that it deletes, and what it keeps. */
  readonly dryRun?: boolean;
  readonly credentials?: string[];
  readonly protection?: Protection;
  /** Absent when the sweep ended before it decided, and of an audit in the terminal. */
  readonly plan?: ReportedPlan;
  /** Whether it is of a part of the construct's selection only. */
  readonly narrowed?: boolean;
  /** Other sweeps of the same construct that were at work when this one began: what they deleted was gone before, or `absent`. */
  readonly alsoRunning?: string[];
  /** Accounts by outcome. */
  readonly counts: Record<Outcome, number>;
  /** Credentials by kind and status. */
  readonly totals: Totals;
  /** Accounts and credentials that are left alone on purpose, with owner and end. */
  readonly exceptions: ReportedException[];
  readonly findings: Findings;
  /** Differences from the report of the sweep before, where there is one. */
  readonly changes?: Changes;
  /** Why the sweep as a whole did not come to its end. */
  readonly problem?: Problem;
  /** Units in which the accounts are, those above them included, as far as AWS tells. */
  readonly organizationalUnits?: ReportedUnit[];
  readonly accounts: AccountResult[];
}

/** The circumstances of a sweep beside its results. */
export interface Facts extends Evidence {
  readonly failure?: Problem;
  readonly plan?: Plan;
  /** Whether the plan was let go. */
  readonly isCarriedOut?: boolean;
  /** The latest report of the construct before this one. */
  readonly earlier?: EarlierReport;
}

export function composeReport(
  execution: Execution, selection: ResolvedSelection | undefined, results: AccountResult[], facts: Facts = {},
): SweepReport {
  const { failure, plan, isCarriedOut = false, earlier, ...evidence } = facts;
  const compared = earlier && compare(results, earlier);
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, results.filter((account) => account.outcome === outcome).length]));
  const exceptions = exceptionsAt(execution.startTime, { selection: evidence.selection, protection: selection?.protection });
  const index = new ExceptionIndex(exceptions);
  const accounts = (compared?.accounts ?? results)
    .map((account): AccountResult => {
      const email = selection?.mailboxes?.[account.accountId];
      return {
        ...account,
        parentId: selection?.placement?.parents[account.accountId],
        email,
        foreignMailbox: isForeign(email, evidence.allowedEmailDomains) ? true : undefined,
        exception: index.ofAccount(account),
        credentials: account.credentials.map((credential) => ({ ...credential, exception: index.ofCredential(account, credential) })),
      };
    })
    .sort((one, other) => rank(one) - rank(other) || one.accountId.localeCompare(other.accountId));
  return {
    $schema: REPORT_SCHEMA,
    version: VERSION,
    execution: execution.name,
    startedAt: execution.startTime,
    endedAt: new Date().toISOString(),
    ...evidence,
    organizationId: selection?.organizationId,
    managementAccountId: selection?.managementAccountId,
    work: selection?.work,
    ...selection?.work === 'purge' ? { dryRun: selection.dryRun, credentials: selection.credentials, protection: selection.protection } : {},
    plan: plan && { digest: plan.digest, status: statusOf(plan, isCarriedOut) },
    narrowed: selection?.narrowed,
    alsoRunning: selection?.alsoRunning,
    counts: counts as Record<Outcome, number>,
    totals: totalsOf(accounts),
    exceptions,
    findings: {
      endedExceptions: exceptions.filter(({ state }) => state === 'ended').length,
      foreignMailboxes: accounts.filter(({ foreignMailbox }) => foreignMailbox).length,
    },
    changes: compared?.changes,
    problem: failure,
    organizationalUnits: selection?.placement && unitsOf(selection.placement.units, accounts),
    accounts,
  };
}

function statusOf(plan: Plan, isCarriedOut: boolean): ReportedPlan['status'] {
  if (plan.work === 'audit' || plan.dryRun) {
    return 'preview';
  }
  if (plan.refused !== undefined) {
    return 'refused';
  }
  return isCarriedOut ? 'carried-out' : plan.credentials.some(isDeletion) ? 'not-carried-out' : 'empty';
}

/** Accounts that need attention come first. */
const rank = ({ outcome }: AccountResult) => OUTCOMES.indexOf(outcome);
