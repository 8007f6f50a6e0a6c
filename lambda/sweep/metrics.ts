import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, METRICS, SWEEP_DIMENSION, type MetricName } from '../../lib/sweep/contract';

/** Emits metrics of a sweep in a line of the log, which needs no permission. */
export function emitMetrics(sweep: string, values: Partial<Readonly<Record<MetricName, number>>>) {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  metrics.clearDefaultDimensions(); // `service`, by which the construct's metrics would not be found
  metrics.addDimension(SWEEP_DIMENSION, sweep);
  for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
    metrics.addMetric(METRICS[name], name === 'sweepDuration' ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}
