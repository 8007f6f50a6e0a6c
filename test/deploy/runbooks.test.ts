import { createHash } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand, type DescribeExecutionOutput, GetExecutionHistoryCommand, SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AutomationExecution, SSMClient, StartAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { BOTH_FEATURES, Deployment, EXCLUDED, member, variedOrganization } from './testing';
import type { PolicyRecord } from '../../lambda/session/resource-policy/records';
import { AccountSelection, RootSessionRunbooks } from '../../lib';
import { automate } from '../../local-aws/engine/fixtures/automations';
import { loseAnswer } from '../../local-aws/organization';
import { DENY_ALL } from '../lambda/session/resource-policy/world';
import { eventually } from '../support/eventually';
import { expectAbout } from '../support/expect-about';

const MEMBER = member(2);
const IN_UNIT = member(12);
const ALLOW = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }] });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const organization = variedOrganization(BOTH_FEATURES);
const unit = [...organization.accounts].find(({ id }) => id === IN_UNIT)!.parentId;
const RUNBOOKS = ['unlockBucket', 'unlockQueue', 'restoreBucketPolicy', 'restoreQueuePolicy'] as const;
type Name = typeof RUNBOOKS[number];

let stack: Deployment;
let operator: ReturnType<Deployment['aws']['clientSettings']>;
const outputs = new Map<string, string>();

/** One without approvers for accounts of a unit and all below it, one with approvers and replacement for all. */
function build(scope: Stack) {
  const output = (name: string, value: string) => new CfnOutput(scope, name, { value });
  const person = (id: string) => new iam.Role(scope, id, { roleName: id, assumedBy: new iam.AccountRootPrincipal() });
  const free = new RootSessionRunbooks(scope, 'Free', { protectedAccounts: [EXCLUDED], protectedBuckets: ['protected'], protectedQueues: ['protected'] });
  const topic = new sns.Topic(scope, 'Approvers');
  const mailbox = new sqs.Queue(scope, 'MailboxQueue');
  topic.addSubscription(new subscriptions.SqsSubscription(mailbox, { rawMessageDelivery: true }));
  const approved = new RootSessionRunbooks(scope, 'Approved', {
    accounts: AccountSelection.organizationalUnits([unit]), approvers: { topic }, allowReplacement: true,
  });
  for (const [prefix, runbooks] of Object.entries({ free, approved })) {
    output(`${prefix}Records`, runbooks.recordsBucket.bucketName);
    for (const name of RUNBOOKS) {
      output(`${prefix}${name}Document`, runbooks[name].documentName);
      output(`${prefix}${name}Machine`, runbooks[name].stateMachine.stateMachineArn);
    }
  }
  free.grantStart(person('Operator'));
  approved.grantStart(person('Starter'));
  approved.grantApprove(person('Approver'));
  output('Mailbox', mailbox.queueUrl);
}

beforeAll(async () => {
  stack = await Deployment.into(organization);
  const { code, output } = await stack.deploy(build);
  expectAbout(output, code).toBe(0);
  for (const name of ['freeRecords', 'approvedRecords', 'Mailbox', ...['free', 'approved'].flatMap((prefix) => RUNBOOKS.flatMap((each) => [`${prefix}${each}Document`, `${prefix}${each}Machine`]))]) {
    outputs.set(name, await stack.output(name));
  }
  operator = await as('Operator');
});
afterAll(() => stack?.stop());
beforeEach(() => {
  organization.faults.clear();
  organization.calls.length = 0;
});

async function as(role: string) {
  const settings = stack.aws.clientSettings();
  const RoleArn = `arn:aws:iam::111111111111:role/${role}`;
  const { Credentials } = await new STSClient(settings).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ada' }));
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  return { ...settings, credentials: { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! } };
}

let number = 0;
/** A bucket and a queue of their own for each test, locked. */
function locked(region: string, account = MEMBER) {
  const name = `locked-${++number}`;
  const lock = { name, account, region, policy: DENY_ALL };
  return { name, bucket: organization.addBucket(lock), queue: organization.addQueue(lock) };
}

const REASON = 'ticket 4711';
const listed = (parameters: Record<string, string>) => Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));
const document = (name: Name, prefix = 'free') => outputs.get(`${prefix}${name}Document`)!;
const machine = (name: Name, prefix = 'free') => outputs.get(`${prefix}${name}Machine`)!;

async function bySsm(name: Name, parameters: Record<string, string>, settings = operator): Promise<AutomationExecution> {
  return automate(stack.aws, document(name), listed({ AccountId: MEMBER, Reason: REASON, ...parameters }), settings);
}

