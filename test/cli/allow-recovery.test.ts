import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, MANAGEMENT, MEMBER, OTHER } from './folder';
import { HURRIED } from './terminal';
import { fail, loseAnswer, type Effect } from '../../local-aws/organization';

const ALLOW = ['allow-recovery', MEMBER];
const CONFIRMED = [...ALLOW, '--yes', MEMBER];
const ALLOWED = `CreateLoginProfile arn:aws:iam::${MEMBER}:root`;
const TAKEN_BACK = `DeleteLoginProfile arn:aws:iam::${MEMBER}:root`;

let folder: Folder;

beforeEach(async () => {
  folder = await Folder.create();
});
afterEach(() => folder.close());

const fault = (operation: string, effect: Effect) => folder.organization.faults.add({ operation, effect });
const root = () => folder.organization.account(MEMBER).root;

describe('allow-recovery', () => {
  test('lets the owner of the root mailbox set a password, in a root session of the account for that task', async () => {
    const { code, stdout } = await folder.run(CONFIRMED);
    expect({ code, password: root().password }).toEqual({ code: 0, password: true });
    expect([folder.changes(), folder.tasks()]).toEqual([[ALLOWED], ['IAMCreateRootUserPassword']]);
    expect(stdout).toContain('as the root user payments@example.com');
  });

  test('says beforehand which mailbox matters, that nothing closes it, and how to', async () => {
    const { stderr } = await folder.run([...ALLOW, '--hours', '2']);
    expect(stderr).toContain(`Allows the recovery of the root password of ${MEMBER} (payments).`);
    expect(stderr).toContain('payments@example.com');
    expect(stderr).toContain(`Nothing closes the recovery except you. Close it in 2 hours or earlier:\n  npx cdk-root-access close-recovery ${MEMBER}\n`);
    expect(stderr).toContain('A purge that is deployed knows nothing of this recovery');
  });

  test('says afterwards until when it is to be closed, and with which command', async () => {
    const { stdout } = await folder.run([...CONFIRMED, '--hours', '2']);
    const [, endsAt, openedAt] = /Close the recovery by (\S+)\. Nothing closes it except you:\n {3}npx cdk-root-access close-recovery 222222222222 --opened (\S+)\n$/.exec(stdout)!;
    expect(Date.parse(endsAt) - Date.parse(openedAt)).toBe(2 * 3_600_000);
  });

  test('says which policy stops the root user even with the password', async () => {
    const document = { Statement: [{ Sid: 'NoRoot', Effect: 'Deny', Action: '*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' }, Null: { 'aws:AssumedRoot': 'true' } } }] };
    folder.organization.policies.add('evil\u001b[2J', document, MEMBER);
    const { code, stderr } = await folder.run(CONFIRMED);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Note: the service control policy 'evil\\u001b\[2J' .* stops the root user in 'NoRoot', even with the new password: exempt the account there/m);
    expect(stderr).not.toContain('\u001b');
  });

  test('is possible where policies may not be read, and says so', async () => {
    fault('organizations:ListPoliciesForTarget', fail('AccessDenied'));
    fault('organizations:ListPolicies', fail('AccessDenied'));
    fault('organizations:ListParents', fail('AccessDenied'));
    const { code, stderr } = await folder.run(CONFIRMED);
    expect(code).toBe(0);
    expect(stderr).toContain('Note: service control policies were not read');
  });

  test('keeps the profile in the command that closes it', async () => {
    writeFileSync(join(folder.path, 'credentials'), `[it's me]\naws_access_key_id = ${MANAGEMENT}\naws_secret_access_key = local\n`);
    const { stderr } = await folder.run([...ALLOW, '--profile', "it's me"], { AWS_SHARED_CREDENTIALS_FILE: 'credentials', AWS_CONFIG_FILE: 'none' });
    expect(stderr).toContain(`npx cdk-root-access close-recovery ${MEMBER} --profile 'it'\\''s me'\n`);
  });
});

