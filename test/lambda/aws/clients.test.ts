import type { IAMClient } from '@aws-sdk/client-iam';
import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient, type Credentials } from '@aws-sdk/client-sts';
import * as clients from '../../../lambda/aws/clients';
import { password } from '../../../lambda/root-user/credentials';
import { RootSessions } from '../../../lambda/root-user/sessions';
import type { TaskPolicyName } from '../../../lib/private/contract';
import { FakeOrganization, neverAnswer, serve, type ServedOrganization } from '../../../local-aws/organization';
import { setEnvironment } from '../../support/environment-variables';
import { eventually } from '../../support/eventually';
import { onTestFinished } from '../../support/on-test-finished';

const MEMBER = '222222222222';
const AUDIT = 'IAMAuditRootUserCredentials';
const { iamOfRootSession, s3OfRootSession, sqsOfRootSession, sts } = clients;
const CREDENTIALS: Credentials = { AccessKeyId: 'id', SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() };
/** Made within a test, so that it is a test that fails when they cannot be made. */
const OF_SESSIONS: [string, (session: Credentials) => unknown][] = [
  ['IAM', iamOfRootSession], ['S3', (session) => s3OfRootSession('us-east-1')(session)], ['SQS', (session) => sqsOfRootSession('us-east-1')(session)],
];

/** What the SDK has made of the settings of a client. */
const configOf = (client: unknown) => (client as { config: Record<'credentials' | 'maxAttempts' | 'retryStrategy', () => Promise<{ mode?: string }>> }).config;

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  organization.addAccount({ id: MEMBER, root: { password: true } });
  served = await serve(organization);
  setEnvironment({ ...served.environment, AWS_REGION: 'us-east-1' });
});
afterEach(async () => {
  await served.close();
  jest.restoreAllMocks();
});

const assumed = () => organization.calls.filter(({ operation }) => operation === 'AssumeRoot');
const session = (accountId: string, task: TaskPolicyName) => new RootSessions(sts('us-east-1'), 'aws', 0).of(accountId, task);
const hasPassword = async (iam: IAMClient) => await password(iam) !== undefined;

describe('clients of root sessions, of which a sweep makes thousands', () => {
  const of = (AccessKeyId: string) => ({ ...CREDENTIALS, AccessKeyId });

  test('look the surroundings up once for all of them', async () => {
    const found = ({ config }: IAMClient) => Promise.all([
      config.region(), config.useFipsEndpoint(), config.useDualstackEndpoint(), config.authSchemePreference(), config.userAgentAppId(),
    ]);
    const before = await found(iamOfRootSession(of('ONE')));
    expect(before).toEqual(['us-east-1', false, false, [], undefined]);
    setEnvironment({
      AWS_REGION: 'us-west-2', AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true', AWS_AUTH_SCHEME_PREFERENCE: 'sigv4', AWS_SDK_UA_APP_ID: 'app',
    });
    expect(await found(iamOfRootSession(of('OTHER')))).toEqual(before);
  });

  test('share no credentials, least of all those of the function', async () => {
    const credentials = ['ONE', 'OTHER'].map((id) => iamOfRootSession(of(id)).config.credentials());
    expect((await Promise.all(credentials)).map(({ accessKeyId }) => accessKeyId)).toEqual(['ONE', 'OTHER']);
  });
});

