import { CloudFormationClient, DescribeStackResourceCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand, paginateGetExecutionHistory,
  SFNClient, StartExecutionCommand, StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SSMClient, StartAutomationExecutionCommand, StopAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { BOTH_FEATURES, Deployment, EXCLUDED, MANAGEMENT, member, variedOrganization } from './testing';
import type { RecoveryRecord } from '../../lambda/session/password-recovery/record';
import { RootSessionRunbooks } from '../../lib';
import { automate } from '../../local-aws/engine/fixtures/automations';
import { LocalClock } from '../../local-aws/local-aws';
import { delay, fail } from '../../local-aws/organization';
import { DENY_LONG_TERM_ROOT } from '../lambda/guardrail/preflight/testing';
import { eventually } from '../support/eventually';
import { expectAbout } from '../support/expect-about';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const clock = new LocalClock();
const organization = variedOrganization({ ...BOTH_FEATURES, clock: clock.now });
/** Accounts without credentials, a fresh one for each test. */
let next = 0;
const freshAccount = () => member(next += 2);

let stack: Deployment;
let outputs: Record<string, string>;
let sfn: SFNClient;
let ssm: SSMClient;

beforeAll(async () => {
  stack = await Deployment.into(organization, clock);
  await deploy();
  sfn = new SFNClient(stack.aws.clientSettings());
  ssm = new SSMClient(stack.aws.clientSettings());
}, 240_000);

/**
 * @param recordsBucket to take the place of the construct's own
 * @param others what else is in the stack
 */
async function deploy(recordsBucket?: (scope: Stack) => s3.IBucket, others?: (scope: Stack, runbooks: RootSessionRunbooks) => void) {
  const { code, output } = await stack.deploy((scope) => {
    const topic = new sns.Topic(scope, 'Topic');
    const runbooks = new RootSessionRunbooks(scope, 'Runbooks', {
      protectedAccounts: [EXCLUDED],
      passwordRecovery: { topic, reminders: [Duration.hours(1)] },
      recordsBucket: recordsBucket?.(scope),
    });
    const { allowPasswordRecovery: allow, extendPasswordRecovery: extend, closePasswordRecovery: close } = runbooks;
    Object.entries({ allow, extend, close }).forEach(([name, { documentName, stateMachine }]) => {
      new CfnOutput(scope, `${name}Document`, { value: documentName });
      new CfnOutput(scope, `${name}Machine`, { value: stateMachine.stateMachineArn });
    });
    new CfnOutput(scope, 'closerMachine', { value: runbooks.passwordRecoveryCloser.stateMachineArn });
    new CfnOutput(scope, 'recordsBucket', { value: runbooks.recordsBucket.bucketName });
    new CfnOutput(scope, 'topicArn', { value: topic.topicArn });
    others?.(scope, runbooks);
  });
  expectAbout(output, code).toBe(0);
  const names = [...['allow', 'extend', 'close'].flatMap((name) => [`${name}Document`, `${name}Machine`]), 'closerMachine', 'recordsBucket', 'topicArn'];
  outputs = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await stack.output(name)])));
}

afterAll(() => stack?.stop());
beforeEach(() => {
  organization.faults.clear();
  organization.calls.length = 0;
});

type Runbook = 'allow' | 'extend' | 'close';
type Parameters = Readonly<Record<string, string>>;

const REASON = { Reason: 'ticket 4711: the mailbox is back' };
const listed = (parameters: Parameters) => Object.fromEntries(Object.entries({ ...REASON, ...parameters }).map(([name, value]) => [name, [value]]));

/** Runs a runbook by way of Systems Manager. */
async function run(runbook: Runbook, parameters: Parameters) {
  const execution = await automate(stack.aws, outputs[`${runbook}Document`], listed(parameters));
  const output = execution.Outputs?.['Run.output']?.[0];
  return { status: execution.AutomationExecutionStatus, message: execution.FailureMessage ?? '', output: output ? JSON.parse(output) : undefined };
}

