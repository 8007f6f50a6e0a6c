import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Child } from './child';
import type { Endpoints, Observed, World } from './organization';
import { functionRuntime } from './runtime';
import type { SweepReport } from '../../lambda/sweep/report/contents';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'cdk-root-access.mjs');
const SPENT = pathToFileURL(join(__dirname, 'spent.mjs')).href;

export interface MeasuredTerminal {
  readonly world: World;
  readonly concurrency: number;
  /** From the start of the process to its end. */
  readonly wallMs: number;
  /** Of the whole process, which starts, selects, looks and reports. */
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly report: SweepReport;
}

/** An audit by the built program, on the Node.js of the functions. */
export async function measureTerminal(world: World, concurrency: number): Promise<MeasuredTerminal> {
  const organization = new Child('organization.ts', { argument: JSON.stringify(world) });
  const { aws } = await organization.message<Endpoints>();
  const runtime = await functionRuntime();
  const began = performance.now();
  const child = spawn(runtime, ['--import', SPENT, PROGRAM, 'audit', '--output', 'json', '--concurrency', String(concurrency)], {
    env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: aws, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'local', AWS_EC2_METADATA_DISABLED: 'true' },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [report, spent] = await Promise.all([text(child.stdout!), text(child.stdio[3] as NodeJS.ReadableStream), once(child, 'close')]);
  const wallMs = performance.now() - began;
  organization.send({});
  await organization.message<Observed>();
  organization.end();
  return { world, concurrency, wallMs, ...JSON.parse(spent) as { cpuMs: number; memoryMb: number }, report: JSON.parse(report) as SweepReport };
}
