import {
  DescribePolicyCommand, paginateListParents, paginateListPolicies, paginateListPoliciesForTarget, paginateListTargetsForPolicy,
  type OrganizationsClient, type PolicySummary,
} from '@aws-sdk/client-organizations';
import pLimit from 'p-limit';
import type { Level, Policy, Target } from './judge';
import { everyItem } from '../aws/pages';

const Filter = 'SERVICE_CONTROL_POLICY';

/** The policy that AWS attaches to everything at first. Its text is AWS's and never changes (Organizations user guide). */
const FULL_AWS_ACCESS: Policy = {
  id: 'p-FullAWSAccess',
  name: 'FullAWSAccess',
  awsManaged: true,
  content: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }),
};

/** Organizations throttles a whole account: a few calls at once are as fast as it lets us be. */
const AT_ONCE = 5;

/**
 * The service control policies of the organization. What was read once is not read again, so make a new one for each piece of work.
 *
 * Needs `organizations:ListParents`, `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy`, and for `all()` and `targetsOf()`
 * `organizations:ListPolicies` and `organizations:ListTargetsForPolicy`: in the management account or a delegated administrator.
 */
export class ServiceControlPolicies {
  private readonly kept = new Map<string, Promise<unknown>>();
  private readonly limit = pLimit(AT_ONCE);

  constructor(private readonly organizations: OrganizationsClient) {}

  /** From the organization's root down to an account, unit or root: what is attached to each. */
  async levelsAbove(id: string): Promise<Level[]> {
    const targets = await this.pathTo(id);
    return Promise.all(targets.map(async (target) => ({ target, policies: await this.attachedTo(target.id) })));
  }

  /** From the organization's root down to an account, unit or root. */
  async pathTo(id: string): Promise<Target[]> {
    const target = targetOf(id);
    return target.type === 'ROOT' ? [target] : [...await this.pathTo(await this.parentOf(id)), target];
  }

  attachedTo(id: string): Promise<Policy[]> {
    return this.keep(`attached ${id}`, async () => {
      const pages = paginateListPoliciesForTarget({ client: this.organizations }, { TargetId: id, Filter });
      return this.described(await everyItem('organizations:ListPoliciesForTarget', pages, ({ Policies }) => Policies));
    });
  }

  /** Every service control policy of the organization, attached or not. */
  async all(): Promise<Policy[]> {
    return this.described(await everyItem('organizations:ListPolicies', paginateListPolicies({ client: this.organizations }, { Filter }), ({ Policies }) => Policies));
  }

  /** To what a policy is attached. */
  async targetsOf(policyId: string): Promise<Target[]> {
    const targets = await everyItem('organizations:ListTargetsForPolicy', paginateListTargetsForPolicy({ client: this.organizations }, { PolicyId: policyId }), ({ Targets }) => Targets);
    return targets.map(({ TargetId }) => targetOf(TargetId!));
  }

  private parentOf(id: string): Promise<string> {
    return this.keep(`parent ${id}`, async () => {
      const [parent] = await everyItem('organizations:ListParents', paginateListParents({ client: this.organizations }, { ChildId: id }), ({ Parents }) => Parents);
      return parent.Id!;
    });
  }

  private described(summaries: PolicySummary[]): Promise<Policy[]> {
    return Promise.all(summaries.map((summary) => this.keep(`policy ${summary.Id}`, () => this.limit(() => this.describe(summary)))));
  }

  private async describe({ Id, Name, AwsManaged }: PolicySummary): Promise<Policy> {
    if (AwsManaged && Id === FULL_AWS_ACCESS.id) {
      return FULL_AWS_ACCESS;
    }
    const { Policy: policy } = await this.organizations.send(new DescribePolicyCommand({ PolicyId: Id }));
    return { id: Id!, name: Name!, awsManaged: AwsManaged ?? false, content: policy!.Content! };
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

/** Their ids say what they are. */
function targetOf(id: string): Target {
  return { id, type: id.startsWith('r-') ? 'ROOT' : id.startsWith('ou-') ? 'ORGANIZATIONAL_UNIT' : 'ACCOUNT' };
}
