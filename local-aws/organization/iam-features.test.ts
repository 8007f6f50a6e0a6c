import {
  DisableOrganizationsRootCredentialsManagementCommand, DisableOrganizationsRootSessionsCommand, EnableOrganizationsRootCredentialsManagementCommand,
  EnableOrganizationsRootSessionsCommand, ListOrganizationsFeaturesCommand,
} from '@aws-sdk/client-iam';
import { DisableAWSServiceAccessCommand, EnableAWSServiceAccessCommand } from '@aws-sdk/client-organizations';
import { Clients, MANAGEMENT, MEMBER, OUTSIDER, READY, refused, SECURITY, Served, served } from './testing';

const IAM = { ServicePrincipal: 'iam.amazonaws.com' };
const list = ({ iam }: Clients) => iam.send(new ListOrganizationsFeaturesCommand({}));
const enableCredentials = ({ iam }: Clients) => iam.send(new EnableOrganizationsRootCredentialsManagementCommand({}));
const enableSessions = ({ iam }: Clients) => iam.send(new EnableOrganizationsRootSessionsCommand({}));
const disableCredentials = ({ iam }: Clients) => iam.send(new DisableOrganizationsRootCredentialsManagementCommand({}));
const disableSessions = ({ iam }: Clients) => iam.send(new DisableOrganizationsRootSessionsCommand({}));
const ALL_FIVE = { list, enableCredentials, enableSessions, disableCredentials, disableSessions };

async function delegated(): Promise<Served> {
  const all = await served();
  all.organization.delegate(SECURITY);
  return all;
}

describe('turning the features', () => {
  test('each feature is turned on and off by itself and every answer lists what is on', async () => {
    const { management, organization } = await served({ trustedAccess: true });
    const seen = [];
    for (const step of [list, enableSessions, enableCredentials, disableSessions, disableCredentials]) {
      const { EnabledFeatures, OrganizationId } = await step(management);
      expect(OrganizationId).toBe(organization.organizationId);
      seen.push(EnabledFeatures);
    }
    expect(seen).toEqual([[], ['RootSessions'], ['RootSessions', 'RootCredentialsManagement'], ['RootCredentialsManagement'], []]);
  });

  test('disabling what is off succeeds', async () => {
    const { management } = await served({ trustedAccess: true });
    expect((await disableCredentials(management)).EnabledFeatures).toEqual([]);
  });

  test('enabling what is on succeeds, or fails by the switch', async () => {
    const { organization, management } = await served();
    await enableSessions(management);
    organization.switches.enableIsIdempotent = false;
    expect(await refused(enableSessions(management))).toMatchObject({ name: 'EntityAlreadyExistsException', status: 409 });
  });

  test('an empty list can be left out of the answer', async () => {
    const { organization, management } = await served({ trustedAccess: true });
    organization.switches.emptyFeaturesSent = false;
    expect((await list(management)).EnabledFeatures).toBeUndefined();
  });
});

describe('who may turn them', () => {
  test('a delegated administrator lists and disables, but cannot enable', async () => {
    const { as } = await delegated();
    const delegate = as(SECURITY);
    expect((await list(delegate)).EnabledFeatures).toHaveLength(2);
    expect((await disableSessions(delegate)).EnabledFeatures).toEqual(['RootCredentialsManagement']);
    expect(await refused(enableSessions(delegate))).toEqual({
      name: 'CallerIsNotManagementAccountException',
      status: 400,
      message: `Caller account ${SECURITY} is not management account of the organization and cannot enable IAM features.`,
    });
  });

  test.each(Object.entries(ALL_FIVE))('%s is refused to any other member account', async (_name, operation) => {
    const { as } = await delegated();
    expect(await refused(operation(as(MEMBER)))).toEqual({
      name: 'AccountNotManagementOrDelegatedAdministratorException',
      status: 400,
      message: `Input account ${MEMBER} is neither management account nor delegated admin.`,
    });
  });

  test.each(Object.entries(ALL_FIVE))('%s needs an organization', async (_name, operation) => {
    const { as } = await served();
    expect(await refused(operation(as(OUTSIDER)))).toMatchObject({ name: 'OrganizationNotFoundException', status: 400 });
  });

  test.each(Object.entries(ALL_FIVE))('%s needs an organization with all features', async (_name, operation) => {
    const { management } = await served({ featureSet: 'CONSOLIDATED_BILLING' });
    expect(await refused(operation(management))).toMatchObject({ name: 'OrganizationNotInAllFeaturesModeException', status: 400 });
  });
});

describe('trusted access', () => {
  test.each(Object.entries(ALL_FIVE))('%s needs it', async (_name, operation) => {
    const { management } = await served({});
    expect(await refused(operation(management))).toEqual({
      name: 'ServiceAccessNotEnabledException',
      status: 400,
      message: `Trusted Access for IAM not enabled by organization of input account ${MANAGEMENT}.`,
    });
  });

  test('taking it away hides the features and does not clear them', async () => {
    const { management } = await served();
    await management.organizations.send(new DisableAWSServiceAccessCommand(IAM));
    expect(await refused(list(management))).toMatchObject({ name: 'ServiceAccessNotEnabledException' });
    await management.organizations.send(new EnableAWSServiceAccessCommand(IAM));
    expect((await list(management)).EnabledFeatures).toEqual(['RootSessions', 'RootCredentialsManagement']);
  });

  test("the caller's own policies are asked before it", async () => {
    const { organization, management } = await served({ ...READY, trustedAccess: false });
    const denial = 'User: u is not authorized to perform: iam:ListOrganizationsFeatures on resource: * because no identity-based policy allows the iam:ListOrganizationsFeatures action';
    organization.authorize = async ({ action, resource }) => action === 'iam:ListOrganizationsFeatures' && resource === '*' ? denial : undefined;
    expect(await refused(list(management))).toEqual({ name: 'AccessDenied', status: 403, message: denial });
  });
});
