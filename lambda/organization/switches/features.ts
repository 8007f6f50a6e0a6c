import {
  DisableOrganizationsRootCredentialsManagementCommand, DisableOrganizationsRootSessionsCommand, EnableOrganizationsRootCredentialsManagementCommand,
  EnableOrganizationsRootSessionsCommand, ListOrganizationsFeaturesCommand,
} from '@aws-sdk/client-iam';
import {
  DisableAWSServiceAccessCommand, EnableAWSServiceAccessCommand, paginateListAWSServiceAccessForOrganization,
} from '@aws-sdk/client-organizations';
import { currentOrganization, delegatedAdministrators, managedOrganization, patiently, type Answer, type Aws, type OrganizationIds } from './organization';
import { IAM_SERVICE_PRINCIPAL, type FeatureName, type FeaturesProperties } from '../../../lib/organization/contract';
import { isNamed, isRefusal, textOf } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { readUntil } from '../../aws/patience';
import { log } from '../../log';

const TRUSTED_ACCESS = 'trusted access';
type Switch = typeof TRUSTED_ACCESS | FeatureName;

/** In the order of enabling; disabling is the reverse. The features need trusted access (AWS API reference). */
const SWITCHES: readonly Switch[] = [TRUSTED_ACCESS, 'RootCredentialsManagement', 'RootSessions'];

interface Seen {
  readonly on: readonly Switch[];
  /** Both services agree about trusted access, so that a switch that is not in `on` is off. */
  readonly settled: boolean;
}

/** Precedes, in the physical ID, the features that were enabled before the resource was created. */
const ADOPTED = '/adopted:';

export async function create(properties: FeaturesProperties, aws: Aws): Promise<Answer> {
  const organization = await managedOrganization(aws);
  const turnedOn = await switchOnOrUndo(properties.Features, aws);
  return answer(organization, wantedWith(properties.Features).filter((name) => !turnedOn.includes(name)));
}

/**
 * A rollback is an update to the older properties. If this resource failed, its update has undone its own changes. If another resource failed, it is unknown
 * which features this one had found enabled, so they stay enabled.
 */
export async function update(properties: FeaturesProperties, older: FeaturesProperties, aws: Aws, physicalId: string): Promise<Answer> {
  const organization = await managedOrganization(aws);
  const isOwned = properties.RemovalPolicy === 'destroy';
  await (isOwned ? switchOnOrUndo : switchOn)(properties.Features, aws);
  const dropped = older.Features.filter((feature) => !properties.Features.includes(feature));
  if (isOwned && dropped.length > 0) {
    await switchOffUnlessRollingBack(dropped, aws);
  }
  const answered = answer(organization);
  return organizationOf(physicalId) === organization.organizationId ? { ...answered, PhysicalResourceId: physicalId } : answered;
}

async function switchOffUnlessRollingBack(features: readonly FeatureName[], aws: Aws) {
  if (await aws.isRollingBack()) {
    log.warn('these features stay on: the update that failed may have found them on', { features });
    return;
  }
  await switchOff(features, aws);
}

export async function remove(properties: FeaturesProperties, physicalId: string, aws: Aws): Promise<void> {
  if (properties.RemovalPolicy === 'retain') {
    return;
  }
  const organization = await currentOrganization(aws);
  if (organization?.Id !== organizationOf(physicalId)) {
    log.warn('nothing is switched off: no create of this resource was finished in the organization of this account', { physicalId });
    return;
  }
  const { on } = await until(({ settled }) => settled, 'IAM and Organizations should agree about trusted access', aws);
  if (!on.includes(TRUSTED_ACCESS)) {
    log.warn('trusted access for IAM is off, so the features cannot be switched off: they come back with it');
    return;
  }
  const found = adoptedIn(physicalId);
  const adopted = found.length > 0 && await aws.isRollingBack() ? found : []; // what was on before the deployment that failed stays on
  const owned = wantedWith(properties.Features).filter((name) => !adopted.includes(name));
  if (owned.includes(TRUSTED_ACCESS)) {
    await refuseWhileDelegated(aws);
  }
  await switchOff(owned.filter((name) => name !== TRUSTED_ACCESS), aws);
  if (owned.includes(TRUSTED_ACCESS)) {
    await switchOffTrustedAccess(on.filter((name) => name !== TRUSTED_ACCESS && !properties.Features.includes(name as FeatureName)), aws);
  }
}

