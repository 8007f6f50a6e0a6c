import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Caller } from '../wire';
import { Organization } from './organization';
import { FULL_AWS_ACCESS } from './policies';
import { rootSessionDenial } from './task-policies';

/** The policies of one root, unit or account, as the simulator takes them. */
interface Level {
  readonly orgIdentifier: string;
  readonly policies: { name: string; policy: any }[];
}

const ADMINISTRATOR = { name: 'root', policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

/** Service control policies above an account, the root's first; empty where there is nothing that could deny. They never bind the management account. */
export function serviceControlLevels(organization: Organization, accountId: string): Level[] {
  const { policies, managementAccountId } = organization;
  const account = organization.findAccount(accountId);
  if (!account || accountId === managementAccountId || !policies.restrict) return [];
  const levels = [...organization.pathOf(account), accountId].map((id) => ({ id, attached: policies.attachedTo(id) }));
  const open = levels.every(({ attached }) => attached.length === 0 || attached.every(({ id }) => id === FULL_AWS_ACCESS));
  return open ? [] : levels.map(({ id, attached }) => ({
    orgIdentifier: id,
    policies: attached.map(({ name, content }) => ({ name, policy: JSON.parse(content) as unknown })),
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
  const levels = serviceControlLevels(organization, caller.accountId);
  const ofSession = () => caller.taskPolicy === undefined ? undefined : rootSessionDenial(organization, caller, action, resource);
  if (levels.length === 0) return ofSession();
  const denial = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  return simulate(organization, levels, caller, action, resource, context).then((result) => {
    switch (result) {
      case 'Allowed': return ofSession();
      case 'ExplicitlyDenied': return `${denial} with an explicit deny in a service control policy`;
      default: return `${denial} because no service control policy allows the ${action} action`;
    }
  });
}

async function simulate(
  organization: Organization, levels: Level[], caller: Caller, action: string, resource: string, context: Readonly<Record<string, string | string[]>>,
): Promise<string> {
  const decision = await runSimulation({
    request: {
      principal: caller.arn,
      action,
      resource: { resource: asUser(resource), accountId: caller.accountId },
      contextVariables: {
        'aws:PrincipalArn': caller.arn,
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
    serviceControlPolicies: levels.map(({ orgIdentifier, policies }) => (
      { orgIdentifier, policies: policies.map(({ name, policy }) => ({ name, policy: ofUsers(policy) })) })),
    resourceControlPolicies: [],
  }, {});
  if (decision.resultType === 'error') throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(decision.errors)}`);
  return decision.overallResult;
}

/** The simulator's data know IAM's calls on users only: the root user stands there as a user of that name, in requests as in policies. */
const asUser = (resource: string) => resource.replace(/^(arn:[^:]*:iam::[^:]*):root$/, '$1:user/root');

function ofUsers(policy: { Statement: { Resource?: string | string[] }[] }): unknown {
  const statements = [policy.Statement].flat().map(({ Resource, ...statement }) => (
    { ...statement, ...Resource !== undefined && { Resource: [Resource].flat().map(asUser) } }));
  return { ...policy, Statement: statements };
}
