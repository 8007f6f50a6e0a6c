import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DENY_ALL, Folder, MANAGEMENT, MEMBER, OTHER } from './folder';
import { HURRIED } from './terminal';
import { cutBody, endEarly, fail, loseAnswer, stale, type Effect, type FakeResource } from '../../local-aws/organization';

const UNLOCK = ['unlock-bucket', MEMBER, 'locked'];
const CONFIRMED = [...UNLOCK, '--out', 'before.json', '--yes', MEMBER];
const REMOVED = [`DeleteBucketPolicy arn:aws:iam::${MEMBER}:root`];

let folder: Folder;
let bucket: FakeResource;

beforeEach(async () => {
  folder = await Folder.create();
  bucket = folder.organization.addBucket({ name: 'locked', account: MEMBER, region: 'eu-central-1', policy: DENY_ALL });
  folder.organization.addBucket({ name: 'of-another', account: OTHER, region: 'us-east-1', policy: DENY_ALL });
});
afterEach(() => folder.close());

const fault = (operation: string, effect: Effect, times?: number) => folder.organization.faults.add({ operation, effect, times });

/** Has no effect, and says that it had. */
const hollow: Effect = async () => ({ status: 204, headers: {}, body: '' });

describe('unlock-bucket', () => {
  test('shows the policy, saves it, removes it in a root session of its account, and says how to put it back', async () => {
    const { code, stdout, stderr } = await folder.run(CONFIRMED);
    expect({ code, policy: bucket.policy }).toEqual({ code: 0, policy: undefined });
    expect(stderr).toContain(`Saves the policy of arn:aws:s3:::locked in ${MEMBER} (payments) to before.json, and removes it.`);
    expect(stderr).toContain('"Statement": [\n    {\n      "Effect": "Deny",');
    expect(stdout).toBe('arn:aws:s3:::locked has no policy any more. What it was is saved in before.json; to put it back:\n  npx cdk-root-access restore-policy --file before.json\n');
    expect([folder.changes(), folder.tasks()]).toEqual([REMOVED, ['S3UnlockBucketPolicy']]);
  });

  test('saves the exact policy before it removes it, for its owner alone', async () => {
    let saved: string | undefined;
    fault('s3:DeleteBucketPolicy', async (_call, answer) => {
      saved = folder.read('before.json');
      return answer();
    });
    await folder.run(CONFIRMED);
    expect(JSON.parse(saved!)).toMatchObject({ policy: DENY_ALL, kind: 'bucket', accountId: MEMBER, region: 'eu-central-1', name: 'locked', startedBy: expect.stringContaining(MANAGEMENT) });
    expect(folder.modeOf('before.json')).toBe('600');
  });

  test('names the file after the bucket, the account and the time', async () => {
    const { code } = await folder.run([...UNLOCK, '--yes', MEMBER]);
    expect(code).toBe(0);
    expect(folder.files()).toEqual([expect.stringMatching(/^policy-of-bucket-locked-222222222222-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.json$/)]);
  });

  test('shows nothing of a policy that a terminal acts on, and saves it as it is', async () => {
    bucket.policy = JSON.stringify({ Statement: [{ Sid: 'evil\u001b[2J\u202e\u009b31m' }] }).replace('\\u001b', '\u001b');
    const { stderr } = await folder.run(CONFIRMED);
    expect(stderr).not.toMatch(/[\u001b\u202e\u009b]/);
    expect(stderr).toContain('evil\\u001b[2J\\u202e\\u009b31m');
    expect(JSON.parse(folder.read('before.json')).policy).toContain('evil\u001b[2J\u202e\u009b31m');
  });

  test.each<[string, string, Effect, number?]>([
    ['the answer to the removal is lost', 's3:DeleteBucketPolicy', loseAnswer],
    ['the removal is throttled', 's3:DeleteBucketPolicy', fail('SlowDown', 'Please reduce your request rate.', 503)],
    ['the policy arrives in part', 's3:GetBucketPolicy', cutBody],
    ['the session has ended', 's3:DeleteBucketPolicy', fail('ExpiredToken')],
    ['the policy is still seen for a while', 's3:GetBucketPolicy', stale(3), Infinity],
  ])('does the same when %s', async (_what, operation, effect, times = 1) => {
    fault(operation, effect, times);
    const { code, stdout } = await folder.run(CONFIRMED, HURRIED);
    expect({ code, policy: bucket.policy, saved: JSON.parse(folder.read('before.json')).policy }).toEqual({ code: 0, policy: undefined, saved: DENY_ALL });
    expect(stdout).toContain('has no policy any more');
  });

  test('of a bucket without a policy does nothing, and asks nothing', async () => {
    bucket.policy = undefined;
    expect(await folder.run(UNLOCK)).toEqual({ code: 0, stdout: 'arn:aws:s3:::locked has no policy: there was nothing to remove.\n', stderr: '' });
    expect([folder.changes(), folder.files()]).toEqual([[], []]);
  });

  test('overwrites no file', async () => {
    writeFileSync(join(folder.path, 'before.json'), 'mine');
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, stderr }).toEqual({ code: 64, stderr: 'error: before.json exists, and is not overwritten: name another file with --out. Nothing was changed.\n' });
    expect([folder.read('before.json'), folder.organization.calls]).toEqual(['mine', []]);
  });

  test('overwrites no file that is made while it runs', async () => {
    fault('s3:GetBucketPolicy', async (_call, answer) => {
      writeFileSync(join(folder.path, 'before.json'), 'mine');
      return answer();
    });
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes(), file: folder.read('before.json') }).toEqual({ code: 2, changes: [], file: 'mine' });
    expect(stderr).toContain('the policy could not be saved in before.json');
  });

  test('without a folder for the file asks nothing of AWS', async () => {
    const { code, stderr } = await folder.run([...UNLOCK, '--out', 'no/where.json', '--yes', MEMBER]);
    expect({ code, calls: folder.organization.calls }).toEqual({ code: 64, calls: [] });
    expect(stderr).toContain('the policy cannot be saved in no/where.json');
  });
});

