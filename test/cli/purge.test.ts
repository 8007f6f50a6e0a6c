import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, MANAGEMENT, MEMBER, ORGANIZATION, OTHER } from './folder';
import { start } from './terminal';
import type { Plan } from '../../lambda/sweep/plan';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { delay, fail } from '../../local-aws/organization';
import { eventually } from '../support/eventually';
import { credentialsOf } from '../truth/witness';

const YES = ['--yes', ORGANIZATION];
const LEGACY = '444444444444';
const FILE = 'root-purge-plan.json';

let folder: Folder;

beforeEach(async () => {
  folder = await Folder.create();
  folder.organization.addAccount({ id: LEGACY, name: 'legacy', root: { password: true, accessKeys: [{}], signingCertificates: [{}], mfaDevices: [{}] } });
});
afterEach(() => folder.close());

const left = (accountId = LEGACY) => credentialsOf(folder.organization.account(accountId)).map((name) => name.split(' ')[0]);
const ALL = ['Password', 'AccessKey', 'SigningCertificate', 'MfaDevice'];
const purge = (...args: string[]) => folder.run(['purge', ...args]);
const reported = async (...args: string[]) => JSON.parse((await purge(...YES, '--output', 'json', ...args)).stdout) as SweepReport;
const savedPlan = () => folder.files().filter((name) => name.endsWith('.plan.json'));

describe('purge', () => {
  test('shows what goes, deletes it, looks again, and ends with 0', async () => {
    const { code, stdout, stderr } = await purge(...YES);
    expect({ code, left: left() }).toEqual({ code: 0, left: [] });
    expect(stderr).toContain('deletes in 1 account: 1 password, 1 access key, 1 signing certificate, 1 MFA device');
    expect(stderr).toContain('This deletes 4 credentials in 1 account. There is no undo');
    expect(stdout).toMatch(/444444444444 legacy.*\n {4}password, created .* → deleted\n/);
    expect(stdout).toContain('Deleted: 1 password, 1 access key, 1 signing certificate, 1 MFA device.\nKept: nothing.\n4 accounts: 1 purged, 2 clean, 0 failed, 1 skipped.');
    const plan = JSON.parse(folder.read(savedPlan()[0])) as Plan;
    expect([plan.credentials.map(({ action }) => action), folder.modeOf(savedPlan()[0])]).toEqual([Array(4).fill('delete'), '600']);
  });

  test('acts in root sessions alone, never as the caller, and never in the management account', async () => {
    await purge(...YES);
    expect(new Set(folder.changes().map((change) => change.split(' ')[1]))).toEqual(new Set([`arn:aws:iam::${LEGACY}:root`]));
    expect(folder.tasks()).toEqual(['IAMAuditRootUserCredentials', 'IAMDeleteRootUserCredentials']);
    const targets = folder.organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ target }) => target);
    expect(targets).not.toContain(MANAGEMENT);
  });

  test('asks for the ID of the organization in a terminal', async () => {
    const { code, stdout } = await folder.type(`${ORGANIZATION}\r`, ['purge']);
    expect({ code, left: left() }).toEqual({ code: 0, left: [] });
    expect(stdout).toContain(`Type ${ORGANIZATION} to go on: `);
  });

  test.each([
    ['another ID', `${LEGACY}\r`, 64, 'that is not it. Nothing was changed.'],
    ['Ctrl-C', '\u0003', 130, 'interrupted. Nothing was changed.'],
  ])('deletes nothing after %s', async (_what, keys, expected, message) => {
    const { code, stdout } = await folder.type(keys, ['purge']);
    expect({ code, left: left(), changes: folder.changes(), files: folder.files() }).toEqual({ code: expected, left: ALL, changes: [], files: [] });
    expect(stdout).toContain(message);
  });

  test.each<[string, string[], number, string]>([
    ['without a terminal and --yes', [], 0, 'confirm with --yes o-…. Nothing was changed.'],
    ['with a plan that is not there', [...YES, '--plan', FILE], 0, `${FILE} cannot be carried out: `],
    ['with a report that cannot be written', [...YES, '--out', 'none/report.csv'], 0, 'name another file with --out'],
    ['with accounts and units', [...YES, '--accounts', MEMBER, '--ou', 'r-abcd'], 0, 'cannot be used with option'],
    ['for another organization', ['--yes', 'o-other'], -1, `--yes o-other names something else: this is ${ORGANIZATION}`],
  ])('is wrong usage %s', async (_what, args, calls, message) => {
    const { code, stderr } = await purge(...args);
    expect({ code, left: left() }).toEqual({ code: 64, left: ALL });
    expect(stderr).toContain(message);
    expect(folder.organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
    expect(calls === 0 && folder.organization.calls.length > 0).toBe(false);
  });

  test('keeps an account with a reason, and ends with 1', async () => {
    folder.organization.account(MEMBER).root.password = true;
    const report = await reported('--keep', `${LEGACY}:it runs the billing job`);
    expect(report.counts).toMatchObject({ kept: 1, purged: 1, clean: 1 });
    expect([left(), left(MEMBER)]).toEqual([ALL, []]);
    expect((await purge(...YES, '--keep', `${LEGACY}:it runs the billing job`)).code).toBe(1);
  });

  test.each([
    [['--max-credentials', '3'], 'LimitExceeded: nothing was deleted: the plan would delete 4 credentials (limits allow 3)', '--max-credentials'],
    [['--max-accounts', '0'], 'LimitExceeded', '--max-accounts'],
  ])('deletes nothing above a limit: %j', async (args, message, remedy) => {
    const { code, stdout } = await purge(...YES, ...args);
    expect({ code, left: left(), files: folder.files() }).toEqual({ code: 2, left: ALL, files: [] });
    expect(stdout).toContain(message);
    expect(stdout).toContain(remedy);
  });

  test('deletes nothing when an account could not be read, unless that is tolerated', async () => {
    folder.organization.assumedRootDenied.add(OTHER);
    const refused = await purge(...YES);
    expect({ code: refused.code, left: left() }).toEqual({ code: 2, left: ALL });
    expect(refused.stdout).toMatch(/AccountsUnread: nothing was deleted: 1 of the selected accounts[^]*--tolerate-failed-accounts/);
    const tolerated = await purge(...YES, '--tolerate-failed-accounts');
    expect({ code: tolerated.code, left: left() }).toEqual({ code: 2, left: [] });
  });

  test('never calls deleted what is still there', async () => {
    folder.organization.faults.add({ operation: 'iam:DeleteAccessKey', effect: fail('AccessDenied') });
    const { code, stdout } = await purge(...YES);
    expect({ code, left: left() }).toEqual({ code: 2, left: ['AccessKey'] });
    expect(stdout).toMatch(/access key .* → failed\n {6}AccessDenied: /);
    expect(stdout).toContain('Not deleted: 1 access key.');
  });

  test('writes the report to a file', async () => {
    await purge(...YES, '--output', 'csv', '--out', 'purged.csv');
    expect(folder.read('purged.csv')).toMatch(/444444444444,legacy,.*,purged,Password,.*,deleted,/);
  });

  test('begins no further account after Ctrl-C, lets those under way end, and says of the others that they were not begun', async () => {
    folder.organization.account(MEMBER).root.password = true;
    folder.organization.account(OTHER).root.password = true;
    const ended = await folder.interrupt('iam:DeleteLoginProfile', ['purge', ...YES, '--concurrency', '1', '--output', 'json'], { leaves: false });
    const { accounts } = JSON.parse(ended.stdout) as SweepReport;
    expect(ended.code).toBe(2);
    expect(Object.fromEntries(accounts.map(({ accountId, outcome, problem }) => [accountId, problem?.code ?? outcome]))).toEqual({
      [MANAGEMENT]: 'skipped', [MEMBER]: 'purged', [OTHER]: 'NotAttempted', [LEGACY]: 'NotAttempted',
    });
    expect([left(MEMBER), left(OTHER), left()]).toEqual([[], ['Password'], ALL]);
  });

  test('says once in the table why an account was not begun, and not of each of its credentials', async () => {
    folder.organization.account(MEMBER).root.password = true;
    const { stdout } = await folder.interrupt('iam:DeleteLoginProfile', ['purge', ...YES, '--concurrency', '1'], { leaves: false });
    expect(stdout).toMatch(/ {2}444444444444 legacy, .*\n( {4}.* → failed\n){4} {4}NotAttempted: .*: it was interrupted\n {6}sweep the account again\n/);
  });

  test('deletes nothing when it is interrupted while it looks', async () => {
    folder.organization.faults.add({ operation: 'iam:GetAccountSummary', effect: delay(1_000) });
    const { process: child, ended } = start(['purge', ...YES, '--concurrency', '1', '--tolerate-failed-accounts'], folder.environment, folder.path);
    await eventually(() => expect(folder.organization.calls.some(({ operation }) => operation === 'ListAccessKeys')).toBe(true));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stdout).toContain('Interrupted: nothing was deleted: the purge was interrupted');
  });
});

