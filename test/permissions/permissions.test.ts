import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DisableOrganizationsRootCredentialsManagementCommand, EnableOrganizationsRootSessionsCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreatePolicyCommand, DeregisterDelegatedAdministratorCommand, DisableAWSServiceAccessCommand, EnableAWSServiceAccessCommand,
  ListAccountsCommand, ListDelegatedAdministratorsCommand, OrganizationsClient, RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';
import { CreateBucketCommand, DeleteBucketPolicyCommand, DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import { type Decision, Deployed } from './deployed';
import { acceptUndeployed, allOn, EXERCISES } from './exercises';
import { type Grant, grantsOf } from './grants';
import { type Exercised, matches } from './rows/row';
import { RUNBOOK_EXERCISES } from './runbook-exercises';
import { BELOW, everyStack, IMPORTED_BUCKET, isPerson, LISTED, UNIT, UNLISTED } from './stacks';
import { EXERCISED } from './table';
import { EXCLUDED, MANAGEMENT, member, SECURITY, variedOrganization } from '../deploy/testing';
import { eventually } from '../support/eventually';
import { expectAbout } from '../support/expect-about';

const organization = variedOrganization({}, 12);
organization.addAccount({ id: BELOW, ou: organization.addOrganizationalUnit({ name: 'below', parent: UNIT }) });
let deployed: Deployed;

beforeAll(async () => {
  deployed = await Deployed.into(organization);
  await s3(deployed.deployment.aws.clientSettings() as Parameters<typeof s3>[0]).send(new CreateBucketCommand({ Bucket: IMPORTED_BUCKET }));
  await acceptUndeployed(deployed);
});
afterAll(() => deployed?.deployment.stop());

describe('a role that lacks one of its permissions', () => {
  type Case = Grant & Exercised;
  const nameOf = ({ holder, action, resource, condition = '' }: Grant) => [holder, action, resource, condition].join(' ').trim();
  const rowsOf = (grant: Grant) => EXERCISED.filter((row) => matches(row, grant) && (row.construct ?? grant.at.construct) === grant.at.construct);
  const cases = grantsOf(everyStack()).flatMap((grant) => rowsOf(grant).map((row): Case => ({ ...row, ...grant })));
  /** What purges have in common is taken from the first of them. */
  const distinct = cases.filter((grant, i) => cases.findIndex((other) => nameOf(other) === nameOf(grant)) === i);
  const that = (denied: Exercised['denied']) => distinct.filter((grant) => grant.denied === denied).map((grant) => [nameOf(grant), grant] as const);

  const exercise = (grant: Case) => (EXERCISES[grant.exercise] ?? RUNBOOK_EXERCISES[grant.exercise])(deployed, grant);
  /** What the local AWS has decided about the permission since then. */
  const decisions = (grant: Case, since: number): Decision[] => (
    deployed.decisions().slice(since).filter(({ roleArn, action }) => action === grant.action && roleArn === deployed.roleOf(grant)));
  const DENIED = { denial: expect.stringContaining('is not authorized to perform') };
  const ALLOWED = { denial: undefined };
  const alike = (one: Case, other: Case) => one.exercise === other.exercise && one.at.construct === other.at.construct;
  /** What went on with all permissions to its end, and met no other denial. */
  const wentOn: Case[] = [];

  test.each(that('fails'))('fails, and says so: %s', async (_name, grant) => {
    const giveBack = await deployed.withdraw(grant);
    const answer = await exercise(grant).finally(giveBack);
    expect(answer).toContain(`is not authorized to perform: ${grant.action} on resource: `);
  });

  test.each(that('waits'))('waits until it has it: %s', async (_name, grant) => {
    const since = deployed.decisions().length;
    const giveBack = await deployed.withdraw(grant);
    const answer = exercise(grant);
    await eventually(() => decisions(grant, since).some(({ denial }) => denial)).finally(giveBack);
    expectAbout(await answer, decisions(grant, since).at(-1)).toMatchObject(ALLOWED);
    const denied = deployed.decisions().slice(since).filter(({ denial }) => denial);
    expect(denied.filter(({ action, roleArn }) => action !== grant.action || roleArn !== deployed.roleOf(grant))).toEqual([]);
    wentOn.push(grant);
  });

  test.each(that('goes on'))('goes on without: %s', async (_name, grant) => {
    const since = deployed.decisions().length;
    const giveBack = await deployed.withdraw(grant);
    const answer = await exercise(grant).finally(giveBack);
    expect(answer).not.toContain('errorMessage');
    expect(decisions(grant, since)).toContainEqual(expect.objectContaining(DENIED)); // the same action on other resources is another grant
  });

  test.each(that('tries on'))('tries on for long: %s', async (_name, grant) => {
    const since = deployed.decisions().length;
    const giveBack = await deployed.withdraw(grant);
    await exercise(grant).finally(giveBack);
    expect(decisions(grant, since)).toContainEqual(expect.objectContaining(DENIED));
  });

  test.each(that('tells CloudFormation'))('goes no further: %s', async (_name, grant) => {
    const since = deployed.decisions().length;
    const giveBack = await deployed.withdraw(grant);
    await exercise(grant).finally(giveBack);
    const made = decisions(grant, since);
    expect(made).toEqual(made.map(() => expect.objectContaining(DENIED)));
    expect(made.length).toBeGreaterThan(0);
  });

  test('was denied for that alone: with all permissions nothing that was exercised meets a denial', async () => {
    const exercises = distinct
      .filter((grant, i) => distinct.findIndex((other) => alike(grant, other)) === i)
      .filter((grant) => !wentOn.some((other) => alike(grant, other)));
    const since = deployed.decisions().length;
    for (const grant of exercises) {
      await exercise(grant);
    }
    expect(deployed.decisions().slice(since).filter(({ denial }) => denial)).toEqual([]);
  });
});

const AUDIT = 'IAMAuditRootUserCredentials';
const DELETE = 'IAMDeleteRootUserCredentials';
const TASKS = [AUDIT, 'IAMCreateRootUserPassword', DELETE, 'S3UnlockBucketPolicy', 'SQSUnlockQueuePolicy'];
/** Roles of runbooks that take root sessions, each with its one task. */
const RUNBOOK_ROLES = [
  ['Bucket/UnlockFunction', 'S3UnlockBucketPolicy'], ['Bucket/RestoreFunction', 'S3UnlockBucketPolicy'],
  ['Queue/UnlockFunction', 'SQSUnlockQueuePolicy'], ['Queue/RestoreFunction', 'SQSUnlockQueuePolicy'],
  ['PasswordRecovery/AllowFunction', 'IAMCreateRootUserPassword'], ['PasswordRecovery/CloseFunction', DELETE], ['PasswordRecovery/CloseAtEnd', DELETE],
];

const lookOf = (construct: string) => `${construct}/Sweep/Functions/Look`;
const purgeOf = (construct: string) => `${construct}/Sweep/Functions/Purge`;

describe('root sessions', () => {
  beforeAll(() => allOn(organization));

  const nameOf = ({ name }: Error) => name;

  /** Asked of STS, which has reasons of its own to refuse, and of IAM alone. */
  async function tasksOf(role: string, accountId: string) {
    const client = new STSClient({ ...deployed.settingsAs(role), maxAttempts: 1 });
    const caller = deployed.caller(role);
    const resource = `arn:aws:iam::${accountId}:root`;
    const [bySts, byIam]: string[][] = [[], []];
    for (const task of TASKS) {
      const arn = `arn:aws:iam::aws:policy/root-task/${task}`;
      const denial = await organization.authorize({ caller, action: 'sts:AssumeRoot', resource, context: { 'sts:TaskPolicyArn': arn } });
      const refusal = await client.send(new AssumeRootCommand({ TargetPrincipal: accountId, TaskPolicyArn: { arn } })).then(() => undefined, nameOf);
      byIam.push(...denial === undefined ? [task] : []);
      bySts.push(...refusal === undefined ? [task] : []);
      expect([undefined, 'AccessDenied']).toContain(refusal);
    }
    return { bySts, byIam };
  }

  test.each([
    ...RUNBOOK_ROLES.flatMap(([name, task]): [string, string, string, string[]][] => [
      [`Runbooks/${name}`, 'an account in the units', member(11), [task]],
      [`Runbooks/${name}`, 'an excluded account', EXCLUDED, []],
      [`Runbooks/${name}`, 'the management account', MANAGEMENT, []],
    ]),
    ...([[lookOf, [AUDIT]], [purgeOf, [AUDIT, DELETE]]] as const).flatMap(([of, tasks]): [string, string, string, string[]][] => [
      [of('Purge'), 'a selected account', member(1), [...tasks]],
      [of('Purge'), 'an excluded account', EXCLUDED, []],
      [of('Purge'), 'the management account', MANAGEMENT, []],
      [of('Listed'), 'a listed account', LISTED[0], [...tasks]],
      [of('Listed'), 'another account', UNLISTED, []],
      [of('Listed'), 'the management account', MANAGEMENT, []],
      [of('Units'), 'an account in the units', member(11), [...tasks]],
      [of('Units'), 'an excluded account', EXCLUDED, []],
    ]),
    [lookOf('DryRun'), 'a selected account', member(1), [AUDIT]],
    [lookOf('Audit'), 'a selected account', member(1), [AUDIT]],
  ])('of %s in %s are those of its tasks and no other', async (name, _account, accountId, tasks) => {
    expect(await tasksOf(`${name}Role`, accountId)).toEqual({ bySts: tasks, byIam: tasks });
  });

  test('are denied to every other role', async () => {
    const others = deployed.roles().filter((role) => !/\/(Look|Purge)Role$/.test(role) && role !== 'People/Auditor' && !RUNBOOK_ROLES.some(([name]) => role.endsWith(`/${name}Role`)));
    expect(others.length).toBeGreaterThan(25);
    for (const role of others) {
      expectAbout(role, await tasksOf(role, member(1))).toEqual({ bySts: [], byIam: [] });
    }
  });
});

test('no role can be assumed by an administrator, who could do more with it than starting a sweep', async () => {
  const client = new STSClient(deployed.deployment.aws.clientSettings());
  for (const role of deployed.roles().filter((each) => !isPerson(each))) {
    const { roleArn } = deployed.caller(role);
    await expectAbout(role, client.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'person' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  }
});

/** What somebody does with an SDK client's settings. */
type Attempt = (settings: ReturnType<Deployed['settingsAs']>) => Promise<unknown>;

const s3 = (settings: Parameters<Attempt>[0]) => new S3Client({ ...settings, forcePathStyle: true, maxAttempts: 1 });
const reports = (construct = 'Purge') => deployed.id(`${construct}/Reports`);
const put = (key: string, bucket = reports): Attempt => (as) => s3(as).send(new PutObjectCommand({ Bucket: bucket(), Key: key, Body: 'forged' }));
const get = (key: string, bucket = reports): Attempt => (as) => s3(as).send(new GetObjectCommand({ Bucket: bucket(), Key: key }));
const remove = (key: string, VersionId?: string, bucket = reports): Attempt => (as) => (
  s3(as).send(new DeleteObjectCommand({ Bucket: bucket(), Key: key, VersionId })));
const list = (Prefix?: string, bucket = reports): Attempt => (as) => s3(as).send(new ListObjectsV2Command({ Bucket: bucket(), Prefix }));
const freeBucket = (bucket: () => string): Attempt => (as) => s3(as).send(new DeleteBucketPolicyCommand({ Bucket: bucket() }));
const start = (machine: string): Attempt => (as) => (
  new SFNClient(as).send(new StartExecutionCommand({ stateMachineArn: deployed.id(machine), input: '{}' })));
const execution = (machine: string) => `${deployed.id(machine).replace(':stateMachine:', ':execution:')}:some`;
const stop = (machine: string): Attempt => (as) => new SFNClient(as).send(new StopExecutionCommand({ executionArn: execution(machine) }));
const look = (machine: string): Attempt => (as) => new SFNClient(as).send(new DescribeExecutionCommand({ executionArn: execution(machine) }));
const approve: Attempt = (as) => new SFNClient(as).send(new SendTaskSuccessCommand({ taskToken: 'some', output: '{}' }));
const invoke = (path: string): Attempt => (as) => new LambdaClient(as).send(new InvokeCommand({ FunctionName: deployed.id(path), Payload: '{}' }));
const ask = (command: object): Attempt => (as) => new OrganizationsClient(as).send(command as never);
const service = (ServicePrincipal: string, AccountId = '') => ({ ServicePrincipal, AccountId });
const IAM = 'iam.amazonaws.com';
const OTHER_SERVICE = 'guardduty.amazonaws.com';
const enable: Attempt = (as) => new IAMClient(as).send(new EnableOrganizationsRootSessionsCommand({}));
const disable: Attempt = (as) => new IAMClient(as).send(new DisableOrganizationsRootCredentialsManagementCommand({}));
const widen = (role: string): Attempt => (as) => (
  new IAMClient(as).send(new PutRolePolicyCommand({ RoleName: deployed.id(role), PolicyName: 'More', PolicyDocument: '{}' })));
const describeStack: Attempt = (as) => new CloudFormationClient(as).send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));