describe('unlock-bucket changes nothing', () => {
  test.each([
    ['without a terminal and --yes', UNLOCK, `this is no terminal to ask in: confirm with --yes ${MEMBER}. Nothing was changed.`],
    ['when another account is confirmed', [...UNLOCK, '--yes', OTHER], `--yes ${OTHER} names something else: this is ${MEMBER}. Nothing was changed.`],
    ['in the management account', ['unlock-bucket', MANAGEMENT, 'locked', '--yes', MANAGEMENT], `${MANAGEMENT} is the management account`],
    ['of a name that is none', ['unlock-bucket', MEMBER, '../locked', '--yes', MEMBER], "Give the name of a bucket; got '../locked'."],
    ['of an account that is none', ['unlock-bucket', '12', 'locked', '--yes', '12'], "12 digits; got '12'."],
  ])('%s, and ends with 64', async (_when, args, message) => {
    const { code, stdout, stderr } = await folder.run(args);
    expect({ code, stdout, changes: folder.changes(), files: folder.files() }).toEqual({ code: 64, stdout: '', changes: [], files: [] });
    expect(stderr).toContain(message);
  });

  test.each([
    ['of another account', ['unlock-bucket', MEMBER, 'of-another', '--yes', MEMBER], `account ${MEMBER} has no bucket of-another`],
    ['that is not there', ['unlock-bucket', MEMBER, 'nowhere', '--yes', MEMBER], `account ${MEMBER} has no bucket nowhere`],
    ['of an account that is not in the organization', ['unlock-bucket', '999999999999', 'locked', '--yes', '999999999999'], 'the organization has no account 999999999999'],
  ])('for a bucket %s, and ends with 2', async (_which, args, message) => {
    const { code, stderr } = await folder.run(args);
    expect({ code, changes: folder.changes(), files: folder.files() }).toEqual({ code: 2, changes: [], files: [] });
    expect(stderr).toContain(message);
  });

  test('when the root session is denied, and names the causes', async () => {
    folder.organization.assumedRootDenied.add(MEMBER);
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain('likely causes: 1.');
    expect(stderr).toContain(`To see which policies deny it:\n  npx cdk-root-access explain ${MEMBER}\n`);
  });

  test('when only a part of the policy arrives', async () => {
    fault('s3:GetBucketPolicy', endEarly(0.9));
    const { code, stderr } = await folder.run(CONFIRMED);
    expect([code, folder.changes(), folder.files(), bucket.policy]).toEqual([2, [], [], DENY_ALL]);
    expect(stderr).toContain('the answer of AWS to GetBucketPolicy could not be read');
  });

  test('when the policy was changed after it was shown', async () => {
    let reads = 0;
    fault('s3:GetBucketPolicy', async (_call, answer) => {
      bucket.policy = reads++ === 0 ? bucket.policy : '{"Statement":[]}';
      return answer();
    });
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes(), policy: bucket.policy }).toEqual({ code: 2, changes: [], policy: '{"Statement":[]}' });
    expect(stderr).toContain('is not the one that was shown');
  });

  test('when somebody else has removed the policy after it was shown, and says so', async () => {
    let reads = 0;
    fault('s3:GetBucketPolicy', async (_call, answer) => {
      bucket.policy = reads++ === 0 ? bucket.policy : undefined;
      return answer();
    });
    const { code, stdout } = await folder.run(CONFIRMED);
    expect({ code, changes: folder.changes(), files: folder.files() }).toEqual({ code: 0, changes: [], files: [] });
    expect(stdout).toContain('there was nothing to remove');
  });
});

