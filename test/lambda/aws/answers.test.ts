import { ListOrganizationsFeaturesCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { GetBucketPolicyCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { iam, organizations, s3OfRootSession, sqsOfRootSession, sts } from '../../../lambda/aws/clients';
import { RootSessions } from '../../../lambda/root-user/sessions';
import { cutBody, endEarly, FakeOrganization, resetBefore, serve, type ServedOrganization } from '../../../local-aws/organization';

const MEMBER = '222222222222';
const POLICY = '{"Statement":[]}';

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  organization.addAccount({ id: MEMBER });
  organization.addBucket({ name: 'locked', account: MEMBER, region: 'us-east-1', policy: POLICY });
  organization.addQueue({ name: 'locked', account: MEMBER, region: 'us-east-1', policy: POLICY });
  served = await serve(organization);
  Object.assign(process.env, served.environment);
});
afterEach(() => served.close());
beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.01)); // the SDK draws its pauses between attempts, here the shortest
afterEach(() => void jest.restoreAllMocks());

/** A session for each call, so that AssumeRoot is among them. */
const session = (task: 'IAMAuditRootUserCredentials' | 'S3UnlockBucketPolicy' | 'SQSUnlockQueuePolicy') => new RootSessions(sts('us-east-1'), 'aws', 0).of(MEMBER, task);
const CALLS: Record<string, () => Promise<unknown>> = {
  'sts:AssumeRoot': () => session('IAMAuditRootUserCredentials').use(async () => undefined),
  'iam:ListOrganizationsFeatures': () => iam().send(new ListOrganizationsFeaturesCommand({})),
  'organizations:ListAccounts': () => organizations().send(new ListAccountsCommand({})),
  's3:ListBuckets': () => session('S3UnlockBucketPolicy').useAs(s3OfRootSession('us-east-1'), (s3) => s3.send(new ListBucketsCommand({}))),
  's3:GetBucketPolicy': () => session('S3UnlockBucketPolicy').useAs(s3OfRootSession('us-east-1'), (s3) => s3.send(new GetBucketPolicyCommand({ Bucket: 'locked' }))),
  'sqs:GetQueueUrl': () => session('SQSUnlockQueuePolicy').useAs(sqsOfRootSession('us-east-1'), (sqs) => sqs.send(new GetQueueUrlCommand({ QueueName: 'locked' }))),
};

describe('an answer whose body ends early, with a Content-Length that fits', () => {
  const cases = Object.keys(CALLS).flatMap((operation) => [0, 0.5, 0.99].map((share): [string, number] => [operation, share]));

  test.each(cases.filter(([operation, share]) => operation !== 's3:GetBucketPolicy' || share === 0))('to %s, after %s of it, is asked for again', async (operation, share) => {
    organization.faults.add({ operation, times: 2, effect: endEarly(share) });
    await CALLS[operation]();
    expect(organization.calls.filter((call) => `${call.service}:${call.operation}` === operation)).toHaveLength(3);
  });

  test('and that stays so has a name, and names the operation', async () => {
    organization.faults.add({ operation: 'organizations:ListAccounts', effect: endEarly() });
    await expect(CALLS['organizations:ListAccounts']()).rejects.toMatchObject({
      name: 'UnreadableAnswer', message: expect.stringMatching(/^the answer of AWS to ListAccounts could not be read: (?!.*hidden field)/),
    });
    expect(organization.calls).toHaveLength(10);
  });

  test('and is empty says so', async () => {
    organization.faults.add({ operation: 'organizations:ListAccounts', effect: endEarly(0) });
    await expect(CALLS['organizations:ListAccounts']()).rejects.toThrow('the answer of AWS to ListAccounts could not be read: it is empty');
  });
});

test('an answer that breaks off is asked for again, and has the same name when it stays so', async () => {
  const repair = organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', times: 2, effect: cutBody });
  await CALLS['iam:ListOrganizationsFeatures']();
  repair();
  organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: cutBody });
  await expect(CALLS['iam:ListOrganizationsFeatures']()).rejects.toMatchObject({ name: 'UnreadableAnswer', message: expect.stringContaining('aborted') });
});

test.each([0, 0.5])('an error that AWS sends is told as it is, and an error of which only a part arrives is asked for again (%s)', async (share) => {
  organization.features.current = new Set();
  await expect(CALLS['sts:AssumeRoot']()).rejects.toMatchObject({ name: 'AccessDenied' });
  const before = organization.calls.length;
  organization.faults.add({ operation: 'sts:AssumeRoot', times: 1, effect: endEarly(share) });
  await expect(CALLS['sts:AssumeRoot']()).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(organization.calls.length - before).toBe(2);
});

test('a connection that breaks before there is an answer is an error of the connection', async () => {
  organization.faults.add({ operation: 'organizations:ListAccounts', effect: resetBefore });
  await expect(CALLS['organizations:ListAccounts']()).rejects.toMatchObject({ code: 'ECONNRESET' });
});
