import {
  DeregisterDelegatedAdministratorCommand, DescribeAccountCommand, DescribeOrganizationalUnitCommand, DescribeOrganizationCommand,
  DisableAWSServiceAccessCommand, EnableAWSServiceAccessCommand, ListAccountsCommand, ListAccountsForParentCommand,
  ListAWSServiceAccessForOrganizationCommand, ListChildrenCommand, ListDelegatedAdministratorsCommand, ListDelegatedServicesForAccountCommand,
  ListHandshakesForOrganizationCommand, ListOrganizationalUnitsForParentCommand, ListParentsCommand, ListRootsCommand, OrganizationsClient,
  paginateListAccounts,
  RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';
import { FakeOrganization } from './fake-organization';
import { Clients, MANAGEMENT, MEMBER, OUTSIDER, READY, refused, SECURITY, served } from './testing';

const IAM = { ServicePrincipal: 'iam.amazonaws.com' };
const GUARDDUTY = { ServicePrincipal: 'guardduty.amazonaws.com' };
const register = (AccountId: string, service = IAM) => new RegisterDelegatedAdministratorCommand({ AccountId, ...service });
const deregister = (AccountId: string, service = IAM) => new DeregisterDelegatedAdministratorCommand({ AccountId, ...service });

const idOf = (index: number) => String(600_000_000_000 + index);
const addAccounts = (organization: FakeOrganization, count: number, ou?: string) => {
  for (let index = 0; index < count; index++) organization.addAccount({ id: idOf(index), ou });
};

describe('reading accounts', () => {
  test('an account is described with its state, its path and when it joined', async () => {
    const { organization, management } = await served();
    const unit = organization.addOrganizationalUnit({ name: 'workloads' });
    organization.addAccount({ id: idOf(1), name: 'shop', email: 'shop@example.com', ou: unit, joinedMethod: 'INVITED', state: 'PENDING_CLOSURE' });
    const { Account } = await management.organizations.send(new DescribeAccountCommand({ AccountId: idOf(1) }));
    expect(Account).toEqual({
      Id: idOf(1),
      Arn: `arn:aws:organizations::${MANAGEMENT}:account/${organization.organizationId}/${idOf(1)}`,
      Name: 'shop',
      Email: 'shop@example.com',
      State: 'PENDING_CLOSURE',
      Status: 'PENDING_CLOSURE',
      Paths: [`${organization.organizationId}/${organization.rootId}/${unit}/${idOf(1)}/`],
      JoinedMethod: 'INVITED',
      JoinedTimestamp: new Date('2019-05-01T12:00:00Z'),
    });
  });

  test.each([['State', [undefined, 'SUSPENDED']], ['Status', ['SUSPENDED', undefined]], ['both', ['SUSPENDED', 'SUSPENDED']]] as const)(
    'the state is sent as %s, by the switch', async (accountStates, expected) => {
      const { organization, management } = await served();
      organization.account(MEMBER).state = 'SUSPENDED';
      organization.switches.accountStates = accountStates;
      const { Account } = await management.organizations.send(new DescribeAccountCommand({ AccountId: MEMBER }));
      expect([Account!.Status, Account!.State]).toEqual(expected);
    });

  test('all accounts come in pages of 20, the management account among them', async () => {
    const { organization, management } = await served();
    addAccounts(organization, 42);
    const pages = [];
    for await (const { Accounts } of paginateListAccounts({ client: management.organizations }, {})) pages.push(Accounts!.map(({ Id }) => Id));
    expect(pages.map((page) => page.length)).toEqual([20, 20, 5]);
    expect(new Set(pages.flat())).toEqual(new Set([...organization.accounts].map(({ id }) => id)));
    expect(pages.flat()).toContain(MANAGEMENT);
  });

  test.each([
    [{ MaxResults: 0 }, 'MIN_VALUE_EXCEEDED'], [{ MaxResults: 21 }, 'MAX_VALUE_EXCEEDED'],
    [{ NextToken: '' }, 'INVALID_NEXT_TOKEN'], [{ NextToken: 'elsewhere' }, 'INVALID_NEXT_TOKEN'],
  ])('a page of %o is refused', async (input, reason) => {
    const { management } = await served();
    expect(await refused(management.organizations.send(new ListAccountsCommand(input)))).toMatchObject({ name: 'InvalidInputException', status: 400, reason });
  });

  test('a page may be smaller than 20', async () => {
    const { management } = await served();
    const { Accounts, NextToken } = await management.organizations.send(new ListAccountsCommand({ MaxResults: 2 }));
    expect(Accounts).toHaveLength(2);
    const rest = await management.organizations.send(new ListAccountsCommand({ MaxResults: 2, NextToken }));
    expect(rest.Accounts).toHaveLength(1);
    expect(rest.NextToken).toBeUndefined();
  });

  test('an account of another organization is not found', async () => {
    const { management } = await served();
    expect(await refused(management.organizations.send(new DescribeAccountCommand({ AccountId: OUTSIDER })))).toMatchObject(
      { name: 'AccountNotFoundException', status: 400 });
    expect(await refused(management.organizations.send(new DescribeAccountCommand({ AccountId: 'x' })))).toMatchObject({ name: 'InvalidInputException' });
  });
});

describe('reading the tree', () => {
  async function tree() {
    const all = await served();
    const outer = all.organization.addOrganizationalUnit({ name: 'outer' });
    const inner = all.organization.addOrganizationalUnit({ name: 'inner', parent: outer });
    all.organization.addAccount({ id: idOf(1), ou: outer });
    all.organization.addAccount({ id: idOf(2), ou: inner });
    const send: OrganizationsClient['send'] = all.management.organizations.send.bind(all.management.organizations);
    return { ...all, outer, inner, send, rootId: all.organization.rootId };
  }

  test('a parent lists the accounts directly below it and none further down', async () => {
    const { send, outer, inner, rootId } = await tree();
    const accounts = async (ParentId: string) => (await send(new ListAccountsForParentCommand({ ParentId }))).Accounts!.map(({ Id }) => Id);
    expect(await accounts(rootId)).toEqual([MANAGEMENT, SECURITY, MEMBER]);
    expect(await accounts(outer)).toEqual([idOf(1)]);
    expect(await accounts(inner)).toEqual([idOf(2)]);
    expect(await refused(accounts('ou-none-00000000'))).toMatchObject({ name: 'ParentNotFoundException', status: 400 });
  });

  test('units, children and parents lead down and up', async () => {
    const { send, outer, inner, rootId } = await tree();
    expect((await send(new ListRootsCommand({}))).Roots).toMatchObject([{ Id: rootId, Name: 'Root' }]);
    expect((await send(new ListOrganizationalUnitsForParentCommand({ ParentId: rootId }))).OrganizationalUnits).toMatchObject([{ Id: outer, Name: 'outer' }]);
    expect((await send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: inner }))).OrganizationalUnit).toMatchObject({ Id: inner, Name: 'inner' });
    const children = async (ChildType: 'ACCOUNT' | 'ORGANIZATIONAL_UNIT') => (await send(new ListChildrenCommand({ ParentId: outer, ChildType }))).Children;
    expect(await children('ACCOUNT')).toEqual([{ Id: idOf(1), Type: 'ACCOUNT' }]);
    expect(await children('ORGANIZATIONAL_UNIT')).toEqual([{ Id: inner, Type: 'ORGANIZATIONAL_UNIT' }]);
    const parents = async (ChildId: string) => (await send(new ListParentsCommand({ ChildId }))).Parents;
    expect(await parents(idOf(2))).toEqual([{ Id: inner, Type: 'ORGANIZATIONAL_UNIT' }]);
    expect(await parents(outer)).toEqual([{ Id: rootId, Type: 'ROOT' }]);
  });

  test('what is not in the tree is not found', async () => {
    const { send } = await tree();
    expect(await refused(send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-none-00000000' })))).toMatchObject(
      { name: 'OrganizationalUnitNotFoundException' });
    expect(await refused(send(new ListParentsCommand({ ChildId: OUTSIDER })))).toMatchObject({ name: 'ChildNotFoundException' });
  });
});

