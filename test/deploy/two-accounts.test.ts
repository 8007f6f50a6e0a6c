import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Deployment, INACTIVE, MANAGEMENT, member, rootSessions, SECURITY, variedOrganization } from './testing';
import { IAM_SERVICE_PRINCIPAL } from '../../lib/private/contract';
import { expectAbout } from '../support/expect-about';
import { EVERYTHING } from '../sweep/testing';

const JOINED = '600000000001';

const organization = variedOrganization();
const CONTEXT = { management: MANAGEMENT, security: SECURITY, organization: organization.organizationId };
let management: Deployment;
let security: Deployment;

beforeAll(async () => {
  const aws = await Deployment.into(organization);
  management = aws.stack('Management');
  security = (await aws.in(SECURITY, 'eu-west-1', [MANAGEMENT])).stack('Security');
});
afterAll(() => management?.stop());
beforeEach(() => {
  organization.calls.length = 0;
});

describe('the example of two accounts', () => {
  test('is deployed to both of them by the management account alone', async () => {
    const context = Object.entries(CONTEXT).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const { code, output } = await management.aws.cdk(['deploy', '--all', '--require-approval=never', '--progress=events', ...context], {
      app: 'tsx --tsconfig examples/tsconfig.json examples/two-accounts/app.ts',
    });
    expectAbout(output, code).toBe(0);
    expect([...organization.features.current].sort()).toEqual(['RootCredentialsManagement', 'RootSessions']);
    expect(organization.isDelegatedAdministrator(SECURITY, IAM_SERVICE_PRINCIPAL)).toBe(true);

    const sessions = organization.calls.filter(({ operation }) => operation === 'AssumeRoot');
    const deleting = sessions.filter(({ input }) => input['TaskPolicyArn.arn']!.endsWith('IAMDeleteRootUserCredentials'));
    expect(new Set(sessions.map(({ caller }) => caller.accountId))).toEqual(new Set([MANAGEMENT, SECURITY])); // the audit's and the purge's
    expect(new Set(deleting.map(({ caller }) => caller.accountId))).toEqual(new Set([SECURITY]));
    expect(organization.accounts.filter(({ root }) => !root.isClean).map(({ id }) => id)).toEqual([MANAGEMENT, SECURITY, ...INACTIVE]);
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
