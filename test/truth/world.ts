import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { ObjectStore } from './object-store';
import { Witness } from './witness';
import { retryingUnreadable } from '../../lambda/aws/answers';
import { requestHandler } from '../../lambda/aws/clients';
import type { Patience } from '../../lambda/aws/patience';
import { RootSessions } from '../../lambda/root-user/sessions';
import { digestOfSettings } from '../../lambda/sweep/acceptance';
import { recoveriesIn } from '../../lambda/sweep/decide/recoveries';
import { lookAtBatch } from '../../lambda/sweep/look/batch';
import type { PurgePatience } from '../../lambda/sweep/purge/account';
import { purgeBatch } from '../../lambda/sweep/purge/batch';
import { CurrentSelection } from '../../lambda/sweep/purge/current-selection';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { RunFolder, runPrefix } from '../../lambda/sweep/run-folder';
import { preflight } from '../../lambda/sweep/select/preflight';
import { resolveSelection } from '../../lambda/sweep/select/resolve';
import { parseStartInput } from '../../lambda/sweep/start-input';
import { RECOVERIES_PREFIX, type MachineExecution } from '../../lib/private/contract';
import { type DecisionReference, type EndFile, type RunReference, type SweepSettings, type Verdict } from '../../lib/sweep/contract';
import { FakeOrganization, signatureOf, type Effect, type OrganizationOptions } from '../../local-aws/organization';
import { Faults } from '../../local-aws/organization/faults';
import type { WireRequest, WireResponse } from '../../local-aws/wire';
import { CONTROL_ENVIRONMENT, controlFiles } from '../lambda/sweep/control';
import { Life } from '../support/deaths';
import { serveWorld } from '../support/served-world';

export const MANAGEMENT = '111111111111';
const BUCKET = 'reports';
export const RECOVERIES_BUCKET = 'recoveries';
const ACCEPTED = 'accepted/purge.json';

const READY: OrganizationOptions = { trustedAccess: true, features: ['RootCredentialsManagement'] };

/** How often Step Functions begins a batch, and the report, that dies. */
export const ATTEMPTS = 3;

/** What a function sees of a call after it was killed: a refusal that it cannot do anything with, and that nobody tries again. */
const dead = ({ headers }: WireRequest): WireResponse => (
  { status: 403, headers: {}, body: headers['x-amz-target'] === undefined ? '<Error><Code>Dead</Code></Error>' : '{"__type":"Dead"}' });

export interface Waits {
  readonly account: PurgePatience;
  /** The longest that an account may take. */
  readonly accountMs: number;
  readonly late: Patience;
}

/** With pauses that are short enough for a test. */
export const hasty = (forMs: number): Patience => ({ forMs, firstPauseMs: 3, longestPauseMs: 20 });

/** Waits that are long enough for what passes, and short enough for what does not. */
export const waits = (patience: Patience, accountMs = 60_000): Waits => (
  { account: { reads: patience, unmodifiable: patience }, accountMs, late: patience });

const record = (endsAt: string, closedAt?: string) => (accountId: string) =>
  JSON.stringify({ accountId, reason: 'TICKET-1', openedAt: '2020-01-01T00:00:00.000Z', endsAt, closedAt });

const RECORDS = {
  open: record('2999-01-01T00:00:00.000Z'),
  expired: record('2020-01-02T00:00:00.000Z'),
  closed: record('2999-01-01T00:00:00.000Z', '2020-01-01T12:00:00.000Z'),
  garbled: () => '{"accountId":',
} satisfies Record<string, (accountId: string) => string>;

/** What stands in the record of an account. */
export type RecoveryOnRecord = keyof typeof RECORDS;

/** One organization, one reports bucket, and the sweeps that run between them. */
export class World {
  readonly organization = new FakeOrganization(READY);
  readonly bucket = new ObjectStore();
  /** Trouble with the reports bucket. */
  readonly bucketFaults = new Faults();
  readonly witness = new Witness(this.organization);
  readonly life = new Life();

