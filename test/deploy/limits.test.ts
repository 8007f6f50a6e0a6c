import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteFunctionConcurrencyCommand, LambdaClient, ListFunctionsCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import {
  DescribeStateMachineCommand, type HistoryEvent, ListExecutionsCommand, ListMapRunsCommand, paginateGetExecutionHistory, paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { BOTH_FEATURES, deploymentInto, MANAGEMENT, member, purge, rootSessions } from './testing';
import { AccountSelection } from '../../lib';
import { FakeOrganization } from '../../local-aws/organization';
import { expectAbout } from '../support/expect-about';

/** The most that a selection may list. */
const LISTED = Array.from({ length: 500 }, (_, i) => member(i + 1));
const DIRTY = [LISTED[0], LISTED[250], LISTED[499]];
const OUTSIDE = member(501);

const organization = new FakeOrganization(BOTH_FEATURES);
[...LISTED, OUTSIDE].forEach((id) => organization.addAccount({ id, root: DIRTY.includes(id) || id === OUTSIDE ? { password: true } : {} }));
const stack = deploymentInto(organization);

let sfn: SFNClient;
beforeAll(() => {
  sfn = new SFNClient(stack().aws.clientSettings());
});

const withPassword = () => organization.accounts.filter(({ id, root }) => root.password && id !== MANAGEMENT).map(({ id }) => id);

async function historyOf(executionArn?: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 1000 }, { executionArn, includeExecutionData: false })) {
    events.push(...page.events!);
  }
  return events;
}

/** What a sweep leaves with Step Functions: its own history, and those of the children of its Map. */
async function historiesOf(executionArn?: string) {
  const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  const children: HistoryEvent[][] = [];
  for await (const { executions } of paginateListExecutions({ client: sfn }, { mapRunArn: mapRuns![0].mapRunArn })) {
    children.push(...await Promise.all(executions!.map((child) => historyOf(child.executionArn))));
  }
  return { own: await historyOf(executionArn), children };
}

const isThrottle = ({ taskFailedEventDetails: failed }: HistoryEvent) => failed?.error === 'Lambda.TooManyRequestsException';

// policies, the custom resource's properties, the machine's definition and its payloads all grow with the list; the local AWS has AWS's limits
describe('a list of 500 accounts', () => {
  test('is swept as a whole, and nothing beside it', async () => {
    expect(await stack().deploy((scope) => { purge(scope, { accounts: AccountSelection.accounts(LISTED) }); })).toMatchObject({ code: 0 });
    expect((await stack().latestReport()).counts).toMatchObject({ purged: 3, clean: 497, failed: 0, skipped: 0 });
    expect(rootSessions(organization.calls)).toEqual(new Set(LISTED));
    expect(withPassword()).toEqual([OUTSIDE]);
  });

  test('is swept within the Lambda quota of a new account, batch by batch, each with a history of its own', async () => {
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: await stack().output('Machine') }));
    const { own, children } = await historiesOf(executions![0].executionArn);
    expect(children).toHaveLength(Math.ceil(LISTED.length / 50));
    expect([own, ...children].flat().filter(isThrottle)).toEqual([]);
    expect(Math.max(own.length, ...children.map(({ length }) => length))).toBeLessThan(50); // of 25,000
  });

  test('is swept as well when other functions use the quota up, which takes longer', async () => {
    const lambda = new LambdaClient(stack().aws.clientSettings());
    const { Functions: functions } = await lambda.send(new ListFunctionsCommand({ MaxItems: 50 }));
    const { FunctionName } = functions!.find(({ Description }) => Description?.includes('reads the accounts of a batch'))!;
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
    const sweep = await stack().start({ accounts: LISTED.slice(0, 51) }); // two batches
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));

    expect(sweep.status).toBe('SUCCEEDED');
    expect((await stack().reportOf(sweep)).counts).toMatchObject({ clean: 51, failed: 0 });
    expect((await historiesOf(sweep.executionArn)).children.flat().filter(isThrottle).length).toBeGreaterThan(0);
  });

  test('of exclusions leaves the others to be swept', async () => {
    LISTED.forEach((id) => { organization.account(id).root.password = true; });
    const selecting = AccountSelection.organization({ exclude: LISTED });
    expect(await stack().deploy((scope) => { purge(scope, { accounts: selecting }); })).toMatchObject({ code: 0 });
    expect((await stack().latestReport()).counts).toMatchObject({ purged: 1, skipped: 501 });
    expect(rootSessions(organization.calls)).toEqual(new Set([OUTSIDE]));
    expect(withPassword()).toEqual(LISTED);
  });
});

describe('10,000 accounts', () => {
  /** The Map may invoke the function that looks no more, so that no account is looked at. */
  async function withdrawLooks() {
    const { roleArn } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: await stack().output('Machine') }));
    const iam = new IAMClient(stack().aws.clientSettings());
    const RoleName = roleArn!.split('/').pop();
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      const policy = JSON.parse(decodeURIComponent(PolicyDocument!)) as { Statement: { Resource: unknown }[] };
      const others = policy.Statement.filter(({ Resource }) => !JSON.stringify(Resource).includes('SweepFunctionsLook'));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify({ ...policy, Statement: others }) }));
    }
  }

  test('that all fail are told by the deployment in as many words as CloudFormation takes, and one by one in the report', async () => {
    for (let n = 502; n <= 10_000; n++) {
      organization.addAccount({ id: member(n), name: 'ü'.repeat(50) });
    }
    await withdrawLooks();
    const allAtOnce = { accountsPerBatch: 100, batchesAtOnce: 100 };
    const { code, output } = await stack().deploy((scope) => { purge(scope, { release: LISTED, concurrency: allAtOnce }); });
    expectAbout(output, code).toBe(1);
    expect(output).toContain('10000 failed');
    expect(output).not.toContain('too long');
    const [address] = /s3:\/\/\S+\/report\.json/.exec(output)!;
    expect(JSON.parse(await stack().read(address))).toMatchObject({ counts: { failed: 10_000 } });
    expect(rootSessions(organization.calls)).toEqual(new Set());
  });
});
