import { Call } from './call';
import { accessDenied, AwsError } from './errors';
import { Operations, permit, Result } from './operation';
import { IAM_SERVICE, Organization } from './organization';
import { deniesAssumeRoot } from './service-control-policies';
import { taskPolicyByArn } from './task-policies';

export const STS_OPERATIONS: Operations = { AssumeRoot: assumeRoot, AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity };

/** The account that a target principal names, by its id or by the ARN of its root user. */
export const targetAccount = (principal = ''): string | undefined => /^(?:arn:aws:iam::(\d{12}):root|(\d{12}))$/.exec(principal)?.slice(1).find(Boolean);

/** The order is AWS's: parameters, authorization, trusted access, feature (recorded from AWS, September 2026). */
async function assumeRoot(call: Call, organization: Organization): Promise<Result> {
  if (organization.switches.globalStsEndpoint) throw new AwsError('InvalidAction', 'Unknown Operation');
  const { target, task, seconds } = assumeRootInput(call);
  await authorizeAssumeRoot(call, organization, target);
  if (!organization.isTrusted(IAM_SERVICE, call.view)) throw accessDenied('Service not enabled for AWS Organizations.');
  if (!call.view(organization.features).has(task.feature)) throw accessDenied(DISABLED_FEATURE[task.feature]);
  const session = { accountId: target, arn: `arn:aws:iam::${target}:root`, taskPolicy: task.name };
  return { Credentials: { ...organization.callers.issue(session, seconds) } };
}

const DISABLED_FEATURE = {
  RootCredentialsManagement: 'Root credentials management feature is not enabled for your AWS Organization.',
  RootSessions: 'Root sessions feature is not enabled for your AWS Organization.',
};

function assumeRootInput({ input }: Call) {
  const { 'TargetPrincipal': principal, 'TaskPolicyArn.arn': taskArn, 'DurationSeconds': duration = '900' } = input;
  refuseViolations(
    principal === undefined && "Value null at 'targetPrincipal' failed to satisfy constraint: Member must not be null",
    taskArn === undefined && "Value null at 'taskPolicyArn' failed to satisfy constraint: Member must not be null",
    Number(duration) > 900 && `Value '${duration}' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 900`,
    Number(duration) < 0 && `Value '${duration}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 0`,
  );
  const target = targetAccount(principal);
  if (!target) throw new AwsError('ValidationError', 'Request must contain a valid target principal');
  const task = taskPolicyByArn(taskArn!);
  if (!task) throw new AwsError('ValidationError', 'Request must contain valid AWS managed task policy ARN');
  return { target, task, seconds: Number(duration) };
}

function refuseViolations(...checks: (string | false)[]): void {
  const violations = checks.filter((check) => check !== false);
  if (violations.length === 0) return;
  throw new AwsError('ValidationError', `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected: ${violations.join('; ')}`);
}

/** Whatever the reason is, the caller reads the same words. */
async function authorizeAssumeRoot(call: Call, organization: Organization, target: string): Promise<void> {
  const resource = `arn:aws:iam::${target}:root`;
  const allowed = mayRoot(call, organization) && isRootable(call, organization, target) && !await deniesAssumeRoot(organization, call.caller, target)
    && await organization.authorize({
      caller: call.caller,
      action: 'sts:AssumeRoot',
      resource,
      context: { 'sts:TaskPolicyArn': call.input['TaskPolicyArn.arn']! },
    }) === undefined;
  if (!allowed) throw accessDenied(`User: ${call.caller.arn} is not authorized to perform: sts:AssumeRoot on resource: ${resource}`);
}

/** A user or role of the management account or of a delegated administrator. */
function mayRoot({ caller, view }: Call, organization: Organization): boolean {
  return !caller.arn.endsWith(':root')
    && (caller.accountId === organization.managementAccountId || organization.isDelegatedAdministrator(caller.accountId, IAM_SERVICE, view));
}

/** A member account of the organization. */
function isRootable({ caller }: Call, organization: Organization, target: string): boolean {
  const { switches, managementAccountId } = organization;
  const account = organization.findAccount(target);
  return account !== undefined && target !== managementAccountId
    && (account.state === 'ACTIVE' || switches.inactiveAccountsMayBeRooted)
    && (target !== caller.accountId || switches.delegateMayRootItself);
}

async function assumeRole(call: Call, organization: Organization): Promise<Result> {
  const { RoleArn: roleArn = '', RoleSessionName: session = '', DurationSeconds: duration = '3600' } = call.input;
  const [, accountId, role] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
  if (!accountId) throw new AwsError('ValidationError', `${roleArn} is invalid`);
  if (call.caller.arn.endsWith(':root')) throw accessDenied('Roles may not be assumed by root accounts.');
  await permit(call, organization, roleArn);
  const arn = `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`;
  return {
    Credentials: { ...organization.callers.issue({ accountId, arn, roleArn }, Number(duration)) },
    AssumedRoleUser: { Arn: arn, AssumedRoleId: `AROA${accountId}LOCAL:${session}` },
  };
}

function getCallerIdentity({ caller }: Call): Result {
  const [, session] = /:assumed-role\/[^/]+\/(.+)$/.exec(caller.arn) ?? [];
  return { Arn: caller.arn, UserId: session ? `AROA${caller.accountId}LOCAL:${session}` : caller.accountId, Account: caller.accountId };
}
