import type { SweepWork } from '../../../lib/sweep/contract';
import { OUTCOMES, type AccountResult, type Outcome, type Problem } from '../results';
import type { Execution } from '../run-folder';
import type { OrganizationalUnit, ResolvedSelection } from '../selection';

/** Version of the report's format, as its published schema names it. */
export const REPORT_SCHEMA = 'https://raw.githubusercontent.com/cdk-root-access/cdk-root-access/main/schema/report-1.json';

/** What a sweep found and did: `schema/report-1.json`. */
export interface SweepReport {
  readonly $schema: string;
  readonly execution: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly organizationId?: string;
  readonly managementAccountId?: string;
  readonly work?: SweepWork;
  /** Of a purge, as the kinds that it deletes. */
  readonly dryRun?: boolean;
  readonly credentials?: string[];
  /** Whether it is of a part of the construct's selection only. */
  readonly narrowed?: boolean;
  /** Other sweeps of the same construct that were at work when this one began: what they deleted was gone before, or `absent`. */
  readonly alsoRunning?: string[];
  /** Accounts by outcome. */
  readonly counts: Record<Outcome, number>;
  /** Why the sweep as a whole did not come to its end. */
  readonly problem?: Problem;
  /** Units in which the accounts are, those above them included, as far as AWS tells. */
  readonly organizationalUnits?: OrganizationalUnit[];
  readonly accounts: AccountResult[];
}

export function composeReport(
  execution: Execution, selection: ResolvedSelection | undefined, accounts: AccountResult[], failure: Problem | undefined,
): SweepReport {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, accounts.filter((account) => account.outcome === outcome).length]));
  return {
    $schema: REPORT_SCHEMA,
    execution: execution.name,
    startedAt: execution.startTime,
    endedAt: new Date().toISOString(),
    organizationId: selection?.organizationId,
    managementAccountId: selection?.managementAccountId,
    work: selection?.work,
    ...selection?.work === 'purge' ? { dryRun: selection.dryRun, credentials: selection.credentials } : {},
    narrowed: selection?.narrowed,
    alsoRunning: selection?.alsoRunning,
    counts: counts as Record<Outcome, number>,
    problem: failure,
    organizationalUnits: selection?.placement?.units,
    accounts: accounts
      .map((account) => ({
        ...account,
        parentId: selection?.placement?.parents[account.accountId],
        email: selection?.mailboxes?.[account.accountId],
      }))
      .sort((one, other) => rank(one) - rank(other) || one.accountId.localeCompare(other.accountId)),
  };
}

/** What needs attention comes first. */
const rank = ({ outcome }: AccountResult) => OUTCOMES.indexOf(outcome);
