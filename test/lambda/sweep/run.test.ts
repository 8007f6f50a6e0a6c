import { readFileSync } from 'node:fs';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { CONTROL_ENVIRONMENT, controlFiles, putControlFiles } from './control';
import { NO_RECOVERIES, UNPROTECTED } from './testing';
import type { BatchSweep } from '../../../lambda/sweep/batch/accounts';
import type { AccountResult, Problem } from '../../../lambda/sweep/results';
import type { RunFolder, RunReference } from '../../../lambda/sweep/run-folder';
import type { ResolvedSelection } from '../../../lambda/sweep/selection';
import { CREDENTIAL_KINDS, type MachineExecution } from '../../../lib/private/contract';
import { type StateError, type SweepSettings } from '../../../lib/sweep/contract';
import { LocalAws } from '../../../local-aws/local-aws';
import { FakeOrganization, fail } from '../../../local-aws/organization';

const BUCKET = 'reports';
const ACCEPTED_KEY = 'accepted/purge.json';
const MANAGEMENT = '111111111111';
const member = (n: number) => String(200_000_000_000 + n);
const account = (n: number) => ({ accountId: member(n), accountName: `account-${n}` });

const organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'] });
let aws: LocalAws;
let s3: S3Client;
let number = 0;
let stepFunctions: SFNClient;
let machine: string;
let execution: MachineExecution;
let folder: RunFolder;

// imported once the environment is that of the local AWS: handlers make their clients when they are loaded, as on Lambda
let handlers: {
  select: typeof import('../../../lambda/sweep/select/handler').handler;
  batch: typeof import('../../../lambda/sweep/batch/handler').handler;
  report: typeof import('../../../lambda/sweep/report/handler').handler;
  digestOfSettings: typeof import('../../../lambda/sweep/acceptance').digestOfSettings;
  RunFolder: typeof RunFolder;
  runPrefix: typeof import('../../../lambda/sweep/run-folder').runPrefix;
  sweepBatch: typeof import('../../../lambda/sweep/batch/accounts').sweepBatch;
  sessions: (until: number) => BatchSweep['sessions'];
};

beforeAll(async () => {
  aws = await LocalAws.start({ organization });
  Object.assign(process.env, aws.environment(), { REPORTS_BUCKET: BUCKET, ...CONTROL_ENVIRONMENT, STS_REGION: 'us-east-1', SWEEP_NAME: 'Stack/Purge', ACCEPTED_KEY });
  s3 = new S3Client(aws.clientSettings());
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  stepFunctions = new SFNClient(aws.clientSettings());
  const definition = JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 86_400, End: true } } }); // its functions are called by the test
  machine = (await stepFunctions.send(new CreateStateMachineCommand({ name: 'sweep', definition, roleArn: `arn:aws:iam::${MANAGEMENT}:role/sweep` }))).stateMachineArn!;
  const { RootSessions } = await import('../../../lambda/root-user/sessions');
  const { sts } = await import('../../../lambda/aws/clients');
  const runFolder = await import('../../../lambda/sweep/run-folder');
  handlers = {
    select: (await import('../../../lambda/sweep/select/handler')).handler,
    batch: (await import('../../../lambda/sweep/batch/handler')).handler,
    report: (await import('../../../lambda/sweep/report/handler')).handler,
    digestOfSettings: (await import('../../../lambda/sweep/acceptance')).digestOfSettings,
    RunFolder: runFolder.RunFolder,
    runPrefix: runFolder.runPrefix,
    sweepBatch: (await import('../../../lambda/sweep/batch/accounts')).sweepBatch,
    sessions: (until) => new RootSessions(sts('us-east-1'), 'aws', until),
  };
});
afterAll(() => aws?.stop());

beforeEach(async () => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true); // the metrics
  organization.faults.clear();
  organization.calls.length = 0;
  execution = await begin(`run-${++number}`);
  folder = new handlers.RunFolder(s3, BUCKET, handlers.runPrefix(execution));
  await accept({ settings: handlers.digestOfSettings(settings) });
});

for (let n = 0; n < 6; n++) {
  organization.addAccount({ id: member(n), name: `account-${n}`, root: n % 2 ? { password: true, accessKeys: [{}] } : {} });
}

const settings: SweepSettings = {
  work: 'purge',
  selection: { exclude: [member(4)] },
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: UNPROTECTED,
  tolerateFailedAccounts: false,
  failOnFindings: false,
  accountsPerBatch: 2,
  accountsInFlight: 2,
};
const context = { invokedFunctionArn: `arn:aws:lambda:us-east-1:${MANAGEMENT}:function:sweep`, getRemainingTimeInMillis: () => 14 * 60_000 };

/** What the latest deployment has accepted. */
const accept = (acceptance: object) => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: ACCEPTED_KEY, Body: JSON.stringify(acceptance) }));

