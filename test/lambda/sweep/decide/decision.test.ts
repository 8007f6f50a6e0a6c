import { createHash } from 'node:crypto';
import { decide, type Deciding } from '../../../../lambda/sweep/decide/decision';
import { PlanFile } from '../../../../lambda/sweep/decide/plan-file';
import { planOf, textOfPlan, type Plan } from '../../../../lambda/sweep/plan';
import { resultOf, type AccountResult, type CredentialResult } from '../../../../lambda/sweep/results';
import type { ResolvedSelection } from '../../../../lambda/sweep/selection';
import { CREDENTIAL_KINDS } from '../../../../lib/private/contract';
import { PLAN_SCHEMA } from '../../../../lib/sweep/contract';
import { NO_RECOVERIES, UNPROTECTED } from '../testing';

const account = (n: number) => ({ accountId: String(200_000_000_000 + n), accountName: `account-${n}` });
const CREATED = '2019-05-01T12:00:00.000Z';
const password: CredentialResult = { kind: 'Password', createdAt: CREATED, status: 'found' };
const key = (id: string): CredentialResult => ({ kind: 'AccessKey', id, createdAt: CREATED, lastUsedAt: '2020-01-01T00:00:00.000Z', status: 'found' });
const denied = { code: 'AccessDenied', message: 'denied', remedies: ['allow it'] };
const NOW = new Date('2026-11-23T00:00:00.000Z');

const SELECTION: ResolvedSelection = {
  organizationId: 'o-abcdefghij',
  managementAccountId: '111111111111',
  callerAccountId: '111111111111',
  work: 'purge',
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: UNPROTECTED,
  narrowed: false,
  alsoRunning: [],
  batches: [],
  skipped: [],
};

/** Two accounts with three credentials, and one without. */
const LOOKS = [resultOf(account(0), [password, key('AKIA1')]), resultOf(account(1), [key('AKIA2')]), resultOf(account(2), [])];
const UNREADABLE = resultOf(account(3), [], denied);

const decided = (looks: AccountResult[] = LOOKS, changes: Partial<Deciding> = {}) => decide({
  execution: 'one', selection: SELECTION, settings: { tolerateFailedAccounts: false }, looks, recoveries: NO_RECOVERIES, isOfDeployment: true, now: NOW, ...changes,
});
const actions = ({ credentials }: Plan) => Object.fromEntries(credentials.map(({ kind, id = kind, action }) => [id, action]));
const ALL_GO = { Password: 'delete', AKIA1: 'delete', AKIA2: 'delete' };

describe('a decision', () => {
  test('has every account as it is before anything is deleted, and a plan of what is', async () => {
    const { accounts, plan } = await decided();
    expect(accounts.map(({ outcome }) => outcome)).toEqual(['would-purge', 'would-purge', 'clean']);
    expect(actions(plan)).toEqual(ALL_GO);
    expect(plan).toMatchObject({ execution: 'one', createdAt: NOW.toISOString(), organizationId: 'o-abcdefghij', refused: undefined, unread: [] });
  });

  test('of an audit finds what is there, and its plan is that of a purge of all kinds', async () => {
    const { accounts, plan } = await decided(LOOKS, { selection: { ...SELECTION, work: 'audit', credentials: [], dryRun: true } });
    expect(accounts.map(({ outcome }) => outcome)).toEqual(['found', 'found', 'clean']);
    expect(new Set(Object.values(actions(plan)))).toEqual(new Set(['would-delete']));
    expect(plan.digest).toBe((await decided()).plan.digest);
  });

  test('of a dry run has the plan of the purge', async () => {
    const { plan } = await decided(LOOKS, { selection: { ...SELECTION, dryRun: true } });
    expect(plan.digest).toBe((await decided()).plan.digest);
  });

  test('deletes nothing in an account of which the recovery could not be read, and says why', async () => {
    const recoveries = { of: async (id: string) => { if (id === account(0).accountId) { throw Object.assign(new Error('no'), { name: 'RecoveryUnknown' }); } return undefined; } };
    const { accounts, plan } = await decided(LOOKS, { recoveries, isOfDeployment: false });
    expect(accounts[0]).toMatchObject({ outcome: 'failed', problem: { code: 'RecoveryUnknown' }, credentials: [{ status: 'failed' }, { status: 'failed' }] });
    expect(actions(plan)).toEqual({ AKIA2: 'delete' });
    expect(plan.unread).toEqual([{ ...account(0), code: 'RecoveryUnknown' }]);
  });
});

