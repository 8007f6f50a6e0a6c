import { iam, organizations } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { preflight } from '../../../../lambda/sweep/select/preflight';
import { resolveSelection } from '../../../../lambda/sweep/select/resolve';
import { pathOf } from '../../../../lambda/sweep/select/units';
import { parseStartInput } from '../../../../lambda/sweep/start-input';
import type { Selection } from '../../../../lib/private/contract';
import type { SweepSettings } from '../../../../lib/sweep/contract';
import { emptyPages, fail, FakeOrganization, serve, shortPages, type Effect, type OrganizationOptions } from '../../../../local-aws/organization';
import { atOnce } from '../../../support/at-once';
import { fakeTimers } from '../../../support/fake-timers';
import { onTestFinished } from '../../../support/on-test-finished';
import { UNPROTECTED } from '../testing';

const MANAGEMENT = '111111111111';
const ON: OrganizationOptions = { trustedAccess: true, features: ['RootCredentialsManagement'] };
const IMPATIENT = seconds(0);

let close: () => Promise<void> = async () => {};
afterEach(() => close());

async function served(options: OrganizationOptions = ON): Promise<FakeOrganization> {
  const organization = new FakeOrganization(options);
  const server = await serve(organization);
  close = server.close;
  Object.assign(process.env, server.environment, { AWS_ACCESS_KEY_ID: MANAGEMENT });
  return organization;
}

const member = (n: number) => String(200_000_000_000 + n);

async function select(selection: Partial<Selection>, input: unknown = {}, accountsPerBatch = 25, keep: string[] = []) {
  const identity = { organizationId: 'o-fakeorganization', managementAccountId: MANAGEMENT };
  const settings: SweepSettings = {
    work: 'purge',
    selection: { exclude: [], ...selection },
    credentials: [],
    dryRun: false,
    protection: { ...UNPROTECTED, keep: [{ accounts: keep, reason: 'of a test' }] },
    tolerateFailedAccounts: false,
    failOnFindings: false,
    accountsPerBatch,
    accountsInFlight: 1,
  };
  const resolved = await resolveSelection(organizations(), identity, settings, parseStartInput(input), MANAGEMENT);
  return {
    ...resolved,
    selected: resolved.batches.flat().map(({ accountId }) => accountId),
    reasons: Object.fromEntries(resolved.skipped.map(({ accountId, reason }) => [accountId, reason])),
  };
}

describe('a selection of the organization', () => {
  test('is every active member on every page, and never the management account', async () => {
    const organization = await served();
    for (let n = 0; n < 45; n++) {
      organization.addAccount({ id: member(n) });
    }
    const { selected, reasons, batches } = await select({});
    expect(selected).toEqual(Array.from({ length: 45 }, (_, n) => member(n)));
    expect(batches.map((batch) => batch.length)).toEqual([25, 20]);
    expect(reasons).toEqual({ [MANAGEMENT]: expect.stringContaining('management account') });
  });

  test.each([['short', shortPages(1)], ['empty', emptyPages]])('is complete when pages are %s', async (_what, effect) => {
    const organization = await served();
    [1, 2, 3].forEach((n) => organization.addAccount({ id: member(n) }));
    organization.faults.add({ operation: 'organizations:ListAccounts', effect });
    expect((await select({})).selected).toEqual([1, 2, 3].map(member));
  });

  test.each(['both', 'State', 'Status'] as const)('reports accounts that are not active as skipped when AWS sends %s', async (accountStates) => {
    const organization = await served();
    organization.switches.accountStates = accountStates;
    organization.addAccount({ id: member(1) });
    organization.addAccount({ id: member(2), state: 'SUSPENDED' });
    organization.addAccount({ id: member(3), state: 'PENDING_CLOSURE' });
    const { selected, reasons } = await select({});
    expect(selected).toEqual([member(1)]);
    expect(reasons[member(2)]).toBe('its state is SUSPENDED, not ACTIVE');
    expect(reasons[member(3)]).toContain('PENDING_CLOSURE');
  });

  test('leaves excluded accounts out and says so', async () => {
    const organization = await served();
    [1, 2].forEach((n) => organization.addAccount({ id: member(n) }));
    const { selected, reasons } = await select({ exclude: [member(2)] });
    expect(selected).toEqual([member(1)]);
    expect(reasons[member(2)]).toBe('it is excluded');
    const exclusions = [{ accounts: [member(2)], reason: 'moves out', until: '2020-01-31' }];
    expect((await select({ exclude: [member(2)], exclusions })).reasons[member(2)]).toBe('it is excluded: moves out'); // its end has come, and nothing of it
  });
});