const record = async (accountId: string) => JSON.parse(await stack.read(`s3://${outputs.recordsBucket}/recoveries/${accountId}.json`)) as RecoveryRecord;
const hasPassword = (accountId: string) => organization.account(accountId).root.password;

/** The closers of an account, the newest first. */
async function closers(accountId: string) {
  const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: outputs.closerMachine }));
  return executions!.filter(({ name }) => name!.startsWith(accountId));
}

/** How often a task of an execution has failed. */
async function failures(executionArn: string): Promise<number> {
  let count = 0;
  for await (const { events } of paginateGetExecutionHistory({ client: sfn }, { executionArn })) {
    count += events!.filter(({ type }) => /^(Task|LambdaFunction)Failed$/.test(type!)).length;
  }
  return count;
}

async function closed(accountId: string) {
  await eventually(async () => {
    const statuses = (await closers(accountId)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['SUCCEEDED']));
  });
  expect(hasPassword(accountId)).toBe(false);
  expect(await record(accountId)).toHaveProperty('closedAt');
}

/** Every closer of an account that runs has looked and sleeps, so that time can be advanced. */
const asleep = async (accountId: string) => eventually(async () => {
  const running = (await closers(accountId)).filter(({ status }) => status === 'RUNNING');
  const latest = await Promise.all(running.map(async ({ executionArn }) => {
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 2 }));
    return events!.map(({ type }) => type).join(' after ');
  }));
  expect(new Set(latest)).toEqual(new Set(['WaitStateEntered after ChoiceStateExited']));
});

