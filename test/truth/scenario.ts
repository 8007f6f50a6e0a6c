import fc from 'fast-check';
import { arrange, does, lastingTrouble, meanwhile, passingTrouble, type Deed, type Trouble } from './trouble';
import { credentialsOf } from './witness';
import { hasty, MANAGEMENT, newWorld, RECOVERIES_BUCKET, Sweep, waits, type RecoveryOnRecord, type World } from './world';
import type { Patience } from '../../lambda/aws/patience';
import { CREDENTIAL_KINDS, type CredentialKind, type Selection } from '../../lib/private/contract';
import { type KeptCredentials, type SweepSettings } from '../../lib/sweep/contract';
import type { AccountInit, AccountState, UnknownSwitches } from '../../local-aws/organization';
import { UNPROTECTED } from '../lambda/sweep/testing';

/** Units of every scenario, by index: two below the root, the third below the first. */
const PARENT_OF_UNIT = [undefined, undefined, 0];

interface Member extends Omit<AccountInit, 'ou'> {
  /** Index of its unit; the root when absent. */
  readonly unit?: number;
  readonly recovery?: RecoveryOnRecord;
}

/** A rule that keeps credentials: of members by index, and of kinds. */
interface Rule {
  readonly members?: number[];
  readonly credentials?: CredentialKind[];
}

/** All that a case is made of: an organization, what a construct selects in it, and what goes wrong. */
export interface Scenario {
  readonly members: Member[];
  readonly unknown: Partial<UnknownSwitches>;
  readonly select: { readonly by: 'organization' | 'accounts' | 'units'; readonly members: number[]; readonly units: number[]; readonly exclude: number[] };
  readonly settings: Omit<SweepSettings, 'selection'>;
  readonly keep: Rule[];
  /** Indices of members below a service control policy that does not spare root sessions. */
  readonly denied: number[];
  readonly troubles: Trouble[];
  /** What other people do when the plan has been made. */
  readonly meanwhile: Deed[];
}

/** Times of creation and of use: out of every window, and within one. */
const LONG_AGO = Date.UTC(2019, 4, 1, 12);
const LATELY = Date.now() - 60_000;
const WINDOW_SECONDS = 30 * 86_400;

export const memberId = (index: number) => String(200_000_000_000 + index);

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

function rootCredentials(): fc.Arbitrary<AccountInit['root']> {
  const status = fc.constantFrom('Active', 'Inactive');
  const createDate = fc.constantFrom(LONG_AGO, LONG_AGO, LATELY);
  const date = fc.constantFrom(undefined, LONG_AGO, LONG_AGO, LATELY);
  const lastUsed = date.map((used) => used === undefined ? undefined : { date: used, service: 's3', region: 'us-east-1' });
  const some_ = fc.record({
    password: fc.oneof(fc.constant(false), fc.record({ createDate, lastUsed: date })),
    accessKeys: fc.array(fc.record({ status, createDate, lastUsed }), { maxLength: 2 }),
    signingCertificates: fc.array(fc.record({ status }), { maxLength: 2 }),
    mfaDevices: fc.array(fc.constant({}), { maxLength: 3 }),
  }) as fc.Arbitrary<AccountInit['root']>;
  return fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 3, arbitrary: some_ });
}

function members(records: RecoveryOnRecord[]): fc.Arbitrary<Member[]> {
  const state: fc.Arbitrary<AccountState> = fc.oneof(
    { weight: 9, arbitrary: fc.constant<AccountState>('ACTIVE') },
    { weight: 1, arbitrary: fc.constantFrom<AccountState>('SUSPENDED', 'PENDING_CLOSURE', 'PENDING_ACTIVATION', 'CLOSED') },
  );
  const member = fc.record({
    unit: fc.option(fc.nat(PARENT_OF_UNIT.length - 1), { nil: undefined }),
    state,
    root: rootCredentials(),
    recovery: fc.constantFrom(undefined, ...records),
  });
  return fc.array(member, { minLength: 5, maxLength: 8 }).map((list) => list.map((each, index) => ({ id: memberId(index), ...each })));
}

interface Harm {
  readonly troubles: (ids: string[]) => fc.Arbitrary<Trouble>;
  readonly atMost: number;
  /** Accounts below a service control policy that does not spare root sessions. */
  readonly denied: number;
  /** Deeds of other people between the plan and its deletion. */
  readonly deeds: number;
  readonly records: RecoveryOnRecord[];
}

function howToSweep(): fc.Arbitrary<Scenario['settings']> {
  const oneIn = (n: number) => fc.nat(n - 1).map((drawn) => drawn === 0);
  const protection = fc.record({
    keep: fc.constant<KeptCredentials[]>([]),
    usedWithinSeconds: fc.constantFrom(undefined, undefined, WINDOW_SECONDS),
    keepCertificates: oneIn(4),
    deleteAccessKeysInUse: fc.constantFrom(undefined, true),
    recoveriesBucket: fc.constantFrom(undefined, RECOVERIES_BUCKET),
  });
  return fc.record({
    work: oneIn(6).map((isAudit) => isAudit ? 'audit' as const : 'purge' as const),
    credentials: fc.oneof(
      { weight: 3, arbitrary: fc.constant<CredentialKind[]>([...CREDENTIAL_KINDS]) },
      { weight: 1, arbitrary: some<CredentialKind>(CREDENTIAL_KINDS) },
    ),
    dryRun: oneIn(10),
    protection: fc.oneof({ weight: 1, arbitrary: fc.constant(UNPROTECTED) }, { weight: 2, arbitrary: protection }),
    tolerateFailedAccounts: fc.boolean(),
    failOnFindings: fc.boolean(),
    accountsPerBatch: fc.integer({ min: 1, max: 5 }),
    accountsInFlight: fc.integer({ min: 1, max: 4 }),
  });
}

