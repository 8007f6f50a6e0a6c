import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { requestHandler } from '../../../../lambda/aws/clients';
import { RootSessions } from '../../../../lambda/root-user/sessions';
import { allowRecovery, type OpeningAws } from '../../../../lambda/session/password-recovery/allow/opening';
import { closeAsCloser, closeByHand, type Closing } from '../../../../lambda/session/password-recovery/close/closing';
import { RecordOfCloser, runningCloser } from '../../../../lambda/session/password-recovery/closer/running-closer';
import { Closers } from '../../../../lambda/session/password-recovery/closer-executions';
import { extendRecovery } from '../../../../lambda/session/password-recovery/extend/extending';
import { awake, closerName, type AwakeCloser, type Closer, type Opening, type RecoveryRecord } from '../../../../lambda/session/password-recovery/record';
import { RecoveryStore } from '../../../../lambda/session/password-recovery/store';
import { operationOf } from '../../../../local-aws/front/actions';
import { FakeOrganization, signatureOf, type Effect, type FakeAccount } from '../../../../local-aws/organization';
import { Faults } from '../../../../local-aws/organization/faults';
import type { WireRequest, WireResponse } from '../../../../local-aws/wire';
import { Life } from '../../../support/deaths';
import { serveWorld } from '../../../support/served-world';
import { ObjectStore } from '../../../truth/object-store';

export const MANAGEMENT = '111111111111';
export const MEMBER = '222222222222';
export const OTHER = '333333333333';
const BUCKET = 'records';
const CLOSERS = `arn:aws:states:us-east-1:${MANAGEMENT}:execution:closer`;

export const MINUTE = 60_000;
export const HOUR = 3_600_000;

/** What a function sees of a call after it was killed: nothing that it could do anything with. */
const DEAD: WireResponse = { status: 403, headers: {}, body: '' };