  /** Puts a record of a password recovery where sweeps look for it. */
  recordRecovery(accountId: string, recovery: RecoveryOnRecord): void {
    this.bucket.objects.set(`${RECOVERIES_PREFIX}${accountId}.json`, RECORDS[recovery](accountId));
  }

  async answer(request: WireRequest): Promise<WireResponse> {
    return this.life.isOverAt(request) ? dead(request) : this.live(request);
  }

  private async live(request: WireRequest): Promise<WireResponse> {
    const service = signatureOf(request)?.service;
    if (service === 'events') {
      return { status: 200, headers: {}, body: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}' };
    }
    if (service === 'states') {
      return { status: 200, headers: {}, body: '{"status":"RUNNING"}' };
    }
    return service === 's3' ? this.bucketAnswer(request) : (await this.organization.answer(request))!;
  }

  /** A call for the record of a recovery has a service of its own, and the account as its target. */
  private bucketAnswer(request: WireRequest): Promise<WireResponse> {
    const { pathname } = new URL(request.url, 'http://local');
    const isRecord = pathname.split('/')[1] === RECOVERIES_BUCKET;
    const target = isRecord ? /(\d{12})\.json/.exec(request.url)?.[1] : undefined;
    const call = { service: isRecord ? 'recoveries' : 's3', operation: ObjectStore.operationOf(request), target } as unknown as Parameters<Effect>[0];
    return this.bucketFaults.around(call, async () => this.bucket.answer(request), (answer) => answer());
  }
}

let world: World;

/** A fresh world, and the only one that is reached over the wire. */
export function newWorld(): World {
  world = new World();
  return world;
}

/** Serves the newest world to everybody in this test file. */
export function serveWorlds(): void {
  serveWorld(() => world, {
    AWS_ACCESS_KEY_ID: MANAGEMENT,
    REPORTS_BUCKET: BUCKET,
    SWEEP_NAME: 'RootAccess/Purge',
    ACCEPTED_KEY: ACCEPTED,
    ...CONTROL_ENVIRONMENT,
  });
  beforeAll(() => {
    jest.spyOn(process.stdout, 'write').mockReturnValue(true); // the metrics of the reports
    const { setTimeout } = globalThis; // half a minute, after which a request is given up, is a second here; a spy would keep every request that set a timer
    globalThis.setTimeout = ((...[act, ms, ...rest]: Parameters<typeof setTimeout>) => (
      setTimeout(act, ms === 30_000 ? 1_000 : ms, ...rest))) as typeof setTimeout;
  });
}

let executions = 0;

/** One execution of the state machine, its functions called as the machine calls them. */
export class Sweep {
  readonly execution: MachineExecution = {
    id: `arn:aws:states:us-east-1:${MANAGEMENT}:execution:sweep:sweep-${++executions}`,
    name: `sweep-${executions}`,
    startTime: new Date().toISOString(),
    machine: `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:sweep`,
  };

  readonly folder: RunFolder;
  /** The production clients as they are, but for the pauses after throttling, which take seconds. */
  private readonly clients = {
    iam: retryingUnreadable(new IAMClient({ requestHandler, maxAttempts: 10 })),
    organizations: retryingUnreadable(new OrganizationsClient({ requestHandler, maxAttempts: 10 })),
    s3: retryingUnreadable(new S3Client({ requestHandler, maxAttempts: 10 })),
    sts: retryingUnreadable(new STSClient({ requestHandler, maxAttempts: 10 })),
  };

  constructor(readonly settings: SweepSettings, private readonly patience: Waits) {
    this.folder = new RunFolder(this.clients.s3, BUCKET, runPrefix(this.execution));
  }

  async select(input: unknown = {}): Promise<RunReference> {
    const { iam, organizations } = this.clients;
    const startInput = parseStartInput(input);
    const identity = await preflight(iam, organizations, this.patience.late);
    const selection = await resolveSelection(organizations, identity, this.settings, startInput, MANAGEMENT);
    return this.folder.saveSelection({ ...selection, execution: this.execution.id });
  }

