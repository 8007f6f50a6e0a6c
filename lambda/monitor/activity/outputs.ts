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

/** How many findings are told at once: a burst must neither wait nor be throttled. */
const AT_ONCE = 10;
/** How many events are remembered as told. */
const REMEMBERED = 20_000;

/** Tells findings on a topic and on an event bus. What it has told it remembers, so that logs delivered twice, or tried again, are told once as far as it lives. */
export class Outputs {
  private readonly told = new Set<string>();

  constructor(private readonly props: OutputsProps) {}

  /** Tries each, whatever becomes of the others, and fails if one was not told. */
  async tell(findings: Finding[]): Promise<void> {
    const limit = pLimit(AT_ONCE);
    const results = await Promise.allSettled(findings.flatMap((finding) => [
      limit(() => this.once(`topic ${finding.eventId}`, () => this.publish(finding))),
      limit(() => this.once(`bus ${finding.eventId}`, () => this.put(finding))),
    ]));
    const failed = results.filter((result) => result.status === 'rejected');
    if (failed.length > 0) {
      throw new Error(`${failed.length} of ${results.length} messages were not sent; the first: ${textOf(failed[0].reason)}`);
    }
  }

  /** What failed is not told, and may be tried again. */
  private async once(key: string, tell: () => Promise<unknown>): Promise<void> {
    if (this.told.has(key)) {
      return;
    }
    this.told.add(key);
    await tell().catch((error) => {
      this.told.delete(key);
      throw error;
    });
    if (this.told.size > REMEMBERED) {
      this.told.delete(this.told.values().next().value!);
    }
  }

  private async publish(finding: Finding): Promise<void> {
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
