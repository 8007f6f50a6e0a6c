import type { PlanFile } from './plan-file';
import { becauseOfTime, type TimeOfDeployment } from './time';
import type { SweepSettings } from '../../../lib/sweep/contract';
import type { Plan } from '../plan';
import { CODES, problem } from '../remedies';
import type { Problem } from '../results';

export interface Reasons {
  readonly settings: Pick<SweepSettings, 'limits' | 'tolerateFailedAccounts'>;
  /** The plan that was reviewed, where there is one. */
  readonly file?: PlanFile;
  /** Whether a deployment waits for the sweep, or a person at a terminal. */
  readonly isOfDeployment: boolean;
  /** Where a deployment waits for the end of the sweep, and it is known how long the first walk has taken. */
  readonly time?: TimeOfDeployment;
  readonly now: Date;
}

/** Why a plan is not carried out: the first reason that applies, or nothing. Where nothing is to be deleted there is nothing to refuse. */
export function reasonToRefuse(plan: Plan, { file, settings, isOfDeployment, time, now }: Reasons): Problem | undefined {
  return file?.reasonToRefuse(plan.organizationId, now)
    ?? (isOfDeployment && !settings.tolerateFailedAccounts ? becauseOfUnread(plan) : undefined)
    ?? becauseOfLimits(plan, settings.limits)
    ?? (time && becauseOfTime(plan.totals.accounts, time, now));
}

/** A deployment that fails is rolled back, with the tools that the accounts need that were swept: so it fails before it deletes. */
function becauseOfUnread({ unread, totals: { accounts } }: Plan): Problem | undefined {
  return unread.length === 0 || accounts === 0 ? undefined : problem(
    CODES.unread,
    `nothing was deleted: ${unread.length} of the selected accounts could not be read, and nothing is deleted unless all of them can be read`,
    'follow the remedies of these accounts, then deploy again',
    'exclude them, or set failedAccounts to FailedAccounts.TOLERATE, which sweeps the others',
  );
}

function becauseOfLimits({ totals }: Plan, { credentials, accounts }: SweepSettings['limits'] = {}): Problem | undefined {
  const planned = { credentials: Object.values(totals.delete).reduce((sum, count) => sum + count, 0), accounts: totals.accounts };
  const exceeded = ([['credentials', credentials], ['accounts', accounts]] as const)
    .filter(([what, most]) => most !== undefined && !(planned[what] <= Number(most))) // what is no number allows nothing
    .map(([what, most]) => `${planned[what]} ${what} (limits allow ${most})`);
  return exceeded.length === 0 ? undefined : problem(
    CODES.limitExceeded,
    `nothing was deleted: the plan would delete ${exceeded.join(' and ')}`,
    'read plan.json next to the report; if it is right, raise limits and deploy again',
    'narrow the selection or keep more, if it is not',
  );
}
