import { S3Client } from '@aws-sdk/client-s3';
import { serveObjects, type ObjectStore } from './object-store';
import { NO_RECOVERIES, UNPROTECTED } from './testing';
import { organizations, sts } from '../../../lambda/aws/clients';
import { seconds } from '../../../lambda/aws/patience';
import { AuthorizationPolicies } from '../../../lambda/policies/authorization-policies';
import { RootSessions } from '../../../lambda/root-user/sessions';
import { LOOK_MS } from '../../../lambda/sweep/look/account';
import { lookAtBatch, type LookBatch } from '../../../lambda/sweep/look/batch';
import { planOf, type Plan } from '../../../lambda/sweep/plan';
import { PURGE_MS } from '../../../lambda/sweep/purge/account';
import { purgeBatch, type PurgeBatch } from '../../../lambda/sweep/purge/batch';
import { RunFolder } from '../../../lambda/sweep/run-folder';
import type { ResolvedSelection } from '../../../lambda/sweep/selection';
import { CREDENTIAL_KINDS } from '../../../lib/private/contract';
import { fail, FakeOrganization, neverAnswer, serve, stallBody, type Effect, type ServedOrganization } from '../../../local-aws/organization';
import { atOnce } from '../../support/at-once';
import { eventually } from '../../support/eventually';
import { DENY_ROOT } from '../guardrail/preflight/testing';

const member = (n: number) => String(200_000_000_000 + n);
const account = (n: number) => ({ accountId: member(n), accountName: `account-${n}` });

