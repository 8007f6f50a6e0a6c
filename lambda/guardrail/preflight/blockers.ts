import { DescribeOrganizationCommand, paginateListRoots, type Organization, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { blockedActions, type Blocked } from './blocked-actions';
import type { GuardrailPreflightProperties, Toleration } from '../../../lib/guardrail/contract';
import { isDenied, isNamed, textOf } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { type Patience, retryWhile } from '../../aws/patience';
import { accountsOf, nameOf, textOf as textOfCause } from '../../policies/causes';
import { type Cause, denialsOf, type Level, type Policy, type Target } from '../../policies/judge';
import { RESOURCE_CONTROL_POLICY } from '../../policies/resource-control-policies';
import { anyRootRequest, type RootUser } from '../../policies/root-requests';
import { AuthorizationPolicies } from '../../policies/service-control-policies';

/** What may be attached to one root, unit or account: 10 since May 2026 (AWS What's New), 5 before. */
const MOST_ATTACHMENTS = 10;

export interface Aws {
  readonly organizations: OrganizationsClient;
  readonly patience: Patience;
}

/** What the guardrail of this stack was called before, so that it is not taken for somebody else's. */
export type Older = Pick<GuardrailPreflightProperties, 'PolicyName'> | undefined;

/** Fails when the guardrail could not be attached or root sessions would not work below it; otherwise returns what is worth knowing. */
export async function preflight(properties: GuardrailPreflightProperties, older: Older, { organizations, patience }: Aws): Promise<string[]> {
  const organization = await theOrganization(organizations, patience);
  try {
    // a role that was made seconds ago is denied; everything here only reads, so it begins anew
    return await retryWhile(isDenied, patience, () => new Preflight(properties, older, organization, { organizations, patience }).run());
  } catch (error) {
    throw isDenied(error)
      ? new Error(`the policies of organization ${organization.Id} cannot be read, which its management account ${organization.MasterAccountId} can: ${textOf(error)}`)
      : error;
  }
}

async function theOrganization(organizations: OrganizationsClient, patience: Patience): Promise<Organization> {
  try {
    const { Organization } = await retryWhile(isDenied, patience, () => organizations.send(new DescribeOrganizationCommand({})));
    return Organization!;
  } catch (error) {
    throw isNamed(error, 'AWSOrganizationsNotInUseException')
      ? new Error('this account is in no organization: deploy RootUserGuardrail to the management account of one')
      : error;
  }
}

class Preflight {
  private readonly policies: AuthorizationPolicies;
  private readonly root: RootUser;

  constructor(
    private readonly properties: GuardrailPreflightProperties,
    private readonly older: Older,
    private readonly organization: Organization,
    private readonly aws: Aws,
  ) {
    this.policies = new AuthorizationPolicies(aws.organizations);
    this.root = { partition: organization.Arn!.split(':')[1], organizationId: organization.Id };
  }

  async run(): Promise<string[]> {
    await this.checkPolicyType();
    const levels = await this.levelsOfTargets();
    const all = await this.policies.all();
    this.checkName(all);
    levels.forEach((path) => this.checkRoom(path[path.length - 1]));
    const resourceControl = await this.resourceControlPolicies();
    const blocked = await this.withTolerations([...await this.denied([...all, ...resourceControl.policies]), ...this.notAllowed(levels)]);
    const isBlocking = ({ cause }: Blocked) => cause.judgement === 'blocks';
    const failing = blocked.filter((each) => isBlocking(each) && !each.closes && each.toleration === undefined).map(textOfBlocked);
    if (failing.length > 0 && this.properties.TolerateBlockedRootSessions !== 'true') {
      throw new Error(`root sessions are blocked, so that nobody could act as root below the guardrail: ${atMost(5, failing).join('; ')}`);
    }
    return [
      ...blocked.filter(isBlocking).map(textOfBlocked),
      ...blocked.filter((each) => !isBlocking(each)).map(textOfBlocked),
      ...this.needlessTolerations(blocked),
      ...await this.managementAccountBelow(),
      ...this.alike(levels),
      ...resourceControl.notRead,
    ];
  }

  /** An administrator to whom the organization has delegated its policies may not be allowed these: that is worth knowing, and no reason to stop. */
  private async resourceControlPolicies(): Promise<{ readonly policies: Policy[]; readonly notRead: string[] }> {
    try {
      return { policies: await retryWhile(isDenied, this.aws.patience, () => this.policies.all(RESOURCE_CONTROL_POLICY)), notRead: [] };
    } catch (error) {
      if (!isDenied(error)) {
        throw error;
      }
      return {
        policies: [],
        notRead: [`the resource control policies of organization ${this.organization.Id} were not read (${textOf(error)}): one that denies root sessions is not found; let this account call organizations:ListPolicies, `
          + 'ListTargetsForPolicy and DescribePolicy for RESOURCE_CONTROL_POLICY in the delegation policy of the organization'],
      };
    }
  }

  private async checkPolicyType() {
    const roots = await everyItem('organizations:ListRoots', paginateListRoots({ client: this.aws.organizations }, {}), ({ Roots }) => Roots);
    for (const { Id, PolicyTypes = [] } of roots) {
      if (!PolicyTypes.some(({ Type, Status }) => Type === 'SERVICE_CONTROL_POLICY' && Status === 'ENABLED')) {
        throw new Error(`service control policies are not enabled in root ${Id}: run \`aws organizations enable-policy-type --root-id ${Id} --policy-type SERVICE_CONTROL_POLICY\`${this.organization.FeatureSet === 'ALL' ? '' : ', which needs an organization with all features'}, then deploy again`);
      }
    }
  }

  private async levelsOfTargets(): Promise<Level[][]> {
    const { MasterAccountId: managementAccount } = this.organization;
    if (this.properties.Targets.includes(managementAccount!)) {
      throw new Error(`target ${managementAccount} is the management account, which service control policies never affect: take it from targets`);
    }
    return Promise.all(this.properties.Targets.map((id) => this.levelsAbove(id)));
  }

  private async levelsAbove(id: string): Promise<Level[]> {
    try {
      return await this.policies.levelsAbove(id);
    } catch (error) {
      throw isNamed(error, 'TargetNotFoundException', 'ChildNotFoundException')
        ? new Error(`target ${id} is not in organization ${this.organization.Id}: look it up in AWS Organizations`)
        : error;
    }
  }

  /** CloudFormation would say only that a policy with the name exists. */
  private checkName(all: readonly Policy[]) {
    const { PolicyName } = this.properties;
    const taken = PolicyName === this.older?.PolicyName ? undefined : all.find(({ name }) => name === PolicyName);
    if (taken) {
      throw new Error(`a service control policy named '${PolicyName}' exists (${taken.id}): import it into the stack, delete it, or set another policyName`);
    }
  }

  private checkRoom({ target, policies }: Level) {
    const others = policies.filter((policy) => !this.isOurs(policy));
    if (others.length >= MOST_ATTACHMENTS) {
      throw new Error(`${nameOf(target)} has ${others.length} service control policies attached, and AWS allows ${MOST_ATTACHMENTS}: merge or detach one, or name another target`);
    }
  }

  /** Policies that deny root sessions something, wherever they meet the targets: above, at, or below. */
  private async denied(all: readonly Policy[]): Promise<Blocked[]> {
    const found: Blocked[] = [];
    for (const policy of all.filter((each) => !this.isOurs(each))) {
      const denials = blockedActions.byPolicy(policy, this.root);
      const targets = denials.length > 0 ? await this.meeting(await this.policies.targetsOf(policy.id)) : [];
      for (const target of targets) {
        const here = await this.deniedAt(target, policy, denials);
        found.push(...here.map((blocked) => ({ ...blocked, cause: { ...blocked.cause, target } })));
      }
    }
    return found;
  }

  /** What a policy denies at one of its targets. Where the accounts there are known, or a statement is about accounts that it names, it is judged for these. */
  private async deniedAt(target: Target, policy: Policy, denials: readonly Blocked[]): Promise<Blocked[]> {
    const known = await this.accountsBelow(target);
    if (known !== undefined) {
      return blockedActions.byPolicy(policy, this.root, known).map((blocked) => target.type === 'ACCOUNT' ? inEachAccount(blocked) : blocked);
    }
    const named = [...new Set(denials.flatMap(({ cause: { accounts } }) => accounts && 'only' in accounts ? accounts.only : []))];
    const below = await this.belowBoth(named, target);
    const isOfNamed = ({ cause: { accounts } }: Blocked) => accounts !== undefined && 'only' in accounts;
    const statements = new Set(denials.filter(isOfNamed).map(({ cause }) => cause.statement));
    const ofNamed = below.length > 0 ? blockedActions.byPolicy(policy, this.root, below).filter(({ cause }) => statements.has(cause.statement)) : [];
    return [...denials.filter((blocked) => !isOfNamed(blocked)), ...ofNamed];
  }

  /** The accounts that the guardrail reaches below a target of another policy, where these are known: both are attached to units and roots otherwise. */
  private async accountsBelow(target: Target): Promise<string[] | undefined> {
    if (target.type === 'ACCOUNT') {
      return [target.id];
    }
    const above = await this.policies.pathTo(target.id);
    const { Targets } = this.properties;
    const isBelow = await Promise.all(Targets.map(async (id) => (await this.policies.pathTo(id)).some((each) => each.id === target.id)));
    const below = Targets.filter((_id, i) => isBelow[i]);
    return above.some(({ id }) => Targets.includes(id)) || !below.every((id) => /^\d{12}$/.test(id)) ? undefined : below;
  }

  /** Those of some accounts that are below the target of another policy, and below one of the guardrail. */
  private async belowBoth(accountIds: readonly string[], target: Target): Promise<string[]> {
    const { MasterAccountId: managementAccount } = this.organization;
    const below: string[] = [];
    for (const accountId of accountIds.filter((id) => id !== managementAccount)) {
      const path = (await this.pathInOrganization(accountId)).map(({ id }) => id);
      if (path.includes(target.id) && this.properties.Targets.some((id) => path.includes(id))) {
        below.push(accountId);
      }
    }
    return below;
  }

  /** Policies name accounts of other organizations, too, and such as are gone. */
  private async pathInOrganization(accountId: string): Promise<readonly Target[]> {
    try {
      return await this.policies.pathTo(accountId);
    } catch (error) {
      if (isNamed(error, 'ChildNotFoundException')) {
        return [];
      }
      throw error;
    }
  }

  private async withTolerations(blocked: readonly Blocked[]): Promise<(Blocked & Tolerated)[]> {
    const tolerations = this.properties.Tolerations ?? [];
    return Promise.all(blocked.map(async (each) => {
      const { policy, target } = each.cause;
      const path = tolerations.length > 0 ? (await this.policies.pathTo(target.id)).map(({ id }) => id) : [];
      const toleration = tolerations.find(({ PolicyId, OrganizationalUnitId }) => (
        (PolicyId === undefined || PolicyId === policy?.id) && (OrganizationalUnitId === undefined || path.includes(OrganizationalUnitId))));
      return { ...each, toleration };
    }));
  }

  /** They would hide what somebody attaches later. */
  private needlessTolerations(blocked: readonly Tolerated[]): string[] {
    const needed = new Set(blocked.map(({ toleration }) => toleration));
    return (this.properties.Tolerations ?? []).filter((toleration) => !needed.has(toleration)).map(({ PolicyId, OrganizationalUnitId, Reason }) => {
      const about = [...PolicyId ? [`policy ${PolicyId}`] : [], ...OrganizationalUnitId ? [`OU ${OrganizationalUnitId}`] : []].join(' in ');
      return `nothing is blocked that the toleration of ${about} is about ('${Reason}'): take it from tolerations`;
    });
  }

  private async meeting(targets: readonly Target[]): Promise<Target[]> {
    const { MasterAccountId: managementAccount } = this.organization;
    const ours = await Promise.all(this.properties.Targets.map((id) => this.policies.pathTo(id)));
    const theirs = await Promise.all(targets.filter(({ id }) => id !== managementAccount).map(({ id }) => this.policies.pathTo(id)));
    const meets = (path: readonly Target[], other: readonly Target[]) => path.some(({ id }) => id === other[other.length - 1].id);
    return theirs.filter((path) => ours.some((our) => meets(path, our) || meets(our, path))).map((path) => path[path.length - 1]);
  }

  /** Levels above the targets at which nothing allows root sessions something. */
  private notAllowed(levels: readonly (readonly Level[])[]): Blocked[] {
    const distinct = new Map(levels.flat().map((level) => [level.target.id, level]));
    return [...distinct.values()].flatMap((level) => blockedActions.byLack(level, this.root));
  }

  private async managementAccountBelow(): Promise<string[]> {
    const { MasterAccountId: managementAccount } = this.organization;
    const path = await this.policies.pathTo(managementAccount!);
    return path.filter(({ id }) => this.properties.Targets.includes(id)).map((target) => (
      `the management account ${managementAccount} is below ${nameOf(target)}: service control policies never affect it, so its root user is not denied anything`));
  }

  /** Guardrails that somebody else attached above the targets, by hand or with Terraform. */
  private alike(levels: readonly (readonly Level[])[]): string[] {
    const isGuardrail = ({ target }: Level, policy: Policy) => (
      denialsOf(policy, target, anyRootRequest(this.root, 'long-term')).some(({ judgement }) => judgement === 'blocks')
      && blockedActions.byPolicy(policy, this.root).length === 0);
    const others = ({ policies }: Level) => policies.filter((policy) => !this.isOurs(policy));
    const found = levels.flat().flatMap((level) => others(level).filter((policy) => isGuardrail(level, policy)).map((policy) => (
      `the service control policy '${policy.name}' (${policy.id}) at ${nameOf(level.target)} does the same already, and exempts root sessions: both can stay`)));
    return [...new Set(found)];
  }

  private isOurs({ name, type }: Policy): boolean {
    return type !== RESOURCE_CONTROL_POLICY && this.older !== undefined && [this.older.PolicyName, this.properties.PolicyName].includes(name);
  }
}

interface Tolerated {
  readonly toleration?: Toleration;
}

function textOfBlocked({ cause, actions, closes, toleration }: Blocked & Tolerated): string {
  const text = closes ? textOfClosed(cause) : textOfCause(cause, atMost(3, actions).join(', '));
  return toleration ? `${text}; tolerated: ${toleration.Reason}` : text;
}

/** Nothing to correct: the guardrail takes nothing away where nobody can do anything. */
function textOfClosed(cause: Cause): string {
  const { policy, statement, target } = cause;
  const denies = policy
    ? `the ${policy.type === RESOURCE_CONTROL_POLICY ? 'resource' : 'service'} control policy '${policy.name}' (${policy.id}) at ${nameOf(target)} denies everything to everybody in '${statement}'${accountsOf(cause)}, and root sessions as well`
    : `no service control policy at ${nameOf(target)} allows anything to anybody, nor to root sessions`;
  return `${denies}: nobody acts as root there, with the guardrail or without it`;
}

/** At an account there are no others. */
function inEachAccount({ cause: { accounts: _accounts, ...cause }, ...blocked }: Blocked): Blocked {
  return { ...blocked, cause };
}

function atMost(count: number, items: readonly string[]): string[] {
  return items.length <= count ? [...items] : [...items.slice(0, count), `and ${items.length - count} more`];
}