describe('password recovery by way of Systems Manager', () => {
  test('is allowed, recorded, reminded of and closed at its end', async () => {
    const accountId = freshAccount();
    const { status, message, output } = await run('allow', { AccountId: accountId });
    expect([status, message]).toEqual(['Success', '']);
    expect(output).toMatchObject({ accountId, state: 'open', notes: [] });
    expect(hasPassword(accountId)).toBe(true);
    const { openedAt, endsAt, startedBy, reason, allowedAt } = await record(accountId);
    expect(Date.parse(endsAt) - Date.parse(openedAt)).toBe(24 * HOUR);
    expect({ startedBy, reason }).toEqual({ startedBy: `arn:aws:iam::${MANAGEMENT}:user/administrator`, reason: REASON.Reason });
    expect(allowedAt).toBeDefined();

    await asleep(accountId);
    await stack.aws.advance(23 * HOUR);
    const { subject, message: reminder } = await eventually(async () => {
      const [first] = await stack.aws.published(outputs.topicArn);
      expect(first).toBeDefined();
      return first;
    });
    expect(subject).toBe(`Root password recovery of ${accountId} ends soon`);
    expect(reminder).toContain(endsAt);
    expect(hasPassword(accountId)).toBe(true);

    await asleep(accountId);
    organization.account(accountId).root.mfaDevices = [{ serial: 'NEW', enableDate: clock.now() }];
    await stack.aws.advance(HOUR);
    await closed(accountId);
    expect(await record(accountId)).toMatchObject({ left: [{ kind: 'MfaDevice', id: 'NEW' }] });
    expect(organization.account(accountId).root.mfaDevices).toHaveLength(1);
  });

  test('is closed by hand, and closing it again says so', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId, Hours: '2' })).toMatchObject({ status: 'Success' });
    expect(await run('close', { AccountId: accountId })).toMatchObject({ status: 'Success', output: { accountId, state: 'closed' } });
    expect(hasPassword(accountId)).toBe(false);
    expect(await run('close', { AccountId: accountId })).toMatchObject({ status: 'Success', output: { state: 'closed' } });
    expect(await run('extend', { AccountId: accountId })).toMatchObject({ status: 'Failed', message: expect.stringContaining('run the runbook that allows one') });
    await stack.aws.advance(3 * HOUR);
    await closed(accountId);
  });

  test('is extended, and ends later', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId, Hours: '2' })).toMatchObject({ status: 'Success' });
    const before = await record(accountId);
    expect(await run('extend', { AccountId: accountId, Hours: '4' })).toMatchObject({ status: 'Success' });
    expect(Date.parse((await record(accountId)).endsAt) - Date.parse(before.endsAt)).toBe(4 * HOUR);
    await asleep(accountId);
    await stack.aws.advance(3 * HOUR);
    await asleep(accountId);
    expect(hasPassword(accountId)).toBe(true);
    await stack.aws.advance(4 * HOUR);
    await closed(accountId);
    expect(await closers(accountId)).toHaveLength(2);
  });

  test('as a dry run changes nothing', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId, DryRun: 'true' })).toMatchObject({ status: 'Success', output: { state: 'would-open', hours: 24 } });
    expect(hasPassword(accountId)).toBe(false);
    expect(await closers(accountId)).toEqual([]);
    expect((await stack.objects()).filter((address) => address.includes(accountId))).toEqual([]);
  });

  test('says beforehand which service control policy still stops the root user, and goes on where they cannot be read', async () => {
    const accountId = freshAccount();
    const { id } = organization.policies.add('guardrail', DENY_LONG_TERM_ROOT, accountId);
    const stopped = await run('allow', { AccountId: accountId, DryRun: 'true' });
    organization.policies.detach(id, accountId);
    expect(stopped).toMatchObject({ status: 'Success', output: { notes: [expect.stringContaining(`'guardrail' (${id}) at the account ${accountId} stops the root user`)] } });

    organization.faults.add({ operation: 'organizations:ListPoliciesForTarget', effect: fail('AccessDeniedException') });
    const unread = await run('allow', { AccountId: accountId, DryRun: 'true' });
    expect(unread).toMatchObject({ status: 'Success', output: { notes: [expect.stringContaining('were not read')] } });
  });

  test.each([
    ['has a password', () => member(3), 'there is nothing to recover'],
    ['is protected', () => EXCLUDED, `account ${EXCLUDED} is protected`],
    ['is the management account', () => MANAGEMENT, 'is not authorized to perform: sts:AssumeRoot'],
    ['is not in the organization', () => '999999999999', 'is not authorized to perform: sts:AssumeRoot'],
  ])('of an account that %s is refused with the reason', async (_what, accountOf, message) => {
    const accountId = accountOf();
    if (accountId === member(3)) {
      organization.account(accountId).root.password = true;
    }
    expect(await run('allow', { AccountId: accountId })).toMatchObject({ status: 'Failed', message: expect.stringContaining(message) });
    expect(organization.calls.filter(({ operation }) => operation === 'CreateLoginProfile')).toEqual([]);
    expect(await closers(accountId)).toEqual([]);
  });

  test.each([
    ['hours', { Hours: '24","accountId":"222222222222' }],
    ['hours', { Hours: '0' }],
    ['reason', { Reason: 'x","dryRun":"true' }],
    ['reason', { Reason: 'two\nlines of it' }],
    ['reason', { Reason: '{{ AccountId }}' }],
    ['account', { AccountId: '500000000002","x":"' }],
  ])('refuses %s that would be read as something else: %j', async (_what, parameters) => {
    const Parameters = listed({ AccountId: member(20), ...parameters });
    const send = ssm.send(new StartAutomationExecutionCommand({ DocumentName: outputs.allowDocument, Parameters }));
    await expect(send).rejects.toMatchObject({ name: 'InvalidAutomationExecutionParametersException' });
  });
});

describe('a direct start of the state machine', () => {
  async function start(runbook: Runbook, input: object) {
    const stateMachineArn = outputs[`${runbook}Machine`];
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
    return eventually(async () => {
      const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      expect(execution.status).not.toBe('RUNNING');
      return execution;
    });
  }

  test.each<[string, object, string]>([
    ['without a reason', { reason: undefined }, 'reason must be a text of 3 to 256 characters'],
    ['with more hours than a recovery may last', { hours: '169' }, 'hours must be from 1 to 168, got 169'],
    ['with hours that are none', { hours: '1e2' }, 'hours must be a whole number of hours'],
    ['with a way out of the records', { accountId: '../../x' }, 'accountId must be a 12-digit account id'],
    ['with a reason that is JSON', { reason: '{"a":"b"}' }, 'reason must be a text'],
    ['with an unknown key', { endsAt: '2099-01-01T00:00:00Z' }, "it has unknown keys 'endsAt'"],
    ['in a protected account', { accountId: EXCLUDED }, 'is protected'],
  ])('%s is refused, and changes nothing', async (_what, change, message) => {
    const { status, cause } = await start('allow', { accountId: member(22), reason: 'because', ...change });
    expect(status).toBe('FAILED');
    expect(cause).toContain(message);
    expect(hasPassword(member(22))).toBe(false);
  });
});

