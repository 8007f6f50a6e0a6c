import { paginateListRoots, type OrganizationsClient } from '@aws-sdk/client-organizations';
import type { Guardrail } from './guardrail';
import { isNamed } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { nameOf } from '../../policies/causes';
import type { Level, Policy } from '../../policies/judge';

/** Policies that can be attached to a root, unit or account: 10 since May 2026 (AWS What's New), 5 before. */
const MOST_ATTACHMENTS = 10;

/** Fails if service control policies are not enabled. */
export async function checkPolicyType(guardrail: Guardrail, organizations: OrganizationsClient) {
  const roots = await everyItem('organizations:ListRoots', paginateListRoots({ client: organizations }, {}), ({ Roots }) => Roots);
  for (const { Id, PolicyTypes = [] } of roots) {
    if (!PolicyTypes.some(({ Type, Status }) => Type === 'SERVICE_CONTROL_POLICY' && Status === 'ENABLED')) {
      throw new Error(`service control policies are not enabled in root ${Id}: run \`aws organizations enable-policy-type --root-id ${Id} --policy-type SERVICE_CONTROL_POLICY\`${guardrail.organization.FeatureSet === 'ALL' ? '' : ', which needs an organization with all features'}, then deploy again`);
    }
  }
}

/** The levels from the root down to each target. Fails for a target that cannot have the policy. */
export async function levelsOfTargets({ targets, managementAccountId, organization, policies }: Guardrail): Promise<Level[][]> {
  if (targets.includes(managementAccountId)) {
    throw new Error(`target ${managementAccountId} is the management account, which service control policies never affect: take it from targets`);
  }
  return Promise.all(targets.map(async (id) => {
    try {
      return await policies.levelsAbove(id);
    } catch (error) {
      throw isNamed(error, 'TargetNotFoundException', 'ChildNotFoundException')
        ? new Error(`target ${id} is not in organization ${organization.Id}: look it up in AWS Organizations`)
        : error;
    }
  }));
}

/** Fails if another policy has the name. CloudFormation would say only that a policy with the name exists. */
export function checkName({ properties: { PolicyName }, olderName }: Guardrail, all: readonly Policy[]) {
  const taken = PolicyName === olderName ? undefined : all.find(({ name }) => name === PolicyName);
  if (taken) {
    throw new Error(`a service control policy named '${PolicyName}' exists (${taken.id}): import it into the stack, delete it, or set another policyName`);
  }
}

/** Fails if a target has no room for the policy. */
export function checkRoom(guardrail: Guardrail, { target, policies }: Level) {
  const others = policies.filter((policy) => !guardrail.isItself(policy));
  if (others.length >= MOST_ATTACHMENTS) {
    throw new Error(`${nameOf(target)} has ${others.length} service control policies attached, and AWS allows ${MOST_ATTACHMENTS}: merge or detach one, or name another target`);
  }
}
