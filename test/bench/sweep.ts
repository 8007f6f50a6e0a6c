import { cpus } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import type { Spent, Work } from './batch-process.mts';
import { Child } from './child';
import type { Endpoints, Observed, World } from './organization';
import type { Reported } from './report-process.mts';
import { functionRuntime } from './runtime';
import { iam, organizations } from '../../lambda/aws/clients';
import { preflight } from '../../lambda/sweep/preflight';
import { composeReport, reconcile, type SweepReport } from '../../lambda/sweep/report';
import { RunFolder, runPrefix, type RunReference } from '../../lambda/sweep/run-folder';
import { resolveSelection } from '../../lambda/sweep/selection';
import { CREDENTIAL_KINDS, SWEEP_NAME_VARIABLE, type SweepSettings } from '../../lib/private/contract';
import { serveListener } from '../sweep/listener';

export interface Measured extends Observed {
  readonly world: World;
  readonly wallMs: number;
  readonly reportMs: number;
  readonly reportMemoryMb: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  /** How busy all cores of the machine were while the batches ran: at 1 the cores are what is waited for, and not the answers. */
  readonly coresBusy: number;
  readonly report: SweepReport;
}

/** The construct's defaults. */
export const ACCOUNTS_PER_BATCH = 30;
export const BATCHES_AT_ONCE = 4;
export const ACCOUNTS_IN_FLIGHT = 10;

const MANAGEMENT = '111111111111';
const BUCKET = 'reports';
/** It began long ago: a denial is not waited for as a late permission. */
const EXECUTION = { name: 'bench', startTime: '2020-01-01T00:00:00Z' };

/** A whole sweep with the functions of this library, each batch in one of as many processes as the Map would use. */
export async function measureSweep(world: World): Promise<Measured> {
  const organization = new Child('organization.ts', { argument: JSON.stringify(world) });
  const endpoints = await organization.message<Endpoints>();
  Object.assign(process.env, environmentOf(endpoints));
  const runtime = await functionRuntime();
  const workers = Array.from({ length: BATCHES_AT_ONCE }, () => new Child('batch-process.mts', { runtime }));
  await Promise.all(workers.map((worker) => worker.message()));

  const began = performance.now();
  const settings: SweepSettings = {
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
  const identity = await preflight(iam(), organizations());
  const selection = await resolveSelection(organizations(), identity, settings, {}, MANAGEMENT);
  const folder = new RunFolder(new S3Client({ forcePathStyle: true }), BUCKET, runPrefix(EXECUTION));
  const run = await folder.saveSelection(selection);
  const queue = selection.batches.map((_, batch) => batch);
  const coresBusy = watchCores();
  const spent = await Promise.all(workers.map(async (worker) => {
    let last: Spent = { cpuMs: 0, memoryMb: 0 };
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      worker.send({ execution: EXECUTION, run, batch, accountsInFlight: ACCOUNTS_IN_FLIGHT } satisfies Work);
      last = await worker.message<Spent>();
    }
    return last;
  }));
  const wallMs = performance.now() - began;
  const busy = coresBusy();

  const { ms: reportMs, memoryMb: reportMemoryMb } = await measureReport(run, runtime);
  const report = composeReport(EXECUTION, selection, await reconcile(folder, selection), undefined);

  organization.send({});
  const observed = await organization.message<Observed>();
  [organization, ...workers].forEach((each) => each.end());
  return {
    ...observed,
    world,
    wallMs,
    reportMs,
    reportMemoryMb,
    report,
    cpuMs: spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memoryMb: Math.max(...spent.map(({ memoryMb }) => memoryMb)),
    coresBusy: busy,
  };
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

/** The function that reports, with somebody who hears its event. */
async function measureReport(run: RunReference, runtime: string): Promise<Reported> {
  const listener = await serveListener();
  process.env.AWS_ENDPOINT_URL_EVENTBRIDGE = listener.endpoint;
  const reporter = new Child('report-process.mts', { runtime, silent: true });
  await reporter.message();
  reporter.send({ execution: EXECUTION, run });
  const reported = await reporter.message<Reported>();
  reporter.end();
  listener.close();
  return reported;
}

export function environmentOf({ aws, objects }: Endpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: aws,
    AWS_ENDPOINT_URL_S3: objects,
    REPORTS_BUCKET: BUCKET,
    [SWEEP_NAME_VARIABLE]: 'bench',
    STS_REGION: 'us-east-1',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: MANAGEMENT,
    CALLER_KEY: MANAGEMENT,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
