import type { AuthorizationPolicies } from './authorization-policies';
import { denialOf, EXEMPT_ROOT_SESSIONS, exemptionOf, principalIn } from './denials';
import type { Cause, PolicyType, Request, Target } from './judge';
import { causesAmong, reached, RESOURCE_CONTROL_POLICY } from './resource-control-policies';
import { anyRootRequest, assumeRootRequest, rootRequest, type RootUser } from './root-requests';

/** The root user of one account. */
export type RootOfAccount = RootUser & { readonly accountId: string };

/** An AssumeRoot that AWS denied. */
export interface DeniedAssumeRoot {
  readonly root: RootOfAccount;
  /** The name of its task policy. */
  readonly taskPolicy: string;
  /** In which Region STS was asked. */
  readonly region?: string;
  readonly callerAccountId: string;
  readonly managementAccountId: string;
  /** The message of AWS: it names the session that called. */
  readonly message: string;
}

const SERVICE_CONTROL_POLICY: PolicyType = 'SERVICE_CONTROL_POLICY';
const TYPES = [SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY];

/** Control Tower's own policies. It changes them back, so they are changed by way of its controls only. */
const OF_CONTROL_TOWER = /^aws-guardrails-/;

/**
 * Which policies of the organization deny, or may deny, a root session in an account an action: the likeliest first, each with what to do about it.
 * Empty when none of them does, so that the cause is elsewhere.
 *
 * @param message what AWS says of the denial: where it names a kind of policy, no other is read
 */
export async function likelyCauses(policies: AuthorizationPolicies, root: RootOfAccount, action: string, message = ''): Promise<string[]> {
  const request = rootRequest(root, 'session', action);
  const causes = await inTurn(typesToRead(message), (type) => causesAbove(policies, root.accountId, type, request));
  return namedFirst(causes, message).map((cause) => textOf(cause, action));
}

/**
 * Which policies of the organization deny, or may deny, a role its AssumeRoot in an account. Service control policies bind the role: those above its own
 * account, and none in the management account. Resource control policies are those above the account of the root user.
 */
export async function assumeRootCauses(policies: AuthorizationPolicies, denied: DeniedAssumeRoot): Promise<string[]> {
  const { root, taskPolicy, region, callerAccountId, managementAccountId, message } = denied;
  const roleArn = principalIn(message);
  if (roleArn === undefined) {
    return [];
  }
  const request = assumeRootRequest({ ...root, roleArn, taskPolicy, region });
  const causes = await inTurn(typesToRead(message), async (type) => {
    const bound = type === SERVICE_CONTROL_POLICY ? callerAccountId : root.accountId;
    return bound === managementAccountId ? [] : causesAbove(policies, bound, type, request);
  });
  return namedFirst(causes, message).map((cause) => textOfAssumeRoot(cause, roleArn));
}

/**
 * Which policies would stop the root user of an account that signs in with its own password: all of what it does, which come first, or some of it. Resource
 * control policies reach some of it only.
 */
export async function stopsRecoveredRoot(policies: AuthorizationPolicies, root: RootOfAccount): Promise<Cause[]> {
  const request = anyRootRequest(root, 'long-term');
  const causes = await Promise.all(TYPES.map((type) => causesAbove(policies, root.accountId, type, request)));
  return causes.flat();
}

async function causesAbove(policies: AuthorizationPolicies, accountId: string, type: PolicyType, request: Request): Promise<readonly Cause[]> {
  const isReached = type !== RESOURCE_CONTROL_POLICY || reached(request) !== 'no';
  return isReached && await policies.inEffectAbove(accountId, type) ? causesAmong(await policies.levelsAbove(accountId, type), type, request) : [];
}

/** Where one type surely denies the call, the other is not read: Organizations throttles a whole account. */
async function inTurn(types: readonly PolicyType[], read: (type: PolicyType) => Promise<readonly Cause[]>): Promise<Cause[]> {
  const causes: Cause[] = [];
  for (const type of types) {
    causes.push(...causes.some(({ judgement }) => judgement === 'blocks') ? [] : await read(type));
  }
  return causes.sort((one, other) => Number(other.judgement === 'blocks') - Number(one.judgement === 'blocks'));
}