const organizationOf = (physicalId: string) => physicalId.split(ADOPTED)[0];
const adoptedIn = (physicalId: string) => physicalId.split(ADOPTED)[1]?.split(',') ?? [];

/** Trusted access stays for features that this stack does not own. */
async function switchOffTrustedAccess(featuresOfOthers: readonly Switch[], aws: Aws) {
  if (featuresOfOthers.length > 0) {
    log.warn('trusted access for IAM stays on: features that this stack does not name are on', { features: featuresOfOthers });
    return;
  }
  await switchOff([TRUSTED_ACCESS], aws);
}

async function refuseWhileDelegated(aws: Aws) {
  const delegates = await delegatedAdministrators(aws);
  if (delegates.length > 0) {
    throw new Error(`nothing was switched off, because delegated administrators for ${IAM_SERVICE_PRINCIPAL} are still registered: ${delegates.join(', ')}; deregister them, then delete again`);
  }
}

const wantedWith = (features: readonly FeatureName[]): Switch[] => [TRUSTED_ACCESS, ...features];

/** Switches on what is off and waits until AWS says so. Each switch that may have been turned is added to `turnedOn` at once. */
async function switchOn(features: readonly FeatureName[], aws: Aws, turnedOn: Switch[] = []) {
  const wanted = wantedWith(features);
  const before = await read(aws);
  if (!before.on.includes(TRUSTED_ACCESS)) {
    await turnOn(TRUSTED_ACCESS, aws, turnedOn);
  }
  // features that were on when trusted access went off are on again when it returns (recorded from AWS, September 2026)
  const trusted = await until((seen) => isOn(seen, [TRUSTED_ACCESS]), `${TRUSTED_ACCESS} should be on`, aws);
  for (const name of SWITCHES.filter((each) => wanted.includes(each) && !trusted.on.includes(each))) {
    await turnOn(name, aws, turnedOn);
  }
  await until((seen) => isOn(seen, wanted), `${wanted.join(', ')} should be on`, aws);
}

async function turnOn(name: Switch, aws: Aws, turnedOn: Switch[]) {
  turnedOn.push(name);
  try {
    await patiently(aws, () => calls[name].on(aws), isUntrusted);
  } catch (error) {
    if (isRefusal(error)) {
      turnedOn.pop();
    }
    throw new Error(`${name} could not be switched on: ${textOf(error)}`, { cause: error });
  }
}

/** Switches off in the reverse order, and waits until AWS says so. */
async function switchOff(names: readonly Switch[], aws: Aws) {
  for (const name of SWITCHES.filter((each) => names.includes(each)).reverse()) {
    await turnOff(name, aws);
  }
  await until(({ on }) => !names.some((name) => on.includes(name)), `${names.join(', ')} should be off`, aws);
}

async function turnOff(name: Switch, aws: Aws) {
  try {
    await patiently(aws, () => calls[name].off(aws));
  } catch (error) {
    if (!isUntrusted(error)) {
      throw new Error(`${name} could not be switched off: ${textOf(error)}`, { cause: error });
    }
  }
}

/**
 * CloudFormation sends no delete for a create that failed, so it takes back what it did itself, whatever the removal policy.
 *
 * @returns what was off
 */
async function switchOnOrUndo(features: readonly FeatureName[], aws: Aws): Promise<Switch[]> {
  const turnedOn: Switch[] = [];
  try {
    await switchOn(features, aws, turnedOn);
    return turnedOn;
  } catch (error) {
    throw new Error([textOf(error), ...await undo(turnedOn, aws)].join('; '), { cause: error });
  }
}