let store: ObjectStore;
let folder: RunFolder;
let organization: FakeOrganization;
let served: ServedOrganization;
beforeAll(async () => {
  store = await serveObjects();
  const s3 = new S3Client({ endpoint: store.endpoint, forcePathStyle: true, region: 'us-east-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } });
  folder = new RunFolder(s3, 'reports', 'runs/one/');
});
afterAll(() => store.close());
beforeEach(async () => {
  store.objects.clear();
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  [0, 1, 2, 3].forEach((n) => organization.addAccount({ id: member(n), root: { password: n === 1 } }));
  served = await serve(organization);
  Object.assign(process.env, served.environment);
});
afterEach(() => served.close());

const SELECTION = (): ResolvedSelection => ({
  organizationId: organization.organizationId,
  managementAccountId: organization.managementAccountId,
  callerAccountId: member(0),
  work: 'purge',
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: UNPROTECTED,
  narrowed: false,
  alsoRunning: [],
  batches: [[0, 1, 2, 3].map(account), []],
  skipped: [],
});

const options = () => ({
  folder, sessions: new RootSessions(sts('us-east-1'), 'aws', 0, seconds(0)), selection: SELECTION(), accountsInFlight: 4, endBy: Infinity,
});

/** A batch of four accounts, which runs in the first of them, and another one of none. */
const look = (batch = 0, changes: Partial<LookBatch> = {}) => lookAtBatch(batch, { ...options(), ...changes });

/** Of the password of three accounts, of which one has none by now. */
const PLAN = (): Plan => planOf({
  execution: 'one', createdAt: '2026-11-23T00:00:00.000Z', organizationId: organization.organizationId, work: 'purge', dryRun: false, unread: [],
}, [0, 1, 3].map((n) => ({ ...account(n), kind: 'Password', action: 'delete' })));

const purge = (batch = 0, changes: Partial<PurgeBatch> = {}) => (
  purgeBatch(batch, { ...options(), accountsPerBatch: 4, plan: PLAN(), recoveries: NO_RECOVERIES, ...changes }));

const WALKS = { look, purge };
const outcomes = (results: Awaited<ReturnType<typeof look>>) => results.map(({ outcome }) => outcome);
const denySessionsIn = (id: string) => organization.faults.add({ operation: 'sts:AssumeRoot', account: id, effect: fail('AccessDenied') });

describe('a batch', () => {
  test.each([['of its first session on', undefined, expect.any(Number)], ['of nothing where no session was allowed', fail('AccessDenied'), undefined]])(
    'writes how long it took, %s', async (_which, effect, ms) => {
      if (effect) {
        organization.faults.add({ operation: 'sts:AssumeRoot', effect });
      }
      await look();
      expect((await folder.results('look', 0)).map((attempt) => [attempt.ended, attempt.ms])).toEqual([[true, ms]]);
    });

  test.each([['look', ['clean', 'found', 'clean', 'clean']], ['purge', ['clean', 'purged', 'clean']]] as const)(
    'of the walk "%s" goes to its accounts, so many at once, and writes one result for each', async (walk, expected) => {
      const asked = atOnce(3);
      organization.faults.add({ operation: 'sts:AssumeRoot', times: 3, effect: asked.effect });
      const results = await WALKS[walk](0, { accountsInFlight: 3 });
      expect(outcomes(results)).toEqual(expected);
      expect(await folder.results(walk, 0)).toEqual([expect.objectContaining({ ended: true, results: JSON.parse(JSON.stringify(results)) })]);
      expect(asked.most()).toBe(3);
    });

  test.each(['look', 'purge'] as const)('that the walk "%s" does not have is refused', async (walk) => {
    for (const number of [-1, 2, 0.5, '0' as unknown as number, NaN]) {
      const batches = walk === 'look' ? 2 : 1;
      await expect(WALKS[walk](number)).rejects.toMatchObject({
        name: 'BatchUnknown',
        message: `there are ${batches} batches and no number ${JSON.stringify(number)}: start the state machine, and it invokes this function`,
      });
    }
    expect([organization.calls, store.objects.size]).toEqual([[], 0]);
  });

  test.each(['look', 'purge'] as const)('of the walk "%s" begins no account when its function is about to run out of time', async (walk) => {
    const [first] = await WALKS[walk](0, { endBy: Date.now() });
    expect(first).toMatchObject({
      outcome: 'failed',
      problem: {
        code: 'NotAttempted',
        message: 'the function was about to run out of time',
        remedies: ['start the sweep again, with fewer accounts in a batch (concurrency.accountsPerBatch)'],
      },
      credentials: walk === 'look' ? [] : [{ kind: 'Password', status: 'failed', problem: { code: 'NotAttempted' } }],
    });
    expect(organization.calls).toEqual([]);
  });

  test('that purges is known to have begun before it changes anything', async () => {
    let known: number | undefined;
    organization.faults.add({ operation: 'sts:AssumeRoot', times: 1, effect: async (_call, answer) => { known = (await folder.results('purge', 0)).length; return answer(); } });
    await purge();
    expect(known).toBe(1);
  });
});

describe('an account in which something hangs', () => {
  const LOOKS: [string, Effect][] = [['iam:ListAccessKeys', neverAnswer], ['iam:ListAccessKeys', stallBody], ['sts:AssumeRoot', neverAnswer]];
  const PURGES: [string, Effect][] = [['iam:DeleteLoginProfile', neverAnswer], ['iam:GetUser', neverAnswer], ['iam:ListAccessKeys', neverAnswer]];

  test.each(LOOKS)('by %s when it is looked at is failed when its time is up, and the others keep their outcome', async (operation, effect) => {
    organization.faults.add({ operation, account: member(1), effect });
    const results = await look(0, { accountMs: 4_000 });
    expect(outcomes(results)).toEqual(['clean', 'failed', 'clean', 'clean']);
    expect(results[1].problem).toMatchObject({ code: 'DeadlineExceeded', message: expect.stringMatching(/^the time for this account was up while it was looked at: /) });
  });

  test.each(PURGES)('by %s when it is purged is failed when its time is up, and the others keep their outcome', async (operation, effect) => {
    organization.faults.add({ operation, account: member(1), effect });
    const results = await purge(0, { accountMs: 4_000 });
    expect(outcomes(results)).toEqual(['clean', 'failed', 'clean']);
    expect(results[1].problem).toMatchObject({ code: 'DeadlineExceeded', message: expect.stringMatching(/^the time for this account was up while (its credentials were deleted|it was looked at again): /) });
  });

  test('does not go on when its time is up: no credential is deleted after it, and what may be gone is named', async () => {
    const root = organization.account(member(1)).root;
    root.accessKeys = [{ id: 'AKIA1', status: 'Active', createDate: 0 }, { id: 'AKIA2', status: 'Active', createDate: 0 }];
    const plan = planOf(PLAN(), [
      { ...account(1), kind: 'Password', action: 'delete' }, ...['AKIA1', 'AKIA2'].map((id) => ({ ...account(1), kind: 'AccessKey', id, action: 'delete' }) as const),
    ]);
    const answers: (() => void)[] = [];
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: (_call, answer) => new Promise((answered) => answers.push(() => answered(answer()))) });
    const results = await purge(0, { accountMs: 4_000, plan });
    expect(results[0].credentials.map(({ kind, status, problem }) => [kind, status, problem?.code])).toEqual([
      ['Password', 'failed', 'Interrupted'], ['AccessKey', 'failed', 'Interrupted'], ['AccessKey', 'failed', 'Interrupted'],
    ]);
    const before = organization.calls.length;
    answers.forEach((answer) => answer());
    await eventually(() => !root.password); // the call that was under way had its effect
    await look(0, { selection: { ...SELECTION(), batches: [[account(2)]] } }); // time for what might still go on
    expect(organization.calls.slice(before).filter(({ target }) => target === member(1))).toEqual([]);
    expect(root.accessKeys).toHaveLength(2);
  });

  test('keeps no result of the others from being saved, as one that is killed needs it', async () => {
    const hangs = organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: neverAnswer });
    const ended = purge(0, { partsMs: 10, accountMs: 60_000 });
    const saved = () => folder.results('purge', 0);
    await eventually(async () => (await saved())[0]?.results.length === 2);
    const [{ ended: isWhole, results }] = await saved();
    expect([isWhole, results.map(({ accountId }) => accountId).sort()]).toEqual([false, [0, 3].map(member)]);
    hangs();
    served.dropConnections();
    expect(outcomes(await ended)).toEqual(['clean', 'purged', 'clean']);
    expect((await saved()).map((attempt) => [attempt.ended, attempt.results.length])).toEqual([[true, 3]]);
  });

  test('is in time for the results to be written, however late it was begun', async () => {
    organization.faults.add({ operation: 'iam:ListAccessKeys', account: member(1), effect: neverAnswer });
    expect((await look(0, { endBy: Date.now() + 1_500, accountMs: 1_400 }))[1]).toMatchObject({ problem: { code: 'DeadlineExceeded' } });
  });
});

