import type { Organization, OrganizationsClient } from '@aws-sdk/client-organizations';
import { checkName, checkPolicyType, checkRoom, levelsOfTargets } from './attachment';
import { blockedActions } from './blocked-actions';
import { denied, notAllowed } from './blockers';
import { atMost, textOfBlocked } from './findings';
import { Guardrail, type Older } from './guardrail';
import { type Judged, needlessTolerations, withTolerations } from './tolerations';
import type { GuardrailPreflightProperties } from '../../../lib/guardrail/contract';
import { isDenied, textOf } from '../../aws/errors';
import { organizationOf } from '../../aws/organization';
import { type Patience, retryWhile } from '../../aws/patience';
import { nameOf } from '../../policies/causes';
import { denialsOf, type Level, type Policy } from '../../policies/judge';
import { RESOURCE_CONTROL_POLICY } from '../../policies/resource-control-policies';
import { anyRootRequest } from '../../policies/root-requests';

export interface Aws {
  readonly organizations: OrganizationsClient;
  readonly patience: Patience;
}

/** Fails if the guardrail cannot be attached or root sessions would not work below it. Otherwise returns the findings. */
export async function preflight(properties: GuardrailPreflightProperties, older: Older, aws: Aws): Promise<string[]> {
  const organization = await theOrganization(aws);
  try {
    // a role that was created seconds ago is denied; the preflight only reads, so it starts again
    return await retryWhile(isDenied, aws.patience, () => findingsOf(new Guardrail(properties, older, organization, aws.organizations), aws));
  } catch (error) {
    throw isDenied(error)
      ? new Error(`the policies of organization ${organization.Id} cannot be read, which its management account ${organization.MasterAccountId} can: ${textOf(error)}`)
      : error;
  }
}

async function theOrganization({ organizations, patience }: Aws): Promise<Organization> {
  const organization = await retryWhile(isDenied, patience, () => organizationOf(organizations));
  if (!organization) {
    throw new Error('this account is in no organization: deploy RootUserGuardrail to the management account of one');
  }
  return organization;
}

async function findingsOf(guardrail: Guardrail, aws: Aws): Promise<string[]> {
  await checkPolicyType(guardrail, aws.organizations);
  const levels = await levelsOfTargets(guardrail);
  const all = await guardrail.policies.all();
  checkName(guardrail, all);
  levels.forEach((path) => checkRoom(guardrail, path[path.length - 1]));
  const resourceControl = await resourceControlPolicies(guardrail, aws);
  const byPolicies = await denied(guardrail, [...all, ...resourceControl.policies]);
  const blocked = await withTolerations(guardrail, [...byPolicies, ...notAllowed(guardrail, levels)]);
  checkRootSessions(guardrail, blocked);
  return [
    ...blocked.filter(isBlocking).map(textOfBlocked),
    ...blocked.filter((each) => !isBlocking(each)).map(textOfBlocked),
    ...needlessTolerations(guardrail, blocked),
    ...await managementAccountBelow(guardrail),
    ...similarGuardrails(guardrail, levels),
    ...resourceControl.notRead,
  ];
}

/** A delegated administrator for policies may lack the permission to read these: that is a finding, and no failure. */
async function resourceControlPolicies(
  { policies, organization }: Guardrail, { patience }: Aws,
): Promise<{ readonly policies: Policy[]; readonly notRead: string[] }> {
  try {
    return { policies: await retryWhile(isDenied, patience, () => policies.all(RESOURCE_CONTROL_POLICY)), notRead: [] };
  } catch (error) {
    if (!isDenied(error)) {
      throw error;
    }
    return {
      policies: [],
      notRead: [`the resource control policies of organization ${organization.Id} were not read (${textOf(error)}): one that denies root sessions is not found; let this account call organizations:ListPolicies, `
        + 'ListTargetsForPolicy and DescribePolicy for RESOURCE_CONTROL_POLICY in the delegation policy of the organization'],
    };
  }
}

/** Fails if root sessions are surely blocked, unless that is tolerated or root users can do nothing there anyway. */
function checkRootSessions({ properties }: Guardrail, blocked: readonly Judged[]) {
  const failing = blocked.filter((each) => isBlocking(each) && !each.closes && each.toleration === undefined).map(textOfBlocked);
  if (failing.length > 0 && properties.TolerateBlockedRootSessions !== 'true') {
    throw new Error(`root sessions are blocked, so that nobody could act as root below the guardrail: ${atMost(5, failing).join('; ')}`);
  }
}

const isBlocking = ({ cause }: Judged) => cause.judgement === 'blocks';

async function managementAccountBelow({ targets, managementAccountId, policies }: Guardrail): Promise<string[]> {
  const path = await policies.pathTo(managementAccountId);
  return path.filter(({ id }) => targets.includes(id)).map((target) => (
    `the management account ${managementAccountId} is below ${nameOf(target)}: service control policies never affect it, so its root user is not denied anything`));
}

/** Guardrails above the targets that were attached in another way, manually or with Terraform. */
function similarGuardrails(guardrail: Guardrail, levels: readonly (readonly Level[])[]): string[] {
  const isGuardrail = ({ target }: Level, policy: Policy) => (
    denialsOf(policy, target, anyRootRequest(guardrail.root, 'long-term')).some(({ judgement }) => judgement === 'blocks')
    && blockedActions.byPolicy(policy, guardrail.root).length === 0);
  const others = ({ policies }: Level) => policies.filter((policy) => !guardrail.isItself(policy));
  const found = levels.flat().flatMap((level) => others(level).filter((policy) => isGuardrail(level, policy)).map((policy) => (
    `the service control policy '${policy.name}' (${policy.id}) at ${nameOf(level.target)} does the same already, and exempts root sessions: both can stay`)));
  return [...new Set(found)];
}