/** The output of the state machine, as the automation answers it. */
async function answered(automation: AutomationExecution): Promise<any> {
  expect(automation.FailureMessage).toBeUndefined();
  return JSON.parse(automation.Outputs!['Run.output'][0]);
}

async function ended(client: SFNClient, executionArn?: string): Promise<DescribeExecutionOutput> {
  return eventually(async () => {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status !== 'RUNNING' && execution;
  });
}

async function direct(stateMachineArn: string, input: object, settings = operator): Promise<DescribeExecutionOutput> {
  const client = new SFNClient(settings);
  return ended(client, (await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }))).executionArn);
}

const recordOf = async (key: string, prefix = 'free') => JSON.parse(await stack.read(`s3://${outputs.get(`${prefix}Records`)}/${key}`)) as PolicyRecord;

describe('an operator with grantStart and nothing else', () => {
  test.each(['us-east-1', 'eu-central-1'])('unlocks a bucket in %s by its document, and restores its policy', async (region) => {
    const { name, bucket } = locked(region);
    const unlocked = await answered(await bySsm('unlockBucket', { Bucket: name }));
    expect(unlocked).toMatchObject({ status: 'Unlocked', region, policy: DENY_ALL, sha256: sha256(DENY_ALL) });
    expect(bucket.policy).toBeUndefined();
    expect(await recordOf(unlocked.record)).toMatchObject({
      policy: DENY_ALL, reason: REASON, startedBy: 'arn:aws:sts::111111111111:assumed-role/Operator/ada', accountId: MEMBER, name, region,
    });
    expect(await answered(await bySsm('restoreBucketPolicy', { Bucket: name, Record: unlocked.record }))).toMatchObject({ status: 'Restored' });
    expect(bucket.policy).toBe(DENY_ALL);
  });

  test.each(['us-east-1', 'eu-west-1'])('unlocks a queue in %s by its document, and restores its policy', async (region) => {
    const { name, queue } = locked(region);
    const Queue = `https://sqs.${region}.amazonaws.com/${MEMBER}/${name}`;
    const unlocked = await answered(await bySsm('unlockQueue', { Queue }));
    expect(unlocked).toMatchObject({ status: 'Unlocked', region, policy: DENY_ALL });
    expect(queue.policy).toBeUndefined();
    expect(await answered(await bySsm('restoreQueuePolicy', { Queue: name, Record: unlocked.record }))).toMatchObject({ status: 'Restored' });
    expect(queue.policy).toBe(DENY_ALL);
  });

  test('sees in a dry run what would be removed', async () => {
    const { name, bucket } = locked('us-east-1');
    expect(await answered(await bySsm('unlockBucket', { Bucket: name, DryRun: 'true' }))).toMatchObject({ status: 'WouldUnlock', policy: DENY_ALL });
    expect(bucket.policy).toBe(DENY_ALL);
  });

  test('starts the state machine directly, and is told the same', async () => {
    const { name, bucket } = locked('eu-central-1');
    const execution = await direct(machine('unlockBucket'), { accountId: MEMBER, bucket: name, reason: REASON });
    expect(JSON.parse(execution.output!)).toMatchObject({ status: 'Unlocked' });
    expect(bucket.policy).toBeUndefined();
    expect(await recordOf(JSON.parse(execution.output!).record)).not.toHaveProperty('startedBy');
  });

  test('is told right when the answer to the removal was lost', async () => {
    const { name, bucket } = locked('us-east-1');
    organization.faults.add({ operation: 's3:DeleteBucketPolicy', times: 1, effect: loseAnswer });
    expect(await answered(await bySsm('unlockBucket', { Bucket: name }))).toMatchObject({ status: 'Unlocked' });
    expect(bucket.policy).toBeUndefined();
  });

  test.each<[string, Name, Record<string, string>, string]>([
    ['a protected account', 'unlockBucket', { AccountId: EXCLUDED, Bucket: 'protected' }, 'is protected'],
    ['a protected bucket', 'unlockBucket', { Bucket: 'protected' }, 'is protected'],
    ['a protected queue', 'unlockQueue', { Queue: 'protected', Region: 'us-east-1' }, 'is protected'],
    ['the management account', 'unlockBucket', { AccountId: '111111111111', Bucket: 'locked' }, 'is the management account'],
    ['a bucket that does not exist', 'unlockBucket', { Bucket: 'no-such-bucket' }, `account ${MEMBER} has no bucket no-such-bucket`],
    ['a queue that does not exist', 'unlockQueue', { Queue: 'none', Region: 'us-east-1' }, `account ${MEMBER} has no queue none in us-east-1`],
    ['a queue of another account', 'unlockQueue', { Queue: `arn:aws:sqs:us-east-1:${IN_UNIT}:locked` }, `is of account ${IN_UNIT}`],
  ])('reads why not in the failure of the automation: %s', async (_what, name, parameters, message) => {
    const { AutomationExecutionStatus: status, FailureMessage } = await bySsm(name, parameters);
    expect([status, FailureMessage]).toEqual(['Failed', expect.stringContaining(message)]);
    expect(FailureMessage).not.toMatch(/errorType|errorMessage|trace|\n/); // one sentence, which Step Functions does not wrap in JSON
    expect(organization.calls.filter(({ operation }) => /^(Put|Delete|Set)/.test(operation))).toEqual([]);
  });

  test('may not read the history of an execution, where task tokens are', async () => {
    const { executionArn } = await direct(machine('unlockBucket'), { accountId: MEMBER, bucket: 'protected', reason: REASON });
    await expect(new SFNClient(operator).send(new GetExecutionHistoryCommand({ executionArn }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('parameters', () => {
  const HOSTILE = ['"', '","dryRun":"false","x":"', '\\', 'a\nb', '{{ automation:EXECUTION_ID }}', '{"a":1}', "a'; rm -rf /\n", '\u2028'];

  test.each(HOSTILE)('of a document do not take %j', async (value) => {
    const { name, bucket } = locked('us-east-1');
    const ssm = new SSMClient(operator);
    for (const parameters of <Record<string, string>[]>[{ Bucket: value }, { Reason: value.repeat(3) }, { AccountId: value }, { DryRun: value }]) {
      const all = listed({ AccountId: MEMBER, Bucket: name, Reason: REASON, ...parameters });
      await expectAbout(JSON.stringify(parameters), ssm.send(new StartAutomationExecutionCommand({ DocumentName: document('unlockBucket'), Parameters: all })))
        .rejects.toMatchObject({ name: 'InvalidAutomationExecutionParametersException' });
    }
    expect([organization.calls, bucket.policy]).toEqual([[], DENY_ALL]);
  });

  test.each([...HOSTILE, 'x\n'])('of a direct start do not take %j', async (value) => {
    const { name, bucket } = locked('us-east-1');
    const { status, error } = await direct(machine('unlockBucket'), { accountId: MEMBER, bucket: name, reason: `${value}${value}${value}`, dryRun: 'false' });
    expect([status, error, bucket.policy]).toEqual(['FAILED', 'InputRefused', DENY_ALL]);
  });

  test('that look like a shell command are only text', async () => {
    const { name } = locked('us-east-1');
    const Reason = "$(reboot); `id` && rm -rf / | echo 'x' <y> %s";
    expect(await recordOf((await answered(await bySsm('unlockBucket', { Bucket: name, Reason }))).record)).toMatchObject({ reason: Reason });
  });
});

/** Starts it as Starter, and returns what the approvers are sent. */
async function asked(bucket: string, input: object = {}) {
  const starter = new SFNClient(await as('Starter'));
  const { executionArn } = await starter.send(new StartExecutionCommand({
    stateMachineArn: machine('unlockBucket', 'approved'), input: JSON.stringify({ accountId: IN_UNIT, bucket, reason: REASON, ...input }),
  }));
  const mailbox = new SQSClient(stack.aws.clientSettings());
  const text = await eventually(async () => {
    const { Messages } = await mailbox.send(new ReceiveMessageCommand({ QueueUrl: outputs.get('Mailbox') }));
    return Messages?.[0]?.Body ?? false;
  });
  const [, taskOutput, taskToken] = /send-task-success --region us-east-1 --task-output '([^']+)' --task-token (\S+)/.exec(text)!;
  return { starter, executionArn: executionArn!, text, taskOutput, taskToken };
}

describe('with approvers', () => {
  const approver = async () => new SFNClient(await as('Approver'));

  test('nothing is changed until one of them approves, and then exactly what was shown', async () => {
    const { name, bucket } = locked('eu-central-1', IN_UNIT);
    const { starter, executionArn, text, taskOutput, taskToken } = await asked(name);
    expect(text).toContain(`remove the policy of bucket ${name} in ${IN_UNIT}`);
    expect(text).toContain(sha256(DENY_ALL));
    expect(text).toMatch(/\nAccount: .+\nUnit: r-\S+ \/ ou-\S+\nRoot mailbox: .+\nReason: /);
    expect(bucket.policy).toBe(DENY_ALL);
    await expect(starter.send(new SendTaskSuccessCommand({ taskToken, output: taskOutput }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await (await approver()).send(new SendTaskSuccessCommand({ taskToken, output: taskOutput }));
    const { output } = await ended(starter, executionArn);
    expect(JSON.parse(output!)).toMatchObject({ status: 'Unlocked' });
    expect(bucket.policy).toBeUndefined();
    expect(await recordOf(JSON.parse(output!).record, 'approved')).toMatchObject({ approvedAt: expect.any(String) });
  });

  test('nothing is changed in an account that has left the selected units before the approval', async () => {
    const { name, bucket } = locked('us-east-1', IN_UNIT);
    const { starter, executionArn, taskOutput, taskToken } = await asked(name);
    organization.moveAccount(IN_UNIT, organization.rootId);
    await (await approver()).send(new SendTaskSuccessCommand({ taskToken, output: taskOutput }));
    const { status, error } = await ended(starter, executionArn);
    organization.moveAccount(IN_UNIT, unit);
    expect([status, error, bucket.policy]).toEqual(['FAILED', 'TargetProtected', DENY_ALL]);
  }, 60_000);

  test.each([['an answer that names no digest', '{}'], ['the digest of something else', `{"approved":"${'0'.repeat(64)}"}`], ['no object', '"yes"']])('%s approves nothing', async (_what, output) => {
    const { name, bucket } = locked('us-east-1', IN_UNIT);
    const { starter, executionArn, taskToken } = await asked(name);
    await (await approver()).send(new SendTaskSuccessCommand({ taskToken, output }));
    const { status, error } = await ended(starter, executionArn);
    expect([status, error, bucket.policy]).toEqual(['FAILED', 'ApprovalRefused', DENY_ALL]);
  });

  test('a refusal ends it', async () => {
    const { name, bucket } = locked('us-east-1', IN_UNIT);
    const { starter, executionArn, taskToken } = await asked(name);
    await (await approver()).send(new SendTaskFailureCommand({ taskToken, error: 'ApprovalRefused', cause: 'an approver refused it' }));
    const { status, error } = await ended(starter, executionArn);
    expect([status, error, bucket.policy]).toEqual(['FAILED', 'ApprovalRefused', DENY_ALL]);
  });

  test('a policy that changed after it was shown is not removed', async () => {
    const { name, bucket } = locked('us-east-1', IN_UNIT);
    const { starter, executionArn, taskOutput, taskToken } = await asked(name);
    bucket.policy = ALLOW;
    await (await approver()).send(new SendTaskSuccessCommand({ taskToken, output: taskOutput }));
    const { error } = await ended(starter, executionArn);
    expect([error, bucket.policy]).toEqual(['PolicyChanged', ALLOW]);
  });

  test('another policy is put in place by its digest', async () => {
    const { name, bucket } = locked('eu-west-1', IN_UNIT);
    const put = (Key: string) => as('Starter').then((settings) => (
      new S3Client({ ...settings, forcePathStyle: true }).send(new PutObjectCommand({ Bucket: outputs.get('approvedRecords'), Key, Body: ALLOW }))));
    await put(`replacements/${sha256(ALLOW)}.json`);
    await expect(put('policies/forged.json')).rejects.toMatchObject({ name: 'AccessDenied' });
    const { starter, executionArn, text, taskOutput, taskToken } = await asked(name, { replacementSha256: sha256(ALLOW) });
    expect(text).toContain(`replace the policy of bucket ${name}`);
    expect(text).toContain(ALLOW);
    await (await approver()).send(new SendTaskSuccessCommand({ taskToken, output: taskOutput }));
    expect(JSON.parse((await ended(starter, executionArn)).output!)).toMatchObject({ status: 'Replaced' });
    expect(bucket.policy).toBe(ALLOW);
  });

  test('an account outside of the selected units is refused before anybody is asked', async () => {
    const { name, bucket } = locked('us-east-1');
    const { error, cause } = await direct(machine('unlockBucket', 'approved'), { accountId: MEMBER, bucket: name, reason: REASON }, await as('Starter'));
    expect([error, cause, bucket.policy]).toEqual([
      'TargetProtected', `account ${MEMBER} is not in the organizational units of these runbooks; nothing was changed`, DENY_ALL,
    ]);
  });
});

describe('a stack that is deleted while an approval is pending', () => {
  test('changes nothing, also by an answer that comes later', async () => {
    const { name, bucket } = locked('us-east-1', IN_UNIT);
    const { executionArn, taskOutput, taskToken } = await asked(name);
    const administrator = new SFNClient(stack.aws.clientSettings());
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    await administrator.send(new SendTaskSuccessCommand({ taskToken, output: taskOutput }));
    expect([(await ended(administrator, executionArn)).status, bucket.policy]).toEqual(['FAILED', DENY_ALL]);
  });
});
