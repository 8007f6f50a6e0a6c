import { Folder, MANAGEMENT, MEMBER, OTHER } from './folder';
import { HURRIED } from './terminal';
import { fail, loseAnswer, stale, type Effect } from '../../local-aws/organization';

const MUTATE = ['verify', MEMBER, '--mutate', '--output', 'json'];

interface Answer {
  readonly question: string;
  readonly state: string;
  readonly answer: string;
}

let folder: Folder;

beforeEach(async () => {
  folder = await Folder.create();
});
afterEach(async () => {
  const { buckets, queues } = folder.organization;
  expect([buckets.size, queues.size, folder.organization.account(MEMBER).root.password]).toEqual([0, 0, false]); // what it makes it deletes
  await folder.close();
});

const fault = (operation: string, effect: Effect, times?: number) => folder.organization.faults.add({ operation, effect, times });

async function verify() {
  const { code, stdout, stderr } = await folder.run([...MUTATE, '--yes', MEMBER], HURRIED);
  const answers = JSON.parse(stdout || '[]') as Answer[];
  const differing = answers.filter(({ state }) => state === 'differs').map(({ question }) => question);
  return { code, stdout, stderr, differing, to: (words: string) => answers.find(({ question }) => question.includes(words))?.answer, notAsked: answers.filter(({ state }) => state === 'not asked').length };
}

describe('whether AWS changes things as the library assumes', () => {
  test('is tried in a sandbox account: a recovery is allowed and closed, a bucket and a queue are made, unlocked and deleted', async () => {
    const { code, differing, to } = await verify();
    expect({ code, differing }).toEqual({ code: 0, differing: [] });
    expect(to('when a recovery is allowed')).toBe('CreateDate, PasswordResetRequired');
    expect(to('deletion refused')).toMatch(/^NoSuchEntity/);
    expect(to('policy of the bucket, as it was written')).toBe('byte by byte');
    expect(to('policy of the queue, as it was written')).toBe('byte by byte');
    const role = `arn:aws:sts::${MEMBER}:assumed-role/OrganizationAccountAccessRole/cdk-root-access-verify`;
    const root = `arn:aws:iam::${MEMBER}:root`;
    expect(folder.changes().filter((change) => !change.startsWith('AssumeRole '))).toEqual([
      ...['CreateLoginProfile', 'CreateLoginProfile', 'DeleteLoginProfile', 'DeleteLoginProfile', 'DeleteLoginProfile'].map((operation) => `${operation} ${root}`),
      `CreateBucket ${role}`, `PutBucketPolicy ${role}`, `DeleteBucketPolicy ${root}`, `DeleteBucket ${role}`,
      `CreateQueue ${role}`, `SetQueueAttributes ${role}`, `SetQueueAttributes ${root}`, `DeleteQueue ${role}`,
    ]);
  });

  test('is answered without ids', async () => {
    expect((await verify()).stdout).not.toMatch(/\d{12}|AKIA|o-fake/);
  });

  test('says first what it is going to do, and changes nothing without the ID of the account', async () => {
    for (const yes of [[], ['--yes', OTHER]]) {
      const { code, stderr } = await folder.run([...MUTATE, ...yes]);
      expect({ code, changes: folder.changes() }).toEqual({ code: 64, changes: [] });
      expect(stderr).toContain(`Changes something in ${MEMBER} (payments). Use an account in which nothing matters.`);
    }
    expect((await folder.run(['verify', MANAGEMENT, '--mutate', '--yes', MANAGEMENT])).code).toBe(64);
    expect((await folder.type('\u0003', MUTATE)).code).toBe(130);
    expect(folder.changes()).toEqual([]);
  });

  test('leaves a root password alone that is there', async () => {
    const { root } = folder.organization.account(MEMBER);
    root.password = true;
    const { code, to } = await verify();
    expect({ code, password: root.password, answer: to('recovery allowed and closed') }).toEqual({ code: 0, password: true, answer: 'the root user has a password' });
    root.password = false;
  });

  test('is not asked of buckets and queues where the role cannot be assumed', async () => {
    fault('sts:AssumeRole', fail('AccessDenied'));
    const { code, to, notAsked } = await verify();
    expect({ code, notAsked }).toEqual({ code: 0, notAsked: 3 });
    expect(to('a bucket and a queue unlocked')).toBe('OrganizationAccountAccessRole cannot be assumed: AccessDenied: Access Denied');
  });

  test.each([
    ['iam:GetLoginProfile', stale(3), 'password seen', 'after about'], ['s3:GetBucketPolicy', stale(3), 'policy of the bucket gone', 'after about'],
    ['iam:DeleteLoginProfile', fail('EntityTemporarilyUnmodifiable'), 'deleted at once', 'no, at attempt 2: it was temporarily unmodifiable'],
  ])('learns what comes late in %s', async (operation, effect, question, answer) => {
    fault(operation, effect, operation === 'iam:DeleteLoginProfile' ? 1 : undefined);
    const { code, to } = await verify();
    expect(code).toBe(0);
    expect(to(question)).toContain(answer);
  });

  const hollow = (status: number, body = ''): Effect => async () => ({ status, headers: { 'content-type': 'text/xml' }, body });

  test.each([
    ['iam:CreateLoginProfile', hollow(200, '<CreateLoginProfileResponse><CreateLoginProfileResult/></CreateLoginProfileResponse>'), 'How soon is the password seen?', 1],
    ['iam:CreateLoginProfile', fail('ValidationError'), 'What does AWS answer when a recovery is allowed?', Infinity],
    ['iam:CreateLoginProfile', loseAnswer, 'What does AWS answer when a recovery is allowed?', 1],
    ['s3:DeleteBucketPolicy', fail('AccessDenied'), 'How soon is the policy of the bucket gone that a root session removes?', Infinity],
    ['s3:ListBuckets', fail('AccessDenied'), 'Does a root session find the bucket, in its Region?', Infinity],
    ['sqs:GetQueueUrl', fail('AccessDenied'), 'Does a root session find the queue, in its Region?', Infinity],
  ])('finds what differs in %s, and ends with 1', async (operation, effect, question, times) => {
    fault(operation, effect, times);
    const { code, differing } = await verify();
    expect(code).toBe(1);
    expect(differing).toContain(question);
    const { buckets, queues } = folder.organization;
    [...buckets.values(), ...queues.values()].forEach((resource) => expect(resource.policy).toBeDefined()); // the fake's denial denies its deletion, too
    buckets.clear();
    queues.clear();
  });

  test('says what it could not delete', async () => {
    fault('s3:DeleteBucket', fail('AccessDenied'));
    const { stderr } = await verify();
    expect(stderr).toContain('A bucket is left, delete it: AccessDenied: Access Denied');
    folder.organization.buckets.clear();
  });
});
