import fc from 'fast-check';
import { arrange, lastingTrouble, passingTrouble, type Trouble } from './trouble';
import { credentialsOf } from './witness';
import { MANAGEMENT, newWorld, Sweep, waits, type World } from './world';
import { CREDENTIAL_KINDS, type CredentialKind, type Selection, type SweepSettings } from '../../../lib/private/contract';
import type { AccountInit, AccountState, UnknownSwitches } from '../../local-aws/organization';

/** Units of every scenario, by index: two below the root, the third below the first. */
const PARENT_OF_UNIT = [undefined, undefined, 0];

interface Member extends Omit<AccountInit, 'ou'> {
  /** Index of its unit; the root when absent. */
  readonly unit?: number;
}

/** All that a case is made of: an organization, what a construct selects in it, and what goes wrong. */
export interface Scenario {
  readonly members: Member[];
  readonly unknown: Partial<UnknownSwitches>;
  readonly select: { readonly by: 'organization' | 'accounts' | 'units'; readonly members: number[]; readonly units: number[]; readonly exclude: number[] };
  readonly settings: Omit<SweepSettings, 'selection'>;
  /** Indices of members below a service control policy that does not spare root sessions. */
  readonly denied: number[];
  readonly troubles: Trouble[];
}

export const memberId = (index: number) => String(200_000_000_000 + index);

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

function rootCredentials(): fc.Arbitrary<AccountInit['root']> {
  const status = fc.constantFrom('Active', 'Inactive');
  const some_ = fc.record({
    password: fc.boolean(),
    accessKeys: fc.array(fc.record({ status }), { maxLength: 2 }),
    signingCertificates: fc.array(fc.record({ status }), { maxLength: 2 }),
    mfaDevices: fc.array(fc.constant({}), { maxLength: 3 }),
  }) as fc.Arbitrary<AccountInit['root']>;
  return fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 3, arbitrary: some_ });
}

function members(): fc.Arbitrary<Member[]> {
  const state: fc.Arbitrary<AccountState> = fc.oneof(
    { weight: 9, arbitrary: fc.constant<AccountState>('ACTIVE') },
    { weight: 1, arbitrary: fc.constantFrom<AccountState>('SUSPENDED', 'PENDING_CLOSURE', 'PENDING_ACTIVATION', 'CLOSED') },
  );
  const member = fc.record({ unit: fc.option(fc.nat(PARENT_OF_UNIT.length - 1), { nil: undefined }), state, root: rootCredentials() });
  return fc.array(member, { minLength: 5, maxLength: 8 }).map((list) => list.map((each, index) => ({ id: memberId(index), ...each })));
}

interface Harm {
  readonly troubles: (ids: string[]) => fc.Arbitrary<Trouble>;
  readonly atMost: number;
  /** Accounts below a service control policy that does not spare root sessions. */
  readonly denied: number;
}

function scenarioWith({ troubles, atMost, denied }: Harm): fc.Arbitrary<Scenario> {
  return members().chain((list) => {
    const indices = list.map((_, index) => index);
    const kinds = fc.oneof(
      { weight: 3, arbitrary: fc.constant<CredentialKind[]>([...CREDENTIAL_KINDS]) },
      { weight: 1, arbitrary: some<CredentialKind>(CREDENTIAL_KINDS) },
    );
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
      settings: fc.record({
        credentials: kinds,
        dryRun: fc.nat(9).map((n) => n === 0),
        tolerateFailedAccounts: fc.boolean(),
        accountsPerBatch: fc.integer({ min: 1, max: 5 }),
        accountsInFlight: fc.integer({ min: 1, max: 4 }),
      }),
      denied: fc.subarray(indices, { maxLength: denied }),
      troubles: fc.uniqueArray(troubles(list.map(({ id }) => id)), {
        selector: ({ operation, account }) => `${operation} ${account}`, maxLength: atMost,
      }),
    });
  });
}

/** Everything that goes wrong passes. */
export const passingScenario = (): fc.Arbitrary<Scenario> => scenarioWith({ troubles: passingTrouble, atMost: 8, denied: 0 });

/** Some of what goes wrong stays, and other people are at work in the accounts. */
export const harshScenario = (): fc.Arbitrary<Scenario> => scenarioWith({
  troubles: (ids) => fc.oneof({ weight: 1, arbitrary: passingTrouble() }, { weight: 5, arbitrary: lastingTrouble(ids) }), atMost: 12, denied: 1,
});

/** A scenario that has been set up. */
export interface Stage {
  readonly world: World;
  readonly sweep: Sweep;
  /** Ids of the accounts that are to be swept, and of those that are to be reported as skipped. */
  readonly expected: { readonly swept: string[]; readonly skipped: string[] };
  /** Whether reads of an account may show its past, so that what others created a moment ago is not seen. */
  readsMayBeStale(accountId: string): boolean;
  /** Another sweep of the same organization. */
  another(changes: Partial<SweepSettings>): Sweep;
}

export function setUp({ members: list, unknown, select, settings, denied, troubles }: Scenario, forMs: number): Stage {
  const world = newWorld();
  const { organization } = world;
  const units: string[] = [];
  PARENT_OF_UNIT.forEach((parent, index) => units.push(organization.addOrganizationalUnit({ name: `unit-${index}`, parent: parent === undefined ? undefined : units[parent] })));
  list.forEach(({ unit, ...init }) => organization.addAccount({ ...init, ou: unit === undefined ? undefined : units[unit] }));
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
  const another = (changes: Partial<SweepSettings>) =>
    new Sweep({ ...settings, selection: selection[select.by], ...changes }, waits(forMs));
  const readsMayBeStale = (accountId: string) => troubles.some(({ what, account }) => what.startsWith('stale') && [undefined, accountId].includes(account));
  return { world, sweep: another({}), expected: { swept, skipped }, readsMayBeStale, another };
}

/** What is there at the end of a sweep that could do all it was to do. */
export function remainder({ root }: Member, { credentials, dryRun }: Scenario['settings'], actual: string[]): string[] {
  const passwordStays = root?.password === true && !credentials.includes('Password');
  const isKept = (name: string) => {
    const kind = name.split(' ')[0] as typeof credentials[number];
    return dryRun || !credentials.includes(kind) || (kind === 'MfaDevice' && passwordStays);
  };
  return actual.filter((name) => !isKept(name));
}

export const credentialsIn = ({ organization }: World, accountId: string) => credentialsOf(organization.account(accountId));
