import { Caller } from '../wire';
import { Organization } from './organization';
import { FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS, RESOURCE_CONTROL_POLICY, SERVICE_CONTROL_POLICY } from './policies';
import { rootSessionDenial } from './task-policies';

/** The policies of one root, unit or account, as the simulator takes them. */
interface Level {
  readonly orgIdentifier: string;
  readonly policies: { name: string; policy: any }[];
}

const ADMINISTRATOR = { name: 'root', policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

/** Service control policies above an account, which bind its principals. */
export const serviceControlLevels = (organization: Organization, accountId: string) => levelsAbove(organization, accountId, SERVICE_CONTROL_POLICY);

/** Resource control policies above an account, which bind everybody on its buckets and queues. They reach no call to IAM. */
function resourceControlLevels(organization: Organization, accountId: string, action: string): Level[] {
  const isReached = /^(s3|sqs):/.test(action) || (action === 'sts:AssumeRoot' && organization.switches.resourceControlPoliciesReachAssumeRoot);
  return isReached ? levelsAbove(organization, accountId, RESOURCE_CONTROL_POLICY) : [];
}

/** Policies of one type above an account, the root's first; empty where there is nothing that could deny. They never bind the management account. */
function levelsAbove(organization: Organization, accountId: string, type: string): Level[] {
  const { policies, managementAccountId } = organization;
  const account = organization.findAccount(accountId);
  if (!account || accountId === managementAccountId || !policies.restrict) return [];
  const levels = [...organization.pathOf(account), accountId].map((id) => ({ id, attached: policies.attachedTo(id, type) }));
  const open = levels.every(({ attached }) => attached.every((policy) => [FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS].includes(policy.id)));
  return open ? [] : levels.map(({ id, attached }) => ({
    orgIdentifier: id,
    policies: attached.filter((policy) => policy.id !== RCP_FULL_AWS_ACCESS) // the simulator has it itself
      .map(({ name, content }) => ({ name, policy: JSON.parse(content) as unknown })),
  }));
}

/** Whether a caller is the root user of an account: in a session of AssumeRoot, or with credentials of its own. */
export const isRoot = ({ arn }: Caller): boolean => arn.endsWith(':root');

/**
 * Why the root user may not do something, or undefined when it may: at once, unless there are policies to evaluate. The words for a
 * service control policy are recorded from AWS.
 */
export function rootDenial(
  organization: Organization, caller: Caller, action: string, resource: string, context: Readonly<Record<string, string | string[]>> = {},
): string | undefined | Promise<string | undefined> {
  const levels = levelsOf(organization, caller, action, caller.accountId);
  const ofSession = () => caller.taskPolicy === undefined ? undefined : rootSessionDenial(organization, caller, action, resource);
  if (levels.service.length + levels.resource.length === 0) return ofSession();
  return simulate(organization, levels, caller, action, resource, context).then((reason) => (
    reason === undefined ? ofSession() : `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`));
}

/** Whether policies of the organization deny a caller a root session in an account: those above the caller's own account and, by a switch, those above the other. */
export async function deniesAssumeRoot(organization: Organization, caller: Caller, target: string): Promise<boolean> {
  const levels = levelsOf(organization, caller, 'sts:AssumeRoot', target);
  return levels.service.length + levels.resource.length > 0
    && await simulate(organization, levels, caller, 'sts:AssumeRoot', `arn:aws:iam::${target}:root`, {}, target) !== undefined;
}

interface Levels {
  readonly service: Level[];
  readonly resource: Level[];
}

const levelsOf = (organization: Organization, caller: Caller, action: string, ownerId: string): Levels => (
  { service: serviceControlLevels(organization, caller.accountId), resource: resourceControlLevels(organization, ownerId, action) });

/** By what a call is denied, in the words of AWS, or undefined. */
async function simulate(
  organization: Organization, levels: Levels, caller: Caller, action: string, resource: string, context: Readonly<Record<string, string | string[]>>,
  accountId = caller.accountId,
): Promise<string | undefined> {
  const { runSimulation } = await import('@cloud-copilot/iam-simulate'); // large, and few organizations have anything to evaluate
  const isIam = action.startsWith('iam:');
  const asTaken = (all: Level[]) => all.map(({ orgIdentifier, policies }) => (
    { orgIdentifier, policies: policies.map(({ name, policy }) => ({ name, policy: isIam ? ofUsers(policy) : policy })) }));
  const decision = await runSimulation({
    request: {
      principal: caller.arn,
      action,
      resource: { resource: isIam ? asUser(resource) : resource, accountId },
      contextVariables: {
        'aws:PrincipalArn': caller.arn.replace(/^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2'), // AWS: of a session that of its role
        'aws:PrincipalAccount': caller.accountId,
        'aws:PrincipalType': 'Account',
        'aws:PrincipalOrgID': organization.organizationId,
        'aws:RequestedRegion': 'us-east-1', // of IAM; others say theirs
        'aws:SecureTransport': 'true',
        ...caller.taskPolicy !== undefined && { 'aws:AssumedRoot': 'true' },
        ...context,
      } as Record<string, string>,
    },
    identityPolicies: [ADMINISTRATOR],
    serviceControlPolicies: asTaken(levels.service),
    resourceControlPolicies: asTaken(levels.resource),
  }, {});
  if (decision.resultType === 'error') throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(decision.errors)}`);
  const analyses = decision.resultType === 'single' ? [decision.result.analysis] : decision.results.map(({ analysis }) => analysis);
  const ofType = {
    service: analyses.map(({ scpAnalysis }) => scpAnalysis?.result),
    resource: analyses.map(({ rcpAnalysis }) => rcpAnalysis?.result),
  };
  const type = (['service', 'resource'] as const).find((each) => levels[each].length > 0 && ofType[each].some((result) => result !== 'Allowed'));
  if (type === undefined) return undefined; // what the owner of the resource allows is no matter of these policies
  return ofType[type].includes('ExplicitlyDenied') ? `with an explicit deny in a ${type} control policy` : `because no ${type} control policy allows the ${action} action`;
}

/** The simulator's data know IAM's calls on users only: the root user stands there as a user of that name, in requests as in policies. */
const asUser = (resource: string) => resource.replace(/^(arn:[^:]*:iam::[^:]*):root$/, '$1:user/root');

function ofUsers(policy: { Statement: { Resource?: string | string[] }[] }): unknown {
  const statements = [policy.Statement].flat().map(({ Resource, ...statement }) => (
    { ...statement, ...Resource !== undefined && { Resource: [Resource].flat().map(asUser) } }));
  return { ...policy, Statement: statements };
}
