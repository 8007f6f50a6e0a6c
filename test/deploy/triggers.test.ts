import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CfnOutput, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { BOTH_FEATURES, deploymentInto, EXCLUDED, member, purge, rootSessions, variedOrganization, whereItDeletes } from './testing';
import { AccountSelection, JoinedAccounts, type RootCredentialsPurgeProps } from '../../lib';
import { LocalClock } from '../../local-aws/local-aws';
import { delay } from '../../local-aws/organization';
import { EVERYTHING } from '../lambda/sweep/testing';
import { eventually } from '../support/eventually';

const clock = new LocalClock();
const organization = variedOrganization({ ...BOTH_FEATURES, clock: clock.now }, 13);
const stack = deploymentInto(organization, clock);

const ORGANIZATION = { accounts: AccountSelection.organization({ exclude: [EXCLUDED] }) };
const NEVER_RUN: RootCredentialsPurgeProps = { dryRun: true, ...ORGANIZATION };
const HOUR = 3_600_000;

const deploy = (props: RootCredentialsPurgeProps) => stack().deploy((scope) => {
  const { node } = purge(scope, props);
  const schedule = node.tryFindChild('Schedule')?.node.findAll() ?? [];
  const outputs: [string, (child: IConstruct) => string | false][] = [
    ['ScheduleName', (child) => child instanceof CfnSchedule && child.ref],
    ['ScheduleRole', (child) => child instanceof iam.Role && child.roleName],
    ['Undelivered', (child) => child instanceof sqs.Queue && child.queueUrl],
  ];
  schedule.forEach((child) => outputs.forEach(([name, of]) => of(child) && new CfnOutput(scope, name, { value: of(child) as string })));
});

/** The executions, once there are so many. */
const executions = (count: number) => eventually(async () => {
  const all = await stack().executions();
  return all.length === count && all;
});

const alarms = async () => Object.fromEntries((await stack().aws.alarms()).map(({ name, state }) => [name.split(' - ')[1], state]));

