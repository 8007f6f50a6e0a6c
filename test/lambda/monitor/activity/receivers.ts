import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What SNS was asked to publish. */
export interface Published {
  readonly topicArn: string;
  readonly subject: string;
  readonly message: string;
  readonly activity: string;
  readonly accountId: string;
}

/** What EventBridge was asked to put. */
export interface Put {
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
}

/** SNS and EventBridge on a loopback port: they keep what they get, and fail when they are told to. */
export class Receivers {
  readonly published: Published[] = [];
  readonly put: Put[] = [];
  /** Messages that SNS refuses, by a part of their text, and how often. */
  readonly refusedByTopic = new Map<string, number>();
  /** How many entries EventBridge refuses; the call itself succeeds. */
  refusedByBus = 0;

  private readonly server = createServer((request, response) => void textOf(request).then((text) => {
    const target = request.headers['x-amz-target'];
    const { status, body, type } = target === undefined ? this.publish(new URLSearchParams(text)) : this.putEvents(JSON.parse(text));
    response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'a-request' }).end(body);
  }));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }

  private publish(form: URLSearchParams) {
    const message = form.get('Message')!;
    const [part, times = 0] = [...this.refusedByTopic].find(([text]) => message.includes(text)) ?? [];
    if (part !== undefined && times > 0) {
      this.refusedByTopic.set(part, times - 1);
      const body = '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>not this one</Message></Error></ErrorResponse>';
      return { status: 400, body, type: 'text/xml' };
    }
    const attributes = Object.fromEntries([1, 2].map((n) => [form.get(`MessageAttributes.entry.${n}.Name`), form.get(`MessageAttributes.entry.${n}.Value.StringValue`)!]));
    this.published.push({ topicArn: form.get('TopicArn')!, subject: form.get('Subject')!, message, activity: attributes.activity, accountId: attributes.accountId });
    return { status: 200, body: '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>', type: 'text/xml' };
  }

  private putEvents({ Entries }: { Entries: { EventBusName: string; Source: string; DetailType: string; Detail: string }[] }) {
    const refused = this.refusedByBus > 0;
    this.refusedByBus = Math.max(0, this.refusedByBus - 1);
    if (!refused) {
      this.put.push(...Entries.map(({ EventBusName: bus, Source: source, DetailType: detailType, Detail }) => (
        { bus, source, detailType, detail: JSON.parse(Detail) })));
    }
    const body = refused ? { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }] } : { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };
    return { status: 200, body: JSON.stringify(body), type: 'application/x-amz-json-1.1' };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