describe('allow-recovery changes nothing', () => {
  test.each([
    ['without a terminal and --yes', ALLOW, `this is no terminal to ask in: confirm with --yes ${MEMBER}. Nothing was changed.`],
    ['when another account is confirmed', [...ALLOW, '--yes', OTHER], `--yes ${OTHER} names something else`],
    ['in the management account', ['allow-recovery', MANAGEMENT, '--yes', MANAGEMENT], `${MANAGEMENT} is the management account`],
    ['for longer than a week', [...CONFIRMED, '--hours', '169'], 'Give a whole number from 1 to 168'],
  ])('%s, and ends with 64', async (_when, args, message) => {
    const { code, stdout, stderr } = await folder.run(args);
    expect({ code, stdout, changes: folder.changes() }).toEqual({ code: 64, stdout: '', changes: [] });
    expect(stderr).toContain(message);
  });

  test('where there is a password already', async () => {
    root().password = true;
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toMatch(/has a password since .*: there is nothing to recover/);
  });

  test('when the root session is denied', async () => {
    folder.organization.assumedRootDenied.add(MEMBER);
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain('likely causes: 1.');
  });

  test.each([['\u0003', 130, 'interrupted'], [`${OTHER}\r`, 64, 'that is not it']])('when %j is typed', async (keys, code, message) => {
    const ended = await folder.type(keys, ALLOW);
    expect({ code: ended.code, changes: folder.changes() }).toEqual({ code, changes: [] });
    expect(ended.stdout).toContain(`${message}. Nothing was changed.`);
  });
});

describe('allow-recovery that fails', () => {
  test('by a denial says that nothing was allowed, and takes nothing back', async () => {
    fault('iam:CreateLoginProfile', fail('AccessDenied'));
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes(), tasks: folder.tasks() }).toEqual({ code: 2, changes: [ALLOWED], tasks: ['IAMCreateRootUserPassword'] });
    expect(stderr.endsWith('\nNothing was allowed.\n')).toBe(true);
  });

  test('although AWS accepted it, since no password is seen, takes it back at once', async () => {
    fault('iam:CreateLoginProfile', async () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<CreateLoginProfileResponse><CreateLoginProfileResult/></CreateLoginProfileResponse>' }));
    const { code, stderr } = await folder.run(CONFIRMED, HURRIED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [ALLOWED, TAKEN_BACK] });
    expect(stderr).toContain('and no password is seen');
    expect(stderr.endsWith('\nIt was taken back: the root user has no password.\n')).toBe(true);
  });

  test('and cannot be taken back says how to close it', async () => {
    let isAllowed = false;
    fault('iam:CreateLoginProfile', async (_call, answer) => {
      isAllowed = true;
      return answer();
    });
    fault('iam:GetLoginProfile', (call, answer) => isAllowed ? fail('AccessDenied')(call, answer) : answer());
    const { code, stderr } = await folder.run(CONFIRMED, HURRIED);
    expect({ code, password: root().password }).toEqual({ code: 2, password: true });
    expect(stderr).toMatch(/\nIt could not be taken back, and may be open\. Close it:\n {2}npx cdk-root-access close-recovery 222222222222 --opened \S+\n$/);
  });

  test('because it is interrupted while AWS allows it says how to close it', async () => {
    const { code, stderr } = await folder.interrupt('iam:CreateLoginProfile', CONFIRMED);
    expect({ code, password: root().password }).toEqual({ code: 130, password: true });
    expect(stderr).toMatch(/\ninterrupted: the change may have been made\. Close it:\n {2}npx cdk-root-access close-recovery 222222222222 --opened \S+\n$/);
  });

  test('is told from one whose answer was lost', async () => {
    folder.organization.faults.add({ operation: 'iam:CreateLoginProfile', effect: loseAnswer, times: 1 });
    const { code } = await folder.run(CONFIRMED);
    expect({ code, password: root().password }).toEqual({ code: 0, password: true });
  });
});