/** AWS may name the cause itself. */
function typesToRead(message: string): PolicyType[] {
  switch (denialOf(message)?.by) {
    case undefined: return TYPES;
    case 'service control policy': return [SERVICE_CONTROL_POLICY];
    case 'resource control policy': return [RESOURCE_CONTROL_POLICY];
    default: return [];
  }
}

/** The policy whose ARN AWS names is before all others. */
function namedFirst(causes: Cause[], message: string): Cause[] {
  const policyId = denialOf(message)?.policyId;
  return [...causes].sort((one, other) => Number(other.policy?.id === policyId) - Number(one.policy?.id === policyId));
}

/** Why the root user that signs in with a password is stopped, in words with a remedy. What stops some calls may be what was wanted. */
export function textOfStop(cause: Cause): string {
  const { judgement, target, policy, statement, problem } = cause;
  if (problem !== undefined) {
    return textOfProblem(cause);
  }
  if (!policy) {
    return `no service control policy at ${nameOf(target)} ${judgement === 'blocks' ? 'allows' : 'surely allows'} the root user everything, even with the new password: attach FullAWSAccess there`;
  }
  const stops = judgement === 'blocks' ? 'stops the root user' : 'may stop some of what the root user does';
  const exemption = policy.type === RESOURCE_CONTROL_POLICY ? 'a condition on aws:ResourceAccount' : 'exemptions of RootUserGuardrail';
  return `${policyIn(cause)} ${stops} in '${statement}', even with the new password: exempt the account there for the time (${exemption})`;
}

/** Why root sessions are denied an action, in words with a remedy: the same in the preflight of a guardrail and in the report of a sweep. */
export function textOf(cause: Cause, action: string): string {
  return textFor(cause, `root sessions ${action}`, remedy(cause));
}

function textOfAssumeRoot(cause: Cause, roleArn: string): string {
  const doubt = cause.policy?.type === RESOURCE_CONTROL_POLICY ? ' (AWS does not say whether resource control policies apply to it)' : '';
  return textFor(cause, `${roleArn} sts:AssumeRoot${doubt}`, `add ${exemptionOf(roleArn)} to the condition of that statement, which exempts the role and nobody else`);
}

function textFor(cause: Cause, call: string, whatToDo: string): string {
  const { judgement, target, policy, statement, problem } = cause;
  if (problem !== undefined) {
    return textOfProblem(cause);
  }
  if (!policy) {
    const none = judgement === 'blocks' ? 'no service control policy' : 'perhaps no service control policy';
    return `${none} at ${nameOf(target)} allows ${call}: attach FullAWSAccess there, or allow it in a policy that is attached there`;
  }
  const verb = judgement === 'blocks' ? 'denies' : 'may deny, by conditions that depend on the call,';
  return `${policyIn(cause)} ${verb} ${call} in '${statement}'${accountsOf(cause)}: ${whatToDo}`;
}

/** A statement that is not as AWS describes it, so that nobody can say what it denies. */
function textOfProblem(cause: Cause): string {
  return `${policyIn(cause)} cannot be judged: ${cause.problem}: correct it`;
}

function policyIn({ policy, target }: Cause): string {
  const kind = policy?.type === RESOURCE_CONTROL_POLICY ? 'resource' : 'service';
  return `the ${kind} control policy '${policy?.name}' (${policy?.id}) at ${nameOf(target)}`;
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
    : `add ${EXEMPT_ROOT_SESSIONS} to the condition of that statement, which exempts root sessions and nobody else`;
}

/** The name of a root says nothing, and not every name is known. */
export function nameOf({ id, type, name }: Target): string {
  const place = `${{ ROOT: 'the root', ORGANIZATIONAL_UNIT: 'the OU', ACCOUNT: 'the account' }[type]} ${id}`;
  return type === 'ROOT' || name === undefined ? place : `${place} (${name})`;
}