describe('an account that could not be read', () => {
  test('keeps the sweep of a deployment from deleting anything', async () => {
    const { plan } = await decided([...LOOKS, UNREADABLE]);
    expect(plan.refused).toMatchObject({
      code: 'AccountsUnread', message: 'nothing was deleted: 1 of the selected accounts could not be read, and nothing is deleted unless all of them can be read',
    });
  });

  test.each<[string, Partial<Deciding>]>([
    ['a deployment tolerates it', { settings: { tolerateFailedAccounts: true } }],
    ['the sweep is not of a deployment', { isOfDeployment: false }],
    ['nothing would be deleted', { selection: { ...SELECTION, dryRun: true } }],
  ])('does not where %s', async (_why, changes) => {
    expect((await decided([...LOOKS, UNREADABLE], changes)).plan.refused).toBeUndefined();
  });

  test('is no reason where there is nothing to delete', async () => {
    expect((await decided([resultOf(account(2), []), UNREADABLE])).plan.refused).toBeUndefined();
  });
});

describe('limits', () => {
  const withLimits = async (limits: Deciding['settings']['limits'], selection = SELECTION) => (
    (await decided(LOOKS, { selection, settings: { tolerateFailedAccounts: false, limits } })).plan.refused);

  test.each([[{ credentials: 3 }], [{ accounts: 2 }], [{ credentials: 3, accounts: 2 }], [{ none: true }]])('that the plan keeps let it go: %j', async (limits) => {
    expect(await withLimits(limits)).toBeUndefined();
  });

  test.each([
    [{ credentials: 2 }, '3 credentials (limits allow 2)'],
    [{ accounts: 1 }, '2 accounts (limits allow 1)'],
    [{ credentials: 1, accounts: 1 }, '3 credentials (limits allow 1) and 2 accounts (limits allow 1)'],
  ])('that it exceeds delete nothing, and say what exceeds them: %j', async (limits, what) => {
    expect(await withLimits(limits)).toMatchObject({ code: 'LimitExceeded', message: `nothing was deleted: the plan would delete ${what}` });
  });

  test('that are no number let nothing go', async () => {
    expect(await withLimits({ credentials: 'ten' as never })).toMatchObject({ code: 'LimitExceeded', message: expect.stringContaining('3 credentials (limits allow ten)') });
  });

  test('are none for a dry run', async () => {
    expect(await withLimits({ credentials: 1 }, { ...SELECTION, dryRun: true })).toBeUndefined();
  });
});

