import { cpus } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import type { Spent } from './batch-process.mts';
import { Child } from './child';
import type { Endpoints, Observed, World } from './organization';
import type { Reported } from './report-process.mts';
import { functionRuntime } from './runtime';
import { iam, organizations } from '../../lambda/aws/clients';
import { composeReport, reconcile, type SweepReport } from '../../lambda/sweep/report/contents';
import { RunFolder, runPrefix } from '../../lambda/sweep/run-folder';
import { preflight } from '../../lambda/sweep/select/preflight';
import { resolveSelection } from '../../lambda/sweep/select/resolve';
import { CREDENTIAL_KINDS, type MachineEvent, type MachineExecution } from '../../lib/private/contract';
import { SWEEP_NAME_VARIABLE, type BatchEvent, type SweepSettings } from '../../lib/sweep/contract';
import { CONTROL_ENVIRONMENT, controlFiles, putControlFiles } from '../lambda/sweep/control';
import { serveListener } from '../lambda/sweep/listener';

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
  const workers = Array.from({ length: BATCHES_AT_ONCE }, () => new Child('batch-process.mts', { runtime }));
  await Promise.all(workers.map((worker) => worker.message()));

  const began = performance.now();
  const identity = await preflight(iam(), organizations());
  const selection = await resolveSelection(organizations(), identity, SETTINGS, {}, MANAGEMENT);
  const s3 = new S3Client({ forcePathStyle: true });
  const folder = new RunFolder(s3, BUCKET, runPrefix(EXECUTION));
  const run = await folder.saveSelection({ ...selection, execution: EXECUTION.id });
  await putControlFiles(s3, BUCKET, controlFiles(EXECUTION, SETTINGS, { end: run }));
  const queue = selection.batches.map((_, batch) => batch);
  const coresBusy = watchCores();
  const spent = await Promise.all(workers.map(async (worker) => {
    let last: Spent = { cpuMs: 0, memoryMb: 0 };
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      worker.send({ run: EXECUTION.name, digest: run.digest, batch } satisfies BatchEvent);
      last = await worker.message<Spent>();
    }
    return last;
  }));
  const wallMs = performance.now() - began;
  const busy = coresBusy();

  const { ms: reportMs, memoryMb: reportMemoryMb } = await measureReport(runtime);
  listener.close();
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

/** The function that reports. */
async function measureReport(runtime: string): Promise<Reported> {
  const reporter = new Child('report-process.mts', { runtime, silent: true });
  await reporter.message();
  reporter.send({ run: EXECUTION.name } satisfies MachineEvent);
  const reported = await reporter.message<Reported>();
  reporter.end();
  return reported;
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
