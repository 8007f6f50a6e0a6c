import { RemovalPolicy } from 'aws-cdk-lib';
import { type Build, changes, deploymentInto, SECURITY } from './testing';
import { OrgRootAccessFeatures, RootAccessDelegation, RootUserGuardrail } from '../../lib';
import { fail, FEATURES, FakeOrganization } from '../../local-aws/organization';

const IAM = 'iam.amazonaws.com';
const OTHER = '333333333333';

const organization = new FakeOrganization();
organization.addAccount({ id: SECURITY });
organization.addAccount({ id: OTHER });
const stack = deploymentInto(organization);

const switches = (removalPolicy: RemovalPolicy, delegate = SECURITY): Build => (scope) => {
  const features = new OrgRootAccessFeatures(scope, 'RootAccess', { removalPolicy });
  new RootAccessDelegation(scope, 'SecurityAccount', { accountId: delegate, features });
};
const isOn = () => ({
  trustedAccess: organization.isTrusted(IAM),
  features: FEATURES.filter((feature) => organization.features.current.has(feature)),
  delegates: [...organization.delegations.current.keys()],
});
const NOTHING = { trustedAccess: false, features: [], delegates: [] };
const EVERYTHING = { trustedAccess: true, features: [...FEATURES], delegates: [SECURITY] };

describe('a feature that cannot be switched on', () => {
  beforeEach(() => {
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', effect: fail('OrganizationNotInAllFeaturesModeException', 'not in this organization') });
  });

  test.each([RemovalPolicy.RETAIN, RemovalPolicy.DESTROY])('fails the deployment with the reason, and leaves the organization as it was (%s)', async (removalPolicy) => {
    const { code, output } = await stack().deploy(switches(removalPolicy));
    expect(code).toBe(1);
    expect(output).toContain('RootSessions could not be switched on: OrganizationNotInAllFeaturesModeException: not in this organization; '
      + 'switched off again: trusted access, RootCredentialsManagement');
    expect(await stack().status()).toBe('ROLLBACK_COMPLETE');
    expect(isOn()).toEqual(NOTHING);
  });
});

describe('switches that are on before', () => {
  beforeAll(() => {
    organization.trust(IAM);
    organization.features.current = new Set(FEATURES);
    organization.delegate(SECURITY);
  });

  test('are as they were when a deployment that adopted them under DESTROY fails elsewhere', async () => {
    organization.faults.add({ operation: 'organizations:RegisterDelegatedAdministrator', effect: fail('AccountNotFoundException') });
    const { code } = await stack().deploy((scope) => {
      switches(RemovalPolicy.DESTROY)(scope);
      const other = new RootAccessDelegation(scope, 'Other', { accountId: OTHER });
      other.node.addDependency(scope.node.findChild('SecurityAccount'));
    });
    expect([code, await stack().status()]).toEqual([1, 'ROLLBACK_COMPLETE']);
    expect(changes(organization.calls)).toEqual(['RegisterDelegatedAdministrator']);
    expect(isOn()).toEqual(EVERYTHING);
  });

  test('are adopted without a change', async () => {
    expect(await stack().deploy(switches(RemovalPolicy.RETAIN))).toMatchObject({ code: 0 });
    expect(changes(organization.calls)).toEqual([]);
    expect(isOn()).toEqual(EVERYTHING);
  });

  test('stay as they are when the constructs give way to an import, as for Terraform', async () => {
    const kept = { removalPolicy: RemovalPolicy.RETAIN };
    const adopted: Build = (scope) => {
      const features = new OrgRootAccessFeatures(scope, 'RootAccess', kept);
      new RootAccessDelegation(scope, 'SecurityAccount', { accountId: SECURITY, features, ...kept });
      new RootUserGuardrail(scope, 'Guardrail', { features, targets: [OTHER] });
    };
    const imported: Build = (scope) => {
      const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(scope, 'RootAccess', {
        organizationId: 'o-fakeorganization', managementAccountId: organization.managementAccountId,
      });
      new RootUserGuardrail(scope, 'Guardrail', { features, targets: [OTHER] });
    };
    expect(await stack().deploy(adopted)).toMatchObject({ code: 0 });
    expect(await stack().deploy(imported)).toMatchObject({ code: 0 });
    expect(changes(organization.calls)).toEqual([]);
    expect(isOn()).toEqual(EVERYTHING);
    expect(await stack().deploy(switches(RemovalPolicy.RETAIN))).toMatchObject({ code: 0 }); // back again
    expect(changes(organization.calls)).toEqual([]);
  });

  test('stay on under RETAIN when the stack is deleted; the delegation goes', async () => {
    expect(await stack().destroy()).toMatchObject({ code: 0 });
    expect(changes(organization.calls)).toEqual(['DeregisterDelegatedAdministrator']);
    expect(isOn()).toEqual({ ...EVERYTHING, delegates: [] });
  });
});

describe('a delegation', () => {
  test('is moved by registering the new account before the older one is deregistered', async () => {
    expect(await stack().deploy(switches(RemovalPolicy.DESTROY))).toMatchObject({ code: 0 });
    expect(isOn()).toEqual(EVERYTHING);
    organization.calls.length = 0;
    expect(await stack().deploy(switches(RemovalPolicy.DESTROY, OTHER))).toMatchObject({ code: 0 });
    const moves = organization.calls.filter(({ operation }) => /^(Register|Deregister)/.test(operation));
    expect(moves.map(({ operation, input }) => [operation, input.AccountId])).toEqual([
      ['RegisterDelegatedAdministrator', OTHER],
      ['DeregisterDelegatedAdministrator', SECURITY],
    ]);
    expect(isOn()).toEqual({ ...EVERYTHING, delegates: [OTHER] });
  });

  test('is deregistered first, then sessions, credentials and trusted access go off, when a stack under DESTROY is deleted', async () => {
    expect(await stack().destroy()).toMatchObject({ code: 0 });
    expect(changes(organization.calls)).toEqual([
      'DeregisterDelegatedAdministrator',
      'DisableOrganizationsRootSessions',
      'DisableOrganizationsRootCredentialsManagement',
      'DisableAWSServiceAccess',
    ]);
    expect(isOn()).toEqual(NOTHING);
  });
});
