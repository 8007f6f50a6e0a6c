import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import { CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test, vi } from 'vitest';
import { BOTH_FEATURES, deploymentInto, EXCLUDED, member, purge, rootSessions, variedOrganization } from './testing';
import { AccountSelection, JoinedAccounts, type RootCredentialsPurgeProps } from '../../lib';
import { delay } from '../local-aws/organization';
import { EVERYTHING } from '../sweep/testing';

const organization = variedOrganization(BOTH_FEATURES);
const stack = deploymentInto(organization);

const ORGANIZATION = { accounts: AccountSelection.organization({ exclude: [EXCLUDED] }) };
const NEVER_RUN: RootCredentialsPurgeProps = { dryRun: true, ...ORGANIZATION };

/** What the schedule asks of the Scheduler, as CloudFormation resolved it. */
function outputsOf(schedule: CfnSchedule, scope: Stack) {
  const { arn, roleArn, input } = schedule.target as CfnSchedule.TargetProperty;
  Object.entries({ Arn: arn, RoleArn: roleArn, Input: input! }).forEach(([name, value]) => new CfnOutput(scope, `Schedule${name}`, { value }));
}

const deploy = (props: RootCredentialsPurgeProps) => stack().deploy((scope) => {
  const { node } = purge(scope, props);
  node.findAll().filter((child): child is CfnSchedule => child instanceof CfnSchedule).forEach((schedule) => outputsOf(schedule, scope));
});

describe('a schedule', () => {
  /** As EventBridge Scheduler does it: with the role, to the target, with the input. */
  async function fire(): Promise<string> {
    const roleArn = await stack().output('ScheduleRoleArn');
    const { AccessKeyId, SecretAccessKey, SessionToken } = organization.issue({ accountId: stack().accountId, roleArn, arn: roleArn }, 900);
    const asSchedule = new SFNClient({
      ...stack().aws.clientSettings(), credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    });
    const { executionArn } = await asSchedule.send(new StartExecutionCommand({
      stateMachineArn: await stack().output('ScheduleArn'), input: await stack().output('ScheduleInput'),
    }));
    return executionArn!;
  }

  test('of a rate, which AWS starts as soon as it has it, sweeps nothing right after the deployment', async () => {
    expect(await deploy({ ...NEVER_RUN, schedule: ScheduleExpression.rate(Duration.days(1)) })).toMatchObject({ code: 0 });
    organization.calls.length = 0;
    const { status, output } = await stack().ended(await fire());
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output!)).toEqual({ skipped: expect.stringMatching(/^it was not to begin before 20/) });
    expect(organization.calls).toEqual([]);
    expect(await stack().sweeps()).toHaveLength(2); // the deployment's, and the one that was skipped
  }, 120_000);

  test('that changes sweeps nothing, and starts the sweep with the permissions of its role', async () => {
    const before = await stack().sweeps();
    expect(await deploy({ ...NEVER_RUN, schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) })).toMatchObject({ code: 0 });
    expect(await stack().sweeps()).toEqual(before);
    const execution = await stack().ended(await fire());
    expect(execution).toMatchObject({ status: 'SUCCEEDED', input: '{"unlessRunning":true}' });
    expect(await stack().reportOf(execution)).toMatchObject({ dryRun: true, counts: { 'would-purge': 14, 'clean': 12 }, alsoRunning: [] });
  }, 120_000);

  test('gives way to a sweep of everything that is at work, and not to a part of one', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', effect: delay(4_000) });
    const part = await stack().begin({ accounts: [member(1)] });
    const whole = await stack().begin({});
    const scheduled = await stack().ended(await fire());
    expect(scheduled.status).toBe('SUCCEEDED');
    expect(JSON.parse(scheduled.output!)).toEqual({ skipped: `the sweep ${whole.split(':').pop()} is at work` });
    organization.faults.clear();
    const report = await stack().reportOf(await stack().ended(whole));
    expect(report.alsoRunning).toContain(part.split(':').pop());
    expect(await stack().ended(part)).toMatchObject({ status: 'SUCCEEDED' });
  }, 120_000);
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
  }, 120_000);

  test('is reported as skipped and not touched when it is excluded', async () => {
    await joined(EXCLUDED);
    const execution = await stack().sweepOfJoined(EXCLUDED);
    expect(await stack().reportOf(execution)).toMatchObject({ counts: { skipped: 1 }, accounts: [{ accountId: EXCLUDED, reason: 'it is excluded' }] });
    expect(rootSessions(organization.calls)).toEqual(new Set());
  }, 60_000);

  test('is purged by choice, and the same event twice does no harm', async () => {
    expect(await deploy({ ...ORGANIZATION, joinedAccounts: JoinedAccounts.PURGE })).toMatchObject({ code: 0 });
    organization.calls.length = 0;
    organization.addAccount({ id: CREATED, name: 'created', root: EVERYTHING });
    await Promise.all([joined(CREATED), joined(CREATED)]);
    const sweeps = async () => (await stack().executions()).filter(({ name }) => name!.startsWith(`joined-${CREATED}-`));
    await vi.waitUntil(async () => (await sweeps()).length === 2, { timeout: 30_000, interval: 100 });
    const both = await Promise.all((await sweeps()).map(({ executionArn }) => stack().ended(executionArn!)));
    expect(both.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(rootSessions(organization.calls)).toEqual(new Set([CREATED]));
    const { credentials } = organization.account(CREATED).root;
    expect(credentials.current).toEqual({ loginProfile: undefined, accessKeys: [], signingCertificates: [], mfaDevices: [] });
  }, 120_000);

  test('and cannot be used yet is waited for, and then swept', async () => {
    const account = organization.addAccount({ id: PENDING, name: 'pending', state: 'PENDING_ACTIVATION', root: { password: true } });
    await joined(PENDING);
    await vi.waitUntil(() => organization.calls.some(({ operation }) => operation === 'DescribeAccount'), { timeout: 30_000, interval: 100 });
    expect(rootSessions(organization.calls)).toEqual(new Set());
    account.state = 'ACTIVE';
    await vi.waitUntil(async () => {
      await stack().aws.advance(61_000); // again and again: the wait may have begun only after the last time
      return !account.root.password;
    }, { timeout: 60_000, interval: 2_000 });
    expect(await stack().sweepOfJoined(PENDING)).toMatchObject({ status: 'SUCCEEDED' });
  }, 120_000);

  test('and of which the event names more than one account is not swept', async () => {
    await stack().aws.putAwsEvents([{
      source: 'aws.organizations',
      detailType: 'AWS Service Event via CloudTrail',
      detail: { eventName: 'AccountJoinedOrganization', serviceEventDetails: { accounts: [CREATED, PENDING] } },
    }]);
    await vi.waitUntil(async () => (await stack().aws.logLines()).some((line) => line.includes('AccountUnclear')), { timeout: 30_000, interval: 500 });
    expect(rootSessions(organization.calls)).toEqual(new Set());
  }, 60_000);
});
