import { DisableOrganizationsRootCredentialsManagementCommand, GetLoginProfileCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, AssumeRootCommand, AssumeRootCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { Feature } from './organization';
import { Clients, MANAGEMENT, MEMBER, OUTSIDER, READY, refused, SECURITY, served, Task, taskArn } from './testing';

const ALL_TASKS: Task[] = [
  'IAMAuditRootUserCredentials', 'IAMDeleteRootUserCredentials', 'IAMCreateRootUserPassword', 'S3UnlockBucketPolicy', 'SQSUnlockQueuePolicy',
];

const assumeRoot = ({ sts }: Clients, target: string, task: Task = 'IAMAuditRootUserCredentials', input: Partial<AssumeRootCommandInput> = {}) =>
  sts.send(new AssumeRootCommand({ TargetPrincipal: target, TaskPolicyArn: { arn: taskArn(task) }, ...input }));

const denial = (arn: string, target: string) => ({
  name: 'AccessDenied',
  status: 403,
  message: `User: ${arn} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${target}:root`,
});
const administrator = (id: string) => `arn:aws:iam::${id}:user/administrator`;

describe('AssumeRoot parameters', () => {
  test('a target may be an account id or the ARN of its root user', async () => {
    const { management } = await served();
    for (const target of [MEMBER, `arn:aws:iam::${MEMBER}:root`]) {
      const { Credentials: credentials, SourceIdentity } = await assumeRoot(management, target);
      expect(credentials!.AccessKeyId).toMatch(/^ASIA/);
      expect(SourceIdentity).toBeUndefined();
    }
  });

  test.each([
    ['the ARN of a user', { TargetPrincipal: `arn:aws:iam::${MEMBER}:user/someone` }, 'Request must contain a valid target principal'],
    ['another managed policy', { TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/AdministratorAccess' } }, 'Request must contain valid AWS managed task policy ARN'],
    ['no task policy', { TaskPolicyArn: {} }, "1 validation error detected: Value null at 'taskPolicyArn' failed to satisfy constraint: Member must not be null"],
    ['901 seconds', { DurationSeconds: 901 }, "1 validation error detected: Value '901' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 900"],
  ])('%s is a ValidationError', async (_what, input, message) => {
    const { management } = await served();
    expect(await refused(assumeRoot(management, MEMBER, undefined, input))).toEqual({ name: 'ValidationError', status: 400, message });
  });

  test('parameters are validated before the caller is authorized', async () => {
    const { as } = await served({});
    expect(await refused(assumeRoot(as(OUTSIDER), MEMBER, undefined, { DurationSeconds: 901 }))).toMatchObject({ name: 'ValidationError' });
  });

  test('a session lasts as long as was asked for, 15 minutes by default', async () => {
    const clock = () => Date.UTC(2026, 10, 22);
    const { management } = await served({ ...READY, clock });
    const expirations = await Promise.all([undefined, 60].map((DurationSeconds) => assumeRoot(management, MEMBER, undefined, { DurationSeconds })));
    expect(expirations.map(({ Credentials: issued }) => issued!.Expiration!.toISOString())).toEqual(['2026-11-22T00:15:00.000Z', '2026-11-22T00:01:00.000Z']);
  });

  test('the global endpoint does not know the operation', async () => {
    const { organization, management } = await served();
    organization.switches.globalStsEndpoint = true;
    expect(await refused(assumeRoot(management, MEMBER))).toEqual({ name: 'InvalidAction', status: 400, message: 'Unknown Operation' });
  });
});

describe('AssumeRoot authorization: every refusal has the same words', () => {
  test('of an account that is neither management nor delegated administrator', async () => {
    const { as } = await served();
    expect(await refused(assumeRoot(as(SECURITY), MEMBER))).toEqual(denial(administrator(SECURITY), MEMBER));
  });

  test('of a root session, even in the account of a delegated administrator', async () => {
    const { organization, root } = await served();
    organization.delegate(MEMBER);
    expect(await refused(assumeRoot(await root(MEMBER, 'IAMAuditRootUserCredentials'), SECURITY))).toEqual(denial(`arn:aws:iam::${MEMBER}:root`, SECURITY));
  });

  test.each([['the management account', MANAGEMENT], ['an account of another organization', OUTSIDER]])('with %s as target', async (_what, target) => {
    const { management } = await served();
    expect(await refused(assumeRoot(management, target))).toEqual(denial(administrator(MANAGEMENT), target));
  });

  test('of a delegated administrator with the management account as target, and of that account with itself', async () => {
    const { organization, as, management } = await served();
    organization.delegate(SECURITY);
    organization.switches.delegateMayRootItself = true;
    expect(await refused(assumeRoot(as(SECURITY), MANAGEMENT))).toEqual(denial(administrator(SECURITY), MANAGEMENT));
    expect(await refused(assumeRoot(management, MANAGEMENT))).toEqual(denial(administrator(MANAGEMENT), MANAGEMENT));
  });

  test('of a role whose policies do not allow it, which are asked about the target and the task policy', async () => {
    const { organization, as } = await served();
    const asked: unknown[] = [];
    organization.authorize = async ({ action, resource, context }) => {
      asked.push({ action, resource, context });
      return 'because no identity-based policy allows it';
    };
    const role = organization.issue({ accountId: MANAGEMENT, arn: `arn:aws:sts::${MANAGEMENT}:assumed-role/Sweep/1`, roleArn: `arn:aws:iam::${MANAGEMENT}:role/Sweep` }, 900);
    expect(await refused(assumeRoot(as(role), MEMBER))).toEqual(denial(`arn:aws:sts::${MANAGEMENT}:assumed-role/Sweep/1`, MEMBER));
    expect(asked).toEqual([{
      action: 'sts:AssumeRoot',
      resource: `arn:aws:iam::${MEMBER}:root`,
      context: { 'sts:TaskPolicyArn': taskArn('IAMAuditRootUserCredentials') },
    }]);
  });

  test('comes before trusted access and features', async () => {
    const { management } = await served({});
    expect(await refused(assumeRoot(management, MANAGEMENT))).toEqual(denial(administrator(MANAGEMENT), MANAGEMENT));
  });

  test('a delegated administrator for IAM may, one of another service may not', async () => {
    const { organization, as } = await served();
    organization.delegate(SECURITY);
    await assumeRoot(as(SECURITY), MEMBER);
    organization.delegate(SECURITY, 'guardduty.amazonaws.com');
    organization.undelegate(SECURITY);
    expect(await refused(assumeRoot(as(SECURITY), MEMBER))).toEqual(denial(administrator(SECURITY), MEMBER));
  });

  test.each([false, true])('a delegated administrator roots itself: %s, by the switch', async (delegateMayRootItself) => {
    const { organization, as } = await served();
    organization.delegate(SECURITY);
    organization.switches.delegateMayRootItself = delegateMayRootItself;
    const allowed = assumeRoot(as(SECURITY), SECURITY).then(() => true, () => false);
    expect(await allowed).toBe(delegateMayRootItself);
  });

  test('an account that has left the organization is not rooted any more, and not listed', async () => {
    const { organization, management } = await served(READY);
    organization.removeAccount(MEMBER);
    expect(await refused(assumeRoot(management, MEMBER))).toMatchObject(denial(administrator(MANAGEMENT), MEMBER));
    const { Accounts } = await management.organizations.send(new ListAccountsCommand({}));
    expect(Accounts!.map(({ Id }) => Id)).not.toContain(MEMBER);
  });

  test.each([false, true])('a suspended account is rooted: %s, by the switch', async (inactiveAccountsMayBeRooted) => {
    const { organization, management } = await served();
    organization.account(MEMBER).state = 'SUSPENDED';
    organization.switches.inactiveAccountsMayBeRooted = inactiveAccountsMayBeRooted;
    const allowed = assumeRoot(management, MEMBER).then(() => true, () => false);
    expect(await allowed).toBe(inactiveAccountsMayBeRooted);
  });
});

describe('AssumeRoot gates', () => {
  test('without trusted access nothing is issued, whatever the features', async () => {
    const { management } = await served({ ...READY, trustedAccess: false });
    expect(await refused(assumeRoot(management, MEMBER))).toEqual({ name: 'AccessDenied', status: 403, message: 'Service not enabled for AWS Organizations.' });
  });

  const NO_CREDENTIALS_MANAGEMENT = 'Root credentials management feature is not enabled for your AWS Organization.';
  const NO_SESSIONS = 'Root sessions feature is not enabled for your AWS Organization.';
  test.each<[Feature, (string | undefined)[]]>([
    ['RootCredentialsManagement', [undefined, undefined, undefined, NO_SESSIONS, NO_SESSIONS]],
    ['RootSessions', [NO_CREDENTIALS_MANAGEMENT, NO_CREDENTIALS_MANAGEMENT, NO_CREDENTIALS_MANAGEMENT, undefined, undefined]],
  ])('%s opens its own tasks and none of the other feature', async (feature, expected) => {
    const { management } = await served({ trustedAccess: true, features: [feature] });
    const messages = await Promise.all(ALL_TASKS.map((task) => assumeRoot(management, MEMBER, task).then(() => undefined, (error) => error.message)));
    expect(messages).toEqual(expected);
  });

  test('a session that was issued outlives the feature', async () => {
    const { organization, management, root } = await served();
    organization.account(MEMBER).root.password = true;
    const session = await root(MEMBER, 'IAMAuditRootUserCredentials');
    await management.iam.send(new DisableOrganizationsRootCredentialsManagementCommand({}));
    organization.distrust('iam.amazonaws.com');
    expect((await session.iam.send(new GetLoginProfileCommand({}))).LoginProfile).toBeDefined();
  });
});

describe('AssumeRole and GetCallerIdentity', () => {
  test('a role session belongs to the account of the role and keeps its ARN', async () => {
    const { organization, management, as } = await served();
    const roleArn = `arn:aws:iam::${SECURITY}:role/service/Deploy`;
    const { Credentials: issued, AssumedRoleUser } = await management.sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'me' }));
    const arn = `arn:aws:sts::${SECURITY}:assumed-role/Deploy/me`;
    expect(AssumedRoleUser!.Arn).toBe(arn);
    expect(await as(issued!).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: arn, Account: SECURITY });
    expect(organization.calls.at(-1)!.caller).toMatchObject({ accountId: SECURITY, arn, roleArn });
  });

  test('administrators and root sessions learn who they are', async () => {
    const { as, root } = await served();
    const identity = ({ sts }: Clients) => sts.send(new GetCallerIdentityCommand({}));
    expect(await identity(as(MEMBER))).toMatchObject({ Arn: administrator(MEMBER), Account: MEMBER });
    expect(await identity(await root(MEMBER, 'IAMDeleteRootUserCredentials'))).toMatchObject({ Arn: `arn:aws:iam::${MEMBER}:root`, Account: MEMBER });
  });

  test('a role is assumed only when the caller is allowed to', async () => {
    const { organization, management } = await served();
    organization.authorize = async ({ action }) => `not authorized to perform ${action}`;
    const attempt = management.sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${SECURITY}:role/Deploy`, RoleSessionName: 'me' }));
    expect(await refused(attempt)).toEqual({ name: 'AccessDenied', status: 403, message: 'not authorized to perform sts:AssumeRole' });
  });
});