describe('a plan that was reviewed', () => {
  const reviewed = async (change: (plan: Plan) => object = (plan) => plan, { maxAgeSeconds = 14 * 86_400, looks = LOOKS } = {}) => {
    const { plan } = await decided(LOOKS, { selection: { ...SELECTION, dryRun: true } });
    const text = textOfPlan(change(JSON.parse(textOfPlan(plan)) as Plan) as Plan);
    const file = new PlanFile(text, maxAgeSeconds);
    return (await decided(looks, { file })).plan;
  };

  test('is carried out as it is', async () => {
    const plan = await reviewed();
    expect([actions(plan), plan.refused]).toEqual([ALL_GO, undefined]);
  });

  test('of which lines were struck out keeps what they named', async () => {
    const plan = await reviewed(({ credentials, ...rest }) => ({ ...rest, credentials: credentials.filter(({ id }) => id !== 'AKIA1') }));
    expect([actions(plan), plan.refused]).toEqual([{ ...ALL_GO, AKIA1: 'keep' }, undefined]);
    expect(plan.credentials.find(({ id }) => id === 'AKIA1')).toMatchObject({ reason: 'it is not on the plan' });
  });

  test('keeps what has come since, also under the same name', async () => {
    const anew = { ...password, createdAt: '2026-11-22T00:00:00.000Z' };
    const plan = await reviewed(undefined, { looks: [resultOf(account(0), [anew, key('AKIA1'), key('AKIA9')]), ...LOOKS.slice(1)] });
    expect(actions(plan)).toEqual({ ...ALL_GO, Password: 'keep', AKIA9: 'keep' });
  });

  test('keeps what AWS does not say the creation of: it may be another', async () => {
    const undated = { ...key('AKIA1'), createdAt: undefined };
    const plan = await reviewed(undefined, { looks: [resultOf(account(0), [password, undated]), ...LOOKS.slice(1)] });
    expect(actions(plan)).toEqual({ ...ALL_GO, AKIA1: 'keep' });
  });

  test.each<[string, (plan: Plan) => object, string]>([
    ['to which a line was added', (plan) => ({ ...plan, credentials: [...plan.credentials, { ...plan.credentials[0], id: 'AKIA9' }] }), 'was not on it when it was made'],
    ['of which a line was changed', (plan) => ({ ...plan, credentials: plan.credentials.map((line) => ({ ...line, accountId: account(5).accountId })) }), 'was not on it when it was made'],
    ['with a line of another plan', (plan) => ({ ...plan, credentials: plan.credentials.map((line) => ({ ...line, mark: '0123456789abcdef' })) }), 'was not on it when it was made'],
    ['in which a credential that was kept is to go', (plan) => ({ ...plan, credentials: plan.credentials.map(({ mark, ...line }) => line) }), 'was not on it when it was made'],
    ['of another organization', (plan) => ({ ...plan, organizationId: 'o-zzzzzzzzzz' }), 'it is of the organization o-zzzzzzzzzz, and this is o-abcdefghij'],
    ['that is too old', (plan) => ({ ...plan, createdAt: '2026-11-08T23:59:59.000Z' }), 'it was made on 2026-11-08, 14 days ago, and may be at most 14 days old'],
    ['that was made tomorrow', (plan) => ({ ...plan, createdAt: '2026-11-24T00:00:00.000Z' }), 'it says that it was made on 2026-11-24, which is in the future'],
    ['that has no time', (plan) => ({ ...plan, createdAt: 'lately' }), 'may be at most 14 days old'],
  ])('%s is refused, and nothing is deleted', async (_what, change, reason) => {
    expect((await reviewed(change)).refused).toMatchObject({ code: 'PlanRefused', message: expect.stringContaining(reason) });
  });

  test('that is just old enough is not', async () => {
    expect((await reviewed((plan) => ({ ...plan, createdAt: '2026-11-09T00:00:00.000Z' }))).refused).toBeUndefined();
  });

  const $schema = PLAN_SCHEMA;
  test.each([
    ['{', 'is not JSON'],
    ['{"credentials":[]}', 'is not of the schema'],
    ['null', 'is not of the schema'],
    [JSON.stringify({ $schema, organizationId: 'o-abcdefghij', digest: '', credentials: [] }), 'createdAt must be a text'],
    [JSON.stringify({ $schema, organizationId: 'o-abcdefghij', createdAt: '', digest: 1, credentials: [] }), 'digest must be a text'],
    [JSON.stringify({ $schema, organizationId: 'o-abcdefghij', createdAt: '', digest: '', credentials: {} }), 'credentials must be a list'],
    [JSON.stringify({ $schema, organizationId: 'o-abcdefghij', createdAt: '', digest: '', credentials: [null] }), 'credentials[0] must be a credential'],
    [JSON.stringify({ $schema, organizationId: 'o-abcdefghij', createdAt: '', digest: '', credentials: ['AKIA1'] }), 'credentials[0] must be a credential'],
  ])('must be a plan: %s', (text, reason) => {
    expect(() => new PlanFile(text, 1)).toThrow(reason);
  });

  test('must be the file that was deployed', () => {
    const text = textOfPlan(planOf({ execution: 'one', createdAt: NOW.toISOString(), organizationId: 'o-abcdefghij', work: 'purge', dryRun: true, unread: [] }, []));
    const digest = createHash('sha256').update(text).digest('hex');
    expect(PlanFile.deployed(text, { bucket: 'assets', key: 'plan.json', digest, maxAgeSeconds: 1 })).toBeInstanceOf(PlanFile);
    expect(() => PlanFile.deployed('{}', { bucket: 'assets', key: 'plan.json', digest: 'other', maxAgeSeconds: 1 })).toThrow('s3://assets/plan.json is not the file that was deployed');
  });
});