describe('unlock-bucket that fails names the saved policy and how to put it back', () => {
  const RESTORE = 'What it was is saved in before.json; to put it back:\n  npx cdk-root-access restore-policy --file before.json\n';

  test('when the removal is denied', async () => {
    fault('s3:DeleteBucketPolicy', fail('AccessDenied'));
    const { code, stderr } = await folder.run(CONFIRMED);
    expect({ code, policy: bucket.policy }).toEqual({ code: 2, policy: DENY_ALL });
    expect(stderr.endsWith(RESTORE)).toBe(true);
    expect(JSON.parse(folder.read('before.json')).policy).toBe(DENY_ALL);
  });

  test('when it is interrupted while AWS removes it', async () => {
    const { code, stderr } = await folder.interrupt('s3:DeleteBucketPolicy', CONFIRMED);
    expect(code).toBe(130);
    expect(stderr.endsWith(`\ninterrupted: the change may have been made. ${RESTORE}`)).toBe(true);
  });

  test('when the removal is said to be done and is not', async () => {
    fault('s3:DeleteBucketPolicy', hollow);
    const { code, stdout, stderr } = await folder.run(CONFIRMED, HURRIED);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error: AWS accepted the change, and the policy of arn:aws:s3:::locked is still another: run it again\n');
    expect(stderr.endsWith(RESTORE)).toBe(true);
  });

  test('when it cannot be read whether it is gone', async () => {
    let isGone = false;
    fault('s3:DeleteBucketPolicy', async (_call, answer) => {
      isGone = true;
      return answer();
    });
    fault('s3:GetBucketPolicy', (call, answer) => isGone ? fail('AccessDenied')(call, answer) : answer());
    const { code, stderr } = await folder.run(CONFIRMED, HURRIED);
    expect(code).toBe(2);
    expect(stderr).toContain('could not be read afterwards');
    expect(stderr.endsWith(RESTORE)).toBe(true);
  });
});

describe('in a terminal', () => {
  test('unlock-bucket asks for the ID of the account', async () => {
    const { code, stdout } = await folder.type(`${MEMBER}\r`, UNLOCK);
    expect({ code, policy: bucket.policy }).toEqual({ code: 0, policy: undefined });
    expect(stdout).toContain(`Type ${MEMBER} to go on: `);
  });

  test.each([
    ['another ID', `${OTHER}\r`, 64, 'that is not it. Nothing was changed.'],
    ['nothing', '\r', 64, 'that is not it. Nothing was changed.'],
    ['Ctrl-C', '\u0003', 130, 'interrupted. Nothing was changed.'],
    ['Ctrl-D', '\u0004', 130, 'interrupted. Nothing was changed.'],
  ])('%s changes nothing', async (_what, keys, code, message) => {
    const ended = await folder.type(keys, UNLOCK);
    expect([ended.code, bucket.policy, folder.changes(), folder.files()]).toEqual([code, DENY_ALL, [], []]);
    expect(ended.stdout).toContain(message);
  });
});
