import { PutObjectCommand, S3Client, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { execute } from './engine/fixtures/executions';
import { LocalAws } from './local-aws';
import { FakeOrganization } from './organization';

const MEMBER = '222222222222';
const APP = 'tsx local-aws/engine/fixtures/app.ts';

describe('the CDK on the local AWS', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    const organization = new FakeOrganization();
    organization.addAccount({ id: MEMBER });
    aws = await LocalAws.start({ organization });
  });
  afterAll(() => aws?.stop());

  const output = (text: string, name: string) => new RegExp(`Tiny\\.${name} = (\\S+)`).exec(text)?.[1];

  test('bootstraps, deploys, rolls back and destroys, in any account', async () => {
    const cdk = (accountId: string, args: string[], environment = {}) => aws.cdk(args, { app: APP, accountId, environment });
    const deploy = ['deploy', '--require-approval=never'];

    const deployed = await Promise.all([aws.organization.managementAccountId, MEMBER].map(async (accountId) => {
      expect(await cdk(accountId, ['bootstrap', `aws://${accountId}/us-east-1`])).toMatchObject({ code: 0 });
      return cdk(accountId, deploy);
    }));
    deployed.forEach((result) => expect(result).toMatchObject({ code: 0 }));
    const [first, second] = deployed.map((result) => result.output);
    expect(output(first, 'Answer')).toBe('yes');
    expect(output(second, 'MachineArn')).toContain(`:${MEMBER}:stateMachine:`);

    const [bucket, machine] = [output(first, 'BucketName')!, output(first, 'MachineArn')!];
    const s3 = new S3Client({ ...aws.clientSettings(), forcePathStyle: true });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'items.json', Body: JSON.stringify([{ name: 'one' }, { name: 'broken' }, { name: 'two' }]) }));
    expect(await execute(aws, machine, { key: 'items.json' })).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining(aws.organization.organizationId) });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'done/' }));
    expect(Contents!.map(({ Key }) => Key)).toEqual(['done/one', 'done/two']);
    expect((await aws.logLines()).filter((line) => line.includes('working on')).length).toBe(3);

    const failed = await cdk(aws.organization.managementAccountId, deploy, { ANSWER: 'fail' });
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('the custom resource was told to fail');

    const lines: string[] = [];
    const destroyed = await aws.cdk(['destroy', '--force'], { app: APP, onLine: (line) => lines.push(line) });
    expect(destroyed).toEqual({ code: 0, output: lines.join('\n') });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('sees nothing of the user\'s own AWS set-up', () => {
    expect(aws.environment(MEMBER)).toMatchObject({
      AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_ACCESS_KEY_ID: MEMBER,
      AWS_CONFIG_FILE: expect.stringContaining(aws.workFolder),
      AWS_SHARED_CREDENTIALS_FILE: expect.stringContaining(aws.workFolder),
      CDK_HOME: expect.stringContaining(aws.workFolder),
    });
  });
});
