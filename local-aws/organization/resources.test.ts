import {
  CreateBucketCommand, DeleteBucketCommand, DeleteBucketPolicyCommand, GetBucketLocationCommand, GetBucketPolicyCommand, HeadBucketCommand,
  ListBucketsCommand, PutBucketPolicyCommand, S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, PurgeQueueCommand,
  SetQueueAttributesCommand, SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, AssumeRootCommand } from '@aws-sdk/client-sts';
import { MEMBER, READY, refused, SECURITY, served, type Task, taskArn } from './testing';

const DENY_ALL = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}';
const ALLOW = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}';

/** Buckets and queues in two accounts and two Regions, and clients of whoever asks. */
async function locked() {
  const { organization, endpoint, management } = await served(READY);
  const bucket = organization.addBucket({ name: 'locked', account: MEMBER, region: 'eu-west-1', policy: DENY_ALL });
  organization.addBucket({ name: 'other', account: SECURITY, region: 'eu-west-1', policy: DENY_ALL });
  const queue = organization.addQueue({ name: 'locked', account: MEMBER, region: 'eu-west-1', policy: DENY_ALL });
  organization.addQueue({ name: 'other', account: SECURITY, region: 'eu-west-1', policy: DENY_ALL });
  const of = async (task: Task, region = 'eu-west-1') => {
    const { Credentials } = await management.sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: taskArn(task) } }));
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
    return clients({ accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken }, region);
  };
  const clients = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }, region = 'eu-west-1') => {
    const config = { endpoint, region, credentials, maxAttempts: 1 };
    const s3 = { ...config, forcePathStyle: true };
    return {
      s3: new S3Client(s3),
      following: new S3Client({ ...s3, followRegionRedirects: true }),
      sqs: new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
    };
  };
  return { organization, bucket, queue, management, of: clients, root: of, administrator: (id: string) => clients({ accessKeyId: id, secretAccessKey: 'local' }) };
}

const Bucket = 'locked';
const QueueUrl = `https://sqs.eu-west-1.amazonaws.com/${MEMBER}/locked`;

describe('the role by which the management account gets into an account', () => {
  const assumed = async () => {
    const { management, organization, of } = await locked();
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${MEMBER}:role/OrganizationAccountAccessRole`, RoleSessionName: 'jane' });
    const { AccessKeyId, SecretAccessKey, SessionToken } = (await management.sts.send(command)).Credentials!;
    return { organization, ...of({ accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken }) };
  };

  test('makes and deletes buckets of the account', async () => {
    const { organization, s3 } = await assumed();
    await s3.send(new CreateBucketCommand({ Bucket: 'mine' }));
    expect(organization.buckets.get('mine')).toMatchObject({ account: MEMBER, region: 'eu-west-1', policy: undefined });
    expect(await refused(s3.send(new CreateBucketCommand({ Bucket: 'other' })))).toMatchObject({ name: 'BucketAlreadyExists', status: 409 });
    await s3.send(new DeleteBucketCommand({ Bucket: 'mine' }));
    expect(organization.buckets.has('mine')).toBe(false);
    expect(await refused(s3.send(new DeleteBucketCommand({ Bucket: 'locked' })))).toMatchObject({ name: 'AccessDenied' });
  });

  test('makes and deletes queues of the account', async () => {
    const { organization, sqs } = await assumed();
    const { QueueUrl: url } = await sqs.send(new CreateQueueCommand({ QueueName: 'mine' }));
    expect(organization.queues.get(`eu-west-1/${MEMBER}/mine`)).toMatchObject({ account: MEMBER });
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    expect(organization.queues.has(`eu-west-1/${MEMBER}/mine`)).toBe(false);
  });
});

describe('a bucket', () => {
  test('is governed by the root session of its account, whatever its policy denies', async () => {
    const { bucket, root } = await locked();
    const { s3 } = await root('S3UnlockBucketPolicy');
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(DENY_ALL);
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: ALLOW }));
    expect(bucket.policy).toBe(ALLOW);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await refused(s3.send(new GetBucketPolicyCommand({ Bucket })))).toMatchObject({ name: 'NoSuchBucketPolicy', status: 404 });
    expect(await refused(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: 'no' })))).toMatchObject({ name: 'MalformedPolicy', status: 400 });
  });

  test('is closed to administrators while it denies everybody, and open to those of its account afterwards', async () => {
    const { bucket, administrator } = await locked();
    const read = (id: string) => refused(administrator(id).s3.send(new GetBucketPolicyCommand({ Bucket })));
    expect(await read(MEMBER)).toMatchObject({ name: 'AccessDenied', status: 403 });
    bucket.policy = undefined;
    expect(await read(MEMBER)).toMatchObject({ name: 'NoSuchBucketPolicy' });
    expect(await read(SECURITY)).toMatchObject({ name: 'AccessDenied' });
  });

  test('has its Region named only if something is asked', async () => {
    const { s3 } = await (await locked()).root('S3UnlockBucketPolicy');
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: 'locked' }]);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets![0].BucketRegion).toBeUndefined();
    expect((await s3.send(new ListBucketsCommand({ MaxBuckets: 5 }))).Buckets).toMatchObject([{ Name: 'locked', BucketRegion: 'eu-west-1' }]);
  });

  test('says where it is to whoever asks in another Region', async () => {
    const { s3, following } = await (await locked()).root('S3UnlockBucketPolicy', 'us-east-1');
    expect(await refused(s3.send(new GetBucketPolicyCommand({ Bucket })))).toMatchObject({ name: 'PermanentRedirect', status: 301 });
    expect((await following.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(DENY_ALL);
  });

  test.each([
    ['that does not exist', { Bucket: 'none' }, 'NoSuchBucket'],
    ['of another account', { Bucket: 'other' }, 'AccessDenied'],
    ['whose owner is another than expected', { Bucket, ExpectedBucketOwner: SECURITY }, 'AccessDenied'],
  ])('%s is not readable in a root session', async (_what, input, name) => {
    const { s3 } = await (await locked()).root('S3UnlockBucketPolicy');
    expect(await refused(s3.send(new GetBucketPolicyCommand(input)))).toMatchObject({ name });
  });

  test('is out of reach of what the task policy does not name', async () => {
    const { s3 } = await (await locked()).root('S3UnlockBucketPolicy');
    expect(await refused(s3.send(new GetBucketLocationCommand({ Bucket })))).toMatchObject({ name: 'AccessDenied' });
    expect(await refused(s3.send(new HeadBucketCommand({ Bucket })))).toMatchObject({ status: 403 });
  });
});

describe('a queue', () => {
  test('is governed by the root session of its account, whatever its policy denies', async () => {
    const { queue, root } = await locked();
    const { sqs } = await root('SQSUnlockQueuePolicy');
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl]);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'locked' }))).QueueUrl).toBe(QueueUrl);
    expect((await sqs.send(new GetQueueAttributesCommand({ QueueUrl }))).Attributes).toBeUndefined();
    const read = async () => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }))).Attributes;
    expect(await read()).toEqual({ Policy: DENY_ALL });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } }));
    expect([await read(), queue.policy]).toEqual([undefined, undefined]);
    expect(await refused(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: 'no' } })))).toMatchObject({ name: 'InvalidAttributeValue' });
  });

  test('is closed to administrators while it denies everybody', async () => {
    const { sqs } = (await locked()).administrator(MEMBER);
    expect(await refused(sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] })))).toMatchObject({ name: 'AccessDeniedException' });
  });

  test('is there in its own Region and account only', async () => {
    const { root } = await locked();
    const elsewhere = await root('SQSUnlockQueuePolicy', 'us-east-1');
    expect(await refused(elsewhere.sqs.send(new GetQueueUrlCommand({ QueueName: 'locked' })))).toMatchObject({ name: 'QueueDoesNotExist' });
    const { sqs } = await root('SQSUnlockQueuePolicy');
    const other = `https://sqs.eu-west-1.amazonaws.com/${SECURITY}/other`;
    expect(await refused(sqs.send(new GetQueueAttributesCommand({ QueueUrl: other, AttributeNames: ['Policy'] })))).toMatchObject({ name: 'AccessDeniedException' });
    expect(await refused(sqs.send(new PurgeQueueCommand({ QueueUrl })))).toMatchObject({ name: 'AccessDeniedException' });
  });
});