describe('a schedule', () => {
  test('of a rate, which AWS starts as soon as it has it, sweeps nothing right after the deployment', async () => {
    expect(await deploy({ ...NEVER_RUN, schedule: ScheduleExpression.rate(Duration.days(1)) })).toMatchObject({ code: 0 });
    const [scheduled, ofDeployment] = await executions(2);
    expect(ofDeployment.name).toMatch(/^deployment-/);
    const { status, output } = await stack().ended(scheduled.executionArn!);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output!)).toEqual({ skipped: expect.stringMatching(/^it was not to begin before 20/) });
    const left = (await stack().objects()).filter((address) => address.includes(scheduled.name!));
    expect(left.filter((address) => !address.endsWith('/run.json'))).toEqual([]); // by which its functions know it
  });

  test('sweeps when its time has come, with the permissions of its role', async () => {
    await stack().aws.advance(24 * HOUR);
    const [scheduled] = await executions(3);
    const execution = await stack().ended(scheduled.executionArn!);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', input: expect.stringContaining('"unlessRunning":true') });
    expect(await stack().reportOf(execution)).toMatchObject({ dryRun: true, counts: { 'would-purge': 8, 'clean': 6 }, alsoRunning: [] });
    expect(await alarms()).toEqual({ 'sweep not started': 'OK', 'missed sweep': 'OK' });
  });

  test('that cannot start the sweep leaves the start in a queue, and alarms tell of it and of the sweep that is missing', async () => {
    const client = new IAMClient(stack().clientSettings);
    const RoleName = await stack().output('ScheduleRole');
    const [PolicyName] = (await client.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames!;
    const { PolicyDocument } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const mayNotStart = PolicyDocument!.replace('states%3AStartExecution', 'states%3ADescribeExecution').replace('states:StartExecution', 'states:DescribeExecution');
    expect(mayNotStart).not.toBe(PolicyDocument);
    const put = (document: string) => client.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: decodeURIComponent(document) }));

    await put(mayNotStart);
    await stack().aws.advance(24 * HOUR);
    expect(await stack().received('Undelivered')).toMatchObject({ unlessRunning: true });
    expect(await alarms()).toEqual({ 'sweep not started': 'ALARM', 'missed sweep': 'OK' });
    await stack().aws.advance(7 * HOUR);
    expect(await alarms()).toEqual({ 'sweep not started': 'ALARM', 'missed sweep': 'ALARM' });
    expect(await stack().sweeps()).toHaveLength(3);

    await put(PolicyDocument!);
    await stack().aws.advance(17 * HOUR);
    const [scheduled] = await executions(4);
    expect(await stack().ended(scheduled.executionArn!)).toMatchObject({ status: 'SUCCEEDED' });
    await eventually(async () => (await alarms())['missed sweep'] === 'OK');
  });

  test('that changes sweeps nothing until its time has come', async () => {
    const before = await stack().sweeps();
    expect(await deploy({ ...NEVER_RUN, schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) })).toMatchObject({ code: 0 });
    expect(await stack().sweeps()).toEqual(before);
    await stack().aws.advance(24 * HOUR);
    const [scheduled] = await executions(before.length + 1);
    expect(await stack().ended(scheduled.executionArn!)).toMatchObject({ status: 'SUCCEEDED', input: '{"unlessRunning":true}' });
  });

  test('gives way to a sweep of everything that is at work, and not to a part of one', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', effect: delay(4_000) });
    const part = await stack().begin({ accounts: [member(1)] });
    const whole = await stack().begin({});
    const { executionArn } = await stack().aws.fireSchedule({ name: await stack().output('ScheduleName') });
    const scheduled = await stack().ended(executionArn!);
    expect(scheduled.status).toBe('SUCCEEDED');
    expect(JSON.parse(scheduled.output!)).toEqual({ skipped: `the sweep ${whole.split(':').pop()} is at work` });
    organization.faults.clear();
    const report = await stack().reportOf(await stack().ended(whole));
    expect(report.alsoRunning).toContain(part.split(':').pop());
    expect(await stack().ended(part)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('an account that joins the organization', () => {
  const [CREATED, INVITED, PENDING] = ['600000000001', '600000000002', '600000000003'];
  const joined = (accountId: string) => stack().aws.putAccountJoined(accountId);

  test('is looked at alone, and nothing of it is deleted', async () => {
    expect(await deploy({ ...ORGANIZATION, joinedAccounts: JoinedAccounts.AUDIT })).toMatchObject({ code: 0 });
    organization.calls.length = 0;
    organization.addAccount({ id: INVITED, name: 'acquired', root: EVERYTHING });
    await joined(INVITED);
    const execution = await stack().sweepOfJoined(INVITED);
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stack().reportOf(execution)).toMatchObject({ dryRun: true, counts: { 'would-purge': 1 }, accounts: [{ accountId: INVITED }] });
    expect(rootSessions(organization.calls)).toEqual(new Set([INVITED]));
    expect(rootSessions(organization.calls, 'IAMDeleteRootUserCredentials')).toEqual(new Set());
  });

  test('is reported as skipped and not touched when it is excluded', async () => {
    await joined(EXCLUDED);
    const execution = await stack().sweepOfJoined(EXCLUDED);
    expect(await stack().reportOf(execution)).toMatchObject({ counts: { skipped: 1 }, accounts: [{ accountId: EXCLUDED, reason: 'it is excluded' }] });
    expect(rootSessions(organization.calls)).toEqual(new Set());
  });

  test('is purged by choice, and the same event twice does no harm', async () => {
    expect(await deploy({ ...ORGANIZATION, joinedAccounts: JoinedAccounts.PURGE })).toMatchObject({ code: 0 });
    organization.calls.length = 0;
    organization.addAccount({ id: CREATED, name: 'created', root: EVERYTHING });
    await Promise.all([joined(CREATED), joined(CREATED)]);
    const sweeps = async () => (await stack().executions()).filter(({ name }) => name!.startsWith(`joined-${CREATED}-`));
    await eventually(async () => (await sweeps()).length === 2);
    const both = await Promise.all((await sweeps()).map(({ executionArn }) => stack().ended(executionArn!)));
    expect(both.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(rootSessions(organization.calls)).toEqual(new Set([CREATED]));
    const { credentials } = organization.account(CREATED).root;
    expect(credentials.current).toEqual({ loginProfile: undefined, accessKeys: [], signingCertificates: [], mfaDevices: [] });
  });

  test('and cannot be used yet is waited for, and then swept', async () => {
    const account = organization.addAccount({ id: PENDING, name: 'pending', state: 'PENDING_ACTIVATION', root: { password: true } });
    await joined(PENDING);
    await eventually(() => organization.calls.some(({ operation }) => operation === 'DescribeAccount'));
    expect(rootSessions(organization.calls)).toEqual(new Set());
    account.state = 'ACTIVE';
    await eventually(async () => {
      await stack().aws.advance(61_000); // again and again: the wait may have begun only after the last time
      return !account.root.password;
    }, { interval: 2_000 });
    expect(await stack().sweepOfJoined(PENDING)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('and of which the event names more than one account is not swept', async () => {
    await stack().aws.putAwsEvents([{
      source: 'aws.organizations',
      detailType: 'AWS Service Event via CloudTrail',
      detail: { eventName: 'AccountJoinedOrganization', serviceEventDetails: { accounts: [CREATED, PENDING] } },
    }]);
    await eventually(async () => (await stack().aws.logLines()).some((line) => line.includes('AccountUnclear')));
    expect(rootSessions(organization.calls)).toEqual(new Set());
  });
});

test('a scheduled sweep is stopped when the stack is deleted, and neither an account that it had not begun nor one that joins meanwhile loses anything', async () => {
  const oneByOne = { accountsPerBatch: 100, batchesAtOnce: 1, accountsInFlight: 1 };
  const daily = ScheduleExpression.rate(Duration.days(1));
  expect(await deploy({ ...ORGANIZATION, schedule: daily, joinedAccounts: JoinedAccounts.PURGE, concurrency: oneByOne })).toMatchObject({ code: 0 });
  const dirty = Array.from({ length: 12 }, (_, n) => member(n + 2));
  dirty.forEach((id) => { organization.account(id).root.password = true; });
  organization.addAccount({ id: '600000000004', name: 'late', root: EVERYTHING });
  organization.calls.length = 0;
  organization.faults.add({ operation: 'sts:AssumeRoot', effect: whereItDeletes(delay(700)) });
  const purged = () => rootSessions(organization.calls, 'IAMDeleteRootUserCredentials');

  await stack().aws.advance(24 * HOUR);
  await eventually(() => purged().size >= 2);
  const machine = await stack().output('Machine');
  const statuses = async () => (await stack().executions(machine)).filter(({ name }) => !/^(deployment|joined)-/.test(name!)).map(({ status }) => status);
  expect(await statuses()).toContain('RUNNING');
  const deletion = stack().destroy();
  await eventually(async () => (await statuses()).includes('ABORTED'));
  await stack().aws.putAccountJoined('600000000004');
  expect(await deletion).toMatchObject({ code: 0 });

  const begun = purged();
  const notBegun = dirty.filter((id) => !begun.has(id));
  expect(notBegun.length).toBeGreaterThan(0);
  expect(notBegun.filter((id) => !organization.account(id).root.password)).toEqual([]);
  expect(begun).not.toContain('600000000004');
  expect(organization.account('600000000004').root.password).toBe(true);
});