test.each([['look', LOOK_MS], ['purge', PURGE_MS]])('the rounds of accounts that take their time fit into the function of the walk "%s"', (_walk, accountMs) => {
  expect(3 * accountMs + 60_000).toBeLessThan(14 * 60_000);
});

describe('the account that runs the sweep as delegated administrator', () => {
  test('is skipped when AWS denies it a root session in itself', async () => {
    denySessionsIn(member(0));
    const [own] = await look();
    expect(own).toMatchObject({
      ...account(0),
      outcome: 'skipped',
      reason: 'it is the delegated administrator that runs the sweep, and AWS denied it a root session in itself: sweep it from the management account',
    });
  });

  test.each(['RootCredentialsManagement', 'trusted access'])('has failed when it is denied because %s is off, which is no peculiarity of it', async (off) => {
    organization.features.current = new Set(off === 'trusted access' ? ['RootCredentialsManagement'] : []);
    if (off === 'trusted access') {
      organization.trustedServices.current = new Map();
    }
    expect((await look())[0]).toMatchObject({ outcome: 'failed', problem: { code: 'AssumeRootDenied', remedies: [expect.stringContaining(off)] } });
  });

  test('has failed when AWS refuses it for another reason than a denial', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', account: member(0), effect: fail('ValidationError') });
    expect((await look())[0]).toMatchObject({ outcome: 'failed', problem: { code: 'ValidationError' } });
  });

  test('is looked at as any other when AWS gives it one', async () => {
    organization.account(member(0)).root.password = true;
    expect(outcomes(await look())[0]).toBe('found');
  });

  test('is the only one that is skipped: another one has failed', async () => {
    denySessionsIn(member(2));
    expect(outcomes(await look())).toEqual(['clean', 'found', 'failed', 'clean']);
  });
});

test('a batch that may read policies names those that deny its calls, and one that may not asks nothing of Organizations', async () => {
  const { id } = organization.policies.add('guardrail', DENY_ROOT, member(2));
  expect((await look())[2].problem!.remedies.join()).not.toContain(id);
  expect(organization.calls.filter(({ service }) => service === 'organizations')).toEqual([]);
  const causes = { policies: new AuthorizationPolicies(organizations()), partition: 'aws', until: Infinity };
  expect((await look(0, { causes }))[2].problem!.remedies[0]).toContain(`'guardrail' (${id}) at the account ${member(2)} denies root sessions`);
});