/** Nobody here changes what these answer: it makes no difference whether somebody comes before or after them. */
const UNCONCERNED: ReadonlySet<string> = new Set(['AssumeRoot', 'GetUser', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices']);

const etagOf = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`;

/** With entity tags and the conditional writes of S3. */
class ConditionalStore extends ObjectStore {
  answer(request: WireRequest): WireResponse {
    const key = decodeURIComponent(new URL(request.url, 'http://local').pathname).split('/').slice(2).join('/');
    if (request.method === 'PUT' && !this.meets(request, this.objects.get(key))) {
      return { status: 412, headers: { 'content-type': 'application/xml' }, body: '<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>' };
    }
    const answer = super.answer(request);
    const object = this.objects.get(key);
    return object === undefined ? answer : { ...answer, headers: { ...answer.headers, etag: etagOf(object) } };
  }

  private meets({ headers }: WireRequest, object: string | undefined): boolean {
    const { 'if-match': match, 'if-none-match': none } = headers;
    return (none === undefined || object === undefined) && (match === undefined || (object !== undefined && match === etagOf(object)));
  }
}

function movableTime() {
  let offset = 0;
  return { now: () => Date.now() + offset, advance: (milliseconds: number) => { offset += milliseconds; } };
}

/** One organization with a member, the records bucket, and a clock. */
export class World {
  private readonly time = movableTime();
  readonly clock = this.time.now;
  readonly organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'], clock: this.clock });
  readonly account: FakeAccount = this.organization.addAccount({ id: MEMBER, name: 'member' });
  readonly bucket = new ConditionalStore();
  readonly bucketFaults = new Faults();
  /** Executions of the closer's state machine, by name. */
  readonly closers = new Map<string, RunningCloser>();
  /** Executions of runbooks that are at work, by ARN. */
  readonly runs = new Set<string>();
  readonly life = new Life();
  /** Those of all functions: each new one would look for its configuration again. */
  readonly clients = {
    s3: new S3Client({ requestHandler, maxAttempts: 4, forcePathStyle: true }),
    stepFunctions: new SFNClient({ requestHandler, maxAttempts: 4 }),
    sts: new STSClient({ requestHandler, maxAttempts: 4 }),
  };

  private calls = 0;
  private interruption?: { readonly call: number; readonly by: () => Promise<unknown> };

  constructor() {
    this.organization.addAccount({ id: OTHER, name: 'other' });
  }

  advance(milliseconds: number): void {
    this.time.advance(milliseconds);
  }

  get record(): RecoveryRecord | undefined {
    return this.bucket.objects.has(`recoveries/${MEMBER}.json`) ? this.bucket.json<RecoveryRecord>(`recoveries/${MEMBER}.json`) : undefined;
  }

  /** As a sweep reads it. */
  get isOpen(): boolean {
    const { record } = this;
    return record !== undefined && record.closedAt === undefined && this.clock() < Date.parse(record.endsAt);
  }

  /** Operations that changed something in a member account. */
  changes(): string[] {
    return this.organization.calls.filter(({ operation, error, caller }) => caller.taskPolicy && !error && !/^(Get|List)/.test(operation)).map(({ operation, target }) => `${operation} ${target}`);
  }

  /** Somebody else does something right before a call is answered, of those to which it may make a difference. */
  interruptAt(call: number, by: () => Promise<unknown>): void {
    this.calls = 0;
    this.interruption = { call, by };
  }

  /** Whether there were so many calls. */
  get wasInterrupted(): boolean {
    return this.interruption === undefined;
  }

  /** Every closer does what it can until the clock is so far. */
  async wakeClosers(): Promise<unknown[]> {
    return Promise.all([...this.closers.values()].map((closer) => closer.wake().catch((error: Error) => error)));
  }

  async answer(request: WireRequest): Promise<WireResponse> {
    this.calls += Number(!UNCONCERNED.has(operationOf(request) ?? ''));
    if (this.calls === this.interruption?.call) {
      const { by } = this.interruption;
      this.interruption = undefined;
      await by();
    }
    return this.life.isOverAt(request) ? DEAD : this.live(request);
  }

  private async live(request: WireRequest): Promise<WireResponse> {
    switch (signatureOf(request)?.service) {
      case 's3': return this.bucketAnswer(request);
      case 'states': return this.states(String(request.headers['x-amz-target']), JSON.parse(request.body.toString()));
      default: return (await this.organization.answer(request))!;
    }
  }

  private states(target: string, input: any): WireResponse {
    switch (target.split('.').at(-1)) {
      case 'DescribeExecution': return this.describeCloser(input);
      case 'ListExecutions': return this.listClosers(input);
      default: return this.startCloser(input);
    }
  }

  /** One a page. */
  private listClosers({ statusFilter, nextToken = '0' }: { statusFilter: string; nextToken?: string }): WireResponse {
    const found = [...this.closers.values()].filter(({ status }) => status === statusFilter);
    const page = Number(nextToken);
    const executions = found.slice(page, page + 1).map(({ name, status }) => ({ executionArn: `${CLOSERS}:${name}`, name, status }));
    return json(200, { executions, ...page + 1 < found.length && { nextToken: `${page + 1}` } });
  }

  /** One of the closer's own: the role of its functions may ask for no other. */
  private describeCloser({ executionArn }: { executionArn: string }): WireResponse {
    if (this.runs.has(executionArn)) {
      return json(200, { executionArn, status: 'RUNNING' });
    }
    const name = executionArn.startsWith(`${CLOSERS}:`) ? executionArn.slice(CLOSERS.length + 1) : '';
    const closer = this.closers.get(name);
    return closer === undefined
      ? json(400, { __type: 'AccessDeniedException', message: 'not authorized' })
      : json(200, { name, status: closer.status, input: JSON.stringify(closer.input), executionArn });
  }

  /** StartExecution: of the same name and input it is the same execution, of another input an error. */
  private startCloser({ stateMachineArn, name, input }: { stateMachineArn: string; name: string; input: string }): WireResponse {
    if (!stateMachineArn.endsWith(':stateMachine:closer')) {
      return json(400, { __type: 'StateMachineDoesNotExist', message: `State Machine Does Not Exist: '${stateMachineArn}'` });
    }
    const known = this.closers.get(name);
    if (known && JSON.stringify(known.input) !== input) {
      return json(400, { __type: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${name}'` });
    }
    this.closers.set(name, known ?? new RunningCloser(name, JSON.parse(input)));
    return json(200, { executionArn: `${CLOSERS}:${name}`, startDate: 0 });
  }

  private bucketAnswer(request: WireRequest): Promise<WireResponse> {
    const call = { service: 's3', operation: ObjectStore.operationOf(request) } as unknown as Parameters<Effect>[0];
    return this.bucketFaults.around(call, async () => this.bucket.answer(request), (answer) => answer());
  }
}

