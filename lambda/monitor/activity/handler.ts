import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';
import type { CloudWatchLogsEvent } from 'aws-lambda';
import { decoded, deliveryOf } from './delivery';
import type { Finding } from './finding';
import { Outputs } from './outputs';
import { COUNTED_BY_FUNCTION, FUNCTION_DIMENSION, type ActivityEnvironment, type MonitorSettings } from '../../../lib/monitor/contract';
import { eventBridge, sns } from '../../aws/clients';
import { environment } from '../../aws/environment';
import { log } from '../../log';

const { TOPIC_ARN, EVENT_BUS_NAME, METRIC_NAMESPACE } = environment<ActivityEnvironment>();
const outputs = new Outputs({ sns: sns(), topicArn: TOPIC_ARN, eventBridge: eventBridge(), busName: EVENT_BUS_NAME });
const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: FUNCTION_DIMENSION.service });

/** Invoked by CloudWatch Logs with events of the trail of the organization. */
export async function handler(event: CloudWatchLogsEvent): Promise<void> {
  const settings = JSON.parse(environment<ActivityEnvironment>().MONITOR_SETTINGS) as MonitorSettings;
  const { findings, exempt, expected } = deliveryOf(decoded(event), settings);
  count(findings);
  log.info('events of the trail', { findings: findings.length, expected, exempt });
  await outputs.publish(findings);
}

/** Before anything is published: alarms do not depend on the topic. */
function count(findings: Finding[]) {
  for (const kind of COUNTED_BY_FUNCTION) {
    const number = findings.filter(({ activity, also }) => activity === kind || also.some((other) => other === kind)).length;
    if (number > 0) {
      metrics.addMetric(kind, MetricUnit.Count, number);
    }
  }
  if (metrics.hasStoredMetrics()) {
    metrics.publishStoredMetrics();
  }
}