async function begin(name: string): Promise<MachineExecution> {
  const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn: machine, name }));
  return { id: executionArn!, name, startTime: '2020-01-02T03:04:05.678Z', machine };
}

/** As the state machine does, in the order of its states. */
async function select(input: unknown = {}) {
  await putControlFiles(s3, BUCKET, controlFiles(execution, settings, { input }));
  return handlers.select({ run: execution.name }, context);
}

const sweep = ({ digest }: RunReference, batch: number) => handlers.batch({ run: execution.name, digest, batch }, context);

async function makeReport(end: RunReference | { error: StateError }, tolerateFailedAccounts = false) {
  await putControlFiles(s3, BUCKET, controlFiles(execution, { ...settings, tolerateFailedAccounts }, { end }));
  return handlers.report({ run: execution.name });
}

async function read(key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  return Body!.transformToString();
}

async function report(): Promise<{ counts: Record<string, number>; accounts: AccountResult[]; problem?: Problem }> {
  return JSON.parse(await read(`${folder.prefix}report.json`));
}

describe('a sweep from its first function to its last', () => {
  test('gives every account of the organization exactly one outcome, in a report that keeps to its schema', async () => {
    const run = await select();
    for (const batch of [0, 1, 2]) {
      expect(await sweep(run, batch)).toEqual({});
    }
    const verdict = await makeReport(run);
    expect(verdict).toMatchObject({ succeeded: true });
    const made = await report();
    expect(made.accounts.map(({ accountId }) => accountId).sort()).toEqual([MANAGEMENT, ...[0, 1, 2, 3, 4, 5].map(member)]);
    expect(made.counts).toEqual({ 'failed': 0, 'kept': 0, 'purged': 3, 'would-purge': 0, 'found': 0, 'clean': 2, 'skipped': 2 });

    const ajv = new Ajv2020({ allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('schema/report-1.json', 'utf8')));
    expect(validate(made) || validate.errors).toBe(true);
    expect(JSON.parse(await read('latest/report.json'))).toEqual(made);
    for (const format of ['csv', 'html']) {
      expect(await read(`latest/report.${format}`)).toBe(await read(`${folder.prefix}report.${format}`));
    }
  });

  test('hands on nothing that grows with the number of accounts', async () => {
    const run = await select();
    expect(JSON.stringify(run).length).toBeLessThan(400);
    expect(JSON.parse(await read(run.batchesKey))).toEqual([{ batch: 0 }, { batch: 1 }, { batch: 2 }]);
  });

  test('gives no root session to the management account or an excluded one', async () => {
    const run = await select();
    await Promise.all([0, 1, 2].map((batch) => sweep(run, batch)));
    const targets = organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ target }) => target);
    expect(new Set(targets)).toEqual(new Set([0, 1, 2, 3, 5].map(member)));
  });

  test('its folder is named by time and execution', () => {
    expect(folder.prefix).toBe(`runs/2020-01-02T03-04-05Z-run-${number}/`);
  });
});

describe('the latest report', () => {
  test('is of the whole selection: a start that was narrowed or refused leaves it as it is', async () => {
    const whole = await select();
    await Promise.all([0, 1, 2].map((batch) => sweep(whole, batch)));
    await makeReport(whole);
    const latest = await read('latest/report.json');
    execution = await begin(`narrowed-${number}`);
    const narrowed = await select({ accounts: [member(1)] });
    await sweep(narrowed, 0);
    await makeReport(narrowed);
    expect(JSON.parse(await read(`${handlers.runPrefix(execution)}report.json`))).toMatchObject({ narrowed: true });
    await makeReport({ error: { Error: 'InputRefused', Cause: 'no' } });
    expect(await read('latest/report.json')).toBe(latest);
  });

  test('is of what the construct does: a dry run by hand of a purge leaves it as it is', async () => {
    const purged = await select();
    await Promise.all([0, 1, 2].map((batch) => sweep(purged, batch)));
    await makeReport(purged);
    const latest = await read('latest/report.json');
    execution = await begin(`rehearsal-${number}`);
    const rehearsal = await select({ dryRun: true });
    await Promise.all([0, 1, 2].map((batch) => sweep(rehearsal, batch)));
    await makeReport(rehearsal);
    expect(JSON.parse(await read(`${handlers.runPrefix(execution)}report.json`))).toMatchObject({ dryRun: true, narrowed: false });
    expect(await read('latest/report.json')).toBe(latest);
  });
});

