import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import pLimit from 'p-limit';
import type { Finding } from './finding';
import { messageOf } from './message';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../../../lib/monitor/contract';
import { textOf } from '../../aws/errors';
import { putEvent } from '../../aws/events';

export interface OutputsProps {
  readonly sns: SNSClient;
  readonly topicArn: string;
  readonly eventBridge: EventBridgeClient;
  readonly busName: string;
}

/** Messages that are sent at the same time: a burst must neither wait nor be throttled. */
const AT_ONCE = 10;
/** Events that are remembered as sent. */
const REMEMBERED = 20_000;

/** Publishes findings to a topic and an event bus, each once per execution environment: logs may be delivered twice, and an invocation is retried. */
export class Outputs {
  private readonly sent = new Set<string>();

  constructor(private readonly props: OutputsProps) {}

  /** Tries each, even if others fail, and fails if one was not sent. */
  async publish(findings: Finding[]): Promise<void> {
    const limit = pLimit(AT_ONCE);
    const results = await Promise.allSettled(findings.flatMap((finding) => [
      limit(() => this.once(`topic ${finding.eventId}`, () => this.notify(finding))),
      limit(() => this.once(`bus ${finding.eventId}`, () => this.put(finding))),
    ]));
    const failed = results.filter((result) => result.status === 'rejected');
    if (failed.length > 0) {
      throw new Error(`${failed.length} of ${results.length} messages were not sent; the first: ${textOf(failed[0].reason)}`);
    }
  }

  /** A message that failed does not count as sent. */
  private async once(key: string, send: () => Promise<unknown>): Promise<void> {
    if (this.sent.has(key)) {
      return;
    }
    this.sent.add(key);
    await send().catch((error) => {
      this.sent.delete(key);
      throw error;
    });
    if (this.sent.size > REMEMBERED) {
      this.sent.delete(this.sent.values().next().value!);
    }
  }

  private async notify(finding: Finding): Promise<void> {
    const { subject, body } = messageOf(finding);
    await this.props.sns.send(new PublishCommand({
      TopicArn: this.props.topicArn,
      Subject: subject,
      Message: body,
      MessageAttributes: { activity: { DataType: 'String', StringValue: finding.activity }, accountId: { DataType: 'String', StringValue: finding.accountId } },
    }));
  }

  private async put(finding: Finding): Promise<void> {
    const { eventBridge, busName } = this.props;
    await putEvent(eventBridge, { EventBusName: busName, Source: EVENT_SOURCE, DetailType: EVENT_DETAIL_TYPE, Detail: JSON.stringify(finding) });
  }
}
