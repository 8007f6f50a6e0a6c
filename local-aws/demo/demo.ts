import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { virtualEnvironment } from '../engine/virtual-environment';
import { LocalAws } from '../local-aws';
import type { FakeAccount, FakeOrganization } from '../organization';
import { BREAK_GLASS_ACCOUNT, company, lateComer, type Locked, lockedIn, SECURITY_ACCOUNT } from './accounts';
import { BREAK_GLASS_OUTPUTS, runbookTrials, unlockTrials } from './break-glass';
import { progressOf } from './cdk-progress';
import { openFile } from './opener';
import { stay, type Trial } from './stay';
import { agrees, countCredentials, printSwitches, printTable, printVerdict, rowsOf, type Snapshot, snapshotOf, switchesOf } from './table';
import { elapsed, type Terminal } from './terminal';

const LOCAL_FOLDER = join(__dirname, '../../.local-aws');
const REPORTS_FOLDER = join(LOCAL_FOLDER, 'demo');
/** The sweep of an account that joins makes a report of its own, beside that of the whole organization. */
const JOINED_FOLDER = join(REPORTS_FOLDER, 'joined');
const JOINED_HEADING = 'Joined after the deployment: its event started a sweep of it alone';
/** An example with the ids of this organization: a cdk.json of its own, as a user has. */
interface Example {
  readonly name: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Of `cdk deploy`. */
  readonly args?: readonly string[];
}

const QUICK_START: Example = {
  name: 'quick-start',
  context: { exclude: [BREAK_GLASS_ACCOUNT], delegate: [SECURITY_ACCOUNT], joined: 'purge' },
  args: ['-c', 'purge=true'],
};
const BREAK_GLASS: Example = {
  name: 'break-glass',
  context: { exclude: [BREAK_GLASS_ACCOUNT], protectedBuckets: ['central-audit-logs'] },
};
const folderOf = ({ name }: Example) => join(LOCAL_FOLDER, name);
const LAST_LINES = 25;
/** A sweep of one account takes seconds. */
const SWEEP_MILLISECONDS = 60_000;

export interface DemoOptions {
  readonly terminal: Terminal;
  /** Leaves the local AWS up until the signal comes. */
  readonly keep: boolean;
  /** Deploys the runbooks as well, and stays up for them. */
  readonly runbooks: boolean;
  /** Shows the report in the browser. */
  readonly open: boolean;
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

/** Deploys the quick start to a company's organization, which an account then joins; false when the reports do not say what the organization shows. */
export async function demo({ terminal, keep, runbooks, open, signal }: DemoOptions): Promise<boolean> {
  const started = Date.now();
  const organization = company();
  introduce(terminal, organization);
  await terminal.step('Python environment of the local AWS (made on the first run)', () => virtualEnvironment(LOCAL_FOLDER));
  signal.throwIfAborted();
  const aws = await terminal.step('local AWS', () => LocalAws.start({ organization }));
  try {
    signal.throwIfAborted();
    const locked = lockedIn(organization, aws.region);
    const before = snapshotOf(organization);
    const switchesBefore = switchesOf(organization);
    const outputs = await deploy(terminal, aws, signal);
    const joined = lateComer(organization);
    const joinedBefore: Snapshot = new Map([[joined.id, joined.root.credentials.current]]);
    const joinedSweep = await sweepOf(joined, terminal, aws, outputs, signal);
    const report = await download(aws, outputs, 'latest', REPORTS_FOLDER);
    const joinedReport = await download(aws, outputs, joinedSweep, JOINED_FOLDER);
    const rows = [
      ...rowsOf(organization, before, report),
      ...rowsOf(organization, joinedBefore, joinedReport).map((row) => ({ ...row, heading: JOINED_HEADING })),
    ];
    terminal.print();
    printSwitches(terminal, switchesBefore, switchesOf(organization));
    terminal.print();
    printTable(terminal, rows);
    terminal.print();
    printVerdict(terminal, rows);
    terminal.print();
    printLocked(terminal, organization, locked);
    terminal.print();
    terminal.print(`The reports, after ${elapsed(started)} in all; each is there as JSON and CSV too:`);
    [REPORTS_FOLDER, JOINED_FOLDER].forEach((folder) => terminal.print(`  ${relative(process.cwd(), join(folder, 'report.html'))}`));
    if (open) {
      await show(terminal, join(REPORTS_FOLDER, 'report.html'));
    }
    const runbookOutputs = runbooks ? await deployRunbooks(terminal, aws, signal) : undefined;
    if (keep || runbooks) {
      const variables = { REPORTS: outputs.reports, SWEEP: outputs.sweep, ...runbookOutputs };
      const trials = [...SWEEP_TRIALS, ...runbookOutputs ? runbookTrials(locked) : unlockTrials(locked)];
      await stay({ terminal, aws, folder: REPORTS_FOLDER, variables, trials, signal });
      terminal.print(`${terminal.style('green', '✓')} The local AWS ends, and nothing is left of it.`);
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
  writeSettings(terminal, QUICK_START);
  await cdk(terminal, aws, signal, QUICK_START, ['bootstrap']);
  terminal.print();
  terminal.print(terminal.style('dim', `# ${SECURITY_ACCOUNT} security-tools becomes the delegated administrator`));
  terminal.print(terminal.style('dim', `# ${BREAK_GLASS_ACCOUNT} break-glass keeps its root user, for the day nobody can sign in`));
  terminal.print(terminal.style('dim', '# an account that joins later is left alone, unless one chooses: joined is audit or purge'));
  terminal.print(terminal.style('dim', '# without purge=true it would be a dry run'));
  const output = await deployExample(terminal, aws, signal, QUICK_START);
  return { reports: outputIn(output, 'Reports'), sweep: outputIn(output, 'Sweep') };
}

/** Names of the runbooks, and where their records are, by variable. */
async function deployRunbooks(terminal: Terminal, aws: LocalAws, signal: AbortSignal): Promise<Record<string, string>> {
  writeSettings(terminal, BREAK_GLASS);
  const output = await deployExample(terminal, aws, signal, BREAK_GLASS);
  return Object.fromEntries(Object.entries(BREAK_GLASS_OUTPUTS).map(([name, variable]) => [variable, outputIn(output, name)]));
}

const deployExample = (terminal: Terminal, aws: LocalAws, signal: AbortSignal, example: Example) => (
  cdk(terminal, aws, signal, example, ['deploy', ...example.args ?? [], '--require-approval', 'never']));

const outputIn = (text: string, name: string) => new RegExp(`\\.${name} = (\\S+)`).exec(text)![1];

function writeSettings(terminal: Terminal, example: Example) {
  const app = `tsx --tsconfig ../../examples/tsconfig.json ../../examples/${example.name}/app.ts`;
  const folder = folderOf(example);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app, context: example.context }, undefined, 2));
  terminal.print();
  terminal.print(terminal.style('dim', `# examples/${example.name}, with these settings in ${relative(process.cwd(), join(folder, 'cdk.json'))}:`));
  Object.entries(example.context).forEach(([name, value]) => terminal.print(terminal.style('dim', `#   ${JSON.stringify(name)}: ${JSON.stringify(value)}`)));
}

