import { Authorize } from '../wire';
import { AccountInit, FakeAccount, LONG_AGO } from './accounts';
import { Callers } from './callers';
import { FakeResource, ResourceInit } from './locked-resources';
import { OrganizationPolicies, SERVICE_CONTROL_POLICY } from './policies';
import { UnknownSwitches } from './switches';
import { now, Timeline, View } from './timeline';

export const IAM_SERVICE = 'iam.amazonaws.com';
export const FEATURES = ['RootCredentialsManagement', 'RootSessions'] as const;
export type Feature = typeof FEATURES[number];

export interface OrganizationOptions {
  readonly organizationId?: string;
  /** @default '111111111111' */
  readonly managementAccountId?: string;
  /** @default 'ALL' */
  readonly featureSet?: 'ALL' | 'CONSOLIDATED_BILLING';
  /** Trusted access for iam.amazonaws.com. @default false */
  readonly trustedAccess?: boolean;
  /** @default [] */
  readonly features?: readonly Feature[];
  /** Policy types that are enabled in the root. @default service control policies, in an organization with all features */
  readonly policyTypes?: readonly string[];
  readonly clock?: () => number;
}

export interface OrganizationalUnit {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
}

/** Accounts and units directly below the root or a unit, in the order in which they came. */
export interface Children {
  readonly accounts: FakeAccount[];
  readonly units: OrganizationalUnit[];
}

const allowEverything: Authorize = async () => undefined;

/** The state of an organization, without any wire. */
export class Organization {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly rootId = 'r-fake';
  readonly featureSet: 'ALL' | 'CONSOLIDATED_BILLING';
  readonly clock: () => number;
  readonly callers: Callers;
  readonly switches = new UnknownSwitches();
  /** The management account included, in the order in which they came. */
  readonly accounts: readonly FakeAccount[] = [];
  /** When trusted access began, by service principal. */
  readonly trustedServices: Timeline<ReadonlyMap<string, number>>;
  readonly features: Timeline<ReadonlySet<string>>;
  /** When a delegation began, by account and service principal. */
  readonly delegations: Timeline<ReadonlyMap<string, ReadonlyMap<string, number>>>;
  readonly policies: OrganizationPolicies;
  /** Ids of accounts, units or the root with a service control policy that denies root sessions as well as the root user. */
  readonly assumedRootDenied = new Set<string>();
  /** Buckets of member accounts, by name. */
  readonly buckets = new Map<string, FakeResource>();
  /** Queues of member accounts, by `region/account/name`. */
  readonly queues = new Map<string, FakeResource>();
  /** Decides what the callers' own policies allow. Everything, until somebody knows better. */
  authorize: Authorize = allowEverything;

  private readonly accountsById = new Map<string, FakeAccount>();
  private readonly unitsById = new Map<string, OrganizationalUnit>();
  private readonly childrenByParent = new Map<string, Children>();

  constructor(options: OrganizationOptions = {}) {
    this.organizationId = options.organizationId ?? 'o-fakeorganization';
    this.managementAccountId = options.managementAccountId ?? '111111111111';
    this.featureSet = options.featureSet ?? 'ALL';
    this.clock = options.clock ?? Date.now;
    this.callers = new Callers(this.clock);
    this.trustedServices = new Timeline(this.clock, new Map(options.trustedAccess ? [[IAM_SERVICE, LONG_AGO]] : []));
    this.features = new Timeline(this.clock, new Set<string>(options.features));
    this.delegations = new Timeline(this.clock, new Map());
    this.policies = new OrganizationPolicies(this.clock, options.policyTypes ?? (this.featureSet === 'ALL' ? [SERVICE_CONTROL_POLICY] : []));
    this.childrenByParent.set(this.rootId, { accounts: [], units: [] });
    this.addAccount({ id: this.managementAccountId, name: 'management', joinedMethod: 'INVITED', root: { password: true, mfaDevices: [{}] } });
  }

  addAccount(init: AccountInit): FakeAccount {
    if (this.accountsById.has(init.id)) throw new Error(`account ${init.id} is in the organization already`);
    const account = new FakeAccount(init, init.ou ?? this.rootId, this.clock);
    this.childrenIn(account.parentId).accounts.push(account);
    this.accountsById.set(account.id, account);
    (this.accounts as FakeAccount[]).push(account);
    return account;
  }

  /** The account leaves the organization. What its root user has stays as it is, and so do sessions that were issued. */
  removeAccount(id: string): void {
    const account = this.account(id);
    account.hasLeft = true;
    for (const list of [this.accounts as FakeAccount[], this.childrenIn(account.parentId).accounts]) {
      list.splice(list.indexOf(account), 1);
    }
  }