describe('whoever cancels or dies', () => {
  test('does not keep a recovery from being closed: an automation that was cancelled after it opened', async () => {
    const accountId = freshAccount();
    organization.faults.add({
      operation: 'iam:CreateLoginProfile',
      effect: async (call, answer) => {
        const answered = await answer();
        return delay(1_500)(call, async () => answered);
      },
    });
    const Parameters = listed({ AccountId: accountId, Hours: '1' });
    const { AutomationExecutionId } = await ssm.send(new StartAutomationExecutionCommand({ DocumentName: outputs.allowDocument, Parameters }));
    await eventually(() => expect(hasPassword(accountId)).toBe(true));
    await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId, Type: 'Cancel' }));
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: outputs.allowMachine }));
    const opener = executions!.find(({ name }) => name === AutomationExecutionId)!;
    await sfn.send(new StopExecutionCommand({ executionArn: opener.executionArn })).catch(() => undefined); // by the cancel already
    await asleep(accountId);
    await stack.aws.advance(HOUR + MINUTE);
    await closed(accountId);
  });

  test('does not keep it from being closed: what fails is tried again for a day, and then told', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId, Hours: '1' })).toMatchObject({ status: 'Success' });
    await asleep(accountId);
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    await stack.aws.advance(HOUR);
    await eventually(() => expect(organization.calls.map(({ operation }) => operation)).toContain('DeleteLoginProfile'));
    const before = (await stack.aws.published(outputs.topicArn)).length;
    while ((await closers(accountId))[0].status === 'RUNNING') {
      await stack.aws.advance(HOUR); // the longest pause between two attempts
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect((await closers(accountId))[0].status).toBe('FAILED');
    expect(await failures((await closers(accountId))[0].executionArn!)).toBe(30);
    const told = (await stack.aws.published(outputs.topicArn)).slice(before);
    const subject = `A root password of ${accountId} could not be deleted`;
    const [{ executionArn }] = await closers(accountId);
    expect(told).toEqual([expect.objectContaining({ subject, message: expect.stringContaining(executionArn!) })]);
    expect(told[0].message).toContain(`npx cdk-root-access close-recovery ${accountId}`);
    expect(told[0].message).toContain('The last error was AccessDenied: Access Denied - likely causes: '); // a sentence, without the JSON of the function
    expect(hasPassword(accountId)).toBe(true);
    expect(await record(accountId)).not.toHaveProperty('closedAt');

    organization.faults.clear();
    expect(await run('close', { AccountId: accountId })).toMatchObject({ status: 'Success', output: { state: 'closed' } });
    expect(hasPassword(accountId)).toBe(false);
  });
});

