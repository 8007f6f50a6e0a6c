import { S3Client } from '@aws-sdk/client-s3';
import { organizations, sts } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { AuthorizationPolicies } from '../../../../lambda/policies/authorization-policies';
import { RootSessions } from '../../../../lambda/root-user/sessions';
import { ACCOUNT_MS } from '../../../../lambda/sweep/batch/account';
import { sweepBatch, type BatchSweep } from '../../../../lambda/sweep/batch/accounts';
import { RunFolder } from '../../../../lambda/sweep/run-folder';
import type { ResolvedSelection } from '../../../../lambda/sweep/selection';
import { CREDENTIAL_KINDS } from '../../../../lib/private/contract';
import { fail, FakeOrganization, neverAnswer, serve, stallBody, type Effect, type ServedOrganization } from '../../../../local-aws/organization';
import { atOnce } from '../../../support/at-once';
import { eventually } from '../../../support/eventually';
import { DENY_ROOT } from '../../guardrail/preflight/testing';
import { serveObjects, type ObjectStore } from '../object-store';
import { NO_RECOVERIES, UNPROTECTED } from '../testing';

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

/** A batch of four accounts, which runs in the first of them, and another one of none. */
function sweep(batch = 0, changes: Partial<BatchSweep> = {}) {
  return sweepBatch(batch, {
    folder,
    sessions: new RootSessions(sts('us-east-1'), 'aws', 0, seconds(0)),
    recoveries: NO_RECOVERIES,
    selection: SELECTION(),
    accountsInFlight: 4,
    beginUntil: Infinity,
    ...changes,
  });
}

const saved = () => folder.results(0);
const outcomes = (results: Awaited<ReturnType<typeof sweep>>) => results.map(({ outcome }) => outcome);
const denySessionsIn = (id: string) => organization.faults.add({ operation: 'sts:AssumeRoot', account: id, effect: fail('AccessDenied') });

describe('a batch', () => {
  test('sweeps its accounts, so many at once, and writes one result for each', async () => {
    const asked = atOnce(3);
    organization.faults.add({ operation: 'sts:AssumeRoot', effect: asked.effect });
    const results = await sweep(0, { accountsInFlight: 3 });
    expect(outcomes(results)).toEqual(['clean', 'purged', 'clean', 'clean']);
    expect(await saved()).toEqual([expect.objectContaining({ ended: true, results: JSON.parse(JSON.stringify(results)) })]);
    expect(asked.most()).toBe(3);
  });

  test.each([-1, 2, 0.5, '0' as unknown as number, NaN])('that the selection does not have is refused: %j', async (number) => {
    await expect(sweep(number)).rejects.toMatchObject({
      name: 'BatchUnknown', message: `the selection has 2 batches and no number ${JSON.stringify(number)}: somebody has changed batches.json`,
    });
    expect([organization.calls, store.objects.size]).toEqual([[], 0]);
  });

  test('begins no account when its function is about to run out of time', async () => {
    const results = await sweep(0, { beginUntil: Date.now() - 1 });
    expect(results).toHaveLength(4);
    expect(results[0]).toMatchObject({
      outcome: 'failed',
      problem: {
        code: 'NotAttempted',
        message: 'the function was about to run out of time',
        remedies: ['start the sweep again, with fewer accounts in a batch (concurrency.accountsPerBatch)'],
      },
    });
    expect(organization.calls).toEqual([]);
  });
});

