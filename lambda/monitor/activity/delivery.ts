import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent } from 'aws-lambda';
import { classify } from './classify';
import { type Finding, findingOf, unreadable } from './finding';
import type { MonitorSettings } from '../../../lib/monitor/contract';

/** Result of a delivery of log events. Each log event is in one of the three. */
export interface Delivery {
  readonly findings: Finding[];
  readonly exempt: { readonly eventId: unknown; readonly reason: string }[];
  readonly expected: number;
}

/** CloudWatch Logs sends one to test whether it can reach the function. */
const CONTROL = 'CONTROL_MESSAGE';

/** Fails for data that CloudWatch Logs cannot have sent: the delivery then goes to the queue. */
export function decoded({ awslogs }: CloudWatchLogsEvent): CloudWatchLogsDecodedData {
  return JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8')) as CloudWatchLogsDecodedData;
}

export function deliveryOf({ messageType, logGroup, logStream, logEvents }: CloudWatchLogsDecodedData, settings: MonitorSettings): Delivery {
  const delivery: Delivery & { expected: number } = { findings: [], exempt: [], expected: 0 };
  for (const { id, timestamp, message } of (messageType as string) === CONTROL ? [] : logEvents) {
    const classified = classify(message, settings);
    switch (classified.is) {
      case 'finding':
        delivery.findings.push(findingOf(classified.event, classified.kinds));
        break;
      case 'exempt':
        delivery.exempt.push({ eventId: classified.event.eventID, reason: classified.reason });
        break;
      case 'unreadable':
        delivery.findings.push(unreadable({ logGroup, logStream, id, timestamp }, message, classified.why));
        break;
      case 'expected':
        delivery.expected++;
    }
  }
  return delivery;
}