const json = (status: number, body: object): WireResponse => ({ status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) });

let world: World;

/** A fresh world, and the only one that is reached over the wire. */
export function newWorld(): World {
  world = new World();
  return world;
}

/** Serves the newest world to everybody in this test file. */
export function serveWorlds(): void {
  serveWorld(() => world, { AWS_ACCESS_KEY_ID: MANAGEMENT });
}

const patience = { forMs: 300, firstPauseMs: 3, longestPauseMs: 20 };

/** What the runbooks' functions work with: production code on the wire, with waits that are short enough for a test. */
export class Functions implements OpeningAws {
  readonly store: RecoveryStore;
  readonly sessions = new RootSessions(world.clients.sts, 'aws', 0, patience);
  readonly closers = new Closers(world.clients.stepFunctions, `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:closer`, BUCKET, world.clock);
  readonly clock = world.clock;
  readonly reads = patience;
  readonly unmodifiable = patience;

  /** @param bucket that the runbooks have now */
  constructor(bucket = BUCKET) {
    this.store = new RecoveryStore(world.clients.s3, bucket);
  }
}

export const opening = (change: Partial<Opening> = {}): Opening => ({ accountId: MEMBER, hours: 24, id: 'opener', reason: 'lost the root mailbox', startedBy: 'alice', ...change });

/** A run of a runbook in the member account, its input checked. */
export function startOf<Input extends object, Settings>(settings: Settings, input: Input) {
  return {
    execution: { id: 'execution', name: 'execution', startTime: new Date(world.clock()).toISOString(), machine: 'machine' },
    input: { accountId: MEMBER, reason: 'lost the mailbox', dryRun: false, ...input },
    settings,
    startedBy: 'alice',
  };
}

/** The closer that a request has started. */
export const closerOf = (id: string) => world.closers.get(closerName(MEMBER, { id }))!;
export const failedCloserOf = (id: string) => world.closers.get(`${closerName(MEMBER, { id })}-failed`)!;

/** The runbook that allows, with its closer. */
export async function allow(change: Partial<Opening> = {}): Promise<RunningCloser> {
  const request = opening(change);
  await allowRecovery(request, new Functions());
  return closerOf(request.id);
}

export const extend = (hours: number, id = 'extension', longestHours = 168): Promise<RecoveryRecord> => (
  extendRecovery({ accountId: MEMBER, hours, longestHours, id, reason: 'still at it', startedBy: 'bob' }, new Functions()));

export const close = (id = 'by-hand'): Promise<Closing> => closeByHand(MEMBER, { id, reason: 'done', startedBy: 'alice' }, new Functions());

/** An execution of the closer's state machine, its functions called as the machine calls them. */
export class RunningCloser {
  readonly reminders: string[] = [];
  /** Minutes before the end. */
  remindsAt = [60];
  status = 'RUNNING';
  /** The bucket that the runbooks have when it wakes up. */
  bucket = BUCKET;
  private state: Closer | AwakeCloser;

  constructor(readonly name: string, readonly input: Closer) {
    this.state = input;
  }

  /** Goes on until it has to sleep, or ends. */
  async wake(): Promise<Closer | AwakeCloser | Closing> {
    if (world.clock() < Date.parse(this.state.wakeAt)) {
      return { ...this.state, step: 'sleep' };
    }
    const state = await this.look();
    switch (state.step) {
      case 'remind':
        this.reminders.push(state.message!);
        return this.wake();
      case 'close': {
        const closing = await this.close();
        return closing.state === 'open' ? this.wake() : closing;
      }
      case 'sleep':
        return this.wake();
      default:
        return state;
    }
  }

  async look(): Promise<AwakeCloser> {
    const { name, closer } = await runningCloser(world.clients.stepFunctions, `${CLOSERS}:${this.name}`);
    const record = await new RecordOfCloser(new Functions(this.bucket).store, closer).read(MEMBER);
    const state = awake(record, { ...closer, remindedUntil: this.state.remindedUntil }, name, this.remindsAt, world.clock());
    this.state = state;
    return state;
  }

  async close(): Promise<Closing> {
    const { closer } = await runningCloser(world.clients.stepFunctions, `${CLOSERS}:${this.name}`);
    const functions = new Functions(this.bucket);
    return closeAsCloser(closer, { ...functions, store: new RecordOfCloser(functions.store, closer) });
  }
}
