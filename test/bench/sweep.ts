import { cpus } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import { Child } from './child';
import type { Endpoints, Observed, World } from './organization';
import { functionRuntime } from './runtime';
import type { Took } from './step-process.mts';
import type { Spent } from './walk-process.mts';
import { iam, organizations } from '../../lambda/aws/clients';
import { readObject } from '../../lambda/aws/objects';
import { digestOfSettings } from '../../lambda/sweep/acceptance';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { RunFolder, runPrefix } from '../../lambda/sweep/run-folder';
import { preflight } from '../../lambda/sweep/select/preflight';
import { resolveSelection } from '../../lambda/sweep/select/resolve';
import { CREDENTIAL_KINDS, type MachineEvent, type MachineExecution } from '../../lib/private/contract';
import { type BatchEvent, type DecisionReference, type SweepSettings } from '../../lib/sweep/contract';
import { CONTROL_ENVIRONMENT, controlFiles, putControlFiles } from '../lambda/sweep/control';
import { serveListener } from '../lambda/sweep/listener';

export interface Measured extends Observed {
  readonly world: World;
  readonly wallMs: number;
  readonly lookMs: number;
  readonly decideMs: number;
  readonly purgeMs: number;
  readonly decideMemoryMb: number;
  readonly reportMs: number;
  readonly reportMemoryMb: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  /** How busy all cores of the machine were while the batches ran: at 1 the cores are what is waited for, and not the answers. */
  readonly coresBusy: number;
  readonly report: SweepReport;
}

/** The construct's defaults. */
export const ACCOUNTS_PER_BATCH = 50;
export const BATCHES_AT_ONCE = 4;
export const ACCOUNTS_IN_FLIGHT = 25;

const MANAGEMENT = '111111111111';
const BUCKET = 'reports';
const ACCEPTED_KEY = 'accepted/bench.json';
/** It began long ago: a denial is not waited for as a late permission. */
const EXECUTION: MachineExecution = {
  id: `arn:aws:states:us-east-1:${MANAGEMENT}:execution:bench:bench`,
  name: 'bench',
  startTime: '2020-01-01T00:00:00Z',
  machine: `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:bench`,
};

/** As much as the construct's defaults delete. */
export const SETTINGS: SweepSettings = {
  work: 'purge',
  selection: { exclude: [] },
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: { keep: [], keepCertificates: false },
  tolerateFailedAccounts: false,
  failOnFindings: false,
  accountsPerBatch: ACCOUNTS_PER_BATCH,
  accountsInFlight: ACCOUNTS_IN_FLIGHT,
};

/** A whole sweep with the functions of this library, each batch in one of as many processes as the Map would use. */
export async function measureSweep(world: World): Promise<Measured> {
  const organization = new Child('organization.ts', { argument: JSON.stringify(world) });
  const endpoints = await organization.message<Endpoints>();
  const listener = await serveListener();
  Object.assign(process.env, environmentOf(endpoints, listener.endpoint));
  const runtime = await functionRuntime();
  const [looking, purging] = await Promise.all(['sweep-look', 'sweep-purge'].map((asset) => workers(asset, runtime)));

  const began = performance.now();
  const since = (start: number) => performance.now() - start;
  const identity = await preflight(iam(), organizations());
  const selection = await resolveSelection(organizations(), identity, SETTINGS, {}, MANAGEMENT);
  const s3 = new S3Client({ forcePathStyle: true });
  const folder = new RunFolder(s3, BUCKET, runPrefix(EXECUTION));
  const run = await folder.saveSelection({ ...selection, execution: EXECUTION.id });
  await folder.put(ACCEPTED_KEY, JSON.stringify({ settings: digestOfSettings(SETTINGS) }));
  const put = (files: Parameters<typeof controlFiles>[2]) => putControlFiles(s3, BUCKET, controlFiles(EXECUTION, SETTINGS, files));
  await put({ looked: run });
  const coresBusy = watchCores();
  const lookBegan = performance.now();
  const looked = await walk(looking, run.digest, run.batches);
  const lookMs = since(lookBegan);
  const decided = await step('sweep-decide', runtime);
  const decision = decided.answer as DecisionReference;
  await put({ go: { plan: decision.plan } });
  const purgeBegan = performance.now();
  const purged = await walk(purging, run.digest, decision.batches);
  const purgeMs = since(purgeBegan);
  const wallMs = since(began);
  const busy = coresBusy();

  await put({ end: { ...run, decision } });
  const reported = await step('sweep-report', runtime);
  listener.close();
  const report = JSON.parse(await readObject(s3, { Bucket: BUCKET, Key: `${folder.prefix}report.json` }, (text) => text)) as SweepReport;

  organization.send({});
  const observed = await organization.message<Observed>();
  [organization, ...looking, ...purging].forEach((each) => each.end());
  const spent = [...looked, ...purged];
  return {
    ...observed,
    world,
    wallMs,
    lookMs,
    decideMs: decided.ms,
    purgeMs,
    decideMemoryMb: decided.memoryMb,
    reportMs: reported.ms,
    reportMemoryMb: reported.memoryMb,
    report,
    cpuMs: spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memoryMb: Math.max(...spent.map(({ memoryMb }) => memoryMb)),
    coresBusy: busy,
  };
}

/** As many as the Map uses. */
async function workers(asset: string, runtime: string): Promise<Child[]> {
  const children = Array.from({ length: BATCHES_AT_ONCE }, () => new Child('walk-process.mts', { argument: asset, runtime }));
  await Promise.all(children.map((child) => child.message()));
  return children;
}

/** What each process has spent on its batches. */
function walk(children: Child[], digest: string, batches: number[]): Promise<Spent[]> {
  const queue = [...batches];
  return Promise.all(children.map(async (child) => {
    let last: Spent = { cpuMs: 0, memoryMb: 0 };
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      child.send({ run: EXECUTION.name, digest, batch } satisfies BatchEvent);
      last = await child.message<Spent>();
    }
    return last;
  }));
}

/** The function of a step that is not a walk. */
async function step(asset: string, runtime: string): Promise<Took> {
  const child = new Child('step-process.mts', { argument: asset, runtime, silent: true });
  await child.message();
  child.send({ run: EXECUTION.name } satisfies MachineEvent);
  const took = await child.message<Took>();
  child.end();
  return took;
}

/** The share of their time in which the cores work, from now until it is asked for. */
function watchCores(): () => number {
  const spentOn = () => cpus().map(({ times: { idle, ...work } }) => ({ idle, work: Object.values(work).reduce((sum, ms) => sum + ms) }))
    .reduce((all, core) => ({ idle: all.idle + core.idle, work: all.work + core.work }));
  const before = spentOn();
  return () => {
    const after = spentOn();
    const work = after.work - before.work;
    return work / (work + after.idle - before.idle);
  };
}

/** @param listener that hears the event, and has the execution */
export function environmentOf({ aws, objects }: Endpoints, listener: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: aws,
    AWS_ENDPOINT_URL_S3: objects,
    AWS_ENDPOINT_URL_EVENTBRIDGE: listener,
    AWS_ENDPOINT_URL_SFN: listener,
    ...CONTROL_ENVIRONMENT,
    REPORTS_BUCKET: BUCKET,
    ACCEPTED_KEY,
    SWEEP_NAME: 'bench',
    STS_REGION: 'us-east-1',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: MANAGEMENT,
    CALLER_KEY: MANAGEMENT,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
