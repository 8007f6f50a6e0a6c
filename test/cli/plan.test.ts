import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Folder, MANAGEMENT, MEMBER, ORGANIZATION, OTHER } from './folder';
import { PlanFile } from '../../lambda/sweep/decide/plan-file';
import type { Plan } from '../../lambda/sweep/plan';

const FILE = 'root-purge-plan.json';
const DAY_MS = 86_400_000;
const YESTERDAY = Date.now() - DAY_MS;

let folder: Folder;

beforeEach(async () => {
  folder = await Folder.create();
  folder.organization.account(MEMBER).root.password = true;
  folder.organization.addAccount({
    id: '444444444444',
    name: 'legacy',
    root: { password: true, accessKeys: [{ lastUsed: { date: YESTERDAY, service: 's3', region: 'us-east-1' } }, {}], mfaDevices: [{}], signingCertificates: [{}] },
  });
});
afterEach(() => folder.close());

const planned = () => JSON.parse(folder.read(FILE)) as Plan;
const actions = () => Object.fromEntries(planned().credentials.map(({ accountId, kind, id = '', action }) => [`${accountId} ${kind} ${id.slice(-4)}`.trim(), action]));

describe('plan', () => {
  test('writes the plan of a deployed dry run, by its schema, and one line of it for each credential', async () => {
    const { code, stdout, stderr } = await folder.run(['plan']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const ajv = new Ajv();
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(join(__dirname, '../../schema/plan-1.json'), 'utf8')));
    expect([validate(planned()), validate.errors]).toEqual([true, null]);
    expect(planned()).toMatchObject({ organizationId: ORGANIZATION, work: 'purge', dryRun: true, totals: { accounts: 2, delete: { Password: 2, AccessKey: 1, SigningCertificate: 1, MfaDevice: 1 } } });
    expect(folder.read(FILE).split('\n').filter((line) => line.includes('"accountId"'))).toHaveLength(6);
    expect(new PlanFile(folder.read(FILE), 14 * 86_400).reasonToRefuse(ORGANIZATION, new Date())).toBeUndefined();
    expect(folder.modeOf(FILE)).toBe('600');
    expect(stdout).toContain('deletes in 2 accounts: 2 passwords, 1 access key, 1 signing certificate, 1 MFA device');
    expect(stdout).toMatch(/^Keeps:\n {2}444444444444 legacy: access key AKIA\S+, Active, created .*, last used .*: it is in use/m);
    expect(stdout).toMatch(/Saved to root-purge-plan\.json\. Remove the lines of what has to stay, then carry it out:\n {2}npx cdk-root-access purge --plan root-purge-plan\.json\n$/);
  });

  test('changes nothing, and takes root sessions for audits alone', async () => {
    await folder.run(['plan']);
    expect([folder.changes(), folder.tasks()]).toEqual([[], ['IAMAuditRootUserCredentials']]);
    expect(folder.organization.calls.filter(({ operation, target }) => operation === 'AssumeRoot' && target === MANAGEMENT)).toEqual([]);
  });

  test.each<[string, string[], object]>([
    ['only some kinds', ['--credentials', 'password,AccessKey'], { '444444444444 SigningCertificate OOT0': 'keep', '444444444444 MfaDevice vice': 'keep', '444444444444 Password': 'would-delete' }],
    ['what an account is to keep', ['--keep', '444444444444:it runs the billing job'], { '444444444444 Password': 'keep', '444444444444 MfaDevice vice': 'keep', [`${MEMBER} Password`]: 'would-delete' }],
    ['what was used or created lately', ['--keep-if-used-within', '30'], { [`${MEMBER} Password`]: 'keep', '444444444444 SigningCertificate OOT0': 'keep' }],
    ['keys in use, too', ['--delete-access-keys-in-use'], { '444444444444 AccessKey ROO0': 'would-delete' }],
    ['some accounts', ['--accounts', MEMBER], { [`${MEMBER} Password`]: 'would-delete' }],
  ])('is of %s', async (_what, args, expected) => {
    expect((await folder.run(['plan', ...args])).code).toBe(1);
    expect(actions()).toMatchObject(expected);
  });

  test('names the command that carries it out, with the same selection and rules', async () => {
    const { stdout } = await folder.run(['plan', '--out', 'mine.json', '--accounts', `${MEMBER},444444444444`, '--keep', '444444444444:the billing job']);
    expect(stdout).toContain(`\n  npx cdk-root-access purge --plan mine.json --accounts ${MEMBER},444444444444 --keep '444444444444:the billing job'\n`);
  });

  test('overwrites no file, and asks nothing of AWS then', async () => {
    writeFileSync(join(folder.path, FILE), 'mine');
    const { code, stderr } = await folder.run(['plan']);
    expect({ code, calls: folder.organization.calls.length, file: folder.read(FILE) }).toEqual({ code: 64, calls: 0, file: 'mine' });
    expect(stderr).toBe(`error: ${FILE} exists, and is not overwritten: name another file with --out. Nothing was changed.\n`);
    expect((await folder.run(['plan', '--out', 'other.json'])).code).toBe(1);
  });

  test('names accounts that could not be read, and ends with 2', async () => {
    folder.organization.assumedRootDenied.add(OTHER);
    const { code, stdout } = await folder.run(['plan']);
    expect({ code, unread: planned().unread }).toMatchObject({ code: 2, unread: [{ accountId: OTHER }] });
    expect(stdout).toContain('Could not read 1 account, of which nothing is on the plan:\n  333333333333 archive: ');
  });

  test('of a clean organization ends with 0', async () => {
    const { code, stdout } = await folder.run(['plan', '--accounts', OTHER]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}deletes nothing\n {2}keeps nothing\n\nSaved to root-purge-plan.json\.\n$/m);
  });

  test.each([
    [['--credentials', 'Keys'], /got 'Keys'/],
    [['--keep', '444444444444'], /Give an account ID of 12 digits, a colon and the reason/],
    [['--keep-if-used-within', '0'], /from 1 to 3650/],
  ])('is refused with %j', async (args, message) => {
    const { code, stderr } = await folder.run(['plan', ...args]);
    expect({ code, calls: folder.organization.calls.length }).toEqual({ code: 64, calls: 0 });
    expect(stderr).toMatch(message);
  });
});
