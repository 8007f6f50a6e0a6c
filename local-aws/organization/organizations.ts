import { FakeAccount } from './accounts';
import { Call } from './call';
import { accessDenied, AwsError } from './errors';
import { Operation, Operations, permit, Result, Value } from './operation';
import { Children, Organization, OrganizationalUnit } from './organization';
import { page } from './pages';
import { OrganizationPolicies, SERVICE_CONTROL_POLICY } from './policies';

/** AWS Organizations, as far as it concerns reading the organization and its trusted services. Callers as in the AWS API reference. */
export const ORGANIZATIONS_OPERATIONS: Operations = {
  DescribeOrganization: forMembers((_call, organization) => ({ Organization: describeOrganization(organization) })),
  DescribeAccount: forAdministrators((call, organization) => ({ Account: describeAccount(organization, accountOf(call, organization)) })),
  DescribeOrganizationalUnit: forAdministrators((call, organization) => {
    const unit = organization.findUnit(call.input.OrganizationalUnitId ?? '');
    if (!unit) throw new AwsError('OrganizationalUnitNotFoundException', "You specified an organizational unit that doesn't exist.");
    return { OrganizationalUnit: describeUnit(organization, unit) };
  }),
  ListRoots: forAdministrators((call, organization) => list(call, 'Roots', [organization], describeRoot)),
  ListAccounts: forAdministrators((call, organization) =>
    list(call, 'Accounts', organization.accounts, (account) => describeAccount(organization, account))),
  ListAccountsForParent: forAdministrators((call, organization) =>
    list(call, 'Accounts', childrenOf(call, organization).accounts, (account) => describeAccount(organization, account))),
  ListOrganizationalUnitsForParent: forAdministrators((call, organization) =>
    list(call, 'OrganizationalUnits', childrenOf(call, organization).units, (unit) => describeUnit(organization, unit))),
  ListChildren: forAdministrators((call, organization) => {
    const { ChildType: type } = call.input;
    if (type !== 'ACCOUNT' && type !== 'ORGANIZATIONAL_UNIT') throw invalidInput('INVALID_ENUM', 'You specified an invalid value for ChildType.');
    const { accounts, units } = childrenOf(call, organization);
    return list<FakeAccount | OrganizationalUnit>(call, 'Children', type === 'ACCOUNT' ? accounts : units, ({ id }) => ({ Id: id, Type: type }));
  }),
  ListParents: forAdministrators((call, organization) => {
    const id = call.input.ChildId ?? '';
    const child = organization.findAccount(id) ?? organization.findUnit(id);
    if (!child) throw new AwsError('ChildNotFoundException', "You specified a child that doesn't exist.");
    const type = child.parentId === organization.rootId ? 'ROOT' : 'ORGANIZATIONAL_UNIT';
    return list(call, 'Parents', [child.parentId], (parentId) => ({ Id: parentId, Type: type }));
  }),

  EnableAWSServiceAccess: forManagement((call, organization) => {
    const service = servicePrincipal(call);
    if (organization.featureSet !== 'ALL') {
      throw constraint('ORGANIZATION_NOT_IN_ALL_FEATURES_MODE', 'The organization must have all features enabled to perform this operation.');
    }
    organization.trust(service);
    return undefined;
  }),
  DisableAWSServiceAccess: forManagement((call, organization) => {
    const service = servicePrincipal(call);
    if (delegatesOf(organization, service) > 0) {
      throw constraint('DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE',
        'You have delegated administrator/s for this service. De-register them in order to disable service access.');
    }
    organization.distrust(service);
    return undefined;
  }),
  ListAWSServiceAccessForOrganization: forAdministrators((call, organization) =>
    list(call, 'EnabledServicePrincipals', [...call.view(organization.trustedServices)],
      ([service, since]) => ({ ServicePrincipal: service, DateEnabled: new Date(since) }))),

  RegisterDelegatedAdministrator: forManagement(registerDelegatedAdministrator),
  DeregisterDelegatedAdministrator: forManagement((call, organization) => {
    const service = servicePrincipal(call);
    const { id } = accountOf(call, organization);
    if (!organization.isDelegatedAdministrator(id, service)) throw notRegistered();
    organization.undelegate(id, service);
    return undefined;
  }),
  ListDelegatedAdministrators: forAdministrators((call, organization) => {
    const { ServicePrincipal: service } = call.input;
    const delegates = [...call.view(organization.delegations)].filter(([, services]) => service === undefined || services.has(service));
    return list(call, 'DelegatedAdministrators', delegates, ([id, services]) => {
      const { Paths: _paths, ...account } = describeAccount(organization, organization.account(id));
      return { ...account, DelegationEnabledDate: new Date(services.get(service!) ?? Math.min(...services.values())) };
    });
  }),
  ListDelegatedServicesForAccount: forAdministrators((call, organization) => {
    const services = call.view(organization.delegations).get(accountOf(call, organization).id);
    if (!services) throw notRegistered();
    return list(call, 'DelegatedServices', [...services], ([service, since]) => ({ ServicePrincipal: service, DelegationEnabledDate: new Date(since) }));
  }),
};

