import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SweepReport } from './contents';
import { accountsSwept, isWhole, tallyOf } from './tally';
import { METRIC_NAMESPACE, METRICS, SWEEP_DIMENSION, type MetricName } from '../../../lib/sweep/contract';

/** What another sweep than that of the whole selection may add. */
const ADDITIONS: readonly MetricName[] = ['accountsFailed', 'credentialsFound', 'credentialsDeleted', 'sweepsIncomplete', 'signalsFailed'];

/**
 * Emits what a sweep found and did. Only a sweep of the whole selection that came to its end may say that there is nothing:
 * another one adds to what is known, and a zero of it would end an alarm that is true.
 */
export function publishMetrics(sweep: string, report: SweepReport, signalsFailed: number) {
  const names = Object.keys(METRICS) as MetricName[];
  const values = valuesOf(report, signalsFailed);
  const told = names.filter((name) => isWhole(report) || (ADDITIONS.includes(name) && values[name] > 0));
  if (told.length === 0) {
    return; // Powertools would warn of it
  }
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  metrics.clearDefaultDimensions(); // `service`, by which the construct's metrics would not be found
  metrics.addDimension(SWEEP_DIMENSION, sweep);
  told.forEach((name) => metrics.addMetric(METRICS[name], name === 'sweepDuration' ? MetricUnit.Seconds : MetricUnit.Count, values[name]));
  metrics.publishStoredMetrics();
}

function valuesOf(report: SweepReport, signalsFailed: number): Record<MetricName, number> {
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
  };
}
