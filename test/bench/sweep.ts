import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { Spent, Work } from './batch-process';
import type { Endpoints, Observed, World } from './organization';
import { iam, organizations } from '../../lambda/aws/clients';
import { preflight } from '../../lambda/sweep/preflight';
import { composeReport, reconcile, type SweepReport } from '../../lambda/sweep/report';
import { RunFolder, runPrefix } from '../../lambda/sweep/run-folder';
import { resolveSelection } from '../../lambda/sweep/selection';
import { CREDENTIAL_KINDS } from '../../lib/private/contract';

export interface Measured extends Observed {
  readonly world: World;
  readonly wallMs: number;
  readonly reportMs: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly report: SweepReport;
}

/** The construct's defaults. */
export const ACCOUNTS_PER_BATCH = 25;
export const BATCHES_AT_ONCE = 4;
export const ACCOUNTS_IN_FLIGHT = 10;

const MANAGEMENT = '111111111111';
const BUCKET = 'reports';
/** It began long ago: a denial is not waited for as a late permission. */
const EXECUTION = { name: 'bench', startTime: '2020-01-01T00:00:00Z' };

/** A whole sweep with the functions of this library, each batch in one of as many processes as the Map would use. */
export async function measureSweep(world: World): Promise<Measured> {
  const organization = child('organization.ts', [JSON.stringify(world)]);
  const endpoints = await message<Endpoints>(organization);
  Object.assign(process.env, environmentOf(endpoints));
  const workers = Array.from({ length: BATCHES_AT_ONCE }, () => child('batch-process.ts', []));
  await Promise.all(workers.map((worker) => message(worker)));

  const began = performance.now();
  const settings = {
    selection: { exclude: [] },
    credentials: [...CREDENTIAL_KINDS],
    dryRun: false,
    tolerateFailedAccounts: false,
    accountsPerBatch: ACCOUNTS_PER_BATCH,
    accountsInFlight: ACCOUNTS_IN_FLIGHT,
  };
  const identity = await preflight(iam(), organizations());
  const selection = await resolveSelection(organizations(), identity, settings, {}, MANAGEMENT);
  const folder = new RunFolder(new S3Client({ forcePathStyle: true }), BUCKET, runPrefix(EXECUTION));
  const run = await folder.saveSelection(selection);
  const queue = selection.batches.map((_, batch) => batch);
  const spent = await Promise.all(workers.map(async (worker) => {
    let last: Spent = { cpuMs: 0, memoryMb: 0 };
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      worker.send({ execution: EXECUTION, run, batch, accountsInFlight: ACCOUNTS_IN_FLIGHT } satisfies Work);
      last = await message<Spent>(worker);
    }
    return last;
  }));
  const wallMs = performance.now() - began;

  const reportBegan = performance.now();
  const report = composeReport(EXECUTION, selection, await reconcile(folder, selection), undefined);
  const reportMs = performance.now() - reportBegan;

  organization.send('what was asked?');
  const observed = await message<Observed>(organization);
  [organization, ...workers].forEach((each) => each.kill());
  return {
    ...observed,
    world,
    wallMs,
    reportMs,
    report,
    cpuMs: spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memoryMb: Math.max(...spent.map(({ memoryMb }) => memoryMb)),
  };
}

export function child(file: string, args: string[]): ChildProcess {
  return fork(join(__dirname, file), args, { execArgv: ['--import', 'tsx'], env: { ...process.env, NODE_NO_WARNINGS: '1', POWERTOOLS_LOG_LEVEL: 'SILENT' } });
}

export async function message<T>(from: ChildProcess): Promise<T> {
  const ended = once(from, 'exit').then(() => { throw new Error('a process of the benchmark has ended early'); });
  ended.catch(() => undefined); // it ends in the end
  return Promise.race([once(from, 'message').then(([received]) => received as T), ended]);
}

export function environmentOf({ aws, objects }: Endpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: aws,
    AWS_ENDPOINT_URL_S3: objects,
    REPORTS_BUCKET: BUCKET,
    STS_REGION: 'us-east-1',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: MANAGEMENT,
    CALLER_KEY: MANAGEMENT,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