function rules(indices: number[]): fc.Arbitrary<Rule[]> {
  const rule: fc.Arbitrary<Rule> = fc.oneof(
    fc.record({ members: some(indices) }),
    fc.record({ credentials: some<CredentialKind>(CREDENTIAL_KINDS) }),
    fc.record({ members: some(indices), credentials: some<CredentialKind>(CREDENTIAL_KINDS) }),
  );
  return fc.oneof({ weight: 1, arbitrary: fc.constant<Rule[]>([]) }, { weight: 1, arbitrary: fc.array(rule, { maxLength: 2 }) });
}

function scenarioWith({ troubles, atMost, denied, deeds, records }: Harm): fc.Arbitrary<Scenario> {
  return members(records).chain((list) => {
    const indices = list.map((_, index) => index);
    return fc.record({
      members: fc.constant(list),
      unknown: fc.record({
        userNameInEntries: fc.boolean(),
        summaryCountsInactiveKeys: fc.boolean(),
        accountStates: fc.constantFrom('both', 'State', 'Status'),
        mfaRemoval: fc.constantFrom('always', 'without-password'),
      }) as fc.Arbitrary<Partial<UnknownSwitches>>,
      select: fc.record({
        by: fc.constantFrom('organization', 'organization', 'organization', 'accounts', 'units'),
        members: fc.array(fc.constantFrom(...indices), { minLength: 1, maxLength: 8 }),
        units: some(PARENT_OF_UNIT.map((_, index) => index)),
        exclude: fc.subarray(indices, { maxLength: 2 }),
      }),
      settings: howToSweep(),
      keep: rules(indices),
      denied: fc.subarray(indices, { maxLength: denied }),
      meanwhile: fc.array(meanwhile(list.map(({ id }) => id)), { maxLength: deeds }),
      troubles: fc.uniqueArray(troubles(list.map(({ id }) => id)), {
        selector: ({ operation, account }) => `${operation} ${account}`, maxLength: atMost,
      }),
    });
  });
}

/** Everything that goes wrong passes. */
export const passingScenario = (): fc.Arbitrary<Scenario> => scenarioWith({ troubles: passingTrouble, atMost: 8, denied: 0, deeds: 0, records: ['open', 'expired', 'closed'] });

/** Some of what goes wrong stays, and other people are at work in the accounts. */
export const harshScenario = (): fc.Arbitrary<Scenario> => scenarioWith({
  troubles: (ids) => fc.oneof({ weight: 1, arbitrary: passingTrouble() }, { weight: 5, arbitrary: lastingTrouble(ids) }), atMost: 12, denied: 1, deeds: 3, records: ['open', 'open', 'expired', 'closed', 'garbled'],
});

/** A purge that keeps nothing, one account after the other. */
export const PURGE: Scenario['settings'] = {
  work: 'purge',
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: UNPROTECTED,
  tolerateFailedAccounts: false,
  failOnFindings: false,
  accountsPerBatch: 1,
  accountsInFlight: 1,
};

/** The longest that an account may take where something hangs in one. */
const HANGING_ACCOUNT_MS = 1_200;

/** A scenario that has been set up. */
export interface Stage {
  readonly world: World;
  readonly sweep: Sweep;
  /** Ids of the accounts that are to be swept, and of those that are to be reported as skipped. */
  readonly expected: { readonly swept: string[]; readonly skipped: string[] };
  readonly settings: Scenario['settings'];
  /** Whether something keeps a credential of an account from being deleted by a purge. */
  isProtected(accountId: string, name: string): boolean;
  /** Whether reads of an account may show its past, so that what others created a moment ago is not seen. */
  readsMayBeStale(accountId: string): boolean;
  /** Another sweep of the same organization. */
  another(changes: Partial<SweepSettings>): Sweep;
}

