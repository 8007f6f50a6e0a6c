import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DENY_ALL, Folder, MANAGEMENT, MEMBER, OTHER } from './folder';
import { HURRIED } from './terminal';
import type { FakeResource } from '../../local-aws/organization';

const ANOTHER = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}';
const RESTORE = ['restore-policy', '--file', 'before.json', '--yes', MEMBER];

let folder: Folder;
let bucket: FakeResource;

/** An unlock has saved the policy of the bucket. */
beforeEach(async () => {
  folder = await Folder.create();
  bucket = folder.organization.addBucket({ name: 'locked', account: MEMBER, region: 'eu-central-1', policy: DENY_ALL });
  expect(await folder.run(['unlock-bucket', MEMBER, 'locked', '--out', 'before.json', '--yes', MEMBER])).toMatchObject({ code: 0 });
  folder.organization.calls.length = 0;
});
afterEach(() => folder.close());

/** Changes what an unlock saved. */
function edit(changes: object) {
  writeFileSync(join(folder.path, 'before.json'), JSON.stringify({ ...JSON.parse(folder.read('before.json')), ...changes }));
}

describe('restore-policy', () => {
  test('puts back the policy, byte by byte, in a root session of its account', async () => {
    const { code, stdout, stderr } = await folder.run(RESTORE);
    expect({ code, stdout, policy: bucket.policy }).toEqual({ code: 0, stdout: 'arn:aws:s3:::locked has its policy back.\n', policy: DENY_ALL });
    expect(stderr).toMatch(/^Puts back the policy of arn:aws:s3:::locked in 222222222222 \(payments\), which was saved in before\.json at \S+Z\.\nIt has no policy now\.\nIt will be \(/);
    expect([folder.changes(), folder.tasks(), folder.files()]).toEqual([[`PutBucketPolicy arn:aws:iam::${MEMBER}:root`], ['S3UnlockBucketPolicy'], ['before.json']]);
  });

  test('shows what is there now, and saves it before it replaces it', async () => {
    bucket.policy = ANOTHER;
    const { code, stderr } = await folder.run([...RESTORE, '--out', 'now.json']);
    expect({ code, policy: bucket.policy, saved: JSON.parse(folder.read('now.json')).policy }).toEqual({ code: 0, policy: DENY_ALL, saved: ANOTHER });
    expect(stderr).toMatch(/It is now \(.*"s3:GetObject".*That is saved to now\.json first\.\nIt will be \(/s);
  });

  test('puts back the policy of a queue', async () => {
    const queue = folder.organization.addQueue({ name: 'orders', account: MEMBER, region: 'eu-west-1', policy: DENY_ALL });
    const arn = `arn:aws:sqs:eu-west-1:${MEMBER}:orders`;
    await folder.run(['unlock-queue', MEMBER, arn, '--out', 'queue.json', '--yes', MEMBER]);
    expect(queue.policy).toBeUndefined();
    const { code, stdout } = await folder.run(['restore-policy', '--file', 'queue.json', '--yes', MEMBER]);
    expect({ code, stdout, policy: queue.policy }).toEqual({ code: 0, stdout: `${arn} has its policy back.\n`, policy: DENY_ALL });
  });

  test('does nothing where that policy is, and asks nothing', async () => {
    bucket.policy = DENY_ALL;
    const { code, stdout, stderr } = await folder.run(RESTORE.slice(0, 3));
    expect({ code, stderr, changes: folder.changes() }).toEqual({ code: 0, stderr: '', changes: [] });
    expect(stdout).toContain('has that policy already');
  });

  test.each([
    ['edited', () => edit({ policy: ANOTHER }), 'before.json is not a policy that an unlock saved, or was changed since'],
    ['of something else', () => writeFileSync(join(folder.path, 'before.json'), DENY_ALL), 'before.json is not a policy that an unlock saved'],
    ['of nothing', () => writeFileSync(join(folder.path, 'before.json'), 'null'), 'before.json is not a policy that an unlock saved'],
    ['with a name that is none', () => edit({ name: '../locked' }), 'before.json is not a policy that an unlock saved'],
    ['of the management account', () => edit({ accountId: MANAGEMENT }), `${MANAGEMENT} is the management account`],
  ])('of a file %s changes nothing, and ends with 64', async (_which, arrange, message) => {
    arrange();
    const { code, stderr } = await folder.run(RESTORE);
    expect({ code, changes: folder.changes(), tasks: folder.tasks() }).toEqual({ code: 64, changes: [], tasks: [] });
    expect(stderr).toContain(message);
  });

  test('without the file, or without --yes, changes nothing, and ends with 64', async () => {
    const missing = await folder.run(['restore-policy', '--file', 'nowhere.json', '--yes', MEMBER]);
    expect(missing).toMatchObject({ code: 64, stderr: expect.stringContaining("ENOENT: no such file or directory, open 'nowhere.json'") });
    expect(await folder.run(RESTORE.slice(0, 3))).toMatchObject({ code: 64, stderr: expect.stringContaining(`confirm with --yes ${MEMBER}`) });
    expect(await folder.run([...RESTORE.slice(0, 3), '--yes', OTHER])).toMatchObject({ code: 64 });
    expect(folder.changes()).toEqual([]);
  });

  test('of a bucket that another account has meanwhile changes nothing', async () => {
    edit({ accountId: OTHER });
    const { code, stderr } = await folder.run([...RESTORE.slice(0, 3), '--yes', OTHER]);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain(`account ${OTHER} has no bucket locked`);
  });

  test('of a bucket that is in another Region meanwhile changes nothing', async () => {
    edit({ region: 'us-east-1' });
    const { code, stderr } = await folder.run(RESTORE);
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain('before.json is of bucket locked in us-east-1, not of bucket locked in eu-central-1');
  });

  test('that is said to be done and is not names what was there before, and ends with 2', async () => {
    bucket.policy = ANOTHER;
    folder.organization.faults.add({ operation: 's3:PutBucketPolicy', effect: async () => ({ status: 204, headers: {}, body: '' }) });
    const { code, stderr } = await folder.run([...RESTORE, '--out', 'now.json'], HURRIED);
    expect({ code, saved: JSON.parse(folder.read('now.json')).policy }).toEqual({ code: 2, saved: ANOTHER });
    expect(stderr).toMatch(/is still another: run it again\nWhat it was is saved in now\.json; to put it back:\n {2}npx cdk-root-access restore-policy --file now\.json\n$/);
  });

  test('that is interrupted when it asks changes nothing', async () => {
    const { code, stdout } = await folder.type('\u0003', RESTORE.slice(0, 3));
    expect({ code, changes: folder.changes() }).toEqual({ code: 130, changes: [] });
    expect(stdout).toContain('interrupted. Nothing was changed.');
  });
});