describe('a selection that somebody has changed after it was saved', () => {
  test('is refused by the batch, and nothing in it is touched', async () => {
    const run = await select();
    const widened = JSON.parse(await read(`${folder.prefix}selection.json`));
    widened.batches[0].push({ accountId: member(4), accountName: 'excluded' });
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${folder.prefix}selection.json`, Body: JSON.stringify(widened) }));
    organization.calls.length = 0;
    await expect(sweep(run, 0)).rejects.toThrow('somebody has changed it');
    await expect(makeReport(run)).rejects.toThrow('somebody has changed it');
    expect(organization.calls).toEqual([]);
  });
});

describe('a call of a function that no state machine has made', () => {
  const refused = ['batch', 'report'] as const;
  const call = (name: typeof refused[number], { digest }: RunReference) => name === 'batch' ? handlers.batch({ run: execution.name, digest, batch: 0 }, context) : handlers.report({ run: execution.name });

  test.each(['select', ...refused] as const)('does nothing: %s of an execution that does not exist', async (name) => {
    const run = { digest: 'any', batchesKey: 'any' };
    await expect(name === 'select' ? handlers.select({ run: execution.name }, context) : call(name, run)).rejects.toMatchObject({ name: 'RunUnknown' });
    expect(organization.calls).toEqual([]);
  });

  test.each(refused)('does nothing: %s of a sweep that has ended', async (name) => {
    const run = await select();
    await putControlFiles(s3, BUCKET, controlFiles(execution, settings, { end: run }));
    await stepFunctions.send(new StopExecutionCommand({ executionArn: execution.id }));
    organization.calls.length = 0;
    await expect(call(name, run)).rejects.toMatchObject({ name: 'RunEnded' });
    expect(organization.calls).toEqual([]);
    await expect(read(`${folder.prefix}report.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('makes no report of a sweep that has not come to its end', async () => {
    const run = await select();
    await expect(call('report', run)).rejects.toMatchObject({ name: 'RunUnknown' });
    await expect(read(`${folder.prefix}report.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('selects no others than the sweep itself has selected', async () => {
    const run = await select();
    organization.addAccount({ id: member(6), name: 'later', root: { password: true } });
    expect(await select()).toEqual(run);
    await sweep(run, 0);
    const { batches } = await folder.selection(run.digest, execution.id);
    expect(batches.flat().map(({ accountId }) => accountId)).toEqual([0, 1, 2, 3, 5].map(member));
    organization.removeAccount(member(6));
  });
});

describe('a sweep that is redriven', () => {
  test('does not go on by the selection of its day when its state machine has no time left for it', async () => {
    const run = await select();
    const old = controlFiles(execution, settings, { end: run });
    old.forEach((content, key) => old.set(key, content.replace(/"timeoutSeconds":[\d.]+/, '"timeoutSeconds":21600')));
    await putControlFiles(s3, BUCKET, old);
    organization.calls.length = 0;
    await expect(sweep(run, 0)).rejects.toMatchObject({ name: 'RunTooOld', message: expect.stringContaining('start it anew') });
    await expect(handlers.report({ run: execution.name })).rejects.toMatchObject({ name: 'RunTooOld' });
    expect(organization.calls).toEqual([]);
  });
});

describe('what died on the way', () => {
  test('a batch without results makes its accounts failed, not clean', async () => {
    const run = await select();
    await sweep(run, 0);
    const verdict = await makeReport(run);
    expect(verdict).toMatchObject({ succeeded: false, error: 'AccountsFailed' });
    const { accounts, counts } = await report();
    expect(counts.failed).toBe(3);
    expect(accounts.find(({ accountId }) => accountId === member(2))).toMatchObject({ outcome: 'failed', problem: { code: 'NotAttempted' } });
  });

  test('an account that was being deleted is reported credential by credential', async () => {
    const run = await select();
    await folder.savePlan(1, { attempt: 'attempt', ...account(2), credentials: [{ kind: 'AccessKey', id: 'AKIAEXAMPLE' }] });
    await makeReport(run);
    const { accounts } = await report();
    expect(accounts.find(({ accountId }) => accountId === member(2))).toMatchObject({
      outcome: 'failed', credentials: [{ id: 'AKIAEXAMPLE', status: 'failed', problem: { code: 'Interrupted' } }],
    });
  });

  test('a batch that is run again says what is gone of its plans, and not that it was deleted: nobody knows', async () => {
    const run = await select();
    await folder.savePlan(0, { attempt: 'attempt', ...account(0), credentials: [{ kind: 'AccessKey', id: 'AKIAEXAMPLE' }] });
    await sweep(run, 0);
    const [{ ended, results }] = await folder.results(0);
    expect(ended).toBe(true);
    expect(results[0]).toMatchObject({
      accountId: member(0), credentials: [{ id: 'AKIAEXAMPLE', status: 'absent', reason: expect.stringContaining('nobody knows whether it did or somebody else') }],
    });
  });

  test('a selection that failed is a report of the reason, and a failed sweep even when failed accounts are tolerated', async () => {
    const cause = JSON.stringify({ errorType: 'FeatureNotEnabled', errorMessage: 'the sweep has not begun: the feature is off', trace: [] });
    const verdict = await makeReport({ error: { Error: 'FeatureNotEnabled', Cause: cause } }, true);
    expect(verdict).toMatchObject({ succeeded: false, error: 'FeatureNotEnabled' });
    expect(verdict.cause).toContain('the sweep has not begun: the feature is off');
    expect(await report()).toMatchObject({ problem: { code: 'FeatureNotEnabled' }, accounts: [] });
  });

  test('accounts that the function has no time left for are not begun', async () => {
    const run = await select();
    await handlers.batch({ run: execution.name, digest: run.digest, batch: 0 }, { ...context, getRemainingTimeInMillis: () => 60_000 });
    expect((await folder.results(0))[0].results.map(({ problem }) => problem?.code)).toEqual(['NotAttempted', 'NotAttempted']);
    expect(organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
  });

  test('a missing selection is an error of the report, and never an empty success', async () => {
    const run = await select();
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `${folder.prefix}selection.json` }));
    await expect(makeReport(run)).rejects.toThrow();
  });
});

describe('the account that runs the sweep as delegated administrator', () => {
  const sweepItself = () => {
    const selection: ResolvedSelection = {
      organizationId: organization.organizationId,
      managementAccountId: MANAGEMENT,
      callerAccountId: member(0),
      work: 'purge',
      credentials: settings.credentials,
      dryRun: false,
      protection: UNPROTECTED,
      narrowed: false,
      alsoRunning: [],
      batches: [[account(0), account(2)]],
      skipped: [],
    };
    return handlers.sweepBatch(0, {
      folder, selection, sessions: handlers.sessions(0), recoveries: NO_RECOVERIES, accountsInFlight: 1, beginUntil: Infinity,
    });
  };
  afterEach(() => organization.assumedRootDenied.clear());

  test('is skipped when AWS denies it a root session in itself', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', account: member(0), effect: fail('AccessDenied') });
    expect(await sweepItself()).toMatchObject([{ outcome: 'skipped', reason: expect.stringContaining('sweep it from the management account') }, { outcome: 'clean' }]);
  });

  test('has failed when AWS gave it the session, and a policy forbids to read in it', async () => {
    organization.assumedRootDenied.add(member(0));
    expect(await sweepItself()).toMatchObject([{ outcome: 'failed', problem: { code: 'AccessDenied' } }, { outcome: 'clean' }]);
  });
});

describe('settings that no deployment has accepted', () => {
  const digest = () => handlers.digestOfSettings(settings);
  const other = () => handlers.digestOfSettings({ ...settings, dryRun: true });

  test.each<[string, () => object, string]>([
    ['none are accepted', () => ({}), 'no deployment has accepted these settings'],
    ['others are accepted', () => ({ settings: other() }), 'deploy again, then start the sweep again'],
    ['a deployment tries them', () => ({ trial: { execution: 'deployment-1', settings: digest() } }), 'a deployment is under way, and its own sweep has not ended'],
    ['the deployment of this sweep tries others', () => ({ trial: { execution: execution.name, settings: other() } }), 'a deployment is under way'],
  ])('are not swept with: %s', async (_name, acceptance, message) => {
    await accept(acceptance());
    await expect(select()).rejects.toMatchObject({ name: 'SettingsNotAccepted', message: expect.stringContaining(message) });
    expect(organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
  });

  test('are swept by the deployment that tries them', async () => {
    await accept({ settings: other(), trial: { execution: execution.name, settings: digest() } });
    expect(await select()).toMatchObject({ digest: expect.any(String) });
  });

  test('any more, let a batch begin no account: what is not begun loses nothing and is reported', async () => {
    organization.account(member(1)).root.password = true;
    const run = await select();
    await accept({});
    await sweep(run, 0);
    expect(organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
    expect(organization.account(member(1)).root.password).toBe(true);
    expect((await folder.results(0))[0].results).toMatchObject([
      { outcome: 'failed', problem: { code: 'NotAttempted', message: expect.stringContaining('the sweep was not to go on: no deployment has accepted these settings') } },
      { outcome: 'failed', problem: { code: 'NotAttempted' } },
    ]);
  });

  test('any more, let no account lose anything that was only looked at before', async () => {
    organization.account(member(1)).root.password = true;
    const run = await select({ accounts: [member(1)] });
    organization.faults.add({ operation: 'iam:GetAccountSummary', times: 1, effect: async (_call, answer) => { await accept({}); return answer(); } });
    await sweep(run, 0);
    expect(organization.account(member(1)).root.password).toBe(true);
    expect((await folder.results(0))[0].results).toMatchObject([{ outcome: 'failed', problem: { code: 'SettingsNotAccepted' } }]);
  });
});