const SWITCHES = 'RootAccessSwitches/HandlerRole';
const SELECT = 'Purge/Sweep/Functions/SelectRole';
const LOOKS = 'Purge/Sweep/Functions/LookRole';
const DECIDE = 'Purge/Sweep/Functions/DecideRole';
const PURGES = 'Purge/Sweep/Functions/PurgeRole';
const REPORT = 'Purge/Sweep/Functions/ReportRole';
const MACHINE = 'Purge/Sweep/StateMachine/Role';
const DEPLOYMENT = 'Purge/OnDeploy/HandlerRole';
const PROVIDER = 'Purge/OnDeploy/ProviderRole';
const WAITER = 'Purge/OnDeploy/ProviderWaiterRole';
const imported = () => IMPORTED_BUCKET;
const records = () => deployed.id('Runbooks/Records');
const ofAnother = () => reports('Listed');
const UNLOCK_BUCKET = 'Runbooks/Bucket/UnlockFunctionRole';
const RESTORE_BUCKET = 'Runbooks/Bucket/RestoreFunctionRole';
const ALLOW = 'Runbooks/PasswordRecovery/AllowFunctionRole';
const LOOK = 'Runbooks/PasswordRecovery/LookRole';
const CLOSER = 'Runbooks/PasswordRecovery/Closer/StateMachine';
const OPERATOR = 'People/Operator';