describe('purge with a plan', () => {
  const change = (changed: (plan: Plan) => object) => (
    writeFileSync(join(folder.path, FILE), JSON.stringify(changed(JSON.parse(folder.read(FILE)) as Plan))));

  beforeEach(async () => {
    await folder.run(['plan']);
  });

  test('deletes what is on it, and keeps what has come since or was struck out', async () => {
    change(({ credentials, ...rest }) => ({ ...rest, credentials: credentials.filter(({ kind }) => kind !== 'SigningCertificate') }));
    folder.organization.account(MEMBER).root.password = true;
    const report = await reported('--plan', FILE);
    expect([left(), left(MEMBER)]).toEqual([['SigningCertificate'], ['Password']]);
    const kept = report.accounts.flatMap(({ credentials }) => credentials.filter(({ status }) => status === 'kept').map(({ reason }) => reason));
    expect(kept).toEqual(['it is not on the plan', 'it is not on the plan']);
  });

  test.each<[string, (plan: Plan) => object, string]>([
    ['of another organization', (plan) => ({ ...plan, organizationId: 'o-zzzzzzzzzz' }), 'it is of the organization o-zzzzzzzzzz'],
    ['that is too old', (plan) => ({ ...plan, createdAt: '2019-05-01T12:00:00.000Z' }), 'may be at most 14 days old'],
    ['to which a line was added', (plan) => ({ ...plan, credentials: [...plan.credentials, { ...plan.credentials[0], accountId: MEMBER }] }), 'was not on it when it was made'],
  ])('%s deletes nothing', async (_what, changed, message) => {
    change(changed);
    const { code, stdout } = await purge(...YES, '--plan', FILE);
    expect({ code, left: left() }).toEqual({ code: 2, left: ALL });
    expect(stdout).toContain(message);
    expect(stdout).toContain('make another with the command plan');
  });

  test('that is no plan is wrong usage', async () => {
    writeFileSync(join(folder.path, FILE), '{}');
    const { code, stderr } = await purge(...YES, '--plan', FILE);
    expect({ code, left: left() }).toEqual({ code: 64, left: ALL });
    expect(stderr).toContain('is not of the schema');
  });
});
