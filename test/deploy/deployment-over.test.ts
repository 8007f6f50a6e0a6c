import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as iam from 'aws-cdk-lib/aws-iam';
import { deploymentInto, EXCLUDED, MANAGEMENT, member, purge, rootSessions, variedOrganization, whereItDeletes } from './testing';
import { AccountSelection, OrgRootAccessFeatures, RootCredential, type RootCredentialsPurgeProps } from '../../lib';
import { delay } from '../../local-aws/organization';
import { eventually } from '../support/eventually';

const organization = variedOrganization({}, 13);
const stack = deploymentInto(organization);

/** One account after the other, so that many are not begun when a sweep is stopped. */
const concurrency = { accountsPerBatch: 100, batchesAtOnce: 1, accountsInFlight: 1 };
const exclude = [EXCLUDED];
const LATER = member(13);
const DIRTY = Array.from({ length: 12 }, (_, n) => member(n + 2));

const deploy = (props: RootCredentialsPurgeProps = {}) => stack().deploy((scope) => {
  const features = new OrgRootAccessFeatures(scope, 'RootAccess');
  purge(scope, { features, accounts: AccountSelection.organization({ exclude }), concurrency, ...props });
  new iam.Role(scope, 'Invoker', {
    roleName: 'invoker',
    assumedBy: new iam.AccountPrincipal(MANAGEMENT),
    inlinePolicies: { invoke: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: ['*'] })] }) },
  });
});
const keeping = (reason: string): RootCredentialsPurgeProps => ({ keep: [{ credentials: [RootCredential.SIGNING_CERTIFICATE], reason }] });

const withPassword = () => DIRTY.filter((id) => organization.account(id).root.password);

const purged = () => rootSessions(organization.calls, 'IAMDeleteRootUserCredentials');

/** Passwords in accounts, and an AWS that takes its time, so that a sweep is at work for long. */
function slowWork(milliseconds = 700) {
  DIRTY.forEach((id) => { organization.account(id).root.password = true; });
  organization.faults.add({ operation: 'sts:AssumeRoot', effect: whereItDeletes(delay(milliseconds)) });
}

/** Once a sweep has begun to purge some of the accounts. */
const atWork = () => eventually(() => purged().size >= 2);

/** Once the batch of a sweep that was stopped is over: it ends what it has begun. */
const batchOver = (name: string) => eventually(async () => {
  const results = (await stack().objects()).find((address) => address.includes(`-${name}/purge-0000-`));
  return results !== undefined && (JSON.parse(await stack().read(results)) as { readonly ended: boolean }).ended;
});

/**
 * Once the sweep that began last is stopped and its batch is over.
 *
 * @returns accounts that were not begun when it was stopped, those of them that have lost their password, and how the sweep ended
 */
async function stopped(name: RegExp) {
  const execution = await eventually(async () => {
    const latest = (await stack().executions()).find((each) => name.test(each.name!))!;
    return latest.status !== 'RUNNING' && latest;
  });
  const begun = purged();
  const notBegun = DIRTY.filter((id) => !begun.has(id));
  await batchOver(execution.name!);
  return { status: execution.status, notBegun, lost: notBegun.filter((id) => !organization.account(id).root.password) };
}

const invoke = async (logicalId: RegExp, event: object) => {
  const { AccessKeyId, SecretAccessKey, SessionToken } = organization.issue({
    accountId: MANAGEMENT, roleArn: `arn:aws:iam::${MANAGEMENT}:role/invoker`, arn: `arn:aws:sts::${MANAGEMENT}:assumed-role/invoker/session`,
  }, 900);
  const client = new LambdaClient({
    ...stack().clientSettings, credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  });
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: await stack().resource(logicalId), Payload: JSON.stringify(event) }));
  return Buffer.from(Payload!).toString();
};