async function undo(turnedOn: readonly Switch[], aws: Aws): Promise<string[]> {
  if (turnedOn.length === 0) {
    return [];
  }
  try {
    await switchOff(turnedOn, aws);
    return [`switched off again: ${turnedOn.join(', ')}`];
  } catch (error) {
    return [`undoing failed too, so these may still be on: ${turnedOn.join(', ')} (${textOf(error)})`];
  }
}

/** Reads until AWS reports what is wanted; fails with what was seen. */
async function until(wanted: (seen: Seen) => boolean, expectation: string, aws: Aws): Promise<Seen> {
  const seen = await readUntil(wanted, aws.patience, () => read(aws));
  if (!wanted(seen)) {
    throw new Error(`${expectation}, but after ${aws.patience.forMs / 1_000} seconds AWS still reports ${describe(seen)}`);
  }
  return seen;
}

function isOn({ on, settled }: Seen, names: readonly Switch[]): boolean {
  return settled && names.every((name) => on.includes(name));
}

function describe({ on, settled }: Seen): string {
  return `${on.length > 0 ? on.join(', ') : 'nothing'} on${settled ? '' : ', and IAM and Organizations do not agree about trusted access'}`;
}

async function read(aws: Aws): Promise<Seen> {
  const [trusted, features] = await Promise.all([isTrusted(aws), readableFeatures(aws)]);
  return { on: [...trusted ? [TRUSTED_ACCESS] as const : [], ...features ?? []], settled: trusted === (features !== undefined) };
}

function isTrusted(aws: Aws): Promise<boolean> {
  return patiently(aws, async () => {
    const pages = paginateListAWSServiceAccessForOrganization({ client: aws.organizations }, {});
    const trusted = await everyItem('organizations:ListAWSServiceAccessForOrganization', pages, (page) => page.EnabledServicePrincipals);
    return trusted.some(({ ServicePrincipal }) => ServicePrincipal === IAM_SERVICE_PRINCIPAL);
  });
}

/** Undefined without trusted access: what the features are cannot be known then. */
async function readableFeatures(aws: Aws): Promise<FeatureName[] | undefined> {
  try {
    const { EnabledFeatures } = await patiently(aws, () => aws.iam.send(new ListOrganizationsFeaturesCommand({})));
    return EnabledFeatures ?? [];
  } catch (error) {
    if (isUntrusted(error)) {
      return undefined;
    }
    throw error;
  }
}

/** IAM sees no trusted access: it is off, or was switched on a moment ago. */
function isUntrusted(error: unknown): boolean {
  return isNamed(error, 'ServiceAccessNotEnabledException');
}

const calls: Readonly<Record<Switch, { on(aws: Aws): Promise<unknown>; off(aws: Aws): Promise<unknown> }>> = {
  [TRUSTED_ACCESS]: {
    on: ({ organizations }) => organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: IAM_SERVICE_PRINCIPAL })),
    off: ({ organizations }) => organizations.send(new DisableAWSServiceAccessCommand({ ServicePrincipal: IAM_SERVICE_PRINCIPAL })),
  },
  RootCredentialsManagement: {
    on: ({ iam }) => iam.send(new EnableOrganizationsRootCredentialsManagementCommand({})),
    off: ({ iam }) => iam.send(new DisableOrganizationsRootCredentialsManagementCommand({})),
  },
  RootSessions: {
    on: ({ iam }) => iam.send(new EnableOrganizationsRootSessionsCommand({})),
    off: ({ iam }) => iam.send(new DisableOrganizationsRootSessionsCommand({})),
  },
};

/** The id is the organization's, never derived from the properties: a change of them would be a replacement, whose delete switches off. */
function answer({ organizationId, managementAccountId }: OrganizationIds, adopted: readonly Switch[] = []): Answer {
  return {
    PhysicalResourceId: adopted.length > 0 ? `${organizationId}${ADOPTED}${adopted.join(',')}` : organizationId,
    Data: { OrganizationId: organizationId, ManagementAccountId: managementAccountId },
  };
}