/** Runs the CDK CLI and returns what it printed. */
async function cdk(terminal: Terminal, aws: LocalAws, signal: AbortSignal, example: Example, args: readonly string[]): Promise<string> {
  terminal.command(`npx cdk ${args.join(' ')}`);
  const before = countCredentials(aws.organization);
  let phase = 'starting';
  const onLine = (line: string) => {
    phase = progressOf(line) ?? phase;
  };
  const status = () => `${countCredentials(aws.organization)} of ${before} root credentials  ${phase}`;
  const run = async () => {
    // the CLI's own copy of the SDK warns about Node 20
    const { code, output } = await aws.cdk(args, { cwd: folderOf(example), onLine, environment: { NODE_NO_WARNINGS: '1' } });
    await setImmediate(); // Ctrl-C ends the CDK CLI too: when both are heard of at once, its end may be the first
    signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(`cdk ${args[0]} ended with exit code ${code}; its last lines:\n\n${output.split('\n').slice(-LAST_LINES).join('\n')}`);
    }
    return output;
  };
  return terminal.step(args[0], run, status);
}

/** Lets AWS tell of an account that joined, and waits for the sweep that this starts; its name. */
async function sweepOf(account: FakeAccount, terminal: Terminal, aws: LocalAws, { sweep }: Outputs, signal: AbortSignal): Promise<string> {
  terminal.print();
  terminal.print(terminal.style('dim', `# ${account.id} ${account.name} accepts an invitation, and brings its root credentials along`));
  const client = new SFNClient(aws.clientSettings());
  const ended = async () => {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: sweep }));
    return executions.find(({ name, status }) => name!.startsWith(`joined-${account.id}-`) && status !== 'RUNNING');
  };
  return terminal.step(`sweep of ${account.name}, started by the event AccountJoinedOrganization`, async () => {
    await aws.putAccountJoined(account.id);
    for (const began = Date.now(); Date.now() - began < SWEEP_MILLISECONDS; await setTimeout(200)) {
      signal.throwIfAborted();
      const execution = await ended();
      if (execution) return execution.name!;
    }
    throw new Error(`no sweep of ${account.id} came to its end within ${SWEEP_MILLISECONDS / 1000} seconds after it had joined`);
  }).finally(() => client.destroy());
}

/** Copies the files of a report from the reports bucket, by the folder that they are in there. */
async function download(aws: LocalAws, { reports }: Outputs, from: string, to: string): Promise<SweepReport> {
  const [, bucket] = /^s3:\/\/([^/]+)\//.exec(reports)!;
  const client = new S3Client({ ...aws.clientSettings(), forcePathStyle: true });
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const keys = Contents.map(({ Key }) => Key!).filter((key) => key.includes(`${from}/report.`));
  await Promise.all(keys.map(async (key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    writeFileSync(join(to, basename(key)), await Body!.transformToByteArray());
  }));
  client.destroy();
  return JSON.parse(readFileSync(join(to, 'report.json'), 'utf8')) as SweepReport;
}

async function show(terminal: Terminal, file: string) {
  const problem = await openFile(file);
  if (problem) {
    terminal.print(terminal.style('yellow', `--open: ${problem}; open the first of them in your browser yourself`));
  }
}

/** A policy that denies everyone is not a root credential: no sweep has to do with it. */
function printLocked(terminal: Terminal, organization: FakeOrganization, locked: Locked) {
  const nameOf = (id: string) => organization.findAccount(id)!.name;
  terminal.print(terminal.style('bold', 'Locked by a policy that denies everyone, which only a root session can remove'));
  Object.entries(locked).forEach(([kind, { name, account }]) => terminal.print(`  ${account}  ${nameOf(account).padEnd(14)}  ${kind} ${name}`));
}

const SWEEP_TRIALS: readonly Trial[] = [
  ['sweep again by hand, without deleting', 'aws stepfunctions start-execution --state-machine-arn $SWEEP --input \'{"dryRun": true}\''],
  ['see how the sweeps went', 'aws stepfunctions list-executions --state-machine-arn $SWEEP'],
  ['read the newest report', 'aws s3 cp ${REPORTS}report.csv -'],
  ['look at the organization', 'aws iam list-organizations-features'],
  ['change the example, then', `(cd ${relative(process.cwd(), folderOf(QUICK_START))}; npx cdk diff -c purge=true)`],
];