describe('who may call', () => {
  const read = ({ organizations }: Clients) => organizations.send(new ListAccountsCommand({}));
  const write = ({ organizations }: Clients) => organizations.send(new EnableAWSServiceAccessCommand(GUARDDUTY));

  test('every member account learns which organization it is in and which account manages it', async () => {
    const { organization, as } = await served();
    const { Organization } = await as(MEMBER).organizations.send(new DescribeOrganizationCommand({}));
    expect(Organization).toMatchObject({
      Id: organization.organizationId,
      FeatureSet: 'ALL',
      MasterAccountId: MANAGEMENT,
      MasterAccountArn: `arn:aws:organizations::${MANAGEMENT}:account/${organization.organizationId}/${MANAGEMENT}`,
    });
  });

  test('an account outside learns that it is in none', async () => {
    const { as } = await served();
    expect(await refused(as(OUTSIDER).organizations.send(new DescribeOrganizationCommand({})))).toMatchObject(
      { name: 'AWSOrganizationsNotInUseException', status: 400 });
  });

  test('other member accounts may neither read nor write', async () => {
    const { as } = await served();
    for (const operation of [read, write]) {
      expect(await refused(operation(as(MEMBER)))).toMatchObject({ name: 'AccessDeniedException', status: 400 });
    }
  });

  test('a delegated administrator of any service reads until it loses its last service, and never writes', async () => {
    const { management, as } = await served();
    await write(management);
    await management.organizations.send(register(SECURITY, GUARDDUTY));
    await management.organizations.send(register(SECURITY));
    const delegate = as(SECURITY);
    expect(await refused(write(delegate))).toMatchObject({ name: 'AccessDeniedException' });
    await management.organizations.send(deregister(SECURITY));
    await read(delegate);
    await management.organizations.send(deregister(SECURITY, GUARDDUTY));
    expect(await refused(read(delegate))).toMatchObject({ name: 'AccessDeniedException' });
  });

  test("the caller's policies are asked about the account and the service", async () => {
    const { organization, management } = await served();
    organization.authorize = async ({ action, resource, context }) => `${action} ${resource} ${context['organizations:ServicePrincipal']}`;
    expect(await refused(management.organizations.send(register(SECURITY)))).toEqual({
      name: 'AccessDeniedException',
      status: 400,
      message: `organizations:RegisterDelegatedAdministrator arn:aws:organizations::${MANAGEMENT}:account/${organization.organizationId}/${SECURITY} iam.amazonaws.com`,
    });
  });
});

