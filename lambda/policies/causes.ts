import { type Cause, judge, type Target } from './judge';
import { anyRootRequest, rootRequest, type RootUser } from './root-requests';
import type { AuthorizationPolicies } from './service-control-policies';

/** The root user of one account. */
export type RootOfAccount = RootUser & { readonly accountId: string };

/** Control Tower's own policies. It changes them back, so they are changed by way of its controls only. */
const OF_CONTROL_TOWER = /^aws-guardrails-/;

/**
 * Which service control policies deny, or may deny, a root session in an account an action: the likeliest first, each with what to do about it.
 * Empty when none of them does, so that the cause is elsewhere.
 */
export async function likelyCauses(policies: AuthorizationPolicies, root: RootOfAccount, action: string): Promise<string[]> {
  const { causes } = judge(await policies.levelsAbove(root.accountId), rootRequest(root, 'session', action));
  return causes.map((cause) => textOf(cause, action));
}

/** Which service control policies would stop the root user of an account that signs in with its own password: all of what it does, or some of it. */
export async function stopsRecoveredRoot(policies: AuthorizationPolicies, root: RootOfAccount): Promise<Cause[]> {
  const { causes } = judge(await policies.levelsAbove(root.accountId), anyRootRequest(root, 'long-term'));
  return [...causes];
}

/** Why the root user that signs in with a password is stopped, in words with a remedy. What stops some calls may be what was wanted. */
export function textOfStop(cause: Cause): string {
  const { judgement, target, policy, statement } = cause;
  if (cause.problem !== undefined) {
    return textOfProblem(cause);
  }
  const stops = judgement === 'blocks' ? 'stops the root user' : 'may stop some of what the root user does';
  return policy
    ? `the service control policy '${policy.name}' (${policy.id}) at ${nameOf(target)} ${stops} in '${statement}', even with the new password: exempt the account there for the time (exemptions of RootUserGuardrail)`
    : `no service control policy at ${nameOf(target)} ${judgement === 'blocks' ? 'allows' : 'surely allows'} the root user everything, even with the new password: attach FullAWSAccess there`;
}

/** A cause in words, with its remedy. */
export function textOf(cause: Cause, action: string): string {
  const { judgement, target, policy, statement } = cause;
  if (cause.problem !== undefined) {
    return textOfProblem(cause);
  }
  const verb = judgement === 'blocks' ? 'denies' : 'may deny, by conditions that depend on the call,';
  if (!policy) {
    const none = judgement === 'blocks' ? 'no service control policy' : 'perhaps no service control policy';
    return `${none} at ${nameOf(target)} allows root sessions ${action}: attach FullAWSAccess there, or allow it in a policy that is attached there`;
  }
  return `the service control policy '${policy.name}' (${policy.id}) at ${nameOf(target)} ${verb} root sessions ${action} in '${statement}'${accountsOf(cause)}: ${remedy(cause)}`;
}

/** A statement that is not as AWS describes it, so that nobody can say what it denies. */
function textOfProblem({ target, policy, problem }: Cause): string {
  return `the service control policy '${policy?.name}' (${policy?.id}) at ${nameOf(target)} cannot be judged: ${problem}: correct it`;
}

/** At most so many accounts are named, since a policy may have hundreds. */
const MOST_NAMED = 5;

/** The accounts that a cause is about, where the statement names some. */
export function accountsOf({ accounts }: Cause): string {
  if (!accounts) {
    return '';
  }
  const ids = 'only' in accounts ? accounts.only : accounts.except;
  const named = [...ids.slice(0, MOST_NAMED), ...ids.length > MOST_NAMED ? [`${ids.length - MOST_NAMED} more`] : []].join(', ');
  return 'only' in accounts ? ` in no account but ${named}` : ` in every account but ${named}`;
}

export function remedy({ policy }: Cause): string {
  return OF_CONTROL_TOWER.test(policy?.name ?? '')
    ? 'it is a control of Control Tower, AWS-GR_RESTRICT_ROOT_USER if it denies the root user everything: set the control\'s parameter ExemptAssumeRoot on every OU where it is enabled'
    : 'add "Null": {"aws:AssumedRoot": "true"} to the condition of that statement, which exempts root sessions and nobody else';
}

export function nameOf({ id, type }: Target): string {
  return `${{ ROOT: 'the root', ORGANIZATIONAL_UNIT: 'the OU', ACCOUNT: 'the account' }[type]} ${id}`;
}