describe('IAM denies', () => {
  test.each<[role: string, what: string, action: string, attempt: Attempt]>([
    [SWITCHES, 'trusted access of another service', 'organizations:EnableAWSServiceAccess', ask(new EnableAWSServiceAccessCommand(service(OTHER_SERVICE)))],
    [SWITCHES, 'trusted access of another service', 'organizations:DisableAWSServiceAccess', ask(new DisableAWSServiceAccessCommand(service(OTHER_SERVICE)))],
    [SWITCHES, 'another account', 'organizations:RegisterDelegatedAdministrator', ask(new RegisterDelegatedAdministratorCommand(service(IAM, member(5))))],
    [SWITCHES, 'its account for another service', 'organizations:RegisterDelegatedAdministrator', ask(new RegisterDelegatedAdministratorCommand(service(OTHER_SERVICE, SECURITY)))],
    [SWITCHES, 'an account for another service', 'organizations:DeregisterDelegatedAdministrator', ask(new DeregisterDelegatedAdministratorCommand(service(OTHER_SERVICE, SECURITY)))],
    [SWITCHES, 'delegates of another service', 'organizations:ListDelegatedAdministrators', ask(new ListDelegatedAdministratorsCommand({ ServicePrincipal: OTHER_SERVICE }))],
    [SWITCHES, 'delegates of all services', 'organizations:ListDelegatedAdministrators', ask(new ListDelegatedAdministratorsCommand({}))],
    [SWITCHES, 'a policy of the organization', 'organizations:CreatePolicy', ask(new CreatePolicyCommand({ Name: 'all', Type: 'SERVICE_CONTROL_POLICY', Content: '{}', Description: '' }))],
    [SWITCHES, 'the start of a sweep', 'states:StartExecution', start('Purge/Sweep/StateMachine')],
    [SWITCHES, 'more permissions', 'iam:PutRolePolicy', widen(SWITCHES)],
    ...[SELECT, LOOKS, DECIDE, PURGES, REPORT, DEPLOYMENT, MACHINE].flatMap((role): [string, string, string, Attempt][] => [
      [role, 'the features', 'iam:EnableOrganizationsRootSessions', enable],
      [role, 'the features', 'iam:DisableOrganizationsRootCredentialsManagement', disable],
      [role, 'another bucket', 's3:PutObject', put('runs/1/selection.json', imported)],
      [role, 'the reports of another sweep', 's3:GetObject', get('runs/1/selection.json', ofAnother)],
      [role, 'the policy of the bucket', 's3:DeleteBucketPolicy', freeBucket(reports)],
      [role, 'what a sweep wrote', 's3:DeleteObject', remove('runs/1/selection.json')],
      [role, 'an older version of it', 's3:DeleteObjectVersion', remove('runs/1/selection.json', '1')],
      [role, 'a place outside of runs/ and latest/', 's3:PutObject', put('elsewhere')],
      [role, 'the switches function', 'lambda:InvokeFunction', invoke('RootAccessSwitches/Handler')],
      [role, 'more permissions', 'iam:PutRolePolicy', widen(role)],
    ]),
    ...[SELECT, LOOKS, DECIDE, PURGES, REPORT].map((role): [string, string, string, Attempt] => [role, 'the start of a sweep', 'states:StartExecution', start('Purge/Sweep/StateMachine')]),
    ...[SELECT, LOOKS, DECIDE, PURGES].map((role): [string, string, string, Attempt] => [role, 'the latest report', 's3:PutObject', put('latest/report.json')]),
    ...[LOOKS, DECIDE, PURGES, REPORT].flatMap((role): [string, string, string, Attempt][] => [
      [role, 'the whole bucket', 's3:ListBucket', list()],
      [role, 'reports of the past', 's3:GetObject', get('latest/report.csv')],
      [role, 'accounts of the organization', 'organizations:ListAccounts', ask(new ListAccountsCommand({}))],
    ]),
    [SELECT, 'results of a batch', 's3:GetObject', get('runs/1/look-0000.json')],
    [LOOKS, 'a plan', 's3:PutObject', put('runs/1/plan.json')],
    [LOOKS, 'results of a purge', 's3:PutObject', put('runs/1/purge-0000.json')],
    [PURGES, 'a plan', 's3:PutObject', put('runs/1/plan.json')],
    [DECIDE, 'what was seen', 's3:PutObject', put('runs/1/look-0000.json')],
    ...[LOOKS, DECIDE, PURGES].map((role): [string, string, string, Attempt] => [role, 'that a plan is let go', 's3:PutObject', put('control/own/1/go.json')]),
    [MACHINE, 'what another state machine says', 's3:PutObject', put('control/other/1/run.json')],
    ['Units/Sweep/Functions/PurgeRole', 'a place outside of runs/ in an imported bucket', 's3:PutObject', put('elsewhere', imported)],
    ['Units/Sweep/Functions/PurgeRole', 'another bucket than the imported one', 's3:PutObject', put('runs/1/selection.json')],
    ['Listed/Sweep/Functions/PurgeRole', 'the reports of another sweep', 's3:PutObject', put('runs/1/selection.json')],
    ['DryRun/Sweep/Functions/LookRole', 'the reports of another sweep', 's3:PutObject', put('runs/1/selection.json')],
    ['Audit/Sweep/Functions/LookRole', 'the records of password recoveries', 's3:GetObject', get('recoveries/1.json', records)],
    ['Protected/Sweep/Functions/PurgeRole', 'something else beside the records', 's3:GetObject', get('policies/1.json', records)],
    ['Protected/Sweep/Functions/PurgeRole', 'a record of its own', 's3:PutObject', put('recoveries/1.json', records)],
    [MACHINE, 'results of a batch', 's3:PutObject', put('runs/1/look-0000.json')],
    [MACHINE, 'results of a batch', 's3:GetObject', get('runs/1/look-0000.json')],
    [MACHINE, 'another sweep', 'states:StartExecution', start('Listed/Sweep/StateMachine')],
    [DEPLOYMENT, 'another sweep', 'states:StartExecution', start('Listed/Sweep/StateMachine')],
    [DEPLOYMENT, 'another sweep', 'states:StopExecution', stop('Listed/Sweep/StateMachine')],
    ...[SELECT, LOOKS, DECIDE, PURGES, REPORT, MACHINE].map((role): [string, string, string, Attempt] => [role, 'what a deployment accepts', 's3:PutObject', put('accepted/1.json')]),
    [DEPLOYMENT, 'what another deployment accepts', 's3:PutObject', put('accepted/1.json')],
    [DEPLOYMENT, 'the report of a sweep', 's3:PutObject', put('runs/1/report.json')],
    [DEPLOYMENT, 'another stack', 'cloudformation:DescribeStacks', describeStack],
    [DEPLOYMENT, 'another sweep', 'states:DescribeExecution', look('Listed/Sweep/StateMachine')],
    [PROVIDER, 'the purge function', 'lambda:InvokeFunction', invoke('Purge/Sweep/Functions/Purge')],
    [PROVIDER, 'the start of a sweep', 'states:StartExecution', start('Purge/Sweep/StateMachine')],
    [WAITER, 'the start of a sweep', 'states:StartExecution', start('Purge/Sweep/StateMachine')],
    ['RootAccessSwitches/ProviderRole', 'the purge function', 'lambda:InvokeFunction', invoke('Purge/Sweep/Functions/Purge')],
    ...[...RUNBOOK_ROLES.map(([name]) => name), 'PasswordRecovery/ExtendFunction', 'PasswordRecovery/Look'].map((name) => `Runbooks/${name}Role`).flatMap((role): [string, string, string, Attempt][] => [
      [role, 'the reports of a sweep', 's3:GetObject', get('runs/1/selection.json')],
      [role, 'the policy of the bucket', 's3:DeleteBucketPolicy', freeBucket(records)],
      [role, 'what its state machine says', 's3:PutObject', put('control/own/1/go.json', records)],
      [role, 'a record', 's3:DeleteObject', remove('policies/1.json', undefined, records)],
      [role, 'an older version of a record', 's3:DeleteObjectVersion', remove('recoveries/1.json', '1', records)],
      [role, 'the names of all records', 's3:ListBucket', list(undefined, records)],
      [role, 'a policy to put in place of another', 's3:PutObject', put('replacements/1.json', records)],
      [role, 'a sweep', 'states:StartExecution', start('Purge/Sweep/StateMachine')],
      [role, 'an approval', 'states:SendTaskSuccess', approve],
      [role, 'more permissions', 'iam:PutRolePolicy', widen(role)],
    ]),
    [UNLOCK_BUCKET, 'what it saved', 's3:GetObject', get('policies/1/buckets/r/b/1.json', records)],
    [UNLOCK_BUCKET, 'records of queues', 's3:PutObject', put('policies/1/queues/r/q/1.json', records)],
    [UNLOCK_BUCKET, 'the names of records of queues', 's3:ListBucket', list('policies/1/queues/', records)],
    [UNLOCK_BUCKET, 'records of recoveries', 's3:GetObject', get('recoveries/1.json', records)],
    [RESTORE_BUCKET, 'records of queues', 's3:GetObject', get('policies/1/queues/r/q/1.json', records)],
    [RESTORE_BUCKET, 'a policy to put in place of another', 's3:GetObject', get('replacements/1.json', records)],
    [ALLOW, 'records of policies', 's3:PutObject', put('policies/1/buckets/r/b/1.json', records)],
    [ALLOW, 'the end of a closer', 'states:StopExecution', stop(CLOSER)],
    [LOOK, 'the record of a recovery', 's3:PutObject', put('recoveries/1.json', records)],
    [LOOK, 'another closer', 'states:StartExecution', start(CLOSER)],
    ['Runbooks/Bucket/Unlock/StateMachine/Role', 'the function of another runbook', 'lambda:InvokeFunction', invoke('Runbooks/Queue/UnlockFunction')],
    [`${CLOSER}/Role`, 'the function that allows', 'lambda:InvokeFunction', invoke('Runbooks/PasswordRecovery/AllowFunction')],
    ['Monitor/TellRole', 'the policies of the organization', 'organizations:ListAccounts', ask(new ListAccountsCommand({}))],
    [OPERATOR, 'another runbook', 'states:StartExecution', start('Runbooks/Queue/Unlock/StateMachine')],
    [OPERATOR, 'the closer', 'states:StopExecution', stop(CLOSER)],
    [OPERATOR, 'a function without its state machine', 'lambda:InvokeFunction', invoke('Runbooks/Bucket/UnlockFunction')],
    [OPERATOR, 'an approval', 'states:SendTaskSuccess', approve],
    [OPERATOR, 'what an unlock saved', 's3:GetObject', get('policies/1/buckets/r/b/1.json', records)],
    ['People/Approver', 'a runbook', 'states:StartExecution', start('Runbooks/Bucket/Unlock/StateMachine')],
    ['People/RecordsReader', 'a record', 's3:PutObject', put('policies/1/buckets/r/b/1.json', records)],
    ['People/Sweeper', 'the end of a sweep', 'states:StopExecution', stop('Purge/Sweep/StateMachine')],
  ])('%s: %s (%s)', async (role, _what, action, attempt) => {
    await expect(attempt(deployed.settingsAs(role))).rejects.toThrow(`is not authorized to perform: ${action} on resource: `);
  });
});

