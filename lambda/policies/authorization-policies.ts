import {
  DescribePolicyCommand, paginateListParents, paginateListPolicies, paginateListPoliciesForTarget, paginateListTargetsForPolicy,
  type OrganizationsClient, type PolicySummary,
} from '@aws-sdk/client-organizations';
import pLimit from 'p-limit';
import type { Level, Policy, PolicyType, Target } from './judge';
import { isNamed } from '../aws/errors';
import { everyItem } from '../aws/pages';

const SCP: PolicyType = 'SERVICE_CONTROL_POLICY';

/** The policy of each type that AWS attaches by default. Its text never changes (Organizations user guide). */
const ALLOWS_EVERYTHING: Readonly<Record<PolicyType, Policy>> = {
  SERVICE_CONTROL_POLICY: allowsEverything('FullAWSAccess', 'SERVICE_CONTROL_POLICY'),
  RESOURCE_CONTROL_POLICY: allowsEverything('RCPFullAWSAccess', 'RESOURCE_CONTROL_POLICY'),
};

function allowsEverything(name: string, type: PolicyType): Policy {
  const content = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  return { id: `p-${name}`, name, type, awsManaged: true, content };
}

/** Places that are known before any call: IDs of parents by the ID of the child, names by ID. */
export interface KnownPlaces {
  readonly parents: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
}

/** Organizations throttles the whole account, so that more calls at once would not be faster. */
const AT_ONCE = 5;

/**
 * The authorization policies of the organization: its service and resource control policies. Nothing is read twice, so create a new object for each piece
 * of work.
 *
 * Needs `organizations:ListParents`, `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy`, and for `all()` and `targetsOf()`
 * `organizations:ListPolicies` and `organizations:ListTargetsForPolicy`: in the management account or a delegated administrator.
 */
export class AuthorizationPolicies {
  private readonly kept = new Map<string, Promise<unknown>>();
  private readonly limit = pLimit(AT_ONCE);
  private readonly parents: ReadonlyMap<string, string>;
  private readonly names: Map<string, string>;

  constructor(private readonly organizations: OrganizationsClient, known?: KnownPlaces) {
    this.parents = known?.parents ?? new Map();
    this.names = new Map(known?.names);
  }

  /** The policies attached to each level, from the root of the organization down to an account, unit or root. */
  async levelsAbove(id: string, type = SCP): Promise<Level[]> {
    const targets = await this.pathTo(id);
    return Promise.all(targets.map(async (target) => ({ target, policies: await this.attachedTo(target.id, type) })));
  }

  /** Whether policies of a type are in effect: while they are, AWS does not allow detaching the last one from the root. */
  async inEffectAbove(id: string, type: PolicyType): Promise<boolean> {
    const [root] = await this.pathTo(id);
    return (await this.attachedTo(root.id, type)).length > 0;
  }

  /** From the organization's root down to an account, unit or root. */
  async pathTo(id: string): Promise<Target[]> {
    const target = this.targetOf(id);
    return target.type === 'ROOT' ? [target] : [...await this.pathTo(await this.parentOf(id)), target];
  }

  attachedTo(id: string, type = SCP): Promise<Policy[]> {
    return this.keep(`attached ${type} ${id}`, async () => {
      const pages = paginateListPoliciesForTarget({ client: this.organizations }, { TargetId: id, Filter: type });
      return this.described(await unlessSwitchedOff(everyItem('organizations:ListPoliciesForTarget', pages, ({ Policies }) => Policies)), type);
    });
  }

  /** Every policy of a type in the organization, attached or not. */
  async all(type = SCP): Promise<Policy[]> {
    const pages = paginateListPolicies({ client: this.organizations }, { Filter: type });
    return this.described(await unlessSwitchedOff(everyItem('organizations:ListPolicies', pages, ({ Policies }) => Policies)), type);
  }

  /** To what a policy is attached. */
  async targetsOf(policyId: string): Promise<Target[]> {
    const pages = paginateListTargetsForPolicy({ client: this.organizations }, { PolicyId: policyId });
    const targets = await everyItem('organizations:ListTargetsForPolicy', pages, ({ Targets }) => Targets);
    targets.forEach(({ TargetId, Name }) => Name && this.names.set(TargetId!, Name));
    return targets.map(({ TargetId }) => this.targetOf(TargetId!));
  }

  /** Its id says what it is. */
  private targetOf(id: string): Target {
    const type = id.startsWith('r-') ? 'ROOT' : id.startsWith('ou-') ? 'ORGANIZATIONAL_UNIT' : 'ACCOUNT';
    return { id, type, name: this.names.get(id) };
  }

  private async parentOf(id: string): Promise<string> {
    return this.parents.get(id) ?? this.keep(`parent ${id}`, async () => {
      const [parent] = await everyItem('organizations:ListParents', paginateListParents({ client: this.organizations }, { ChildId: id }), ({ Parents }) => Parents);
      return parent.Id!;
    });
  }

  private described(summaries: PolicySummary[], type: PolicyType): Promise<Policy[]> {
    return Promise.all(summaries.map((summary) => this.keep(`policy ${summary.Id}`, () => this.limit(() => this.describe(summary, type)))));
  }

  private async describe({ Id, Name, AwsManaged }: PolicySummary, type: PolicyType): Promise<Policy> {
    if (AwsManaged && Id === ALLOWS_EVERYTHING[type].id) {
      return ALLOWS_EVERYTHING[type];
    }
    const { Policy: policy } = await this.organizations.send(new DescribePolicyCommand({ PolicyId: Id }));
    return { id: Id!, name: Name!, type, awsManaged: AwsManaged ?? false, content: policy!.Content! };
  }

  private keep<T>(name: string, read: () => Promise<T>): Promise<T> {
    const known = this.kept.get(name) as Promise<T> | undefined;
    if (known) {
      return known;
    }
    const reading = read();
    this.kept.set(name, reading);
    reading.catch(() => this.kept.delete(name));
    return reading;
  }
}

/** Organizations answers for a type that is not enabled with an empty list; an error that says so is none either. */
async function unlessSwitchedOff<T>(list: Promise<T[]>): Promise<T[]> {
  try {
    return await list;
  } catch (error) {
    if (isNamed(error, 'PolicyTypeNotEnabledException')) {
      return [];
    }
    throw error;
  }
}
