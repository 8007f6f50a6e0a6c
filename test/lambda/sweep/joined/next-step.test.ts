import fc from 'fast-check';
import { organizations } from '../../../../lambda/aws/clients';
import { joinedAccountId, nextStep } from '../../../../lambda/sweep/joined/next-step';
import { FakeOrganization, fail, serve, type ServedOrganization } from '../../../../local-aws/organization';
import { cases } from '../../../support/cases';

const MANAGEMENT = '111111111111';
const JOINED = '222222222222';
const OTHER = '333333333333';

/** An event as far as it is known; `told` is where nobody knows. */
const event = (told: object) => ({
  'version': '0',
  'account': MANAGEMENT,
  'region': 'us-east-1',
  'source': 'aws.organizations',
  'detail-type': 'AWS Service Event via CloudTrail',
  'detail': {
    eventName: 'AccountJoinedOrganization',
    recipientAccountId: MANAGEMENT,
    userIdentity: { accountId: OTHER, invokedBy: 'AWS Internal' },
    ...told,
  },
});

describe('the id of the account that joined', () => {
  test.each([
    ['as in the event of an account that was created', { serviceEventDetails: { createAccountStatus: { accountId: JOINED, state: 'SUCCEEDED' } } }],
    ['at the top of the details', { serviceEventDetails: { accountId: JOINED, joinedMethod: 'Invited', joinedTime: '2026-11-23T00:00:00Z' } }],
    ['more than once', { serviceEventDetails: { accountId: JOINED, account: { id: JOINED } }, responseElements: [JOINED] }],
    ['beside the account in whose trail the event is', { recipientAccountId: OTHER, serviceEventDetails: { accountId: JOINED } }],
    ['beside the id of the management account', { requestParameters: { parentAccountId: MANAGEMENT, accounts: [{ Id: JOINED }] } }],
  ])('is found %s', (_where, told) => {
    expect(joinedAccountId(event(told))).toBe(JOINED);
  });

  test('is not guessed: how many there are is told, and what to do', () => {
    expect(() => joinedAccountId(event({}))).toThrow('must name one account that joined the organization, found none: sweep the account by hand, or wait for the schedule');
    const ids = Array.from({ length: 7 }, (_, n) => String(200_000_000_000 + n));
    expect(() => joinedAccountId(event({ ids }))).toThrow(/found (\d{12}, ){4}\d{12}: /);
    expect(() => joinedAccountId('no event')).toThrow('found none');
  });

  test.each([
    ['none', { serviceEventDetails: { accountName: '****' } }],
    ['that of the management account alone', { serviceEventDetails: { accountId: MANAGEMENT } }],
    ['two', { serviceEventDetails: { accountId: JOINED, formerAccountId: OTHER } }],
    ['a number, which may have lost its zeros', { serviceEventDetails: { accountId: 222222222222 } }],
    ['an id within a text', { serviceEventDetails: { message: `account ${JOINED} joined` } }],
  ])('is not guessed: %s is refused', (_what, told) => {
    expect(() => joinedAccountId(event(told))).toThrow(expect.objectContaining({ name: 'AccountUnclear' }));
  });

  test('is the only one that an event names, whatever the event is, or it is refused by name', () => {
    const leaf = fc.oneof(fc.constantFrom(MANAGEMENT, JOINED, OTHER, '12345678901', '1234567890123'), fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const anything = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.constantFrom('accountId', 'account', 'detail', 'userIdentity', 'x'), tie('value'), { maxKeys: 4 })),
    })).value;
    const json = fc.json().map((text) => JSON.parse(text) as unknown);
    const events = fc.oneof(anything, json, fc.record({ account: fc.constant(MANAGEMENT), detail: anything }));
    fc.assert(fc.property(events, (value) => {
      let id: string;
      try {
        id = joinedAccountId(value);
      } catch (error) {
        expect(error).toMatchObject({ name: 'AccountUnclear' });
        return;
      }
      const { account, detail: { userIdentity, recipientAccountId, ...rest } } = value as { account: unknown; detail: Record<string, unknown> };
      const named = new Set(JSON.stringify(rest).match(/"\d{12}"/g)?.map((text) => text.slice(1, -1)));
      named.delete(account as string);
      expect([...named]).toEqual([id]);
    }), cases(2_000));
  });

  test('is found, or not, in an event of any depth', () => {
    let deep: unknown = JOINED;
    for (let depth = 0; depth < 100_000; depth++) {
      deep = { deep };
    }
    expect(joinedAccountId({ account: MANAGEMENT, detail: deep })).toBe(JOINED);
  });
});

