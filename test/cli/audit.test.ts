import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { run, start } from './terminal';
import { delay, FakeOrganization, serve, type ServedOrganization } from '../../local-aws/organization';
import { eventually } from '../support/eventually';

const MANAGEMENT = '111111111111';
const member = (number: number) => `20000000000${number}`;

let organization: FakeOrganization;
let served: ServedOrganization;
let workloads: string;

beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  workloads = organization.addOrganizationalUnit({ name: 'Workloads' });
  organization.addAccount({ id: member(1), name: 'payments', ou: workloads, root: { password: true, accessKeys: [{}], mfaDevices: [{}] } });
  organization.addAccount({ id: member(2), name: 'archive' });
  organization.addAccount({ id: member(3), name: 'sandbox', root: { password: true } });
  served = await serve(organization);
});
afterEach(() => served.close());

const audit = (...args: string[]) => run(['audit', ...args], served.environment);

describe('an audit from the terminal', () => {
  test('names the command for what is off', async () => {
    organization.features.current = new Set();
    const { code, stderr } = await audit();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: the sweep has not begun: the feature RootCredentialsManagement is off: enable it, with credentials of the management account:\n  npx cdk-root-access enable\n',
    });
  });

  test('shows first what was used most recently, then accounts that a key or a password without MFA opens', async () => {
    organization.addAccount({ id: member(4), name: 'guarded', root: { password: true, mfaDevices: [{}] } });
    organization.addAccount({ id: member(5), name: 'busy', root: { accessKeys: [{ lastUsed: { date: Date.UTC(2026, 8, 14), service: 's3', region: 'us-east-1' } }] } });
    const { stdout } = await audit();
    expect([...stdout.matchAll(/^ {2}2\d{11} (\S+),/gm)].map(([, name]) => name)).toEqual(['busy', 'sandbox', 'guarded', 'payments']);
  });

  test('shows every credential by account and unit, and ends with 1', async () => {
    const { code, stdout, stderr } = await audit();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain(`management account ${MANAGEMENT}`);
    expect(stdout).toMatch(/^Root \/ Workloads\n {2}200000000001 payments, \S+@\S+\n {4}password, created .*\n {4}access key AKIA\S+, Active, created .*, no use on record\n {4}MFA device arn:aws:iam::/m);
    expect(stdout).toMatch(/^Root\n {2}200000000003 sandbox, \S+@\S+\n {4}password/m);
    expect(stdout).toContain('2 of 3 accounts have root credentials: 2 passwords, 1 access key, 0 signing certificates, 1 MFA device.');
    expect(stdout).toContain(`skipped ${MANAGEMENT}`);
  });

  test('changes nothing, and takes root sessions for audits alone', async () => {
    await audit();
    const { calls } = organization;
    expect(calls.map(({ operation }) => operation).filter((operation) => !/^(Get|List|Describe|AssumeRoot$)/.test(operation))).toEqual([]);
    const tasks = calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ input }) => JSON.stringify(input));
    expect(tasks).toHaveLength(3);
    tasks.forEach((task) => expect(task).toContain('IAMAuditRootUserCredentials'));
  });

  test('ends with 0 when no account has a credential', async () => {
    const { code, stdout } = await audit('--accounts', member(2));
    expect(code).toBe(0);
    expect(stdout).toContain('0 of 1 account have root credentials');
  });

  test('ends with 1 when a root mailbox is in another domain than those that are allowed, and names it', async () => {
    organization.addAccount({ id: member(5), name: 'acquired', email: 'root@evil.example' });
    const { code, stdout } = await audit('--accounts', `${member(2)},${member(5)}`, '--allowed-email-domains', 'example.com');
    expect(code).toBe(1);
    expect(stdout).toContain(`1 root mailbox outside of example.com:\n  ${member(5)} acquired, root@evil.example`);
    expect((await audit('--accounts', member(5), '--allowed-email-domains', 'example.com,evil.example')).code).toBe(0);
  });

  test('ends with 2, and names the remedies, when an account could not be read', async () => {
    organization.assumedRootDenied.add(member(2));
    const { code, stdout } = await audit();
    expect(code).toBe(2);
    expect(stdout).toMatch(/200000000002 archive, \S+\n {4}AccessDenied: .*\n {6}1\. /);
    expect(stdout).toContain('1 could not be read');
  });

  test('reads only what is selected', async () => {
    const { stdout } = await audit('--ou', workloads);
    expect(stdout).toContain('payments');
    expect(stdout).not.toContain('sandbox');
    const { stdout: others } = await audit('--exclude', member(1));
    expect(others).toContain(`skipped ${member(1)} payments: it is excluded`);
    expect(organization.calls.filter(({ operation, target }) => operation === 'AssumeRoot' && target === member(1))).toHaveLength(1); // by the first of the two
  });

  test('writes the JSON of a deployed audit, by its schema', async () => {
    const { stdout } = await audit('--output', 'json');
    const report = JSON.parse(stdout);
    const ajv = new Ajv();
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(join(__dirname, '../../schema/report-2.json'), 'utf8')));
    expect([validate(report), validate.errors]).toEqual([true, null]);
    expect(report).toMatchObject({ work: 'audit', counts: { found: 2, clean: 1, skipped: 1, failed: 0 } });
  });

  test.each(['csv', 'html'])('writes %s to a file that its owner alone can read', async (format) => {
    const file = join(mkdtempSync(join(tmpdir(), 'audit-')), `report.${format}`);
    const { stdout } = await audit('--output', format, '--out', file);
    expect(stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toContain(member(1));
    expect((statSync(file).mode % 0o1000).toString(8)).toBe('600');
  });

  test('writes no control characters of a name to the terminal', async () => {
    organization.addAccount({ id: member(4), name: 'evil\u001b[2Jname', root: { password: true } });
    const { stdout } = await audit();
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('evil\\u001b');
  });

  test('says what to do when the feature is off, and ends with 2', async () => {
    const off = await serve(new FakeOrganization({ trustedAccess: true }));
    const { code, stdout, stderr } = await run(['audit'], off.environment);
    await off.close();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('RootCredentialsManagement is off');
  });

  test('begins no further account when it is interrupted, and reports what it read', async () => {
    organization.faults.add({ operation: 'iam:GetAccountSummary', effect: delay(1_000) });
    const { process: child, ended } = start(['audit', '--concurrency', '1'], served.environment);
    await eventually(() => expect(organization.calls.some(({ operation }) => operation === 'GetAccountSummary' || operation === 'ListAccessKeys')).toBe(true));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(2);
    expect(stderr).toContain('Interrupted');
    expect(stdout).toMatch(/^ {2}20000000000\d \S+, \S+\n {4}password, .*\n/m);
    expect(stdout).toMatch(/\nNot begun, since it was interrupted:\n {2}20000000000\d \S+\n {2}20000000000\d \S+\n\n1 of 1 account has /);
    expect(stdout).toContain('4 accounts: 0 clean, 0 could not be read, 2 not begun, 1 skipped.');
  });

  test('takes the credentials of a profile, and not those of the environment, when one is named', async () => {
    const home = mkdtempSync(join(tmpdir(), 'profile-'));
    writeFileSync(join(home, 'credentials'), `[admin]\naws_access_key_id = ${MANAGEMENT}\naws_secret_access_key = local\n`);
    const { code } = await run(['audit', '--profile', 'admin'], {
      ...served.environment, AWS_ACCESS_KEY_ID: member(2), AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'), AWS_CONFIG_FILE: join(home, 'none'),
    });
    expect(code).toBe(1);
    expect(organization.calls.find(({ operation }) => operation === 'ListAccounts')).toMatchObject({ caller: { accountId: MANAGEMENT } });
  });
});

describe('wrong usage', () => {
  test.each([
    [['audit', '--accounts', '12'], /Give account IDs of 12 digits, separated by commas; got '12'\./],
    [['audit', '--ou', 'Workloads'], /got 'Workloads'\./],
    [['audit', '--allowed-email-domains', 'root@example.com'], /Give domains such as example\.com, without '@', separated by commas; got 'root@example\.com'\./],
    [['audit', '--concurrency', '0'], /Give a whole number from 1 to 200; got '0'\./],
    [['audit', '--output', 'xml'], /Allowed choices are table, json, csv, html\./],
    [['audit', '--accounts', '222222222222', '--ou', 'r-abcd'], /'--accounts <ids>' cannot be used with option '--ou <ids>'/],
    [['audit', '--purge'], /unknown option '--purge'/],
    [['purify'], /unknown command 'purify'/],
  ])('%j ends with 64 and asks nothing of AWS', async (args, message) => {
    const { code, stdout, stderr } = await run(args, served.environment);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(message);
    expect(organization.calls).toEqual([]);
  });

  test('is helped', async () => {
    const { code, stdout } = await run(['audit', '--help'], {});
    expect(code).toBe(0);
    expect(stdout).toContain('$ cdk-root-access audit --ou');
  });
});