  /** To another unit, or to the root of the organization. */
  moveAccount(id: string, parentId: string): void {
    const account = this.account(id);
    const { accounts } = this.childrenIn(account.parentId);
    accounts.splice(accounts.indexOf(account), 1);
    this.childrenIn(parentId).accounts.push(account);
    account.parentId = parentId;
  }

  addBucket(init: ResourceInit): FakeResource {
    const bucket = new FakeResource(init, this.clock);
    this.buckets.set(bucket.name, bucket);
    return bucket;
  }

  addQueue(init: ResourceInit): FakeResource {
    const queue = new FakeResource(init, this.clock);
    this.queues.set(`${queue.region}/${queue.account}/${queue.name}`, queue);
    return queue;
  }

  addOrganizationalUnit({ name, parent = this.rootId }: { name: string; parent?: string }): string {
    const id = `ou-fake-${(this.unitsById.size + 1).toString(36).padStart(8, '0')}`;
    const unit = { id, name, parentId: parent };
    this.childrenIn(parent).units.push(unit);
    this.childrenByParent.set(id, { accounts: [], units: [] });
    this.unitsById.set(id, unit);
    return id;
  }

  /** One that has left, too. */
  account(id: string): FakeAccount {
    return this.accountsById.get(id) ?? notHere(`account ${id}`);
  }

  findAccount(id: string): FakeAccount | undefined {
    const account = this.accountsById.get(id);
    return account?.hasLeft ? undefined : account;
  }

  findUnit(id: string): OrganizationalUnit | undefined {
    return this.unitsById.get(id);
  }

  /** Everything to which a policy can be attached. */
  get entities(): { readonly id: string; readonly name: string; readonly type: 'ROOT' | 'ORGANIZATIONAL_UNIT' | 'ACCOUNT' }[] {
    return [
      { id: this.rootId, name: 'Root', type: 'ROOT' as const },
      ...[...this.unitsById.values()].map(({ id, name }) => ({ id, name, type: 'ORGANIZATIONAL_UNIT' as const })),
      ...this.accounts.map(({ id, name }) => ({ id, name, type: 'ACCOUNT' as const })),
    ];
  }

  findChildren(parentId: string): Children | undefined {
    return this.childrenByParent.get(parentId);
  }

  /** Ids from the root down to the parent. */
  pathOf({ parentId }: { readonly parentId: string }): string[] {
    const parent = this.unitsById.get(parentId);
    return parent ? [...this.pathOf(parent), parentId] : [parentId];
  }

  /** Turns on trusted access for a service. */
  trust(service: string): void {
    const before = this.trustedServices.current;
    if (!before.has(service)) this.trustedServices.current = new Map([...before, [service, this.clock()]]);
  }

  /** Turns it off; what the service's own features are is not forgotten. */
  distrust(service: string): void {
    this.trustedServices.current = new Map([...this.trustedServices.current].filter(([other]) => other !== service));
  }

  isTrusted(service: string, view: View = now): boolean {
    return view(this.trustedServices).has(service);
  }

  /** Makes an account a delegated administrator of a service. */
  delegate(accountId: string, service = IAM_SERVICE): void {
    const before = this.delegations.current;
    this.delegations.current = new Map([...before, [accountId, new Map([...before.get(accountId) ?? [], [service, this.clock()]])]]);
  }

  /** An account without a service is no delegated administrator any more, and loses what it could read. */
  undelegate(accountId: string, service = IAM_SERVICE): void {
    const services = [...this.delegations.current.get(accountId) ?? []].filter(([other]) => other !== service);
    const others = [...this.delegations.current].filter(([id]) => id !== accountId);
    this.delegations.current = new Map(services.length > 0 ? [...others, [accountId, new Map(services)]] : others);
  }

  isDelegatedAdministrator(accountId: string, service: string, view: View = now): boolean {
    return view(this.delegations).get(accountId)?.has(service) ?? false;
  }

  /** Service control policies of the account and of all above it. They never bind the management account. */
  deniesAssumedRoot(account: FakeAccount): boolean {
    return account.id !== this.managementAccountId && this.assumedRootDenied.size > 0
      && [...this.pathOf(account), account.id].some((id) => this.assumedRootDenied.has(id));
  }

  private childrenIn(parentId: string): Children {
    return this.findChildren(parentId) ?? notHere(`root or organizational unit ${parentId}`);
  }
}

function notHere(what: string): never {
  throw new Error(`${what} is not in the organization`);
}