describe('trusted access', () => {
  test('is turned on and off for each service, and both may be repeated', async () => {
    const { management } = await served({});
    const services = async () => (await management.organizations.send(new ListAWSServiceAccessForOrganizationCommand({}))).EnabledServicePrincipals!
      .map(({ ServicePrincipal, DateEnabled }) => [ServicePrincipal, DateEnabled instanceof Date]);
    for (const service of [IAM, IAM, GUARDDUTY]) await management.organizations.send(new EnableAWSServiceAccessCommand(service));
    expect(await services()).toEqual([['iam.amazonaws.com', true], ['guardduty.amazonaws.com', true]]);
    for (const service of [IAM, IAM]) await management.organizations.send(new DisableAWSServiceAccessCommand(service));
    expect(await services()).toEqual([['guardduty.amazonaws.com', true]]);
  });

  test('stays while a delegated administrator is registered for the service', async () => {
    const { management } = await served();
    await management.organizations.send(register(SECURITY));
    expect(await refused(management.organizations.send(new DisableAWSServiceAccessCommand(IAM)))).toEqual({
      name: 'ConstraintViolationException',
      status: 400,
      message: 'You have delegated administrator/s for this service. De-register them in order to disable service access.',
      reason: 'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE',
    });
  });

  test('needs a service that exists and an organization with all features', async () => {
    const { management } = await served();
    expect(await refused(management.organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: 'iam' })))).toMatchObject(
      { name: 'InvalidInputException', reason: 'UNRECOGNIZED_SERVICE_PRINCIPAL' });
    const billing = await served({ featureSet: 'CONSOLIDATED_BILLING' });
    expect(await refused(billing.management.organizations.send(new EnableAWSServiceAccessCommand(IAM)))).toMatchObject(
      { name: 'ConstraintViolationException', reason: 'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE' });
  });
});

