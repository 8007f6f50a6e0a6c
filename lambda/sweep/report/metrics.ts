import type { SweepReport } from './contents';
import { accountsSwept, isWhole, tallyOf } from './tally';
import type { MetricName } from '../../../lib/sweep/contract';
import { emitMetrics } from '../metrics';

/** The plan was counted when it was made. */
type ReportedMetric = Exclude<MetricName, 'plansMade'>;

/** The metrics that a narrowed sweep may add to. */
const ADDITIONS: readonly ReportedMetric[] = [
  'accountsFailed', 'credentialsFound', 'credentialsDeleted', 'sweepsIncomplete', 'signalsFailed', 'endedExceptions', 'foreignMailboxes',
];

/**
 * Emits what a sweep found and did. Only a sweep of the whole selection that came to its end may say that there is nothing:
 * another one adds to what is known, and a zero of it would end an alarm that is true.
 */
export function publishMetrics(sweep: string, report: SweepReport, signalsFailed: number) {
  const values = valuesOf(report, signalsFailed);
  const names = (Object.keys(values) as ReportedMetric[]).filter((name) => isAskedFor(name, report));
  const told = names.filter((name) => isWhole(report) || (ADDITIONS.includes(name) && values[name] > 0));
  if (told.length > 0) { // Powertools would warn of none
    emitMetrics(sweep, Object.fromEntries(told.map((name) => [name, values[name]])));
  }
}

/** A metric costs money, also one that is always zero. */
function isAskedFor(name: ReportedMetric, { exceptions, allowedEmailDomains }: SweepReport): boolean {
  switch (name) {
    case 'endedExceptions': return exceptions.some(({ until }) => until !== undefined);
    case 'foreignMailboxes': return allowedEmailDomains !== undefined;
    default: return true;
  }
}

function valuesOf(report: SweepReport, signalsFailed: number): Record<ReportedMetric, number> {
  const { found, deleted, kept } = tallyOf(report);
  return {
    accountsSwept: accountsSwept(report),
    accountsClean: report.counts.clean,
    accountsFailed: report.counts.failed,
    credentialsFound: found,
    credentialsDeleted: deleted,
    credentialsKept: kept,
    sweepsFinished: isWhole(report) ? 1 : 0,
    sweepsIncomplete: report.problem === undefined ? 0 : 1,
    sweepDuration: (Date.parse(report.endedAt) - Date.parse(report.startedAt)) / 1_000,
    signalsFailed,
    ...report.findings,
  };
}
