import { now, Timeline, type View } from './timeline';

export interface OrganizationPolicy {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly content: string;
  readonly awsManaged: boolean;
  readonly tags: ReadonlyMap<string, string>;
}

/** What AWS Organizations allows of policies of each type: doubled on 2026-05-15, from 5 and 5,120 (AWS What's New). */
export interface PolicyQuotas {
  /** Policies that may be attached to a root, a unit or an account, AWS's own included. */
  attachments: number;
  /** Characters of a policy. */
  characters: number;
}

export const SERVICE_CONTROL_POLICY = 'SERVICE_CONTROL_POLICY';
export const RESOURCE_CONTROL_POLICY = 'RESOURCE_CONTROL_POLICY';
export const FULL_AWS_ACCESS = 'p-FullAWSAccess';
/** Nobody can detach it (Organizations user guide, "RCP syntax"). */
export const RCP_FULL_AWS_ACCESS = 'p-RCPFullAWSAccess';

const ALLOW_EVERYTHING = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

const fullAwsAccess: OrganizationPolicy = {
  id: FULL_AWS_ACCESS,
  name: 'FullAWSAccess',
  description: 'Allows access to every operation',
  type: SERVICE_CONTROL_POLICY,
  content: ALLOW_EVERYTHING,
  awsManaged: true,
  tags: new Map(),
};

const rcpFullAwsAccess: OrganizationPolicy = {
  id: RCP_FULL_AWS_ACCESS,
  name: 'RCPFullAWSAccess',
  description: 'Allows access to every operation',
  type: RESOURCE_CONTROL_POLICY,
  content: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] }),
  awsManaged: true,
  tags: new Map(),
};

/** The policies of an organization, and to what they are attached. */
export class OrganizationPolicies {
  readonly quotas: PolicyQuotas = { attachments: 10, characters: 10_240 };
  readonly enabledTypes: Set<string>;
  private readonly policies: Timeline<ReadonlyMap<string, OrganizationPolicy>>;
  /** Policy ids by target. A root, unit or account that nobody touched has AWS's own policy. */
  private readonly attachments: Timeline<ReadonlyMap<string, readonly string[]>>;
  private created = 0;

  constructor(clock: () => number, enabledTypes: readonly string[]) {
    this.enabledTypes = new Set(enabledTypes);
    this.policies = new Timeline(clock, new Map([fullAwsAccess, rcpFullAwsAccess].map((policy) => [policy.id, policy])));
    this.attachments = new Timeline(clock, new Map());
  }

  all(view: View = now): OrganizationPolicy[] {
    return [...view(this.policies).values()];
  }

  find(id: string): OrganizationPolicy | undefined {
    return this.policies.current.get(id);
  }

  /** A policy of an organization that somebody made before. */
  add(name: string, document: object, ...targets: string[]): OrganizationPolicy {
    const policy = this.create({ name, description: '', type: SERVICE_CONTROL_POLICY, content: JSON.stringify(document), tags: new Map() });
    targets.forEach((target) => this.attach(policy.id, target));
    return policy;
  }

  /** A resource control policy, in an organization that has switched them on. Every statement has to be about every principal. */
  addResourceControl(name: string, document: { readonly Statement: readonly object[] }, ...targets: string[]): OrganizationPolicy {
    const content = JSON.stringify({ Version: '2012-10-17', Statement: document.Statement.map((statement) => ({ ...statement, Principal: '*' })) });
    this.enabledTypes.add(RESOURCE_CONTROL_POLICY);
    const policy = this.create({ name, description: '', type: RESOURCE_CONTROL_POLICY, content, tags: new Map() });
    targets.forEach((target) => this.attach(policy.id, target));
    return policy;
  }

  create(init: Omit<OrganizationPolicy, 'id' | 'awsManaged'>): OrganizationPolicy {
    this.created += 1;
    const policy = { ...init, id: `p-${this.created.toString(36).padStart(8, '0')}`, awsManaged: false };
    this.put(policy);
    return policy;
  }

  put(policy: OrganizationPolicy): void {
    this.policies.current = new Map([...this.policies.current, [policy.id, policy]]);
  }

  remove(id: string): void {
    this.policies.current = new Map([...this.policies.current].filter(([other]) => other !== id));
  }

  attach(id: string, target: string): void {
    this.setAttached(target, [...this.attachedIds(target), id]);
  }

  detach(id: string, target: string): void {
    this.setAttached(target, this.attachedIds(target).filter((other) => other !== id));
  }

  /** The policies of one type of a target, in the order of their attachment; none while the type is off. */
  attachedTo(target: string, type = SERVICE_CONTROL_POLICY, view: View = now): OrganizationPolicy[] {
    if (!this.enabledTypes.has(type)) return [];
    return this.attachedIds(target, view).map((id) => view(this.policies).get(id)!).filter((policy) => policy?.type === type);
  }

  isAttached(id: string, target: string): boolean {
    return this.attachedIds(target).includes(id);
  }

  /** Somebody made a policy beside AWS's own, or took that away somewhere. */
  get restrict(): boolean {
    return this.attachments.current.size > 0;
  }

  private attachedIds(target: string, view: View = now): readonly string[] {
    return view(this.attachments).get(target) ?? [FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS];
  }

  private setAttached(target: string, ids: readonly string[]): void {
    this.attachments.current = new Map([...this.attachments.current, [target, ids]]);
  }
}
