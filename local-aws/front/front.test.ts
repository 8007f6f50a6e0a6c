import { createHash, randomBytes } from 'node:crypto';
import { DescribeStacksCommand, CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, DeleteRolePolicyCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import {
  CreateBucketCommand, DeleteBucketPolicyCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command,
  PutBucketPolicyCommand, PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, AssumeRootCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';

const MANAGEMENT = '111111111111';
const MEMBER = '222222222222';
const AUDIT = 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials';
const DELETE = 'arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials';

type Statement = Readonly<Record<string, unknown>>;

describe('the front of the local AWS', () => {
  const organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  let aws: LocalAws;
  let iam: IAMClient;
  let s3: S3Client;
  let role: ReturnType<typeof settingsOf>;

  beforeAll(async () => {
    organization.addAccount({ id: MEMBER });
    aws = await LocalAws.start({ organization });
    iam = new IAMClient(aws.clientSettings());
    s3 = new S3Client({ ...aws.clientSettings(), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'reports' }));
    await iam.send(new CreateRoleCommand({ RoleName: 'Operator', AssumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: { AWS: MANAGEMENT }, Action: 'sts:AssumeRole' }) }));
    const { Credentials } = await assume('Operator');
    role = settingsOf(Credentials!);
  });
  afterAll(() => aws?.stop());

  beforeEach(() => grant());

  function assume(name: string) {
    return new STSClient(aws.clientSettings()).send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${MANAGEMENT}:role/${name}`, RoleSessionName: 'test' }));
  }

  function settingsOf({ AccessKeyId, SecretAccessKey, SessionToken }: { AccessKeyId?: string; SecretAccessKey?: string; SessionToken?: string }) {
    return { ...aws.clientSettings(), credentials: { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! } };
  }

  const policy = (...statements: Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const allow = (Action: string, rest: Statement = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...rest });
  const deny = (Action: string, rest: Statement = {}) => ({ ...allow(Action, rest), Effect: 'Deny' });

  /** The operator may do this, and nothing else. */
  async function grant(...statements: Statement[]) {
    if (statements.length > 0) {
      await iam.send(new PutRolePolicyCommand({ RoleName: 'Operator', PolicyName: 'test', PolicyDocument: policy(...statements) }));
    } else {
      await iam.send(new DeleteRolePolicyCommand({ RoleName: 'Operator', PolicyName: 'test' })).catch(() => undefined);
    }
  }

  const asOperator = () => new S3Client({ ...role, forcePathStyle: true });
  const OPERATOR = `arn:aws:sts::${MANAGEMENT}:assumed-role/Operator/test`;

  describe('lets a role do only what its policies allow, in', () => {
    const machine = `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:Sweep`;
    const calls: [string, string, string, () => Promise<unknown>][] = [
      ['Organizations', 'organizations:ListAccounts', '*', () => new OrganizationsClient(role).send(new ListAccountsCommand({}))],
      ['IAM', 'iam:GetRole', `arn:aws:iam::${MANAGEMENT}:role/Operator`, () => new IAMClient(role).send(new GetRoleCommand({ RoleName: 'Operator' }))],
      ['Amazon S3, a list of buckets', 's3:ListAllMyBuckets', '"*"', () => asOperator().send(new ListBucketsCommand({}))],
      ['Amazon S3, a bucket', 's3:ListBucket', '"arn:aws:s3:::reports"', () => asOperator().send(new ListObjectsV2Command({ Bucket: 'reports' }))],
      ['Amazon S3, an object', 's3:PutObject', '"arn:aws:s3:::reports/runs/one & two.json"', () => asOperator().send(new PutObjectCommand({ Bucket: 'reports', Key: 'runs/one & two.json', Body: '{}' }))],
      ['Step Functions', 'states:StartExecution', machine, () => new SFNClient(role).send(new StartExecutionCommand({ stateMachineArn: machine }))],
      ['Step Functions, a list', 'states:ListExecutions', machine, () => new SFNClient(role).send(new ListExecutionsCommand({ stateMachineArn: machine }))],
      ['Lambda', 'lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${MANAGEMENT}:function:Sweep`, () => new LambdaClient(role).send(new InvokeCommand({ FunctionName: 'Sweep' }))],
      ['CloudFormation', 'cloudformation:DescribeStacks', `arn:aws:cloudformation:us-east-1:${MANAGEMENT}:stack/Root/*`, () => new CloudFormationClient(role).send(new DescribeStacksCommand({ StackName: 'Root' }))],
      ['Systems Manager', 'ssm:GetParameter', `arn:aws:ssm:us-east-1:${MANAGEMENT}:parameter/version`, () => new SSMClient(role).send(new GetParameterCommand({ Name: '/version' }))],
    ];

    test.each(calls)('%s', async (_service, action, resource, call) => {
      await expect(call()).rejects.toMatchObject({
        name: expect.stringMatching(/^AccessDenied(Exception)?$/),
        message: `User: ${OPERATOR} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      });

      await grant(allow(action));
      const error = await call().then(() => undefined, (failure: Error) => failure);
      expect(error?.name ?? '').not.toMatch(/AccessDenied/);

      await grant(allow('*'), deny(action));
      await expect(call()).rejects.toThrow(`${action} on resource: ${resource} with an explicit deny in an identity-based policy`);
    });
  });

  test('evaluates conditions: a role with the audit task only cannot assume root with the delete task', async () => {
    const sts = new STSClient(role);
    const assumeRoot = (arn: string) => sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn } }));
    await expect(assumeRoot(AUDIT)).rejects.toThrow('not authorized to perform: sts:AssumeRoot');

    await grant(allow('sts:AssumeRoot', { Condition: { StringEquals: { 'sts:TaskPolicyArn': AUDIT } } }));
    expect((await assumeRoot(AUDIT)).Credentials).toBeDefined();
    await expect(assumeRoot(DELETE)).rejects.toThrow('not authorized to perform: sts:AssumeRoot');

    await grant(allow('sts:AssumeRoot'), deny('sts:AssumeRoot', { Resource: `arn:aws:iam::${MEMBER}:root` }));
    await expect(assumeRoot(AUDIT)).rejects.toThrow('not authorized to perform: sts:AssumeRoot');
  });

  test('evaluates the prefix of a list', async () => {
    await grant(allow('s3:ListBucket', { Condition: { StringLike: { 's3:prefix': 'runs/*' } } }));
    const list = (Prefix: string) => asOperator().send(new ListObjectsV2Command({ Bucket: 'reports', Prefix }));

    expect((await list('runs/')).KeyCount).toBeDefined();
    await expect(list('plans/')).rejects.toThrow('no identity-based policy allows the s3:ListBucket action');
  });

  test('denies what a bucket policy denies, to the administrator too, and takes loopback for a secure transport', async () => {
    const overHttp = { Sid: 'http', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::reports/*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    const runs = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::reports/runs/*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${MANAGEMENT}:role/Operator` } },
    };
    const put = (client: S3Client, Key: string) => client.send(new PutObjectCommand({ Bucket: 'reports', Key, Body: '{}' }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'reports', Policy: policy(overHttp, runs) }));
    await grant(allow('s3:PutObject'));

    await put(asOperator(), 'runs/1');
    await put(s3, 'elsewhere');
    await expect(put(s3, 'runs/1')).rejects.toThrow('"arn:aws:s3:::reports/runs/1" with an explicit deny in a resource-based policy');

    await s3.send(new DeleteBucketPolicyCommand({ Bucket: 'reports' }));
    await put(s3, 'runs/1');
  });

  test('reads the policy of a bucket in another Region', async () => {
    const elsewhere = new S3Client({ ...aws.clientSettings(MANAGEMENT, 'eu-west-1'), forcePathStyle: true });
    const Bucket = 'elsewhere';
    const read = () => elsewhere.send(new ListObjectsV2Command({ Bucket }));
    await elsewhere.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    await read();
    await elsewhere.send(new PutBucketPolicyCommand({ Bucket, Policy: policy({ Effect: 'Deny', Principal: '*', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${Bucket}` }) }));
    await expect(read()).rejects.toThrow('with an explicit deny in a resource-based policy');
  });

  test('checks every object of a bulk deletion', async () => {
    await grant(allow('s3:DeleteObject', { Resource: 'arn:aws:s3:::reports/runs/*' }));
    const remove = (...keys: string[]) => asOperator().send(new DeleteObjectsCommand({ Bucket: 'reports', Delete: { Objects: keys.map((Key) => ({ Key })) } }));

    expect((await remove('runs/1', 'runs/2')).Errors ?? []).toEqual([]);
    await expect(remove('runs/1', 'plans/1')).rejects.toThrow('s3:DeleteObject on resource: "arn:aws:s3:::reports/plans/1"');
  });

  test('denies a request without a body in its answer, as HEAD has none', async () => {
    await expect(asOperator().send(new HeadObjectCommand({ Bucket: 'reports', Key: 'runs/1' }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test('lets nobody assume a role that does not trust them or does not exist', async () => {
    await iam.send(new CreateRoleCommand({ RoleName: 'Function', AssumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }) }));

    await expect(assume('Function')).rejects.toThrow('not authorized to perform: sts:AssumeRole');
    await expect(assume('Nobody')).rejects.toThrow('not authorized to perform: sts:AssumeRole');
  });

  test('refuses a key that nobody issued and a request that nobody signed', async () => {
    const stranger = settingsOf({ AccessKeyId: 'ASIAUNKNOWN', SecretAccessKey: 'x', SessionToken: 'y' });

    await expect(new SFNClient(stranger).send(new ListExecutionsCommand({}))).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    expect((await fetch(`${aws.endpoint}/reports/runs/1`)).status).toBe(403);
    expect((await fetch(`${aws.endpoint}/_local/credentials`, { method: 'POST', body: '{}' })).ok).toBe(false);
  });

  test('gives a root session only what its task policy has, outside of IAM too', async () => {
    const sts = new STSClient(aws.clientSettings());
    const { Credentials } = await sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: AUDIT } }));
    const root = settingsOf(Credentials!);

    expect(await new STSClient(root).send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: `arn:aws:iam::${MEMBER}:root` });
    await expect(new S3Client({ ...root, forcePathStyle: true }).send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('passes a large object both ways unchanged', async () => {
    const body = randomBytes(20_000_000);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    await s3.send(new PutObjectCommand({ Bucket: 'reports', Key: 'large', Body: body }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'reports', Key: 'large' }));

    expect(digest(await Body!.transformToByteArray())).toBe(digest(body));
  });

  test('keeps accounts apart', async () => {
    const member = new IAMClient(aws.clientSettings(MEMBER));

    await expect(member.send(new GetRoleCommand({ RoleName: 'Operator' }))).rejects.toMatchObject({ name: expect.stringContaining('NoSuchEntity') });
  });
});
