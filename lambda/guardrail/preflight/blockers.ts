import { blockedActions, type Blocked } from './blocked-actions';
import type { Guardrail } from './guardrail';
import { isNamed } from '../../aws/errors';
import type { Level, Policy, Target } from '../../policies/judge';

/** Policies that deny root sessions something below the guardrail, wherever they are attached: above its targets, at them, or below. */
export async function denied(guardrail: Guardrail, all: readonly Policy[]): Promise<Blocked[]> {
  const found: Blocked[] = [];
  for (const policy of all.filter((each) => !guardrail.isItself(each))) {
    const denials = blockedActions.byPolicy(policy, guardrail.root);
    const targets = denials.length > 0 ? await meeting(guardrail, await guardrail.policies.targetsOf(policy.id)) : [];
    for (const target of targets) {
      const here = await deniedAt(guardrail, target, policy, denials);
      found.push(...here.map((blocked) => ({ ...blocked, cause: { ...blocked.cause, target } })));
    }
  }
  return found;
}

/** Levels above the targets at which no policy allows root sessions something. */
export function notAllowed(guardrail: Guardrail, levels: readonly (readonly Level[])[]): Blocked[] {
  const distinct = new Map(levels.flat().map((level) => [level.target.id, level]));
  return [...distinct.values()].flatMap((level) => blockedActions.byLack(level, guardrail.root));
}

/** Those targets of another policy below which there is an account that the guardrail reaches. */
async function meeting({ targets: ours, managementAccountId, policies }: Guardrail, targets: readonly Target[]): Promise<Target[]> {
  const pathsOfOurs = await Promise.all(ours.map((id) => policies.pathTo(id)));
  const pathsOfTheirs = await Promise.all(targets.filter(({ id }) => id !== managementAccountId).map(({ id }) => policies.pathTo(id)));
  const meets = (path: readonly Target[], other: readonly Target[]) => path.some(({ id }) => id === other[other.length - 1].id);
  return pathsOfTheirs.filter((path) => pathsOfOurs.some((our) => meets(path, our) || meets(our, path))).map((path) => path[path.length - 1]);
}

/** The denials of a policy at one of its targets. They are judged for each account where the accounts are known, or where a statement names accounts. */
async function deniedAt(guardrail: Guardrail, target: Target, policy: Policy, denials: readonly Blocked[]): Promise<Blocked[]> {
  const { root } = guardrail;
  const known = await accountsBelow(guardrail, target);
  if (known !== undefined) {
    return blockedActions.byPolicy(policy, root, known).map((blocked) => target.type === 'ACCOUNT' ? inEachAccount(blocked) : blocked);
  }
  const named = [...new Set(denials.flatMap(({ cause: { accounts } }) => accounts && 'only' in accounts ? accounts.only : []))];
  const below = await belowBoth(guardrail, named, target);
  const isOfNamed = ({ cause: { accounts } }: Blocked) => accounts !== undefined && 'only' in accounts;
  const statements = new Set(denials.filter(isOfNamed).map(({ cause }) => cause.statement));
  const ofNamed = below.length > 0 ? blockedActions.byPolicy(policy, root, below).filter(({ cause }) => statements.has(cause.statement)) : [];
  return [...denials.filter((blocked) => !isOfNamed(blocked)), ...ofNamed];
}

/** The accounts that the guardrail reaches below a target of another policy. Undefined if one of the two is attached to a unit or root there. */
async function accountsBelow({ targets, policies }: Guardrail, target: Target): Promise<string[] | undefined> {
  if (target.type === 'ACCOUNT') {
    return [target.id];
  }
  const above = await policies.pathTo(target.id);
  const isBelow = await Promise.all(targets.map(async (id) => (await policies.pathTo(id)).some((each) => each.id === target.id)));
  const below = targets.filter((_id, i) => isBelow[i]);
  return above.some(({ id }) => targets.includes(id)) || !below.every((id) => /^\d{12}$/.test(id)) ? undefined : below;
}

/** Those of some accounts that are below the target of another policy and below a target of the guardrail. */
async function belowBoth(guardrail: Guardrail, accountIds: readonly string[], target: Target): Promise<string[]> {
  const below: string[] = [];
  for (const accountId of accountIds.filter((id) => id !== guardrail.managementAccountId)) {
    const path = (await pathInOrganization(guardrail, accountId)).map(({ id }) => id);
    if (path.includes(target.id) && guardrail.targets.some((id) => path.includes(id))) {
      below.push(accountId);
    }
  }
  return below;
}

/** Empty for an account that is not in the organization: policies also name accounts of other organizations, and closed ones. */
async function pathInOrganization({ policies }: Guardrail, accountId: string): Promise<readonly Target[]> {
  try {
    return await policies.pathTo(accountId);
  } catch (error) {
    if (isNamed(error, 'ChildNotFoundException')) {
      return [];
    }
    throw error;
  }
}

/** At an account, its ID need not be named. */
function inEachAccount({ cause: { accounts: _accounts, ...cause }, ...blocked }: Blocked): Blocked {
  return { ...blocked, cause };
}
