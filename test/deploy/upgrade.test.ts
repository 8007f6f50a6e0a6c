import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { describeStack, olderAssembly } from './fixtures/older-stack';
import { BOTH_FEATURES, changes, Deployment, member, rootSessions, variedOrganization } from './testing';
import { automate } from '../../local-aws/engine/fixtures/automations';
import { LocalClock } from '../../local-aws/local-aws';
import { eventually } from '../support/eventually';
import { expectAbout } from '../support/expect-about';

const HOUR = 3_600_000;

/** Has no credentials: its recovery is opened before the update and closed after it. */
const RECOVERING = member(2);
/** Has been purged by the deployment of the older version, and has credentials again. */
const AGAIN = member(1);

const clock = new LocalClock();
const organization = variedOrganization({ ...BOTH_FEATURES, clock: clock.now }, 3);

let stack: Deployment;
let sfn: SFNClient;

beforeAll(async () => {
  stack = await Deployment.into(organization, clock);
  sfn = new SFNClient(stack.clientSettings);
}, 240_000);
afterAll(() => stack?.stop());

const hasPassword = (accountId: string) => organization.account(accountId).root.password;
const closers = async () => stack.executions(await stack.output('CloserMachine'));

/** Custom resources and buckets, by logical id: another physical id is another one. */
async function kept(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { StackResourceSummaries: resources } of paginateListStackResources({ client: new CloudFormationClient(stack.clientSettings) }, { StackName: 'RootAccess' })) {
    resources!.filter(({ ResourceType }) => /^Custom::|CustomResource$|^AWS::S3::Bucket$/.test(ResourceType!))
      .forEach(({ LogicalResourceId, PhysicalResourceId }) => { found[LogicalResourceId!] = PhysicalResourceId!; });
  }
  return found;
}

describe('a stack of an older version, of one walk and without plans', () => {
  let before: Record<string, string>;
  let sweeps: number;

  test('purges, and opens a password recovery', async () => {
    const { code, output } = await stack.deployAssembly(olderAssembly(mkdtempSync(join(stack.aws.workFolder, 'older-'))));
    expectAbout(output, code).toBe(0);
    expect(hasPassword(AGAIN)).toBe(false);
    const opened = await automate(stack.aws, await stack.output('AllowDocument'), { AccountId: [RECOVERING], Reason: ['the mailbox is back'] });
    expect(opened.AutomationExecutionStatus).toBe('Success');
    expect(hasPassword(RECOVERING)).toBe(true);
    await eventually(async () => {
      const [{ executionArn }] = await closers();
      const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }));
      expect(events![0].type).toBe('WaitStateEntered');
    });
    before = await kept();
    sweeps = (await stack.executions()).length;
  });

  test('is updated to this version without a sweep: nothing is deleted, and no custom resource or bucket is created again', async () => {
    Object.assign(organization.account(AGAIN).root, { password: true });
    organization.calls.length = 0;
    const { code, output } = await stack.deploy(describeStack);
    expectAbout(output, code).toBe(0);
    expect(rootSessions(organization.calls)).toEqual(new Set());
    expect(changes(organization.calls)).toEqual([]);
    expect([hasPassword(AGAIN), hasPassword(RECOVERING)]).toEqual([true, true]);
    expect(await stack.executions()).toHaveLength(sweeps);
    expect(await kept()).toEqual(before);
    expect(Object.keys(before)).toHaveLength(5); // switches, sweep, open recoveries; reports and records
  });

  test('closes the recovery at its end by the closer that was started before', async () => {
    const [{ executionArn }] = await closers();
    await stack.aws.advance(24 * HOUR);
    expect(await stack.ended(executionArn!)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await closers()).toHaveLength(1);
    expect([hasPassword(RECOVERING), hasPassword(AGAIN)]).toEqual([false, true]);
  });

  test('sweeps by a plan from then on', async () => {
    expect(await stack.start({})).toMatchObject({ status: 'SUCCEEDED' });
    expect(hasPassword(AGAIN)).toBe(false);
    expect(await stack.latestReport()).toMatchObject({ accounts: expect.arrayContaining([expect.objectContaining({ accountId: AGAIN, outcome: 'purged' })]) });
  });
});
