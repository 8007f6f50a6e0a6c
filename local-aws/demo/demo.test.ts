import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient, StartAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { BREAK_GLASS_ACCOUNT, company, lateComer, MANAGEMENT_ACCOUNT, SECURITY_ACCOUNT } from './accounts';
import { openerOf } from './opener';
import { eventually } from '../../test/support/eventually';
import { expectAbout } from '../../test/support/expect-about';

const PROJECT = join(__dirname, '../..');
/** What `npm run demo` runs once it has bundled. */
const COMMAND: string = JSON.parse(readFileSync(join(PROJECT, '.projen/tasks.json'), 'utf8')).tasks.demo.steps.at(-1).exec;

/** Two deployments by the CDK CLI, on a machine that has much else to do. */
const DEPLOYMENTS_MILLISECONDS = 600_000;

describe('the demo', () => {
  let temporary: string;
  let running: ChildProcess | undefined;

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'demo-'));
  });
  afterEach(() => {
    running?.kill('SIGTERM');
    rmSync(temporary, { recursive: true, force: true });
  });

  /** Runs as the only one of a process group, as a shell runs what is typed; npm's shell, like this one, waits for it when Ctrl-C comes. */
  function start(...args: string[]) {
    const child = spawn(`trap : INT; ${COMMAND} ${args.join(' ')}; exit $?`, {
      shell: true,
      cwd: PROJECT,
      env: { ...process.env, PATH: [temporary, process.env.PATH].join(delimiter), TMPDIR: temporary, AWS_PROFILE: 'of-the-user', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', NODE_NO_WARNINGS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running = child;
    const started = new Set<number>();
    const watch = setInterval(() => descendantsOf(child.pid!).forEach((id) => started.add(id)), 200);
    let [output, errors] = ['', ''];
    child.stdout.on('data', (text) => output += text);
    child.stderr.on('data', (text) => errors += text);
    const ended = once(child, 'close').then(([code]) => {
      clearInterval(watch);
      running = undefined;
      return { code: code as number, output, errors };
    });
    return { child, started, ended, output: () => output };
  }

  async function expectNothingLeft(started: ReadonlySet<number>) {
    expect(started.size).toBeGreaterThan(1);
    await eventually(() => expect([...started].filter(isAlive)).toEqual([]));
    expect(readdirSync(temporary).filter((name) => name.startsWith('local-aws-'))).toEqual([]);
  }

  test('cleans every member account but the excluded and the suspended one, has runbooks to try, and leaves nothing behind', async () => {
    const opened = join(temporary, 'opened');
    writeFileSync(join(temporary, openerOf(process.platform)), `#!/bin/sh\necho "$1" > '${opened}'\n`, { mode: 0o755 });
    const { child, started, ended, output: shown } = start('--open', '--runbooks');
    await eventually(() => running === undefined || shown().includes('${RECORDS}'), { timeout: DEPLOYMENTS_MILLISECONDS });
    await tryTerminal(shown());
    await tryRunbook(shown);
    await pressControlC(child, started);
    const { code, output: everything, errors } = await ended;
    const [output] = everything.split('The local AWS stays up');

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(everything).toMatch(/The local AWS ends, and nothing is left of it\.\n$/);
    const before = company();
    for (const { id, name, state, root } of before.accounts) {
      const untouched = [MANAGEMENT_ACCOUNT, BREAK_GLASS_ACCOUNT].includes(id) || state === 'SUSPENDED';
      const [after, outcome] = untouched ? ['unchanged', 'skipped'] : ['none', root.isClean ? 'clean' : 'purged'];
      expect(output).toMatch(new RegExp(`^  ${id}  ${name} .* ${after} +${outcome}$`, 'm'));
    }
    expect(output).toMatch(/^ {2}RootCredentialsManagement +off +on$/m);
    expect(output).toMatch(/^ {2}delegated administrator +none +security-tools$/m);
    expect(output).toContain(`"exclude": ["${BREAK_GLASS_ACCOUNT}"]\n#   "delegate": ["${SECURITY_ACCOUNT}"]`);
    expect(output).toContain('$ npx cdk deploy -c purge=true');
    expect(output).toContain('✓ the reports say of every account what the organization itself shows');

    const report = JSON.parse(readFileSync(join(PROJECT, '.local-aws/demo/report.json'), 'utf8'));
    expect(report.accounts).toHaveLength(before.accounts.length);
    expect(readFileSync(join(PROJECT, '.local-aws/demo/report.csv'), 'utf8').split('\n').length).toBeGreaterThan(before.accounts.length);

    const { id, name } = lateComer(before);
    expect(output).toMatch(new RegExp(`^Joined after the deployment: its event .*\n  ${id}  ${name} +password, 1 key, 1 MFA +none +purged$`, 'm'));
    expect(output).toContain(`${before.accounts.length} accounts: ${report.counts.purged + 1} purged, ${report.counts.clean} clean, 3 skipped`);
    const joined = JSON.parse(readFileSync(join(PROJECT, '.local-aws/demo/joined/report.json'), 'utf8'));
    expect(joined.accounts).toMatchObject([{ accountId: id, outcome: 'purged' }]);

    const pages = ['report.html', 'joined/report.html'].map((file) => `.local-aws/demo/${file}`);
    pages.forEach((page) => expect(output).toContain(`  ${page}\n`));
    expect(pages.filter((page) => !existsSync(join(PROJECT, page)))).toEqual([]);
    expect(readFileSync(opened, 'utf8').trim()).toBe(join(PROJECT, pages[0]));

    expect(output.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(output).not.toContain('\x1b');
    await expectNothingLeft(started);
  });

  /** Pastes the line for it. */
  async function tryTerminal(shown: string) {
    const [, line] = /^(\(\. .*; npx cdk-root-access audit\))$/m.exec(shown)!;
    const { status, stdout } = spawnSync('sh', ['-c', line], { cwd: PROJECT, encoding: 'utf8', env: { ...process.env, AWS_PROFILE: 'of-the-user' } });
    expectAbout(stdout, status).toBe(1);
    expect(stdout).toContain('1 of 25 accounts has root credentials: 1 password, 0 access keys, 0 signing certificates, 2 MFA devices.');
  }

  /** Does what the lines for it say, since not every machine has the AWS CLI. */
  async function tryRunbook(shown: () => string) {
    const variables = execFileSync('sh', ['-c', '. .local-aws/demo/variables.sh; env'], { cwd: PROJECT, encoding: 'utf8' });
    const variable = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(variables)![1];
    const client = { region: variable('AWS_REGION'), endpoint: variable('AWS_ENDPOINT_URL') };
    const as = (accessKeyId: string) => ({ ...client, credentials: { accessKeyId, secretAccessKey: variable('AWS_SECRET_ACCESS_KEY') } });
    const administrator = as(variable('AWS_ACCESS_KEY_ID'));

    const [, account, bucket] = /--document-name \$UNLOCK_BUCKET \\\n {2}--parameters 'AccountId=(\d+),Bucket=(\S+),Reason=ticket 4711'/.exec(shown())!;
    const policy = () => new S3Client({ ...as(account), forcePathStyle: true }).send(new GetBucketPolicyCommand({ Bucket: bucket }));
    await expect(policy()).rejects.toMatchObject({ name: 'AccessDenied' });
    await new SSMClient(administrator).send(new StartAutomationExecutionCommand({
      DocumentName: variable('UNLOCK_BUCKET'), Parameters: { AccountId: [account], Bucket: [bucket], Reason: ['ticket 4711'] },
    }));
    const mail = /\nMail to the subscribers of BreakGlass-Approvers\S+\nSubject: .*\n[^]*send-task-success --region us-east-1 --task-output '(.+)' --task-token (\S+)/;
    const [, output, taskToken] = await eventually(() => mail.exec(shown()) ?? false);
    await new SFNClient(administrator).send(new SendTaskSuccessCommand({ output, taskToken }));
    await eventually(() => expect(policy()).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' }));
  }

  test.each([
    ['at Ctrl-C, with exit code 130', pressControlC, 130],
    ['when what started it is killed', async ({ pid }: ChildProcess) => process.kill(pid!, 'SIGKILL'), null],
  ])('ends %s, and leaves nothing behind', async (_, interrupt, code) => {
    const { child, started, ended, output } = start('--keep');
    await eventually(() => expect(output()).toContain('$ npx cdk bootstrap'));
    await eventually(() => expect([...commandsOf(started).values()]).toContainEqual(expect.stringContaining('aws-cdk/bin/cdk')));

    await interrupt(child, started);

    expect(await ended).toMatchObject({ code, output: expect.stringMatching(/■ stopped: bootstrap.*\nInterrupted\. The local AWS has ended, and nothing is left of it\.\n$/) });
    await expectNothingLeft(started);
  });

  test('names the flags that it takes when it is given another one', async () => {
    expect(await start('--kep').ended).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('\'--kep\': allowed are --keep, --runbooks, --open and --help') });
  });
});

/** On a machine that is so busy that the demo has its turn only later. */
async function pressControlC({ pid }: ChildProcess, started: ReadonlySet<number>) {
  const [demo] = [...commandsOf(started)].filter(([, command]) => /^\S*node .*demo\/main\.ts/.test(command)).at(-1)!;
  process.kill(demo, 'SIGSTOP');
  process.kill(-pid!, 'SIGINT');
  await setTimeout(500);
  process.kill(demo, 'SIGCONT');
}

function descendantsOf(id: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  const below = (parent: number): number[] => [...parents].filter(([, other]) => other === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(id);
}

/** Of those that are alive. */
function commandsOf(ids: ReadonlySet<number>): Map<number, string> {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).trim().split('\n');
  const commands = lines.map((line) => /^ *(\d+) (.*)$/.exec(line)!).map(([, id, command]) => [Number(id), command] as const);
  return new Map(commands.filter(([id]) => ids.has(id)));
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