describe('an exclusion', () => {
  test('of an account that the organization does not have is an error: it protects nothing', async () => {
    await served();
    await expect(select({ exclude: [member(9)] })).rejects.toThrow(`the organization has no account ${member(9)}, so excluding it protects nothing: correct exclude`);
  });

  test('is checked in the whole organization when units are selected', async () => {
    const organization = await served();
    const unit = organization.addOrganizationalUnit({ name: 'workloads' });
    await expect(select({ organizationalUnits: [unit], exclude: [member(9)] })).rejects.toThrow(`the organization has no account ${member(9)}`);
    organization.faults.add({ operation: 'organizations:DescribeAccount', effect: fail('AccessDeniedException') });
    await expect(select({ organizationalUnits: [unit], exclude: [member(9)] })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('of an account outside of the selected units is no mistake', async () => {
    const organization = await served();
    const unit = organization.addOrganizationalUnit({ name: 'workloads' });
    organization.addAccount({ id: member(1), ou: unit });
    organization.addAccount({ id: member(2) });
    expect((await select({ organizationalUnits: [unit], exclude: [member(2)] })).selected).toEqual([member(1)]);
  });
});

describe('a rule that keeps credentials', () => {
  const keeping = (accountId: string, selection: Partial<Selection> = {}) => select(selection, {}, 25, [accountId]);

  test('in an account that the organization does not have is an error: it protects nothing', async () => {
    await served();
    await expect(keeping(member(9))).rejects.toMatchObject({
      name: 'SelectionError', message: `the organization has no account ${member(9)}, so keeping credentials in it protects nothing: correct keep`,
    });
  });

  test('is checked in the whole organization when units are selected', async () => {
    const organization = await served();
    const unit = organization.addOrganizationalUnit({ name: 'workloads' });
    organization.addAccount({ id: member(2) });
    await expect(keeping(member(9), { organizationalUnits: [unit] })).rejects.toThrow(`the organization has no account ${member(9)}`);
    await expect(keeping(member(2), { organizationalUnits: [unit] })).resolves.toMatchObject({ selected: [] });
  });

  test('in an account that a list does not have is an error', async () => {
    const organization = await served();
    [1, 2].forEach((n) => organization.addAccount({ id: member(n) }));
    await expect(keeping(member(2), { accounts: [member(1)] })).rejects.toThrow(`AccountSelection.accounts does not list account ${member(2)}, so keeping credentials in it protects nothing`);
  });
});

describe('a selection of organizational units', () => {
  let organization: FakeOrganization;
  let workloads: string;
  let production: string;
  beforeEach(async () => {
    organization = await served();
    workloads = organization.addOrganizationalUnit({ name: 'workloads' });
    production = organization.addOrganizationalUnit({ name: 'production', parent: workloads });
    const europe = organization.addOrganizationalUnit({ name: 'europe', parent: production });
    organization.addAccount({ id: member(1) });
    organization.addAccount({ id: member(2), ou: workloads });
    organization.addAccount({ id: member(3), ou: production });
    organization.addAccount({ id: member(4), ou: europe });
  });

  test('goes down to the last unit, and no further than the unit named', async () => {
    expect((await select({ organizationalUnits: [workloads] })).selected.sort()).toEqual([2, 3, 4].map(member));
    expect((await select({ organizationalUnits: [production] })).selected.sort()).toEqual([3, 4].map(member));
  });

  test('has an account once, however many of its units are named', async () => {
    expect((await select({ organizationalUnits: [workloads, production] })).selected.sort()).toEqual([2, 3, 4].map(member));
  });

  test('of the root is the whole organization', async () => {
    expect((await select({ organizationalUnits: [organization.rootId] })).selected.sort()).toEqual([1, 2, 3, 4].map(member));
  });

  test('that cannot be read is that error, and no mistake of the selection', async () => {
    organization.faults.add({ operation: 'organizations:ListOrganizationalUnitsForParent', effect: fail('AccessDeniedException') });
    await expect(select({ organizationalUnits: [workloads] })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('that does not exist is an error that names it', async () => {
    await expect(select({ organizationalUnits: ['ou-fake-99999999'] })).rejects.toThrow('no organizational unit ou-fake-99999999');
  });
});

describe('a selection of accounts', () => {
  test('is those accounts', async () => {
    const organization = await served();
    [1, 2, 3].forEach((n) => organization.addAccount({ id: member(n) }));
    expect((await select({ accounts: [member(3), member(1)] })).selected).toEqual([member(3), member(1)]);
  });

  test('with an account that the organization does not have is an error that names it', async () => {
    await served();
    await expect(select({ accounts: ['999999999999'] })).rejects.toMatchObject({
      name: 'SelectionError', message: 'the organization has no account 999999999999: correct AccountSelection.accounts',
    });
    const unknown = Array.from({ length: 12 }, (_, n) => member(n));
    await expect(select({ accounts: unknown })).rejects.toThrow(`${member(8)}, ${member(9)} and 2 more: correct`);
    await expect(select({ accounts: unknown.slice(0, 10) })).rejects.toThrow(`${member(9)}: correct`);
  });

  test('skips the management account even when it is listed', async () => {
    await served();
    const { selected, reasons } = await select({ accounts: [MANAGEMENT] });
    expect(selected).toEqual([]);
    expect(reasons[MANAGEMENT]).toContain('management account');
  });
});

describe('a start', () => {
  test('narrows the selection', async () => {
    const organization = await served();
    [1, 2, 3].forEach((n) => organization.addAccount({ id: member(n) }));
    expect(await select({}, { accounts: [member(2)] })).toMatchObject({ selected: [member(2)], narrowed: true });
    expect(await select({})).toMatchObject({ narrowed: false });
  });

  test('cannot name an account that is not selected', async () => {
    const organization = await served();
    [1, 2].forEach((n) => organization.addAccount({ id: member(n) }));
    await expect(select({ accounts: [member(1)] }, { accounts: [member(2)] })).rejects.toThrow(`${member(2)} is not selected by this construct`);
  });

  test('that names many accounts which are not selected names ten of them', async () => {
    await served();
    const strangers = Array.from({ length: 12 }, (_, n) => member(n));
    await expect(select({}, { accounts: strangers })).rejects.toThrow(new RegExp(`^${strangers.slice(0, 10).join(', ')} is not selected`));
  });

  test('that cannot know whether its accounts are selected has those that are not reported as skipped', async () => {
    const organization = await served();
    organization.addAccount({ id: member(1), name: 'one' });
    const { batches, skipped } = await select({}, { accounts: [member(2), member(1)], ifSelected: true });
    expect(batches).toEqual([[{ accountId: member(1), accountName: 'one' }]]);
    expect(skipped).toMatchObject([{
      accountId: member(2), accountName: '', outcome: 'skipped', reason: 'AWS Organizations does not list it among the accounts that this construct selects',
    }]);
  });

  test('does not reach an excluded account by naming it', async () => {
    const organization = await served();
    organization.addAccount({ id: member(1) });
    expect(await select({ exclude: [member(1)] }, { accounts: [member(1)] })).toMatchObject({ selected: [], reasons: { [member(1)]: 'it is excluded' } });
  });

  test('can ask for a dry run', async () => {
    await served();
    expect((await select({}, { dryRun: true })).dryRun).toBe(true);
    expect((await select({}, { dryRun: false })).dryRun).toBe(false);
  });

  test.each([
    [null, 'it must be an object'],
    [[], 'it must be an object'],
    ['all', 'it must be an object'],
    [{ acounts: ['222222222222'] }, "unknown keys 'acounts'"],
    [{ accounts: '222222222222' }, 'accounts must be a list'],
    [{ accounts: [] }, 'accounts must name at least one account, got an empty list; leave it out to sweep everything that the construct selects'],
    [{ accounts: ['222222222222', 'x222222222222'] }, 'accounts must be a list of 12-digit account ids'],
    [{ accounts: ['222222222222', '2222222222223'] }, 'accounts must be a list of 12-digit account ids'],
    [{ accounts: ['222222222222', 222222222222] }, 'accounts must be a list of 12-digit account ids'],
    [{ accounts: ['12345'] }, 'accounts must be a list of 12-digit account ids, got ["12345"]'],
    [{ dryRun: 'true' }, 'dryRun must be true or false, got "true"'],
    [{ exclude: [] }, "unknown keys 'exclude'"],
  ])('with input %j is refused', (input, message) => {
    expect(() => parseStartInput(input)).toThrow(expect.objectContaining({ name: 'InputRefused', message: expect.stringContaining(message) }));
  });
});

describe('before a sweep', () => {
  test('it is known which organization it is', async () => {
    await served();
    expect(await preflight(iam(), organizations(), IMPATIENT)).toEqual({ organizationId: 'o-fakeorganization', managementAccountId: MANAGEMENT });
  });

  test.each<[string, OrganizationOptions, string]>([
    ['trusted access', { ...ON, trustedAccess: false }, 'trusted access for iam.amazonaws.com is off: deploy OrgRootAccessFeatures'],
    ['the feature', { ...ON, features: ['RootSessions'] }, 'the feature RootCredentialsManagement is off: deploy OrgRootAccessFeatures'],
    ['every feature of the organization', { ...ON, featureSet: 'CONSOLIDATED_BILLING' }, 'enable all features'],
  ])('%s must be on, and the error says how', async (_what, options, message) => {
    await served(options);
    await expect(preflight(iam(), organizations(), IMPATIENT)).rejects.toMatchObject({ message: expect.stringMatching(new RegExp(`^the sweep has not begun: .*${message}`)) });
  });

  test('a feature that is off has a name of its own, also where AWS leaves out an empty list', async () => {
    const organization = await served({ trustedAccess: true });
    organization.switches.emptyFeaturesSent = false;
    await expect(preflight(iam(), organizations(), IMPATIENT)).rejects.toMatchObject({
      name: 'FeatureNotEnabled', message: expect.stringContaining('the feature RootCredentialsManagement is off'),
    });
  });

  test.each(['AWSOrganizationsNotInUseException', 'OrganizationNotFoundException'])('an account without an organization is told so, whatever AWS calls it: %s', async (name) => {
    const organization = await served();
    organization.faults.add({ operation: 'organizations:DescribeOrganization', effect: fail(name) });
    await expect(preflight(iam(), organizations(), IMPATIENT)).rejects.toMatchObject({
      name, message: 'the sweep has not begun: this account is in no organization: sweep from the management account or the delegated administrator of one',
    });
  });

  test('what does not come by waiting is told at once', async () => {
    const organization = await served();
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: fail('OrganizationNotInAllFeaturesModeException') });
    await expect(preflight(iam(), organizations(), seconds(20, 5_000))).rejects.toMatchObject({ name: 'OrganizationNotInAllFeaturesModeException' });
    expect(organization.calls).toHaveLength(2);
  });

  test('a member account is told that it must be a delegated administrator', async () => {
    const organization = await served();
    organization.addAccount({ id: member(1) });
    process.env.AWS_ACCESS_KEY_ID = member(1);
    await expect(preflight(iam(), organizations(), IMPATIENT)).rejects.toThrow('deploy RootAccessDelegation in the management account first');
  });

  const featureOff: Effect = async (_call, answer) => {
    const answered = await answer();
    return { ...answered, body: String(answered.body).replaceAll('RootCredentialsManagement', 'RootSessions') };
  };

  test.each<[string, Effect]>([
    ['trusted access', fail('ServiceAccessNotEnabledException')],
    ['the delegation', fail('AccountNotManagementOrDelegatedAdministratorException')],
    ['a permission', fail('AccessDenied')],
    ['the feature', featureOff],
  ])('%s that takes effect late is waited for', async (_what, effect) => {
    const organization = await served();
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', times: 2, effect });
    expect(await preflight(iam(), organizations(), seconds(20, 10))).toMatchObject({ managementAccountId: MANAGEMENT });
  });
});

describe('where the accounts are in the organization', () => {
  const named = ({ placement }: Awaited<ReturnType<typeof select>>) => {
    const units = new Map(placement!.units.map((unit) => [unit.id, unit]));
    return Object.fromEntries(Object.entries(placement!.parents).map(([id, parentId]) => [id, pathOf(parentId, units)]));
  };

  async function nested() {
    const organization = await served();
    const outer = organization.addOrganizationalUnit({ name: 'workloads' });
    const inner = organization.addOrganizationalUnit({ name: 'production', parent: outer });
    organization.addAccount({ id: member(1), ou: inner });
    organization.addAccount({ id: member(2), ou: inner });
    organization.addAccount({ id: member(3) });
    return { organization, outer, inner };
  }

  test('is known by name for every selected and skipped account, at one call for each unit', async () => {
    const { organization } = await nested();
    expect(named(await select({}))).toEqual({
      [MANAGEMENT]: 'Root', [member(1)]: 'Root / workloads / production', [member(2)]: 'Root / workloads / production', [member(3)]: 'Root',
    });
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['ListAccounts', 'DescribeOrganizationalUnit', 'DescribeOrganizationalUnit']);
  });

  test('is known by id where the names are denied, and the sweep goes on', async () => {
    const { organization, outer, inner } = await nested();
    organization.faults.add({ operation: 'organizations:DescribeOrganizationalUnit', effect: fail('AccessDeniedException') });
    const selection = await select({});
    expect(selection.selected).toEqual([1, 2, 3].map(member));
    expect(named(selection)[member(1)]).toBe(`Root / ${outer} / ${inner}`);
  });

  test('is asked of five units at once, and of no more once one of them was denied', async () => {
    const organization = await served();
    const units = Array.from({ length: 12 }, (_, n) => organization.addOrganizationalUnit({ name: `unit-${n}` }));
    units.forEach((ou, n) => organization.addAccount({ id: member(n), ou }));
    const asked = atOnce(5);
    const slowly = organization.faults.add({ operation: 'organizations:DescribeOrganizationalUnit', effect: asked.effect });
    expect(named(await select({}))[member(11)]).toBe('Root / unit-11');
    expect(asked.most()).toBe(5);
    slowly();
    organization.calls.length = 0;
    organization.faults.add({ operation: 'organizations:DescribeOrganizationalUnit', effect: fail('AccessDeniedException') });
    await select({});
    expect(organization.calls.filter(({ operation }) => operation === 'DescribeOrganizationalUnit')).toHaveLength(5);
  });

  test('is no longer asked for by name when that takes too long', async () => {
    const { organization } = await nested();
    fakeTimers('Date');
    onTestFinished(() => { jest.useRealTimers(); });
    organization.faults.add({
      operation: 'organizations:ListAccounts',
      effect: async (_call, answer) => {
        Array.from({ length: 6 }, (_, n) => organization.addAccount({ id: member(10 + n), ou: organization.addOrganizationalUnit({ name: `unit-${n}` }) }));
        return answer();
      },
    });
    organization.faults.add({ operation: 'organizations:DescribeOrganizationalUnit', times: 1, effect: async (_call, answer) => answer().finally(() => jest.setSystemTime(Date.now() + 21_000)) });
    expect((await select({})).selected).toHaveLength(9);
    expect(organization.calls.filter(({ operation }) => operation === 'DescribeOrganizationalUnit')).toHaveLength(5);
  });

  test('is left out where AWS sends no path, or one that it has not documented', async () => {
    const { organization } = await nested();
    const pathless = (path: string): Effect => async (_call, answer) => {
      const answered = await answer();
      return { ...answered, body: String(answered.body).replace(/"Paths":\[[^\]]*\]/g, path) };
    };
    for (const path of ['"Other":1', '"Paths":[]', '"Paths":["o-1/222222222222/"]']) {
      organization.faults.clear();
      organization.faults.add({ operation: 'organizations:ListAccounts', effect: pathless(path) });
      expect((await select({})).placement).toStrictEqual({ units: [], parents: {} });
    }
  });

  test('is asked of the units of selected accounts only', async () => {
    const { organization } = await nested();
    expect(named(await select({}, { accounts: [member(3)] }))).toEqual({ [member(3)]: 'Root' });
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['ListAccounts']);
  });
});