describe('a sweep whose deployment is over', () => {
  test('is not there at first: the deployment purges, and is accepted', async () => {
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(withPassword()).toEqual([]);
  });

  test('is stopped when the update is cancelled, and no account that was not begun loses anything', async () => {
    slowWork();
    const deployment = deploy(keeping('cancelled'));
    await atWork();
    await stack().cancelUpdate();
    const { status, notBegun, lost } = await stopped(/^deployment-/);
    expect(status).toBe('ABORTED');
    expect(notBegun.length).toBeGreaterThan(0);
    expect(lost).toEqual([]);
    expect(await deployment).toMatchObject({ code: 1, output: expect.stringContaining('the deployment is taken back, so its sweep was stopped') });
    expect(await stack().status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await stack().sweeps()).toEqual(['ABORTED', 'SUCCEEDED']);
  });

  test('is stopped by the rollback, at once, when something else in the update fails', async () => {
    slowWork();
    const deployment = deploy(keeping('sibling'));
    await atWork();
    expect(await stack().aws.failSibling(await stack().stackId())).toBe(1);
    const { notBegun, lost } = await stopped(/^deployment-/);
    expect(notBegun.length).toBeGreaterThan(0);
    expect(lost).toEqual([]);
    expect(await deployment).toMatchObject({ code: 1 });
    expect(await stack().sweeps()).toEqual(['ABORTED', 'ABORTED', 'SUCCEEDED']);
  });

  test('is stopped, when somebody has started it by hand, by an update that excludes an account, which keeps what it has', async () => {
    slowWork(3_000); // it would come to the last of them in half a minute
    const byHand = await stack().begin({});
    await atWork();
    const deployment = deploy({ accounts: AccountSelection.organization({ exclude: [...exclude, LATER] }) });
    expect(await stack().ended(byHand)).toMatchObject({ status: 'ABORTED', error: 'DeploymentOver' });
    organization.faults.clear();
    expect(await deployment).toMatchObject({ code: 0 });
    expect(withPassword()).toEqual([LATER]);
    expect(purged().has(LATER)).toBe(false);
    await batchOver(byHand.split(':').pop()!);
  });
});

describe('an update that lets go of an exclusion', () => {
  test('fails before anything is looked at, and the stack stays as it was', async () => {
    const earlier = await stack().sweeps();
    const { code, output } = await deploy();
    expect(code).toBe(1);
    expect(output).toContain(`exclude has no longer ${LATER}. Put it back; or, to let go of it on purpose, deploy with release: ['${LATER}']`);
    expect(rootSessions(organization.calls)).toEqual(new Set());
    expect(await stack().status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await stack().sweeps()).toEqual(earlier);
    expect(await stack().start({ accounts: [member(1)] })).toMatchObject({ status: 'SUCCEEDED' }); // the older settings are accepted as before
  });

  test('goes through when it says so', async () => {
    expect(await deploy({ release: [LATER] })).toMatchObject({ code: 0 });
    expect(withPassword()).toEqual([]);
  });
});

describe('whoever may invoke functions, and nothing else', () => {
  test('stops no sweep, starts none and switches nothing', async () => {
    slowWork();
    const byHand = await stack().begin({});
    await atWork();
    const before = await stack().executions();
    const request = { StackId: await stack().stackId(), RequestId: 'forged', ResponseURL: 'https://example.com', LogicalResourceId: 'PurgeOnDeployResource', ServiceToken: 'arn' };
    const properties = { ResourceProperties: { Sweep: {} }, OldResourceProperties: {} };
    for (const RequestType of ['Create', 'Update', 'Delete']) {
      expect(await invoke(/^PurgeOnDeployHandler[0-9A-F]{8}$/, { ...request, ...properties, RequestType, PhysicalResourceId: 'root-credentials-sweep' })).toContain('RequestRefused');
    }
    expect(await invoke(/^PurgeOnDeployHandler[0-9A-F]{8}$/, { ...request, ...properties, RequestType: 'Update', ExecutionArn: byHand, Begun: true })).toContain('RequestRefused');
    for (const RequestType of ['Update', 'Delete']) {
      expect(await invoke(/^RootAccessSwitchesHandler[0-9A-F]{8}$/, {
        ...request,
        RequestType,
        LogicalResourceId: 'RootAccess',
        ResourceType: 'Custom::OrgRootAccessFeatures',
        PhysicalResourceId: organization.organizationId,
        ResourceProperties: { Features: ['RootCredentialsManagement', 'RootSessions'], RemovalPolicy: 'destroy' },
        OldResourceProperties: { Features: ['RootSessions'] },
      })).toContain('RequestRefused');
    }
    expect([organization.isTrusted('iam.amazonaws.com'), organization.features.current.size]).toEqual([true, 2]);
    expect((await stack().executions()).map(({ executionArn }) => executionArn)).toEqual(before.map(({ executionArn }) => executionArn));
    organization.faults.clear();
    expect(await stack().ended(byHand)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

test('a sweep at work is stopped before the stack is deleted, and no account that was not begun loses anything', async () => {
  slowWork();
  await stack().begin({});
  await atWork();
  const machine = await stack().output('Machine');
  const deletion = stack().destroy();
  await eventually(async () => (await stack().executions(machine))[0].status === 'ABORTED');
  const begun = purged();
  expect(await deletion).toMatchObject({ code: 0 });
  const notBegun = DIRTY.filter((id) => !begun.has(id));
  expect(notBegun.length).toBeGreaterThan(0);
  expect(withPassword()).toEqual(expect.arrayContaining(notBegun));
});