describe('an account that joined', () => {
  let organization: FakeOrganization;
  let served: ServedOrganization;

  beforeEach(async () => {
    organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    served = await serve(organization);
    Object.assign(process.env, served.environment);
  });
  afterEach(() => served.close());

  const JOINING = { event: event({ serviceEventDetails: { accountId: JOINED } }), startedAt: '2026-11-23T00:00:00Z', now: '2026-11-23T00:00:01Z', failure: {} };
  const later = (minutes: number) => new Date(Date.parse(JOINING.startedAt) + minutes * 60_000).toISOString();
  const next = (changes: Partial<Parameters<typeof nextStep>[1]> = {}, purge = false) => nextStep(organizations(), { ...JOINING, ...changes }, purge);

  test('is swept alone, as a dry run unless it is to be purged, and only if it is selected', async () => {
    organization.addAccount({ id: JOINED });
    expect(await next()).toMatchObject({ ready: true, start: { accounts: [JOINED], ifSelected: true, dryRun: true } });
    expect(await next({}, true)).toMatchObject({ ready: true, start: { accounts: [JOINED], ifSelected: true, dryRun: false } });
  });

  test.each([['not known yet', undefined], ['being activated', 'PENDING_ACTIVATION' as const]])('and is %s is waited for, longer each time, for an hour', async (_what, state) => {
    if (state) {
      organization.addAccount({ id: JOINED, state });
    }
    expect(await next()).toMatchObject({ ready: false, waitSeconds: 60 });
    expect(await next({ now: later(5) })).toMatchObject({ ready: false, waitSeconds: 300 });
    expect(await next({ now: later(50) })).toMatchObject({ ready: false, waitSeconds: 900 });
    await expect(next({ now: later(60) })).rejects.toMatchObject({
      name: 'JoinedAccountNotSwept', message: expect.stringContaining(`account ${JOINED} joined the organization and could not be swept for 60 minutes`),
    });
  });

  test('and is swept again waits as long as it has waited, at least a minute, whatever the clocks say', async () => {
    organization.addAccount({ id: JOINED });
    expect(await next({ now: later(-5) })).toMatchObject({ accountId: JOINED, waitSeconds: 60 });
    expect(await next({ now: new Date(Date.parse(later(2)) + 400).toISOString() })).toMatchObject({ waitSeconds: 120 });
    expect(await next({ now: later(70) })).toMatchObject({ ready: true, waitSeconds: 900 });
  });

  test.each(['both', 'State'] as const)('and is being activated is told by %s', async (accountStates) => {
    organization.switches.accountStates = accountStates;
    organization.addAccount({ id: JOINED, state: 'PENDING_ACTIVATION' });
    await expect(next({ now: later(60) })).rejects.toThrow('60 minutes: its state is PENDING_ACTIVATION');
  });

  test('and is not known to Organizations after an hour is told so', async () => {
    await expect(next({ now: later(60) })).rejects.toThrow('60 minutes: AWS Organizations does not know it');
  });

  test('and cannot be swept is told in the words of the sweep, as far as they go', async () => {
    organization.addAccount({ id: JOINED });
    const failing = (Cause?: string) => next({ failure: { Error: 'AccountsFailed', Cause }, now: later(61) });
    await expect(failing(JSON.stringify({ errorMessage: 'in a function' }))).rejects.toThrow('AccountsFailed: in a function');
    await expect(failing()).rejects.toThrow(/AccountsFailed: $/);
    await expect(failing('x'.repeat(5_000))).rejects.toThrow(/AccountsFailed: x{1000}$/);
    await expect(next({ failure: undefined, now: later(61) })).resolves.toMatchObject({ ready: true });
  });

  test('and is closed meanwhile is for the report', async () => {
    organization.addAccount({ id: JOINED, state: 'SUSPENDED' });
    expect(await next()).toMatchObject({ ready: true });
  });

  test('is swept again while that fails, for an hour, and then the failure is told', async () => {
    organization.addAccount({ id: JOINED });
    const failure = { Error: 'AccountsFailed', Cause: 'the account cannot be used yet' };
    expect(await next({ failure, now: later(10) })).toMatchObject({ ready: true });
    await expect(next({ failure, now: later(61) })).rejects.toMatchObject({ message: expect.stringContaining('AccountsFailed: the account cannot be used yet') });
  });

  test('is not swept when Organizations cannot be asked', async () => {
    organization.addAccount({ id: JOINED });
    organization.faults.add({ operation: 'organizations:DescribeAccount', effect: fail('AccessDeniedException') });
    await expect(next()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
