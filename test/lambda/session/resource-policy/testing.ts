import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { seconds } from '../../../../lambda/aws/patience';
import type { PolicyHolder } from '../../../../lambda/session/resource-policy/holder';
import { PolicyRecords } from '../../../../lambda/session/resource-policy/records';
import type { Start } from '../../../../lambda/session/start';
import type { PolicySettings } from '../../../../lib/session/contract';
import { readRequest, writeAnswer } from '../../../../local-aws/organization';
import type { WireRequest, WireResponse } from '../../../../local-aws/wire';
import { ObjectStore } from '../../../truth/object-store';

export const MEMBER = '222222222222';

/** A records bucket, which says what was written to it and refuses to overwrite where S3 is asked to. */
export class RecordsBucket extends ObjectStore {
  /** What it was asked to write, and with which conditions. */
  readonly writes: { readonly key: string; readonly ifNoneMatch?: unknown; readonly contentType?: unknown }[] = [];
  /** Refuses every write. */
  denied = false;
  records!: PolicyRecords;

  constructor(private readonly log: string[]) {
    super();
  }

  answer(request: WireRequest): WireResponse {
    const key = decodeURIComponent(new URL(request.url, 'http://local').pathname).split('/').slice(2).join('/');
    if (request.method !== 'PUT') {
      return super.answer(request);
    }
    const { 'if-none-match': ifNoneMatch, 'content-type': contentType } = request.headers;
    this.writes.push({ key, ifNoneMatch, contentType });
    this.log.push('save');
    if (this.denied) {
      return { status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' };
    }
    return ifNoneMatch === '*' && this.objects.has(key)
      ? { status: 412, headers: {}, body: '<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>' }
      : super.answer(request);
  }
}

/** Serves a records bucket over HTTP to the tests of a file, an empty one to each. */
export function serveRecords(log: string[] = []): RecordsBucket {
  const bucket = new RecordsBucket(log);
  const server = createServer((incoming, outgoing) => void readRequest(incoming).then((request) => writeAnswer(outgoing, bucket.answer(request))));
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    bucket.records = new PolicyRecords(new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }), 'records');
  });
  beforeEach(() => {
    log.length = 0;
    bucket.objects.clear();
    bucket.writes.length = 0;
    bucket.denied = false;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return bucket;
}

/** A bucket or a queue with a policy, in memory, of which a test says how it answers. */
export class Holder implements PolicyHolder {
  readonly kind: PolicyHolder['kind'] = 'bucket';
  readonly accountId = MEMBER;
  readonly region: string = 'eu-central-1';
  readonly name: string = 'locked';
  readonly arn = 'arn:aws:s3:::locked';
  readonly patience = seconds(0.2, 2, 5);
  /** Reads after a change that still answer what was there before. */
  lag = 0;
  /** Fails a change, after its effect or instead of it. */
  failure?: { readonly error: Error; readonly hasEffect: boolean };
  /** Fails reads from now on. */
  unreadable?: Error;
  private stale: { readonly policy?: string; reads: number } = { reads: 0 };

  constructor(public policy: string | undefined, private readonly log: string[] = []) {}

  async read(): Promise<string | undefined> {
    this.log.push('read');
    if (this.unreadable && this.log.some((call) => call !== 'read' && call !== 'save')) {
      throw this.unreadable;
    }
    return this.stale.reads-- > 0 ? this.stale.policy : this.policy;
  }

  async write(policy: string) {
    await this.change('write', policy);
  }

  async remove() {
    await this.change('remove', undefined);
  }

  private async change(call: string, policy: string | undefined) {
    this.log.push(call);
    this.stale = { policy: this.policy, reads: this.lag };
    this.policy = this.failure?.hasEffect === false ? this.policy : policy;
    if (this.failure) {
      throw this.failure.error;
    }
  }
}

type Settings = Partial<PolicySettings>;

/** A start of a runbook of policies. */
export function startOf<Input extends object>(input: Input, settings: Settings = {}) {
  return {
    execution: {
      id: 'arn:aws:states:us-east-1:111111111111:execution:Unlock:4711', name: '4711', startTime: '2026-11-23T01:02:03.456Z', machine: 'arn:aws:states:us-east-1:111111111111:stateMachine:Unlock',
    },
    input: { accountId: MEMBER, reason: 'ticket', dryRun: false, ...input },
    settings: { selection: { exclude: [] }, protectedAccounts: [], protectedResources: [], allowReplacement: false, ...settings },
    startedBy: 'arn:aws:iam::111111111111:user/jane',
  } satisfies Start<{}, PolicySettings>;
}