export const unknownOperation: Operation = ({ operation }) => {
  throw new AwsError('UnknownOperationException', `the fake organization does not answer organizations:${operation}`);
};

function registerDelegatedAdministrator(call: Call, organization: Organization): Result {
  const service = servicePrincipal(call);
  const account = accountOf(call, organization);
  if (account.id === organization.managementAccountId) {
    throw constraint('CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR', 'You cannot register master account/yourself as delegated administrator for your organization.');
  }
  if (account.state !== 'ACTIVE') {
    throw constraint('CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR', 'You cannot register a suspended account as a delegated administrator.');
  }
  if (!organization.isTrusted(service)) {
    throw constraint('SERVICE_ACCESS_NOT_ENABLED', 'You must enable trusted access for the service before you register a delegated administrator.');
  }
  if (organization.isDelegatedAdministrator(account.id, service)) {
    throw new AwsError('AccountAlreadyRegisteredException', 'The specified account is already a delegated administrator for this AWS service.');
  }
  if (delegatesOf(organization, service) >= organization.switches.maximumDelegatedAdministrators) {
    throw constraint('MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED', 'You have reached the maximum number of delegated administrators for the service.');
  }
  organization.delegate(account.id, service);
  return undefined;
}

const delegatesOf = ({ delegations }: Organization, service: string): number =>
  [...delegations.current.values()].filter((services) => services.has(service)).length;

function forMembers(operation: Operation): Operation {
  return callable(() => true, operation);
}

/** The management account, or a delegated administrator of any service. */
export function forAdministrators(operation: Operation): Operation {
  return callable((call, organization) => isManagement(call, organization) || isDelegate(call, organization), operation);
}

export function forManagement(operation: Operation): Operation {
  return callable((call, organization) => isManagement(call, organization), operation);
}

const isManagement = ({ caller }: Call, organization: Organization) => caller.accountId === organization.managementAccountId;
const isDelegate = ({ caller, view }: Call, organization: Organization) => view(organization.delegations).has(caller.accountId);

function callable(by: (call: Call, organization: Organization) => boolean, operation: Operation): Operation {
  return async (call, organization) => {
    await permit(call, organization, resourceOf(call, organization), contextOf(call, organization));
    if (!organization.findAccount(call.caller.accountId)) {
      throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
    }
    if (!by(call, organization)) throw accessDenied("You don't have permissions to access this resource.");
    return operation(call, organization);
  };
}

function resourceOf({ input }: Call, organization: Organization): string {
  const { AccountId: accountId, PolicyId: policyId, TargetId: targetId, ChildId: childId, OrganizationalUnitId: unitId } = input;
  if (policyId !== undefined) return policyArn(organization, policyId);
  const id = accountId ?? targetId ?? childId ?? unitId;
  return id === undefined ? '*' : arn(organization, kindOf(id), id);
}

const kindOf = (id: string) => id.startsWith('ou-') ? 'ou' : id.startsWith('r-') ? 'root' : 'account';

function contextOf({ input }: Call, { policies }: Organization): Record<string, string> {
  const { ServicePrincipal: service, Filter: filter, PolicyId: policyId } = input;
  const type = filter ?? (policyId && typeOf(policies, policyId));
  return { ...service !== undefined && { 'organizations:ServicePrincipal': service }, ...type !== undefined && { 'organizations:PolicyType': type } };
}

function accountOf({ input: { AccountId: id = '' } }: Call, organization: Organization): FakeAccount {
  if (!/^\d{12}$/.test(id)) throw invalidInput('INVALID_PATTERN', 'You provided a value that does not match the required pattern.');
  const account = organization.findAccount(id);
  if (!account) throw new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
  return account;
}

