import { DeregisterDelegatedAdministratorCommand, RegisterDelegatedAdministratorCommand } from '@aws-sdk/client-organizations';
import { currentOrganization, delegatedAdministrators, managedOrganization, patiently, type Answer, type Aws } from './organization';
import { IAM_SERVICE_PRINCIPAL, type DelegationProperties } from '../../../lib/organization/contract';
import { isNamed, isRefusal, nameOf, textOf } from '../../aws/errors';
import { readUntil } from '../../aws/patience';
import { log } from '../../log';

/** Marks the physical id of a registration that was there before its resource. */
const ADOPTED = '/adopted';

export function create(properties: DelegationProperties, aws: Aws): Promise<Answer> {
  return register(properties, properties.AccountId, aws);
}

/** Another account is a replacement: CloudFormation deletes the older one afterwards, so until then both are registered. */
export async function update(properties: DelegationProperties, older: DelegationProperties, aws: Aws, physicalId: string): Promise<Answer> {
  const answer = await register(properties, older.AccountId, aws);
  return properties.AccountId === older.AccountId ? { ...answer, PhysicalResourceId: physicalId } : answer;
}

/** The account is that of the physical id, which CloudFormation knows too: the properties may be those of the account that replaces it. */
export async function remove({ RemovalPolicy }: Pick<DelegationProperties, 'RemovalPolicy'>, physicalId: string, aws: Aws): Promise<void> {
  if (RemovalPolicy === 'retain') {
    return;
  }
  const organization = await currentOrganization(aws);
  const AccountId = /\d{12}$/.exec(physicalId.replace(ADOPTED, ''))?.[0] ?? '';
  if (AccountId === '' || physicalIdOf(organization?.Id, AccountId) !== physicalId.replace(ADOPTED, '')) {
    log.warn('nothing is deregistered: no create of this resource was finished in the organization of this account', { physicalId });
    return;
  }
  if (physicalId.endsWith(ADOPTED) && await aws.isRollingBack()) {
    log.info('the account stays registered: it was so before the deployment that failed', { AccountId });
    return;
  }
  await deregister(AccountId, aws);
}

async function register(properties: DelegationProperties, replaced: string, aws: Aws): Promise<Answer> {
  const { AccountId } = properties;
  const { organizationId } = await managedOrganization(aws);
  const registered = await delegatedAdministrators(aws);
  const others = registered.filter((id) => id !== AccountId && id !== replaced);
  if (properties.Exclusive === 'true' && others.length > 0) {
    throw new Error(`exclusive: also registered as delegated administrator for ${IAM_SERVICE_PRINCIPAL}: ${others.join(', ')}; deregister, or leave exclusive out`);
  }
  const adopted = registered.includes(AccountId);
  if (!adopted) {
    await registerAnew(properties, registered, aws);
  }
  return { PhysicalResourceId: physicalIdOf(organizationId, AccountId) + (adopted ? ADOPTED : ''), Data: { AccountId } };
}

async function registerAnew(properties: DelegationProperties, registered: readonly string[], aws: Aws) {
  const attempt = { mayBeOurs: true };
  try {
    await sendRegistration(properties.AccountId, attempt, aws);
    await confirm(properties.AccountId, true, aws);
  } catch (error) {
    const undone = attempt.mayBeOurs ? await undo(properties, aws) : [];
    throw new Error([explain(error, properties.AccountId, registered), ...undone].join('; '), { cause: error });
  }
}

/** Trusted access that was enabled a moment ago may not be in effect yet. */
async function sendRegistration(AccountId: string, attempt: { mayBeOurs: boolean }, aws: Aws) {
  const command = new RegisterDelegatedAdministratorCommand({ AccountId, ServicePrincipal: IAM_SERVICE_PRINCIPAL });
  try {
    await patiently(aws, () => aws.organizations.send(command), (error) => causeOf(error) === 'SERVICE_ACCESS_NOT_ENABLED');
  } catch (error) {
    attempt.mayBeOurs = !isRefusal(error);
    if (!isNamed(error, 'AccountAlreadyRegisteredException')) {
      throw error;
    }
  }
}

async function deregister(AccountId: string, aws: Aws) {
  const command = new DeregisterDelegatedAdministratorCommand({ AccountId, ServicePrincipal: IAM_SERVICE_PRINCIPAL });
  try {
    await patiently(aws, () => aws.organizations.send(command));
  } catch (error) {
    if (!isNamed(error, 'AccountNotRegisteredException', 'AccountNotFoundException')) {
      throw error;
    }
  }
  await confirm(AccountId, false, aws);
}

async function confirm(accountId: string, registered: boolean, aws: Aws) {
  const isAsWanted = (ids: string[]) => ids.includes(accountId) === registered;
  const seen = await readUntil(isAsWanted, aws.patience, () => delegatedAdministrators(aws));
  if (!isAsWanted(seen)) {
    throw new Error(`after ${aws.patience.forMs / 1_000} seconds AWS still reports ${seen.join(', ') || 'no account'} as delegated administrator for ${IAM_SERVICE_PRINCIPAL}`);
  }
}

/** CloudFormation sends no delete for a create that failed, so it takes back what it did itself, whatever the removal policy. */
async function undo({ AccountId }: DelegationProperties, aws: Aws): Promise<string[]> {
  try {
    await deregister(AccountId, aws);
    return [`account ${AccountId} is deregistered again`];
  } catch (error) {
    return [`undoing failed too, so account ${AccountId} may be registered (${textOf(error)})`];
  }
}

/** The reason of a constraint (AWS API reference, ConstraintViolationException), else the code. */
function causeOf(error: unknown): string {
  return (error as { Reason?: string } | undefined)?.Reason ?? nameOf(error);
}

const remedies: Readonly<Record<string, (registered: readonly string[]) => string>> = {
  CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR: () =>
    'it is the management account, which has root access without delegation; name a member account',
  CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR: () =>
    'it is suspended or being closed; reopen it, or name an active member account',
  MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED: (registered) =>
    `AWS allows no more delegated administrators for this service beside ${registered.join(', ')}; to change the account, remove the delegation in one deployment and add the new one in a second`,
  SERVICE_ACCESS_NOT_ENABLED: () =>
    'trusted access for IAM is off; pass features, or enable it before',
  AccountNotFoundException: () =>
    'it is not in this organization; check the id, or invite the account first',
};

function explain(error: unknown, accountId: string, registered: readonly string[]): string {
  const because = remedies[causeOf(error)]?.(registered) ?? textOf(error);
  return `account ${accountId} could not be registered as delegated administrator for ${IAM_SERVICE_PRINCIPAL}: ${because}`;
}

function physicalIdOf(organizationId: string | undefined, accountId: string): string {
  return `${organizationId}/${accountId}`;
}
