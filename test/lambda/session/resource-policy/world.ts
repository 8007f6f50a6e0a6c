import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { s3, sts } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { RootSessions } from '../../../../lambda/root-user/sessions';
import { restoreBucket, unlockBucket } from '../../../../lambda/session/resource-policy/bucket/runbook';
import type { PolicyAws } from '../../../../lambda/session/resource-policy/functions';
import { restoreQueue, unlockQueue } from '../../../../lambda/session/resource-policy/queue/runbook';
import { PolicyRecords } from '../../../../lambda/session/resource-policy/records';
import { runbook } from '../../../../lambda/session/runbook';
import { RUN_FILE, type RunFile } from '../../../../lib/private/contract';
import {
  type Done, GO_FILE, type GoFile, type Planned, type PolicySettings, type Prepared, type RunbookAutomation,
} from '../../../../lib/session/contract';
import { FakeOrganization, readRequest, signatureOf, writeAnswer } from '../../../../local-aws/organization';
import type { WireRequest, WireResponse } from '../../../../local-aws/wire';
import { onTestFinished } from '../../../support/on-test-finished';
import { ObjectStore } from '../../../truth/object-store';

export const MEMBER = '222222222222';
export const OTHER = '333333333333';
export const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:Unlock';

/** With spaces that a rewritten policy would not have. */
export const DENY_ALL = '{ "Version": "2012-10-17",\n "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}] }';

const CONTROL = 'control/unlock/';

/** Refuses to overwrite where S3 is asked to. What state machines say is apart from what the runbooks save. */
class WriteOnceStore extends ObjectStore {
  readonly control = new ObjectStore();

  answer(request: WireRequest): WireResponse {
    const key = decodeURIComponent(new URL(request.url, 'http://local').pathname).split('/').slice(2).join('/');
    if (key.startsWith(CONTROL)) {
      return this.control.answer(request);
    }
    const isRefused = request.method === 'PUT' && request.headers['if-none-match'] === '*' && this.objects.has(key);
    return isRefused ? { status: 412, headers: {}, body: '<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>' } : super.answer(request);
  }
}

const RUNBOOKS = { unlockBucket, restoreBucket, unlockQueue, restoreQueue };
export type RunbookName = keyof typeof RUNBOOKS;

export interface Run {
  readonly settings?: Partial<PolicySettings>;
  readonly automation?: RunbookAutomation;
  /** Between the two steps. */
  readonly meanwhile?: () => unknown;
}

/** An organization with locked buckets and queues in two Regions, a records bucket, and the runbooks' functions on both. */
export class PoliciesWorld {
  static async create(): Promise<PoliciesWorld> {
    const world = new PoliciesWorld();
    const server = createServer((incoming, outgoing) => void readRequest(incoming)
      .then((request) => world.answer(request))
      .then((answer) => writeAnswer(outgoing, answer)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: '111111111111',
      AWS_SECRET_ACCESS_KEY: 'local',
      RECORDS_BUCKET: 'records',
      CONTROL_PREFIX: CONTROL,
    });
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    });
    return world;
  }

  readonly organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  readonly records = new WriteOnceStore();
  readonly bucket;
  readonly queue;
  /** Of every execution. */
  status = 'RUNNING';

  private constructor() {
    [MEMBER, OTHER].forEach((id) => this.organization.addAccount({ id }));
    this.bucket = this.organization.addBucket({ name: 'locked', account: MEMBER, region: 'eu-central-1', policy: DENY_ALL });
    this.organization.addBucket({ name: 'locked-too', account: MEMBER, region: 'us-east-1', policy: DENY_ALL });
    this.organization.addBucket({ name: 'of-another', account: OTHER, region: 'us-east-1', policy: DENY_ALL });
    this.queue = this.organization.addQueue({ name: 'locked', account: MEMBER, region: 'eu-west-1', policy: DENY_ALL });
  }

  /** The two steps, as the state machine asks for them; the output of the execution. */
  async run(name: RunbookName, input: unknown, { settings, automation = {}, meanwhile }: Run = {}): Promise<any> {
    const { start, prepared } = await this.prepare(name, input, { settings, automation });
    if (prepared.done) {
      return (prepared as Done).result;
    }
    await meanwhile?.();
    return this.act(name, start, prepared as Planned);
  }

  async prepare(name: RunbookName, input: unknown, { settings, automation = {} }: Run = {}) {
    const execution = randomUUID();
    const start: RunFile<PolicySettings> = {
      execution: { id: `arn:aws:states:us-east-1:111111111111:execution:Unlock:${execution}`, name: execution, startTime: '2026-11-23T01:02:03.456Z', machine: MACHINE },
      input,
      settings: { selection: { exclude: [] }, protectedAccounts: [], protectedResources: [], allowReplacement: false, ...settings },
      timeoutSeconds: 1e10,
    };
    this.write(start, RUN_FILE, start);
    return { start, prepared: await this.handler(name)({ step: 'prepare', run: execution, automation }) as Prepared };
  }

  act(name: RunbookName, start: RunFile<PolicySettings>, { plan, startedBy, approval: { digest } }: Planned, go: Partial<GoFile> = {}): Promise<any> {
    this.write(start, RUN_FILE, start);
    this.write(start, GO_FILE, { plan, startedBy, digest, at: new Date().toISOString(), timeoutSeconds: 3_600, ...go } satisfies GoFile);
    return this.asked(name, start);
  }

  /** The function is asked to act, by whomever, and finds what state machines have written. */
  asked(name: RunbookName, { execution }: Pick<RunFile, 'execution'>, more: object = {}): Promise<any> {
    return this.handler(name)({ ...more, step: 'act', run: execution.name });
  }

  private write({ execution }: RunFile<PolicySettings>, file: string, content: object) {
    this.records.control.objects.set(`${CONTROL}${execution.name}/${file}`, JSON.stringify(content));
  }

  /** Changes in member accounts, by operation and account. */
  changes(): string[] {
    return this.organization.calls.filter(({ operation, error }) => !error && /^(Put|Delete|Set)/.test(operation)).map(({ operation, target }) => `${operation} ${target}`);
  }

  private handler(name: RunbookName) {
    const aws: PolicyAws = {
      records: new PolicyRecords(s3(), 'records'),
      sessionsOf: () => new RootSessions(sts('us-east-1'), 'aws', 0, seconds(0)),
      patience: seconds(2, 20, 100),
    };
    return runbook(RUNBOOKS[name](aws) as ReturnType<typeof unlockBucket>);
  }

  private async answer(request: WireRequest): Promise<WireResponse> {
    if (signatureOf(request)?.service === 'states') {
      return { status: 200, headers: {}, body: JSON.stringify({ status: this.status }) };
    }
    return await this.organization.answer(request) ?? (signatureOf(request)?.service === 's3' ? this.records.answer(request) : { status: 500, headers: {}, body: '' });
  }
}