function childrenOf({ input: { ParentId: id = '' } }: Call, organization: Organization): Children {
  const children = organization.findChildren(id);
  if (!children) throw new AwsError('ParentNotFoundException', "You specified parent that doesn't exist.");
  return children;
}

function servicePrincipal({ input: { ServicePrincipal: service = '' } }: Call): string {
  if (!/^[\w-]+(\.[\w-]+)*\.amazonaws\.com$/.test(service)) {
    throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL', 'You specified an unrecognized service principal.');
  }
  return service;
}

export const constraint = (reason: string, message: string) => new AwsError('ConstraintViolationException', message, 400, { Reason: reason });
export const invalidInput = (reason: string, message: string) => new AwsError('InvalidInputException', message, 400, { Reason: reason });
const notRegistered = () => new AwsError('AccountNotRegisteredException', 'The specified account is not a delegated administrator for this AWS service.');

/** No page has more than 20 entries, which is also what a caller gets who asks for nothing (recorded from AWS, September 2026). */
export function list<T>(call: Call, member: string, items: readonly T[], describe: (item: T) => Value): Result {
  const { MaxResults: size = '20', NextToken: token } = call.input;
  if (Number(size) < 1) throw invalidInput('MIN_VALUE_EXCEEDED', 'You provided a numeric argument that is smaller than the minimum.');
  if (Number(size) > 20) throw invalidInput('MAX_VALUE_EXCEEDED', 'You provided a numeric argument that is greater than the maximum.');
  const found = page(items, call, Number(size), token);
  if (!found) throw invalidInput('INVALID_NEXT_TOKEN', 'You provided a token that is not valid.');
  return { [member]: found.items.map(describe), NextToken: found.next };
}

const arn = ({ managementAccountId, organizationId }: Organization, type: string, id: string) =>
  `arn:aws:organizations::${managementAccountId}:${type}/${organizationId}/${id}`;

/** AWS's own policies belong to no organization. */
export function policyArn({ managementAccountId, organizationId, policies }: Organization, id: string): string {
  const resource = `${typeOf(policies, id).toLowerCase()}/${id}`;
  return policies.find(id)?.awsManaged
    ? `arn:aws:organizations::aws:policy/${resource}`
    : `arn:aws:organizations::${managementAccountId}:policy/${organizationId}/${resource}`;
}

/** One that does not exist may be of any type. */
const typeOf = (policies: OrganizationPolicies, id: string) => policies.find(id)?.type ?? SERVICE_CONTROL_POLICY;

function describeOrganization(organization: Organization): Value {
  const { organizationId, managementAccountId, featureSet } = organization;
  return {
    Id: organizationId,
    Arn: `arn:aws:organizations::${managementAccountId}:organization/${organizationId}`,
    FeatureSet: featureSet,
    MasterAccountArn: arn(organization, 'account', managementAccountId),
    MasterAccountId: managementAccountId,
    MasterAccountEmail: organization.account(managementAccountId).email,
    AvailablePolicyTypes: [],
  };
}

export function describeRoot(organization: Organization): Value {
  const { rootId, policies } = organization;
  return { Id: rootId, Arn: arn(organization, 'root', rootId), Name: 'Root', PolicyTypes: [...policies.enabledTypes].map((Type) => ({ Type, Status: 'ENABLED' })) };
}

function describeUnit(organization: Organization, unit: OrganizationalUnit): Value {
  return { Id: unit.id, Arn: arn(organization, 'ou', unit.id), Name: unit.name };
}

function describeAccount(organization: Organization, account: FakeAccount) {
  const { accountStates } = organization.switches;
  return {
    Id: account.id,
    Arn: arn(organization, 'account', account.id),
    Email: account.email,
    Name: account.name,
    Status: accountStates === 'State' ? undefined : STATUS[account.state],
    State: accountStates === 'Status' ? undefined : account.state,
    Paths: [`${[organization.organizationId, ...organization.pathOf(account), account.id].join('/')}/`],
    JoinedMethod: account.joinedMethod,
    JoinedTimestamp: new Date(account.joinedAt),
  };
}

/** The older field knows three of the five states. */
const STATUS = { PENDING_ACTIVATION: 'SUSPENDED', ACTIVE: 'ACTIVE', SUSPENDED: 'SUSPENDED', PENDING_CLOSURE: 'PENDING_CLOSURE', CLOSED: 'SUSPENDED' };