describe('IAM', () => {
  const AUDIT = 'IAMAuditRootUserCredentials';
  const CREATE = 'IAMCreateRootUserPassword';
  const DELETE = 'IAMDeleteRootUserCredentials';
  const TASKS = [AUDIT, CREATE, DELETE, 'S3UnlockBucketPolicy', 'SQSUnlockQueuePolicy'];

  test.each([
    ['AllowFunctionRole', [CREATE]], ['ExtendFunctionRole', []], ['CloseFunctionRole', [DELETE]], ['CloseAtEndRole', [DELETE]], ['LookRole', []],
  ])('allows %s root sessions for %s and for nothing else, and none in a protected account', async (role, tasks) => {
    const { Resources } = await stack.template();
    const [logicalId] = Object.keys(Resources).filter((id) => id.startsWith('RunbooksPasswordRecovery') && id.includes(role) && !id.includes('Policy'));
    const { StackResourceDetail } = await new CloudFormationClient(stack.aws.clientSettings()).send(
      new DescribeStackResourceCommand({ StackName: 'RootAccess', LogicalResourceId: logicalId }));
    const roleArn = `arn:aws:iam::${MANAGEMENT}:role/${StackResourceDetail!.PhysicalResourceId}`;
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = (
      organization.issue({ accountId: MANAGEMENT, roleArn, arn: roleArn }, 900)); // as Lambda gets them
    const sts = new STSClient({ ...stack.aws.clientSettings(), maxAttempts: 1, credentials: { accessKeyId, secretAccessKey, sessionToken } });
    const allowedIn = async (accountId: string) => {
      const answers = await Promise.allSettled(TASKS.map((task) => sts.send(new AssumeRootCommand({
        TargetPrincipal: accountId, TaskPolicyArn: { arn: `arn:aws:iam::aws:policy/root-task/${task}` },
      }))));
      return TASKS.filter((_, i) => answers[i].status === 'fulfilled');
    };
    expect(await allowedIn(member(24))).toEqual(tasks);
    expect(await allowedIn(EXCLUDED)).toEqual([]);
  });
});

describe('other runbooks on the same records', () => {
  test('leave the closer of an open recovery its permission to write them', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId })).toMatchObject({ status: 'Success' });
    await asleep(accountId);
    await deploy(undefined, (scope, { recordsBucket }) => void new RootSessionRunbooks(scope, 'Others', { recordsBucket }));
    await stack.aws.advance(24 * HOUR);
    await closed(accountId);
  });
});

describe('a records bucket that takes the place of another while a recovery is open', () => {
  test('keeps it from being closed at its end as little as anything else', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId, Hours: '2' })).toMatchObject({ status: 'Success' });
    await asleep(accountId);
    const opened = await record(accountId);
    await deploy((scope) => new s3.Bucket(scope, 'Other', { versioned: true }));
    expect((await stack.objects()).filter((address) => address.startsWith(`s3://${outputs.recordsBucket}/`))).toEqual([]);
    expect(hasPassword(accountId)).toBe(true);
    await stack.aws.advance(2 * HOUR + MINUTE);
    await closed(accountId);
    expect(await record(accountId)).toMatchObject({ recoveryId: opened.recoveryId, openedAt: opened.openedAt, reason: opened.reason });
  }, 240_000);
});

describe('runbooks that are destroyed while a recovery is open', () => {
  test('stay as they are, and name the command that closes it; then they go', async () => {
    const accountId = freshAccount();
    expect(await run('allow', { AccountId: accountId })).toMatchObject({ status: 'Success' });
    const before = await stack.template();

    const refused = await stack.destroy();
    expectAbout(refused.output, refused.output.split('\n')[0]).toBe('DELETE_FAILED');
    expect(refused.output).toContain(`account ${accountId} until ${(await record(accountId)).endsAt} (s3://${outputs.recordsBucket}/recoveries/${accountId}.json)`);
    expect(refused.output).toContain(`aws ssm start-automation-execution --document-name ${outputs.closeDocument} --parameters "AccountId=${accountId},`);
    expect(await undeleted(before)).toEqual(Object.keys(before.Resources).filter((id) => id.startsWith('Runbooks')).sort());

    expect(await run('close', { AccountId: accountId })).toMatchObject({ status: 'Success', output: { state: 'closed' } });
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(hasPassword(accountId)).toBe(false);
  });

  /** Resources of the runbooks that are still there. */
  async function undeleted({ Resources }: { Resources: object }): Promise<string[]> {
    const found: string[] = [];
    for await (const { StackResourceSummaries: resources } of paginateListStackResources({ client: new CloudFormationClient(stack.aws.clientSettings()) }, { StackName: 'RootAccess' })) {
      found.push(...resources!.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE').map(({ LogicalResourceId }) => LogicalResourceId!));
    }
    return found.filter((id) => id in Resources && id.startsWith('Runbooks')).sort();
  }
});
