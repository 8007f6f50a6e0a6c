import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Deployment, EXCLUDED, INACTIVE, MANAGEMENT, member, MEMBERS, purge, rootSessions, SECURITY, variedOrganization } from './testing';
import { AccountSelection, OrgRootAccessFeatures } from '../../lib';
import { IAM_SERVICE_PRINCIPAL } from '../../lib/organization/contract';
import { EVERYTHING } from '../lambda/sweep/testing';

const JOINED = '600000000001';

const organization = variedOrganization({}, 5);
const CONTEXT = { management: MANAGEMENT, security: SECURITY, organization: organization.organizationId, exclude: [EXCLUDED] };
const EXAMPLES = join(__dirname, '..', '..', 'examples');
let management: Deployment;
let security: Deployment;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'two-accounts-'));
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ context: CONTEXT }));
  const aws = await Deployment.into(organization);
  management = aws.stack('Management');
  security = (await aws.in(SECURITY, 'eu-west-1', [MANAGEMENT])).stack('Security');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => management?.stop());
beforeEach(() => {
  organization.calls.length = 0;
});

describe('the example of two accounts', () => {
  const deploy = (...args: string[]) => management.aws.cdk(['deploy', '--require-approval=never', '--progress=events', ...args], {
    app: `tsx --tsconfig ${join(EXAMPLES, 'tsconfig.json')} ${join(EXAMPLES, 'two-accounts', 'app.ts')}`, cwd: folder,
  });
  const sessions = () => organization.calls.filter(({ operation }) => operation === 'AssumeRoot');
  const deleting = () => sessions().filter(({ input }) => input['TaskPolicyArn.arn']!.endsWith('IAMDeleteRootUserCredentials'));

  test('is deployed to both of them by the management account alone, and deletes nothing', async () => {
    expect(await deploy('--all')).toMatchObject({ code: 0 });
    expect([...organization.features.current].sort()).toEqual(['RootCredentialsManagement', 'RootSessions']);
    expect(organization.isDelegatedAdministrator(SECURITY, IAM_SERVICE_PRINCIPAL)).toBe(true);
    expect(new Set(sessions().map(({ caller }) => caller.accountId))).toEqual(new Set([MANAGEMENT, SECURITY])); // the audit's and the sweep's
    expect(deleting()).toEqual([]);
    expect(JSON.parse(await security.read(`${await security.output('Reports')}report.json`))).toMatchObject({ work: 'purge', dryRun: true });
  });

  test('purges from the security account when it is told to, but for what stands in cdk.json', async () => {
    expect(await deploy('Security', '--exclusively', '-c', 'purge=true')).toMatchObject({ code: 0 });
    expect(new Set(deleting().map(({ caller }) => caller.accountId))).toEqual(new Set([SECURITY]));
    expect(organization.accounts.filter(({ root }) => !root.isClean).map(({ id }) => id)).toEqual([MANAGEMENT, SECURITY, EXCLUDED, ...INACTIVE]);
    expect(new Set(sessions().map(({ caller }) => caller.accountId))).toEqual(new Set([SECURITY]));
    expect(rootSessions(organization.calls)).toEqual(new Set(MEMBERS.slice(0, 5))); // none in the management account, an excluded or an inactive one
  });

  test('looks from the security account at an account that joins, which the management account hears of in another Region', async () => {
    const latest = await security.read(`${await security.output('Reports')}report.json`);
    organization.addAccount({ id: JOINED, name: 'acquired', joinedMethod: 'INVITED', root: EVERYTHING });
    await management.aws.putAccountJoined(JOINED);

    const sweep = await security.sweepOfJoined(JOINED, await security.output('Sweep'));
    expect(sweep).toMatchObject({ status: 'SUCCEEDED', executionArn: expect.stringContaining(`:eu-west-1:${SECURITY}:`) });
    expect(await security.reportOf(sweep)).toMatchObject({ dryRun: true, narrowed: true, counts: { 'would-purge': 1 }, accounts: [{ accountId: JOINED }] });
    expect(rootSessions(organization.calls)).toEqual(new Set([JOINED]));
    expect(organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ caller }) => caller.accountId)).not.toContain(MANAGEMENT);
    expect(organization.account(JOINED).root.password).toBe(true);
    expect(await security.read(`${await security.output('Reports')}report.json`)).toBe(latest);
  });

  test.each([
    ['another account', member(1), 'aws.organizations'],
    ['the management account with an event of another source', MANAGEMENT, 'made.up'],
  ])('takes no event from %s', async (_who, accountId, Source) => {
    const { Resources: resources } = await security.template();
    const { Name: bus } = Object.values(resources).find(({ Type }) => Type === 'AWS::Events::EventBus')!.Properties;
    const client = new EventBridgeClient(security.aws.clientSettings(accountId, 'eu-west-1'));
    const event = { EventBusName: `arn:aws:events:eu-west-1:${SECURITY}:event-bus/${bus}`, Source, DetailType: 'made up', Detail: '{}' };
    await expect(client.send(new PutEventsCommand({ Entries: [event] }))).rejects.toThrow('not authorized to perform: events:PutEvents');
  });
});

describe('a purge in the account of the delegated administrator that selects this account too', () => {
  test('cleans the others, and reports its own account as skipped, since AWS denies it a root session there', async () => {
    const own = security.stack('Own');
    organization.account(member(1)).root.password = true;
    expect(await own.deploy((scope) => {
      const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(scope, 'RootAccess', {
        organizationId: organization.organizationId, managementAccountId: MANAGEMENT,
      });
      purge(scope, { features, accounts: AccountSelection.accounts([SECURITY, member(1), member(2)]) });
    })).toMatchObject({ code: 0 });
    const { accounts, counts } = await own.latestReport();
    expect(counts).toMatchObject({ failed: 0, purged: 1, clean: 1, skipped: 1 });
    expect(accounts.find(({ accountId }) => accountId === SECURITY)).toMatchObject({
      outcome: 'skipped', reason: expect.stringContaining('sweep it from the management account'),
    });
    expect([organization.account(member(1)).root.isClean, organization.account(SECURITY).root.isClean]).toEqual([true, false]);
    expect(rootSessions(organization.calls)).toEqual(new Set([SECURITY, member(1), member(2)]));
    expect(new Set(organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ caller }) => caller.accountId))).toEqual(new Set([SECURITY]));
  });
});