describe('an account in which something hangs', () => {
  const HANGS: [string, Effect][] = [
    ['iam:ListAccessKeys', neverAnswer], ['iam:ListAccessKeys', stallBody], ['iam:DeleteLoginProfile', neverAnswer], ['iam:GetUser', neverAnswer], ['sts:AssumeRoot', neverAnswer],
  ];

  test.each(HANGS)('by %s is failed when its time is up, and the others keep their outcome', async (operation, effect) => {
    organization.faults.add({ operation, account: member(1), effect });
    const results = await sweep(0, { accountMs: 4_000 });
    expect(outcomes(results)).toEqual(['clean', 'failed', 'clean', 'clean']);
    expect(results[1].problem).toMatchObject({ code: 'DeadlineExceeded', message: expect.stringMatching(/^the time for this account was up while (it was looked at|its credentials were deleted): /) });
  });

  test('does not go on when its time is up: no credential is deleted after it, and what may be gone is named', async () => {
    const root = organization.account(member(1)).root;
    root.accessKeys = [{ id: 'AKIA1', status: 'Active', createDate: 0 }, { id: 'AKIA2', status: 'Active', createDate: 0 }];
    const answers: (() => void)[] = [];
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: (_call, answer) => new Promise((answered) => answers.push(() => answered(answer()))) });
    const results = await sweep(0, { accountMs: 4_000 });
    expect(results[1].credentials.map(({ kind, status, problem }) => [kind, status, problem?.code])).toEqual([
      ['Password', 'failed', 'Interrupted'], ['AccessKey', 'failed', 'Interrupted'], ['AccessKey', 'failed', 'Interrupted'],
    ]);
    const before = organization.calls.length;
    answers.forEach((answer) => answer());
    await eventually(() => !root.password); // the call that was under way had its effect
    await sweep(0, { selection: { ...SELECTION(), batches: [[account(2)]] } }); // time for what might still go on
    expect(organization.calls.slice(before).filter(({ target }) => target === member(1))).toEqual([]);
    expect(root.accessKeys).toHaveLength(2);
  });

  test('keeps no result of the others from being saved, as one that is killed needs it', async () => {
    const hangs = organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: neverAnswer });
    const ended = sweep(0, { partsMs: 10, accountMs: 60_000 });
    await eventually(async () => (await saved())[0]?.results.length === 3);
    const [{ ended: isWhole, results }] = await saved();
    expect([isWhole, results.map(({ accountId }) => accountId).sort()]).toEqual([false, [0, 2, 3].map(member)]);
    hangs();
    served.dropConnections();
    expect(outcomes(await ended)).toEqual(['clean', 'purged', 'clean', 'clean']);
    expect((await saved()).map((attempt) => [attempt.ended, attempt.results.length])).toEqual([[true, 4]]);
  });

  test('is in time for the results to be written, however late it was begun', async () => {
    organization.faults.add({ operation: 'iam:ListAccessKeys', account: member(1), effect: neverAnswer });
    expect((await sweep(0, { endBy: Date.now() + 1_500 }))[1]).toMatchObject({ problem: { code: 'DeadlineExceeded' } });
  });
});

test('three rounds of accounts that take their time fit into the function of a batch', () => {
  expect(3 * ACCOUNT_MS + 60_000).toBeLessThan(14 * 60_000);
});

describe('the account that runs the sweep as delegated administrator', () => {
  test('is skipped when AWS denies it a root session in itself', async () => {
    denySessionsIn(member(0));
    const [own] = await sweep();
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
    expect((await sweep())[0]).toMatchObject({ outcome: 'failed', problem: { code: 'AssumeRootDenied', remedies: [expect.stringContaining(off)] } });
  });

  test('has failed when AWS refuses it for another reason than a denial', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', account: member(0), effect: fail('ValidationError') });
    expect((await sweep())[0]).toMatchObject({ outcome: 'failed', problem: { code: 'ValidationError' } });
  });

  test('is swept as any other when AWS gives it one', async () => {
    organization.account(member(0)).root.password = true;
    expect(outcomes(await sweep())[0]).toBe('purged');
  });

  test('has failed when another attempt at it was about to delete something: that may be gone', async () => {
    denySessionsIn(member(0));
    store.objects.set(`reports/runs/one/plans/0000/dead/${member(0)}.json`, Buffer.from('[{"kind":"Password"}]'));
    expect((await sweep())[0]).toMatchObject({ outcome: 'failed', credentials: [{ kind: 'Password', status: 'failed' }] });
  });

  test('is the only one that is skipped: another one has failed', async () => {
    denySessionsIn(member(2));
    expect(outcomes(await sweep())).toEqual(['clean', 'purged', 'failed', 'clean']);
  });
});

test('a batch that may read policies names those that deny its calls, and one that may not asks nothing of Organizations', async () => {
  const { id } = organization.policies.add('guardrail', DENY_ROOT, member(2));
  expect((await sweep())[2].problem!.remedies.join()).not.toContain(id);
  expect(organization.calls.filter(({ service }) => service === 'organizations')).toEqual([]);
  const causes = { policies: new AuthorizationPolicies(organizations()), partition: 'aws', until: Infinity };
  expect((await sweep(0, { causes }))[2].problem!.remedies[0]).toContain(`'guardrail' (${id}) at the account ${member(2)} denies root sessions`);
});
