import { Deployment, EXCLUDED, INACTIVE, MANAGEMENT, MEMBERS, purge, rootSessions, SECURITY, variedOrganization } from './testing';
import { AccountSelection, OrgRootAccessFeatures, RootAccessDelegation } from '../../lib';

const organization = variedOrganization();
let management: Deployment;
let security: Deployment;

beforeAll(async () => {
  management = await Deployment.into(organization);
  security = await management.in(SECURITY);
});
afterAll(() => management?.stop());

describe('a purge in the account of the delegated administrator', () => {
  test('cleans the other members after the management account has delegated to it', async () => {
    expect(await management.deploy((scope) => {
      new RootAccessDelegation(scope, 'SecurityAccount', { accountId: SECURITY, features: new OrgRootAccessFeatures(scope, 'RootAccess') });
    })).toMatchObject({ code: 0 });
    expect(await security.deploy((scope) => {
      const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(scope, 'RootAccess', {
        organizationId: organization.organizationId, managementAccountId: MANAGEMENT,
      });
      purge(scope, { features, accounts: AccountSelection.organization({ exclude: [EXCLUDED] }) });
    })).toMatchObject({ code: 0 });
    const left = organization.accounts.filter(({ root }) => !root.isClean).map(({ id }) => id);
    expect(left).toEqual([MANAGEMENT, SECURITY, EXCLUDED, ...INACTIVE]);
  });

  test('reports its own account as skipped when AWS denies it a root session there', async () => {
    const { accounts, counts } = await security.latestReport();
    expect(counts).toMatchObject({ failed: 0, purged: 16, clean: 15, skipped: 7 });
    expect(accounts.find(({ accountId }) => accountId === SECURITY)).toMatchObject({
      outcome: 'skipped', reason: expect.stringContaining('sweep it from the management account'),
    });
  });

  test('takes every root session as its own role, and none in the management account, an excluded or an inactive one', () => {
    const sessions = organization.calls.filter(({ operation }) => operation === 'AssumeRoot');
    expect(new Set(sessions.map(({ caller }) => caller.accountId))).toEqual(new Set([SECURITY]));
    expect(rootSessions(sessions)).toEqual(new Set([SECURITY, ...MEMBERS]));
  });
});
