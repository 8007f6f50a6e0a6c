import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { SweepReport } from '../../../lambda/sweep/report';
import { virtualEnvironment } from '../engine/virtual-environment';
import { LocalAws } from '../local-aws';
import type { FakeOrganization } from '../organization';
import { BREAK_GLASS_ACCOUNT, company, SECURITY_ACCOUNT } from './accounts';
import { progressOf } from './cdk-progress';
import { agrees, countCredentials, printSwitches, printTable, printVerdict, rowsOf, snapshotOf, switchesOf } from './table';
import { elapsed, type Terminal } from './terminal';

const LOCAL_FOLDER = join(__dirname, '../../../.local-aws');
const REPORT_FOLDER = join(LOCAL_FOLDER, 'demo');
const CONTEXT = ['-c', `delegate=${SECURITY_ACCOUNT}`, '-c', `exclude=${BREAK_GLASS_ACCOUNT}`];
const LAST_LINES = 25;

export interface DemoOptions {
  readonly terminal: Terminal;
  /** Leaves the local AWS up until the signal comes. */
  readonly keep: boolean;
  /** Ends the demo wherever it is. */
  readonly signal: AbortSignal;
}

/** Where the stack put what a user looks for. */
interface Outputs {
  /** `s3://bucket/latest/` */
  readonly reports: string;
  /** ARN of the state machine. */
  readonly sweep: string;
}

/** Deploys the quick start to a company's organization; false when the report does not say what the organization shows. */
export async function demo({ terminal, keep, signal }: DemoOptions): Promise<boolean> {
  const started = Date.now();
  const organization = company();
  introduce(terminal, organization);
  await terminal.step('Python environment of the local AWS (made on the first run)', () => virtualEnvironment(LOCAL_FOLDER));
  signal.throwIfAborted();
  const aws = await terminal.step('local AWS', () => LocalAws.start({ organization }));
  try {
    signal.throwIfAborted();
    const before = snapshotOf(organization);
    const switchesBefore = switchesOf(organization);
    const outputs = await deploy(terminal, aws, signal);
    const files = await download(aws, outputs);
    const report = JSON.parse(readFileSync(join(REPORT_FOLDER, 'report.json'), 'utf8')) as SweepReport;
    const rows = rowsOf(organization, before, report);
    terminal.print();
    printSwitches(terminal, switchesBefore, switchesOf(organization));
    terminal.print();
    printTable(terminal, rows);
    terminal.print();
    printVerdict(terminal, rows);
    terminal.print();
    terminal.print(`The report, after ${elapsed(started)} in all:`);
    files.forEach((file) => terminal.print(`  ${file}`));
    if (keep) {
      await stay(terminal, aws, outputs, signal);
    }
    return rows.every(agrees);
  } finally {
    await aws.stop();
  }
}

function introduce(terminal: Terminal, organization: FakeOrganization) {
  terminal.print(terminal.style('bold', 'Deletes the root credentials of every member account of an organization of'));
  terminal.print(terminal.style('bold', `${organization.accounts.length} accounts that lives on this machine. No AWS account is touched.`));
  terminal.print();
}

async function deploy(terminal: Terminal, aws: LocalAws, signal: AbortSignal): Promise<Outputs> {
  terminal.print();
  await cdk(terminal, aws, signal, ['bootstrap']);
  terminal.print();
  terminal.print(terminal.style('dim', `# ${SECURITY_ACCOUNT} security-tools becomes the delegated administrator`));
  terminal.print(terminal.style('dim', `# ${BREAK_GLASS_ACCOUNT} break-glass keeps its root user, for the day nobody can sign in`));
  const output = await cdk(terminal, aws, signal, ['deploy', '--require-approval', 'never', ...CONTEXT]);
  const value = (name: string) => new RegExp(`\\.${name} = (\\S+)`).exec(output)![1];
  return { reports: value('Reports'), sweep: value('Sweep') };
}

/** Runs the CDK CLI and returns what it printed. */
async function cdk(terminal: Terminal, aws: LocalAws, signal: AbortSignal, args: readonly string[]): Promise<string> {
  terminal.command(`npx cdk ${args.join(' ').replace(' -c', ' \\\n    -c')}`);
  const before = countCredentials(aws.organization);
  let phase = 'starting';
  const onLine = (line: string) => {
    phase = progressOf(line) ?? phase;
  };
  const status = () => `${countCredentials(aws.organization)} of ${before} root credentials  ${phase}`;
  const run = async () => {
    // the CLI's own copy of the SDK warns about Node 20
    const { code, output } = await aws.cdk(args, { onLine, environment: { NODE_NO_WARNINGS: '1' } });
    signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(`cdk ${args[0]} ended with exit code ${code}; its last lines:\n\n${output.split('\n').slice(-LAST_LINES).join('\n')}`);
    }
    return output;
  };
  return terminal.step(args[0], run, status);
}

/** Copies the newest report in all its formats; the paths of the copies. */
async function download(aws: LocalAws, { reports }: Outputs): Promise<string[]> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(reports)!;
  const client = new S3Client({ ...aws.clientSettings(), forcePathStyle: true });
  rmSync(REPORT_FOLDER, { recursive: true, force: true });
  mkdirSync(REPORT_FOLDER, { recursive: true });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  const files = await Promise.all(Contents.map(async ({ Key }) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const file = join(REPORT_FOLDER, basename(Key!));
    writeFileSync(file, await Body!.transformToByteArray());
    return relative(process.cwd(), file);
  }));
  client.destroy();
  return files;
}

async function stay(terminal: Terminal, aws: LocalAws, { reports, sweep }: Outputs, signal: AbortSignal) {
  const variables = { ...aws.environment(), REPORTS: reports, SWEEP: sweep };
  terminal.print();
  terminal.print(terminal.style('bold', 'The local AWS stays up until Ctrl-C. In another terminal, in this folder:'));
  terminal.print();
  terminal.print('unset AWS_PROFILE AWS_SESSION_TOKEN');
  for (const [name, value] of Object.entries(variables)) {
    terminal.print(`export ${name}='${value}'`);
  }
  terminal.print();
  const things: readonly [string, string][] = [
    ['sweep again by hand, without deleting', 'aws stepfunctions start-execution --state-machine-arn $SWEEP --input \'{"dryRun": true}\''],
    ['see how the sweeps went', 'aws stepfunctions list-executions --state-machine-arn $SWEEP'],
    ['read the newest report', 'aws s3 cp ${REPORTS}report.csv -'],
    ['look at the organization', 'aws iam list-organizations-features'],
    ['change the example, then', `npx cdk diff ${CONTEXT.join(' ')}`],
  ];
  for (const [what, command] of things) {
    terminal.print(terminal.style('dim', `# ${what}`));
    terminal.print(command);
  }
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
  signal.throwIfAborted();
}