describe('the policy of a bucket denies an administrator', () => {
  const administrator = () => deployed.deployment.aws.clientSettings() as Parameters<Attempt>[0];

  test.each<[what: string, action: string, attempt: Attempt]>([
    ['a selection of his own', 's3:PutObject', put('runs/1/selection.json')],
    ['a result of his own', 's3:PutObject', put('runs/1/batch-0000.json')],
    ['a report of his own', 's3:PutObject', put('latest/report.json')],
    ['a run of his own', 's3:PutObject', put('control/own/1/run.json')],
    ['to delete what a state machine said', 's3:DeleteObject', remove('control/own/1/run.json')],
    ['to delete what a sweep wrote', 's3:DeleteObject', remove('runs/1/selection.json')],
    ['to delete the latest report', 's3:DeleteObject', remove('latest/report.json')],
    ['to delete an older version', 's3:DeleteObjectVersion', remove('latest/report.json', '1')],
  ])('%s (%s)', async (_what, action, attempt) => {
    await expect(attempt(administrator())).rejects.toThrow(new RegExp(`is not authorized to perform: ${action} .* with an explicit deny in a resource-based policy`));
  });

  test.each(['policies/1/buckets/r/b/1.json', 'recoveries/1.json', 'control/own/1/go.json'])('a record of his own among those of the runbooks: %s', async (key) => {
    const forged = put(key, records)(administrator());
    await expect(forged).rejects.toThrow(/is not authorized to perform: s3:PutObject .* with an explicit deny in a resource-based policy/);
  });

  test('nothing else: reports can be read, and the rest of the bucket is his', async () => {
    await expect(get('latest/report.json')(administrator())).resolves.toBeDefined();
    await expect(put('elsewhere')(administrator())).resolves.toBeDefined();
  });
});