describe('a client for a member account', () => {
  test.each(OF_SESSIONS)('of %s has the credentials of the session, and never falls back to those of the function', async (_service, clientOf) => {
    expect(await configOf(clientOf(CREDENTIALS)).credentials()).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
    for (const name of ['AccessKeyId', 'SecretAccessKey', 'SessionToken']) {
      expect(() => clientOf({ ...CREDENTIALS, [name]: undefined })).toThrow(`AssumeRoot answered without ${name}`);
      expect(() => clientOf({ ...CREDENTIALS, [name]: '' })).toThrow(`AssumeRoot answered without ${name}`);
    }
  });

  test('sends nothing any more after its signal, and waits for no answer', async () => {
    const timeUp = new AbortController();
    const iam = iamOfRootSession({ ...organization.longTermRoot(MEMBER), Expiration: undefined }, timeUp.signal);
    expect(await hasPassword(iam)).toBe(true);
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: neverAnswer });
    const waiting = hasPassword(iam);
    await eventually(() => organization.calls.length === 2);
    timeUp.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(hasPassword(iam)).rejects.toMatchObject({ name: 'AbortError' });
    expect(organization.calls).toHaveLength(2);
  });

  test('of S3 and SQS is one for a Region', async () => {
    for (const clientOf of [s3OfRootSession, sqsOfRootSession]) {
      expect(await clientOf('eu-west-1')(CREDENTIALS).config.region()).toBe('eu-west-1');
    }
  });

  test('of S3 follows a bucket to its Region', async () => {
    organization.addBucket({ name: 'locked', account: MEMBER, region: 'eu-central-1', policy: '{"Statement":[]}' });
    const root = session(MEMBER, 'S3UnlockBucketPolicy');
    const { Policy } = await root.useAs(s3OfRootSession('us-east-1'), (s3) => s3.send(new GetBucketPolicyCommand({ Bucket: 'locked' })));
    expect(Policy).toBe('{"Statement":[]}');
    expect(organization.calls.at(-1)).toMatchObject({ operation: 'GetBucketPolicy', region: 'eu-central-1' });
  });

  test('of SQS signs for AWS, and sends nothing to where the URL of a queue points', async () => {
    const elsewhere = await serve(new FakeOrganization());
    onTestFinished(elsewhere.close);
    const get = new GetQueueAttributesCommand({ QueueUrl: `${elsewhere.endpoint}/${MEMBER}/locked` });
    const root = session(MEMBER, 'SQSUnlockQueuePolicy');
    await root.useAs(sqsOfRootSession('us-east-1'), (sqs) => sqs.send(get)).catch(() => undefined);
    expect(organization.calls.at(-1)).toMatchObject({ operation: 'GetQueueAttributes' });
    expect(elsewhere.connections()).toBe(0);
  });
});

describe('clients', () => {
  test('share their connections: hundreds of sessions talk to the same host', async () => {
    for (let n = 0; n < 5; n++) {
      await session(MEMBER, AUDIT).use(hasPassword);
    }
    expect(assumed()).toHaveLength(5);
    expect(served.connections()).toBe(1);
  });

  test.each<[string, number, (() => unknown)[]]>([
    ['adaptive', 10, [clients.cloudFormation, clients.iam, clients.organizations, clients.s3, clients.stepFunctions, () => sts('us-east-1')]],
    ['standard', 4, [clients.eventBridge, clients.sns]],
    ['standard', 6, OF_SESSIONS.map(([, clientOf]) => () => clientOf(CREDENTIALS))],
  ])('try again together, those of signals and of sessions less often: %s, %s times', async (mode, attempts, made) => {
    for (const config of made.map((make) => configOf(make()))) {
      expect([(await config.retryStrategy()).mode, await config.maxAttempts()]).toEqual([mode, attempts]);
    }
  });

  test('all ask again for an answer that they cannot read', () => {
    const made = Object.entries(clients).flatMap(([name, make]): unknown[] => {
      const ofRegion = make as (region: string) => unknown;
      return name === 'requestHandler' ? [] : name === 'iamOfRootSession' ? [iamOfRootSession(CREDENTIALS)]
        : name.endsWith('OfRootSession') ? [(ofRegion('us-east-1') as (session: Credentials) => unknown)(CREDENTIALS)] : [ofRegion('us-east-1')];
    }) as { middlewareStack: { identify(): string[] } }[];
    expect(made.length).toBeGreaterThan(10);
    for (const { middlewareStack } of made) {
      expect(middlewareStack.identify().join()).toContain('unreadableAnswers');
    }
  });

  test.each<[string, string | undefined, string]>([
    ['us-east-1', 'eu-west-1', 'us-east-1'], ['us-east-1', 'cn-north-1', 'cn-north-1'], ['us-gov-west-1', 'us-gov-east-1', 'us-gov-west-1'], ['us-east-1', undefined, 'us-east-1'],
  ])('of STS are those of %s in a function in %s: %s, since no Region is asked in another partition', async (region, own, expected) => {
    own === undefined ? delete process.env.AWS_REGION : setEnvironment({ AWS_REGION: own });
    expect(await sts(region).config.region()).toBe(expected);
  });

  test('of STS are those of a Region, whatever the Region of the function is', async () => {
    await sts('eu-west-1').send(new GetCallerIdentityCommand({}));
    expect(organization.calls.at(-1)).toMatchObject({ operation: 'GetCallerIdentity', region: 'eu-west-1' });
    expect(sts('eu-west-1')).toBeInstanceOf(STSClient);
  });
});