describe('delegated administrators', () => {
  test('are listed by service and by account', async () => {
    const { management } = await served();
    const { organizations } = management;
    await organizations.send(new EnableAWSServiceAccessCommand(GUARDDUTY));
    await organizations.send(register(SECURITY));
    await organizations.send(register(MEMBER, GUARDDUTY));
    const administrators = async (service: object) =>
      (await organizations.send(new ListDelegatedAdministratorsCommand(service))).DelegatedAdministrators!;
    expect(await administrators(IAM)).toMatchObject([{ Id: SECURITY, Name: 'security', State: 'ACTIVE', DelegationEnabledDate: expect.any(Date) }]);
    expect((await administrators({})).map(({ Id }) => Id)).toEqual([SECURITY, MEMBER]);
    const { DelegatedServices } = await organizations.send(new ListDelegatedServicesForAccountCommand({ AccountId: SECURITY }));
    expect(DelegatedServices).toMatchObject([{ ...IAM, DelegationEnabledDate: expect.any(Date) }]);
  });

  test.each<[string, string, string, (organization: FakeOrganization) => void]>([
    ['the management account', MANAGEMENT, 'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR', () => {}],
    ['a suspended account', SECURITY, 'CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR', (organization) => {
      organization.account(SECURITY).state = 'SUSPENDED';
    }],
    ['an account before trusted access', SECURITY, 'SERVICE_ACCESS_NOT_ENABLED', (organization) => {
      organization.distrust('iam.amazonaws.com');
    }],
    ['more accounts than the service allows', SECURITY, 'MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED', (organization) => {
      organization.delegate(MEMBER);
      organization.switches.maximumDelegatedAdministrators = 1;
    }],
  ])('cannot be %s', async (_what, id, reason, arrange) => {
    const { organization, management } = await served();
    arrange(organization);
    expect(await refused(management.organizations.send(register(id)))).toMatchObject({ name: 'ConstraintViolationException', status: 400, reason });
  });

  test('are unlimited in number until the switch says otherwise', async () => {
    const { management } = await served();
    await management.organizations.send(register(SECURITY));
    await management.organizations.send(register(MEMBER));
    const { DelegatedAdministrators } = await management.organizations.send(new ListDelegatedAdministratorsCommand(IAM));
    expect(DelegatedAdministrators).toHaveLength(2);
  });

  test('are registered once and deregistered once', async () => {
    const { management: { organizations } } = await served();
    expect(await refused(organizations.send(deregister(SECURITY)))).toMatchObject({ name: 'AccountNotRegisteredException', status: 400 });
    await organizations.send(register(SECURITY));
    expect(await refused(organizations.send(register(SECURITY)))).toMatchObject({ name: 'AccountAlreadyRegisteredException', status: 400 });
    await organizations.send(deregister(SECURITY));
    expect(await refused(organizations.send(deregister(SECURITY)))).toMatchObject({ name: 'AccountNotRegisteredException' });
    expect(await refused(organizations.send(new ListDelegatedServicesForAccountCommand({ AccountId: SECURITY })))).toMatchObject(
      { name: 'AccountNotRegisteredException' });
    expect(await refused(organizations.send(register(OUTSIDER)))).toMatchObject({ name: 'AccountNotFoundException' });
  });
});

test('a mistake in a test arrangement is told at once', () => {
  const organization = new FakeOrganization();
  expect(() => organization.addAccount({ id: MANAGEMENT })).toThrow('account 111111111111 is in the organization already');
  expect(() => organization.addAccount({ id: MEMBER, ou: 'ou-none' })).toThrow('root or organizational unit ou-none is not in the organization');
  expect(() => organization.account(OUTSIDER)).toThrow('account 999999999999 is not in the organization');
});

test('an operation that the organization does not know is an error, not a success', async () => {
  const { management } = await served(READY);
  expect(await refused(management.organizations.send(new ListHandshakesForOrganizationCommand({})))).toMatchObject(
    { name: 'UnknownOperationException', status: 400 });
});
