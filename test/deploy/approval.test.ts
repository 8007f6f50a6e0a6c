import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { BOTH_FEATURES, deploymentInto, member, purge, rootSessions } from './testing';
import { AccountSelection, type RootCredentialsPurgeProps } from '../../lib';
import { FakeOrganization } from '../../local-aws/organization';
import { eventually } from '../support/eventually';

const organization = new FakeOrganization(BOTH_FEATURES);
const unit = organization.addOrganizationalUnit({ name: 'payments' });
const [USED, OTHER] = [member(1), member(2)];
const LONG_AGO = { date: Date.UTC(2024, 1, 3), service: 's3', region: 'us-east-1' };
organization.addAccount({ id: USED, name: 'ledger', ou: unit, root: { accessKeys: [{ lastUsed: LONG_AGO }] } });
organization.addAccount({ id: OTHER, name: 'cards', ou: unit, root: { password: true } });
const stack = deploymentInto(organization);

const deploy = (props: RootCredentialsPurgeProps = {}) => stack().deploy((scope) => {
  const topic = new sns.Topic(scope, 'Approvers');
  const mailbox = new sqs.Queue(scope, 'Mailbox');
  topic.addSubscription(new subscriptions.SqsSubscription(mailbox, { rawMessageDelivery: true }));
  new CfnOutput(scope, 'MailboxUrl', { value: mailbox.queueUrl });
  purge(scope, { accounts: AccountSelection.organization(), approval: { topic }, ...props });
});

/** What the approvers are sent next, and the answer to it. */
async function asked() {
  const client = new SQSClient(stack().aws.clientSettings());
  const QueueUrl = await stack().output('MailboxUrl');
  const text = await eventually(async () => {
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 3_600 }));
    return Messages?.[0]?.Body ?? false;
  });
  const [, output, taskToken] = /send-task-success --region us-east-1 --task-output '([^']+)' --task-token (\S+)/.exec(text)!;
  return { text, output, taskToken };
}

const stepFunctions = () => new SFNClient(stack().aws.clientSettings());
const approve = ({ taskToken, output }: { taskToken: string; output: string }) => (
  stepFunctions().send(new SendTaskSuccessCommand({ taskToken, output })));
const hasAll = () => [organization.account(USED).root.accessKeys.length, organization.account(OTHER).root.password !== false];
const deletions = () => rootSessions(organization.calls, 'IAMDeleteRootUserCredentials');

describe('a purge that needs approval', () => {
  let first: Awaited<ReturnType<typeof asked>>;

  test('is deployed when the plan has been sent, and has deleted nothing', async () => {
    expect(await deploy()).toMatchObject({ code: 0 });
    expect([await stack().sweeps(), hasAll(), deletions()]).toEqual([['RUNNING'], [1, true], new Set()]);
    first = await asked();
    const metrics = await stack().aws.metrics('CdkRootAccess');
    expect(metrics).toEqual([{ name: 'PlansMade', dimensions: { Sweep: 'RootAccess/Purge' }, values: [1] }]); // so it is no missing sweep while it waits
  });

  test('asks with totals, what was used last, accounts by name and unit, and the digest', () => {
    const { text, output } = first;
    expect(text).toContain(`A sweep asks to delete 2 root credentials of 2 member accounts of ${organization.organizationId}.`);
    expect(text).toMatch(/Password: 1\nAccessKey: 1/);
    expect(text).toContain(`- ${USED} (ledger): AccessKey AKIA${USED}ROO0 used at 2024-02-03T00:00:00.000Z`);
    expect(text).toContain(`- ${OTHER} (cards) in payments: 1 credential`);
    expect(text).toContain(`Digest: ${(JSON.parse(output) as { approved: string }).approved}`);
  });

  test('is voided by a later plan: an answer to the older one deletes nothing', async () => {
    const [older] = await stack().executions();
    const sweep = await stack().begin({});
    const second = await asked();
    await approve(first);
    const voided = await stack().ended(older.executionArn!);
    expect(voided.status).toBe('FAILED');
    const problems = (await stack().reportOf(voided)).accounts.flatMap(({ problem }) => problem ? [problem.message] : []);
    expect(problems).toEqual(Array(2).fill(expect.stringContaining('has made a later one')));
    expect(hasAll()).toEqual([1, true]);

    await stepFunctions().send(new SendTaskFailureCommand({ taskToken: second.taskToken, error: 'ApprovalRefused', cause: 'an approver refused it' }));
    const refused = await stack().ended(sweep);
    expect(refused).toMatchObject({ status: 'FAILED', error: 'ApprovalRefused' });
    const report = await stack().reportOf(refused);
    expect(report).toMatchObject({ problem: { code: 'ApprovalRefused' }, approval: { digest: report.plan!.digest, approved: false, askedAt: expect.any(String) }, counts: { 'would-purge': 2, 'purged': 0 } });
    expect([hasAll(), deletions()]).toEqual([[1, true], new Set()]);
  });

  test('deletes nothing by an answer that names another digest, or that is given twice', async () => {
    const sweep = await stack().begin({});
    const third = await asked();
    await approve({ ...third, output: '{"approved":"0"}' });
    expect(await stack().ended(sweep)).toMatchObject({ error: 'ApprovalRefused', cause: expect.stringContaining('does not name the digest') });
    await expect(approve(third)).rejects.toThrow();
    expect([hasAll(), deletions()]).toEqual([[1, true], new Set()]);
  });

  test('carries the plan out when it is approved, but for an account that was closed meanwhile', async () => {
    const sweep = await stack().begin({});
    const fourth = await asked();
    organization.account(OTHER).state = 'SUSPENDED';
    await approve(fourth);
    const end = await stack().ended(sweep);
    expect(end).toMatchObject({ status: 'SUCCEEDED' });
    const { accounts, plan, approval } = await stack().reportOf(end);
    expect(approval).toEqual({ digest: plan!.digest, approved: true, askedAt: expect.any(String), approvedAt: expect.any(String) });
    expect(accounts.map(({ accountId, outcome }) => [accountId, outcome])).toEqual(expect.arrayContaining([[USED, 'purged'], [OTHER, 'kept']]));
    const [{ reason }] = accounts.find(({ accountId }) => accountId === OTHER)!.credentials;
    expect(reason).toBe('it is not selected any more: its state is SUSPENDED now, not ACTIVE');
    expect(hasAll()).toEqual([0, true]);
  });

  test('is stopped while it waits when the stack is deleted', async () => {
    organization.account(USED).root.password = true;
    const sweep = await stack().begin({});
    await asked();
    const machine = await stack().output('Machine');
    expect(await stack().destroy()).toMatchObject({ code: 0 });
    expect((await stack().executions(machine)).find(({ executionArn }) => executionArn === sweep)!.status).toBe('ABORTED');
    expect(organization.account(USED).root.password).toBe(true);
  });
});
