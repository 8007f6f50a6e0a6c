import { sts } from '../../../../../lambda/aws/clients';
import { seconds } from '../../../../../lambda/aws/patience';
import { RootSessions } from '../../../../../lambda/root-user/sessions';
import { BUCKET_PATIENCE, findBucket } from '../../../../../lambda/session/resource-policy/bucket/bucket-policy';
import { fail, FakeOrganization, serve, type Effect, type ServedOrganization } from '../../../../../local-aws/organization';
import { setEnvironment } from '../../../../support/environment-variables';

const MEMBER = '222222222222';
const POLICY = '{"Version":"2012-10-17","Statement":[]}';
const REFERENCE = { accountId: MEMBER, bucket: 'locked', arn: 'arn:aws:s3:::locked' };

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  [MEMBER, '333333333333'].forEach((id) => organization.addAccount({ id }));
  organization.addBucket({ name: 'locked', account: MEMBER, region: 'eu-central-1', policy: POLICY });
  organization.addBucket({ name: 'locked-too', account: MEMBER, region: 'us-east-1', policy: POLICY });
  organization.addBucket({ name: 'of-another', account: '333333333333', region: 'us-east-1', policy: POLICY });
  served = await serve(organization);
  setEnvironment(served.environment);
  jest.spyOn(Math, 'random').mockReturnValue(0.01); // the SDK draws its pauses between attempts, here the shortest
});
afterEach(async () => {
  await served.close();
  jest.restoreAllMocks();
});

const find = (change: Partial<typeof REFERENCE> = {}) => (
  findBucket(new RootSessions(sts('us-east-1'), 'aws', 0, seconds(0)), { ...REFERENCE, ...change }));
const policyOf = (name: string) => organization.buckets.get(name)!.policy;
const instead = (body: string): Effect => async (_call, answer) => ({ ...await answer(), body });

describe('a bucket', () => {
  test('is found in its Region, by a session for that task', async () => {
    expect(await find()).toMatchObject({ kind: 'bucket', accountId: MEMBER, region: 'eu-central-1', name: 'locked', arn: 'arn:aws:s3:::locked', patience: BUCKET_PATIENCE });
    const [session, list] = organization.calls;
    expect(session.input).toMatchObject({ 'TargetPrincipal': MEMBER, 'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy' });
    expect(list).toMatchObject({ operation: 'ListBuckets', input: { Prefix: 'locked' } });
  });

  test('is in the Region of its partition where AWS does not say another', async () => {
    organization.faults.add({
      operation: 's3:ListBuckets',
      effect: async (_call, answer) => {
        const answered = await answer();
        return { ...answered, body: String(answered.body).replace(/<BucketRegion>.*?<\/BucketRegion>/g, '') };
      },
    });
    expect(await find({ bucket: 'locked-too' })).toMatchObject({ region: 'us-east-1' });
  });

  test.each(['of-another', 'no-such-bucket', 'locke'])('is not found by the name of none of the account: %s', async (bucket) => {
    await expect(find({ bucket })).rejects.toMatchObject({
      name: 'NoSuchBucket', message: `account ${MEMBER} has no bucket ${bucket}, directory buckets left out: correct the account or the name; nothing was changed`,
    });
  });

  test('is not known to be none where the list is lost, and a denial is explained', async () => {
    const repair = organization.faults.add({ operation: 's3:ListBuckets', effect: instead('<ListAllMyBucketsResult/>') });
    await expect(find()).rejects.toMatchObject({ name: 'IncompleteAnswer', message: expect.stringContaining('AWS answered s3:ListBuckets without a list') });
    repair();
    organization.faults.add({ operation: 's3:ListBuckets', effect: fail('AccessDenied') });
    await expect(find()).rejects.toThrow(/likely causes: /);
  });
});

describe('the policy of a bucket', () => {
  test('is read, written and removed in the name of the owner of the bucket', async () => {
    const holder = await find();
    expect(await holder.read()).toBe(POLICY);
    await holder.write('{"Statement":[{}]}');
    expect(policyOf('locked')).toBe('{"Statement":[{}]}');
    await holder.remove();
    expect([policyOf('locked'), await holder.read(), policyOf('locked-too')]).toEqual([undefined, undefined, POLICY]);
    const calls = organization.calls.filter(({ operation }) => operation.endsWith('BucketPolicy'));
    expect(calls.map(({ operation, input }) => [operation, input.Bucket, input.ExpectedBucketOwner])).toEqual(
      ['Get', 'Put', 'Delete', 'Get'].map((verb) => [`${verb}BucketPolicy`, 'locked', MEMBER]));
  });

  test.each(['', '{"Version":"2012-10-17","Stat'])('is not read from an answer of which a part is missing: %j', async (body) => {
    const holder = await find();
    organization.faults.add({ operation: 's3:GetBucketPolicy', effect: instead(body) });
    await expect(holder.read()).rejects.toMatchObject({ name: 'UnreadableAnswer' });
  });

  test('may hold characters that are no JSON, byte for byte', async () => {
    const policy = '{"Sid":"a\tb"}';
    const holder = await find();
    organization.faults.add({ operation: 's3:GetBucketPolicy', effect: instead(policy) });
    expect(await holder.read()).toBe(policy);
  });

  test.each<[string, (holder: Awaited<ReturnType<typeof find>>) => Promise<unknown>]>([
    ['GetBucketPolicy', (holder) => holder.read()], ['PutBucketPolicy', (holder) => holder.write(POLICY)], ['DeleteBucketPolicy', (holder) => holder.remove()],
  ])('is nothing that a denial of %s would say: that is told with its likely causes', async (operation, call) => {
    const holder = await find();
    organization.faults.add({ operation: `s3:${operation}`, effect: fail('AccessDenied') });
    await expect(call(holder)).rejects.toMatchObject({ message: expect.stringContaining('likely causes') });
  });
});