test.each<[Task, boolean, boolean]>([
  ['S3UnlockBucketPolicy', true, false], ['SQSUnlockQueuePolicy', false, true],
  ['IAMAuditRootUserCredentials', false, false], ['IAMDeleteRootUserCredentials', false, false], ['IAMCreateRootUserPassword', false, false],
])('a session with %s may unlock buckets: %s, queues: %s', async (task, buckets, queues) => {
  const { s3, sqs } = await (await locked()).root(task);
  const may = (attempt: Promise<unknown>) => attempt.then(() => true, ({ name }: Error) => !name.startsWith('AccessDenied'));
  expect(await may(s3.send(new DeleteBucketPolicyCommand({ Bucket })))).toBe(buckets);
  expect(await may(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } })))).toBe(queues);
});

test('a service control policy that denies root sessions denies these too', async () => {
  const { organization, root } = await locked();
  const { s3 } = await root('S3UnlockBucketPolicy');
  organization.assumedRootDenied.add(MEMBER);
  expect(await refused(s3.send(new DeleteBucketPolicyCommand({ Bucket })))).toMatchObject({ name: 'AccessDenied', message: expect.stringContaining('service control policy') });
});

describe('policies of the organization in a root session', () => {
  const statement = { Effect: 'Deny', Action: ['s3:GetBucketPolicy', 'sqs:GetQueueAttributes', 'iam:*'], Resource: '*' };
  const deny = { Version: '2012-10-17', Statement: [statement] };

  test.each(['resource', 'service'] as const)('deny it the bucket and the queue, by a %s control policy', async (kind) => {
    const { organization, root } = await locked();
    const id = kind === 'resource' ? organization.policies.addResourceControl('perimeter', deny, MEMBER) : organization.policies.add('perimeter', deny, MEMBER);
    expect(id).toBeDefined();
    const reason = `with an explicit deny in a ${kind} control policy`;
    const { s3 } = await root('S3UnlockBucketPolicy');
    expect(await refused(s3.send(new GetBucketPolicyCommand({ Bucket })))).toMatchObject({ name: 'AccessDenied', message: expect.stringContaining(reason) });
    await expect(s3.send(new ListBucketsCommand({}))).resolves.toBeDefined();
    const { sqs } = await root('SQSUnlockQueuePolicy');
    expect(await refused(sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] })))).toMatchObject({ message: expect.stringContaining(reason) });
  });
});
