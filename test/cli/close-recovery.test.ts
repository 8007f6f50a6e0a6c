import { Folder, MANAGEMENT, MEMBER, OTHER } from './folder';
import { HURRIED } from './terminal';
import { fail, type Effect } from '../../local-aws/organization';

const CLOSE = ['close-recovery', MEMBER];
const CONFIRMED = [...CLOSE, '--yes', MEMBER];
const DELETED = `DeleteLoginProfile arn:aws:iam::${MEMBER}:root`;

let folder: Folder;

beforeEach(async () => {
  folder = await Folder.create();
});
afterEach(() => folder.close());

const fault = (operation: string, effect: Effect) => folder.organization.faults.add({ operation, effect });
const root = () => folder.organization.account(MEMBER).root;

describe('close-recovery', () => {
  test('takes the command that allow-recovery printed, and deletes the password', async () => {
    const allowed = await folder.run(['allow-recovery', MEMBER, '--yes', MEMBER]);
    const [, opened] = / --opened (\S+)\n$/.exec(allowed.stdout)!;
    folder.organization.calls.length = 0;
    const { code, stdout, stderr } = await folder.run([...CONFIRMED, '--opened', opened]);
    expect({ code, stdout, password: root().password }).toEqual({ code: 0, stdout: `The root user of ${MEMBER} (payments) has no password: the recovery is closed.\n`, password: false });
    expect(stderr).toMatch(/^Deletes the password of the root user of 222222222222 \(payments\), and no other credential\. It was created at \S+Z, and no use is on record\.$/m);
    expect([folder.changes(), folder.tasks()]).toEqual([[DELETED], ['IAMDeleteRootUserCredentials']]);
  });

  test('shows what the password is, and keeps and names other credentials', async () => {
    folder.organization.addAccount({ id: '444444444444', name: 'old', root: { password: true, accessKeys: [{}] } });
    const { code, stdout, stderr } = await folder.run(['close-recovery', '444444444444', '--yes', '444444444444']);
    expect({ code, keys: folder.organization.account('444444444444').root.accessKeys.length }).toEqual({ code: 0, keys: 1 });
    expect(stderr).toContain('It was created at ');
    expect(stdout).toMatch(/It has another credential: AccessKey AKIA\S+\. Find out whether this recovery brought it; a purge deletes it\./);
  });

  test('leaves a password alone that is older than the recovery', async () => {
    root().password = true;
    const { code, stderr } = await folder.run([...CONFIRMED, '--opened', '2999-01-01T00:00:00Z']);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain('did not bring: it is left alone');
  });

  test('also asks AWS to delete what it does not see', async () => {
    const { code, stdout, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 0, changes: [DELETED] });
    expect(stderr).toContain('AWS shows none now');
    expect(stdout).toContain('has no password: the recovery is closed.');
  });

  test('asks for the ID of the account in a terminal', async () => {
    root().password = true;
    const { code } = await folder.type(`${MEMBER}\r`, CLOSE);
    expect({ code, password: root().password }).toEqual({ code: 0, password: false });
  });

  test.each([
    ['without a terminal and --yes', CLOSE, 64, `confirm with --yes ${MEMBER}. Nothing was changed.`],
    ['when another account is confirmed', [...CLOSE, '--yes', OTHER], 64, `--yes ${OTHER} names something else`],
    ['in the management account', ['close-recovery', MANAGEMENT, '--yes', MANAGEMENT], 64, `${MANAGEMENT} is the management account`],
    ['with a time that is none', [...CONFIRMED, '--opened', 'yesterday'], 64, "Give a time in UTC such as 2026-11-27T10:00:00Z; got 'yesterday'."],
  ])('changes nothing %s', async (_when, args, code, message) => {
    root().password = true;
    const ended = await folder.run(args);
    expect({ code: ended.code, changes: folder.changes(), password: root().password }).toEqual({ code, changes: [], password: true });
    expect(ended.stderr).toContain(message);
  });

  test('changes nothing when it is interrupted', async () => {
    root().password = true;
    const { code } = await folder.type('\u0003', CLOSE);
    expect({ code, changes: folder.changes() }).toEqual({ code: 130, changes: [] });
  });

  test('changes nothing when the root session is denied', async () => {
    folder.organization.assumedRootDenied.add(MEMBER);
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain('likely causes: 1.');
  });

  test('never deletes with a session that is not of the root user of the account', async () => {
    root().password = true;
    fault('iam:GetUser', async ({ caller }) => ({
      status: 200, headers: { 'content-type': 'text/xml' }, body: `<GetUserResponse><GetUserResult><User><Arn>${caller.arn.replace(MEMBER, MANAGEMENT)}</Arn></User></GetUserResult></GetUserResponse>`,
    }));
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain(`not of account ${MEMBER}`);
  });

  test('does not call it closed when AWS says so and the password stays', async () => {
    root().password = true;
    fault('iam:DeleteLoginProfile', async () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<DeleteLoginProfileResponse/>' }));
    const { code, stdout, stderr } = await folder.run(CONFIRMED, HURRIED);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('and the password is still there');
  });

  test('says that the deletion was denied', async () => {
    root().password = true;
    fault('iam:DeleteLoginProfile', fail('AccessDenied'));
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, password: root().password }).toEqual({ code: 2, password: true });
    expect(stderr).toContain('likely causes:');
  });
});