/** @param patience how long to wait for what AWS makes true late, in milliseconds with short pauses in between */
export function setUp(scenario: Scenario, patience: number | Patience): Stage {
  const { members: list, unknown, select, settings: how, denied, troubles } = scenario;
  const world = newWorld();
  const { organization } = world;
  const units: string[] = [];
  PARENT_OF_UNIT.forEach((parent, index) => units.push(organization.addOrganizationalUnit({ name: `unit-${index}`, parent: parent === undefined ? undefined : units[parent] })));
  list.forEach(({ unit, recovery, ...init }) => {
    organization.addAccount({ ...init, ou: unit === undefined ? undefined : units[unit] });
    if (recovery !== undefined) {
      world.recordRecovery(init.id, recovery);
    }
  });
  Object.assign(organization.switches, unknown);
  denied.forEach((index) => organization.assumedRootDenied.add(memberId(index)));
  troubles.forEach((trouble) => arrange(world, trouble));
  world.witness.watch();

  const exclude = select.by === 'accounts' ? [] : select.exclude.map(memberId); // nothing is excluded from a list
  const selection: Record<typeof select.by, Selection> = {
    organization: { exclude },
    accounts: { accounts: select.members.map(memberId), exclude: [] },
    units: { organizationalUnits: select.units.map((index) => units[index]), exclude },
  };
  const unitsOf = (unit: number | undefined): number[] => unit === undefined ? [] : [unit, ...unitsOf(PARENT_OF_UNIT[unit])];
  const isSelected = {
    organization: () => true,
    accounts: (_member: Member, index: number) => select.members.includes(index),
    units: ({ unit }: Member) => unitsOf(unit).some((index) => select.units.includes(index)),
  }[select.by];
  const selected = list.filter(isSelected);
  const swept = selected.filter(({ id, state = 'ACTIVE' }) => state === 'ACTIVE' && !exclude.includes(id)).map(({ id }) => id);
  const skipped = [...selected.map(({ id }) => id).filter((id) => !swept.includes(id)), ...select.by === 'organization' ? [MANAGEMENT] : []];
  const keep = rulesIn(scenario);
  const hangs = troubles.some(({ what, times }) => what === 'unanswered' && times === undefined);
  const allWaits = waits(typeof patience === 'number' ? hasty(patience) : patience, hangs ? HANGING_ACCOUNT_MS : undefined);
  const another = (changes: Partial<SweepSettings>) =>
    new Sweep({ ...how, protection: { ...how.protection, keep }, selection: selection[select.by], ...changes }, allWaits);
  const sweep = another({});
  sweep.between = () => scenario.meanwhile.forEach((deed) => does(world, deed));
  const readsMayBeStale = (accountId: string) => troubles.some(({ what, account }) => what.startsWith('stale') && [undefined, accountId].includes(account));
  const isProtected = (accountId: string, name: string) => protects(scenario, keep, world, list.find(({ id }) => id === accountId)!, name);
  return { world, settings: how, sweep, expected: { swept, skipped }, isProtected, readsMayBeStale, another };
}

/** As a construct has them: a list of accounts has no rule for another account. */
function rulesIn({ keep, select }: Scenario): KeptCredentials[] {
  return keep.flatMap(({ members: all, credentials }) => {
    const known = all?.filter((index) => select.by !== 'accounts' || select.members.includes(index));
    return known?.length === 0 ? [] : [{ accounts: known?.map(memberId), credentials, reason: 'a reason' }];
  });
}

/** In words of its own, so that it does not share a mistake with what is tested. */
function protects({ settings }: Scenario, keep: KeptCredentials[], { witness }: World, { id, root, recovery }: Member, name: string): boolean {
  const { credentials, protection } = settings;
  const isOld = (time?: number) => time !== undefined && time < LATELY - WINDOW_SECONDS * 1_000;
  const [kind, credentialId] = name.split(' ') as [CredentialKind, string | undefined];
  const isKeptByRule = keep.some((rule) => (!rule.accounts || rule.accounts.includes(id)) && (!rule.credentials || rule.credentials.includes(kind)));
  const onRecord = witness.of(id).recoveryOpened ? 'open' : recovery;
  const isInRecovery = onRecord === 'garbled' || (onRecord === 'open' && ['Password', 'MfaDevice'].includes(kind));
  const keys = root?.accessKeys?.filter((_, i) => `AKIA${id}ROO${i}` === credentialId) ?? [];
  const isInUse = keys.some(({ lastUsed }) => lastUsed !== undefined && lastUsed.date >= LATELY);
  const old: Record<CredentialKind, () => boolean> = {
    Password: () => typeof root?.password === 'object' && isOld(root.password.createDate) && isOld(root.password.lastUsed),
    AccessKey: () => keys.some(({ createDate, lastUsed }) => isOld(createDate) && isOld(lastUsed?.date)),
    SigningCertificate: () => true,
    MfaDevice: () => true,
  };
  return !credentials.includes(kind)
    || isKeptByRule
    || (protection.recoveriesBucket !== undefined && isInRecovery)
    || (!protection.deleteAccessKeysInUse && isInUse)
    || (protection.keepCertificates && kind === 'SigningCertificate')
    || (protection.usedWithinSeconds !== undefined && !old[kind]());
}

/** What is there at the end of a sweep that could do all it was to do. */
export function remainder({ id, root }: Member, { settings: { work, dryRun }, isProtected }: Stage, actual: string[]): string[] {
  const passwordStays = Boolean(root?.password) && isProtected(id, 'Password');
  const isKept = (name: string) => isProtected(id, name) || (name.startsWith('MfaDevice') && passwordStays);
  return work === 'audit' || dryRun ? [] : actual.filter((name) => !isKept(name));
}

export const credentialsIn = ({ organization }: World, accountId: string) => credentialsOf(organization.account(accountId));