  /** A batch of the first walk. */
  async look(run: RunReference, batch: number, endBy?: number): Promise<void> {
    await lookAtBatch(batch, { ...await this.walk(run, endBy), reads: this.patience.account.reads });
  }

  async decide(run: RunReference): Promise<DecisionReference> {
    const { handler } = await import('../../lambda/sweep/decide/handler');
    this.write({ looked: { digest: run.digest } });
    world.bucket.objects.set(ACCEPTED, JSON.stringify({ settings: digestOfSettings(this.settings) }));
    return handler({ run: this.execution.name });
  }

  /** A batch of the second walk. */
  async purge(run: RunReference, { plan }: DecisionReference, batch: number, endBy?: number): Promise<void> {
    const walk = await this.walk(run, endBy);
    const { selection: { organizationalUnits }, accountsPerBatch } = this.settings;
    await purgeBatch(batch, {
      ...walk,
      accountsPerBatch,
      plan: await this.folder.plan(plan),
      recoveries: recoveriesIn(this.clients.s3, walk.selection.protection.recoveriesBucket),
      current: organizationalUnits && new CurrentSelection(this.clients.organizations, organizationalUnits),
      patience: this.patience.account,
    });
  }

  private async walk(run: RunReference, endBy = Infinity) {
    return {
      folder: this.folder,
      sessions: new RootSessions(this.clients.sts, 'aws', Date.now() + this.patience.late.forMs, this.patience.late),
      selection: await this.folder.selection(run.digest, this.execution.id),
      accountsInFlight: this.settings.accountsInFlight,
      endBy,
      accountMs: this.patience.accountMs,
      partsMs: 0,
    };
  }

  /** What the state machine writes when it lets the plan go. */
  go({ plan }: DecisionReference): void {
    this.write({ go: { plan } });
  }

  private write(files: Parameters<typeof controlFiles>[2]): void {
    controlFiles(this.execution, this.settings, files).forEach((content, key) => world.bucket.objects.set(key, content));
  }

  async report(run: EndFile['run']): Promise<SweepResult> {
    const { handler } = await import('../../lambda/sweep/report/handler');
    this.write({ end: run });
    const verdict = await handler({ run: this.execution.name });
    return { verdict, report: world.bucket.json<SweepReport>(`${this.folder.prefix}report.json`) };
  }

  /** From the first state of the machine to the last, with its retries and catches. */
  async run(input: unknown = {}): Promise<SweepResult> {
    let run: RunReference;
    try {
      run = await this.select(input);
    } catch (error) {
      return this.report({ error: stateError(error) });
    }
    return this.runFrom(run);
  }

  /** The states after the selection. */
  async runFrom(run: RunReference): Promise<SweepResult> {
    for (const batch of run.batches) {
      await again(() => this.look(run, batch)).catch(() => undefined); // the Map goes on, and the decision says what is missing
    }
    return this.runFromLook(run);
  }

  async runFromLook(run: RunReference): Promise<SweepResult> {
    let decision: DecisionReference;
    try {
      decision = await again(() => this.decide(run));
    } catch (error) {
      return again(() => this.report({ ...run, error: stateError(error) }));
    }
    return this.runFromDecision(run, decision);
  }

  async runFromDecision(run: RunReference, decision: DecisionReference): Promise<SweepResult> {
    await this.between();
    if (decision.batches.length > 0) {
      this.go(decision);
    }
    for (const batch of decision.batches) {
      await again(() => this.purge(run, decision, batch)).catch(() => undefined);
    }
    return again(() => this.report({ ...run, decision }));
  }

  /** What happens between the plan and its deletion. */
  between: () => void | Promise<void> = () => undefined;
}

const stateError = (error: unknown) => ({ Error: (error as Error).name, Cause: (error as Error).message });

export interface SweepResult {
  readonly verdict: Verdict;
  readonly report: SweepReport;
}

/** Tries as often as the state machine does. */
export async function again<T>(attempt: () => Promise<T>, attempts = ATTEMPTS): Promise<T> {
  return attempt().catch((error) => {
    if (attempts === 1) {
      throw error;
    }
    return again(attempt, attempts - 1);
  });
}
