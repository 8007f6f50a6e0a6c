import { readFileSync } from 'node:fs';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { CONTROL_ENVIRONMENT, controlFiles, putControlFiles } from './control';
import { UNPROTECTED } from './testing';
import type { Plan } from '../../../lambda/sweep/plan';
import type { SweepReport } from '../../../lambda/sweep/report/contents';
import type { AccountResult, Problem } from '../../../lambda/sweep/results';
import type { RunFolder } from '../../../lambda/sweep/run-folder';
import { CREDENTIAL_KINDS, type MachineExecution } from '../../../lib/private/contract';
import type { DecisionReference, EndFile, RunReference, SweepSettings } from '../../../lib/sweep/contract';
import { LocalAws } from '../../../local-aws/local-aws';
import { FakeOrganization } from '../../../local-aws/organization';

const BUCKET = 'reports';
const ACCEPTED_KEY = 'accepted/purge.json';
const MANAGEMENT = '111111111111';
const member = (n: number) => String(200_000_000_000 + n);

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
  look: typeof import('../../../lambda/sweep/look/handler').handler;
  decide: typeof import('../../../lambda/sweep/decide/handler').handler;
  purge: typeof import('../../../lambda/sweep/purge/handler').handler;
  report: typeof import('../../../lambda/sweep/report/handler').handler;
  digestOfSettings: typeof import('../../../lambda/sweep/acceptance').digestOfSettings;
  RunFolder: typeof RunFolder;
  runPrefix: typeof import('../../../lambda/sweep/run-folder').runPrefix;
};

beforeAll(async () => {
  aws = await LocalAws.start({ organization });
  Object.assign(process.env, aws.environment(), { REPORTS_BUCKET: BUCKET, ...CONTROL_ENVIRONMENT, STS_REGION: 'us-east-1', SWEEP_NAME: 'Stack/Purge', ACCEPTED_KEY });
  s3 = new S3Client(aws.clientSettings());
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  stepFunctions = new SFNClient(aws.clientSettings());
  const definition = JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 86_400, End: true } } }); // its functions are called by the test
  machine = (await stepFunctions.send(new CreateStateMachineCommand({ name: 'sweep', definition, roleArn: `arn:aws:iam::${MANAGEMENT}:role/sweep` }))).stateMachineArn!;
  const runFolder = await import('../../../lambda/sweep/run-folder');
  handlers = {
    select: (await import('../../../lambda/sweep/select/handler')).handler,
    look: (await import('../../../lambda/sweep/look/handler')).handler,
    decide: (await import('../../../lambda/sweep/decide/handler')).handler,
    purge: (await import('../../../lambda/sweep/purge/handler')).handler,
    report: (await import('../../../lambda/sweep/report/handler')).handler,
    digestOfSettings: (await import('../../../lambda/sweep/acceptance')).digestOfSettings,
    RunFolder: runFolder.RunFolder,
    runPrefix: runFolder.runPrefix,
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
  organization.addAccount({ id: member(n), name: `account-${n}`, email: `aws-${n}@example.${n === 5 ? 'net' : 'com'}`, root: n % 2 ? { password: true, accessKeys: [{}] } : {} });
}

const settings: SweepSettings = {
  work: 'purge',
  selection: { exclude: [member(4)], exclusions: [{ accounts: [member(4)], reason: 'moves out', owner: 'payments', until: '2019-12-31' }] },
  allowedEmailDomains: ['example.com'],
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: UNPROTECTED,
  tolerateFailedAccounts: false,
  failOnFindings: false,
  accountsPerBatch: 2,
  accountsInFlight: 2,
};
const context = { invokedFunctionArn: `arn:aws:lambda:us-east-1:${MANAGEMENT}:function:sweep`, getRemainingTimeInMillis: () => 14 * 60_000 };

/** The member that every sweep purges has its credentials again. */
function giveBack() {
  const { root } = organization.account(member(1));
  root.password = true;
  root.accessKeys = [{ id: 'AKIA1', status: 'Active', createDate: 0 }];
}

/** What the latest deployment has accepted. */
const accept = (acceptance: object) => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: ACCEPTED_KEY, Body: JSON.stringify(acceptance) }));

async function begin(name: string): Promise<MachineExecution> {
  const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn: machine, name }));
  return { id: executionArn!, name, startTime: '2020-01-02T03:04:05.678Z', machine };
}

/** As the state machine does, in the order of its states. */
async function select(input: unknown = {}, how = settings): Promise<RunReference> {
  await putControlFiles(s3, BUCKET, controlFiles(execution, how, { input }));
  return await handlers.select({ run: execution.name }, context) as RunReference;
}

const look = ({ digest }: RunReference, batch: number) => handlers.look({ run: execution.name, digest, batch }, context);
const purge = ({ digest }: RunReference, batch: number) => handlers.purge({ run: execution.name, digest, batch }, context);

async function decide({ digest }: RunReference, how = settings) {
  await putControlFiles(s3, BUCKET, controlFiles(execution, how, { looked: { digest } }));
  return handlers.decide({ run: execution.name });
}

/** Without the run file, which is there. */
async function letGo({ plan: digest }: DecisionReference) {
  const files = controlFiles(execution, settings, { go: { plan: digest } });
  await putControlFiles(s3, BUCKET, new Map([...files].filter(([key]) => key.endsWith('go.json'))));
}

/** Up to the plan, which is let go. */
async function plan(run: RunReference): Promise<DecisionReference> {
  await Promise.all(run.batches.map((batch) => look(run, batch)));
  const decision = await decide(run);
  if (decision.batches.length > 0) {
    await letGo(decision);
  }
  return decision;
}

/** Both walks. */
async function sweep(run: RunReference): Promise<EndFile['run']> {
  const decision = await plan(run);
  await Promise.all(decision.batches.map((batch) => purge(run, batch)));
  return { ...run, decision };
}

async function makeReport(end: EndFile['run'], tolerateFailedAccounts = false) {
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

function expectSchema(made: unknown) {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync('schema/report-2.json', 'utf8')));
  expect(validate(made) || validate.errors).toBe(true);
}

describe('a sweep from its first function to its last', () => {
  test('gives every account of the organization exactly one outcome, in a report that keeps to its schema', async () => {
    const run = await select();
    for (const batch of run.batches) {
      expect(await look(run, batch)).toEqual({});
    }
    const decision = await decide(run);
    await letGo(decision);
    for (const batch of decision.batches) {
      expect(await purge(run, batch)).toEqual({});
    }
    const verdict = await makeReport({ ...run, decision });
    expect(verdict).toMatchObject({ succeeded: true });
    const made = await report();
    expect(made.accounts.map(({ accountId }) => accountId).sort()).toEqual([MANAGEMENT, ...[0, 1, 2, 3, 4, 5].map(member)]);
    expect(made.counts).toEqual({ 'failed': 0, 'kept': 0, 'purged': 3, 'would-purge': 0, 'found': 0, 'clean': 2, 'skipped': 2 });
    expectSchema(made);
    expect(JSON.parse(await read('latest/report.json'))).toEqual(made);
    expect(made).toMatchObject({
      construct: 'Stack/Purge',
      executionArn: execution.id,
      sweepAccountId: MANAGEMENT,
      region: 'us-east-1',
      plan: { digest: decision.plan, status: 'carried-out' },
      exceptions: [{ by: 'exclude', accounts: [member(4)], owner: 'payments', until: '2019-12-31', state: 'ended' }],
      findings: { endedExceptions: 1, foreignMailboxes: 1 },
    });
    expect(made.accounts.find(({ accountId }) => accountId === member(4))).toMatchObject({ reason: 'it is excluded: moves out', exception: 0, email: 'aws-4@example.com' });
    expect(made.accounts.find(({ accountId }) => accountId === member(5))).toMatchObject({ email: 'aws-5@example.net', foreignMailbox: true });
    for (const file of ['report.csv', 'report.html', 'plan.json']) {
      expect(await read(`latest/${file}`)).toBe(await read(`${folder.prefix}${file}`));
    }
  });

  test('says what has changed since the sweep before, and that its members have their credentials again', async () => {
    giveBack();
    await makeReport(await sweep(await select()));
    const made = JSON.parse(await read('latest/report.json')) as SweepReport;
    expect(made.changes).toMatchObject({ since: { execution: `run-${number - 1}` }, counts: { gone: 0 } });
    expectSchema(made);
    const { credentials } = made.accounts.find(({ accountId }) => accountId === member(1))!;
    expect(credentials).toMatchObject([{ kind: 'Password', change: 'recreated', status: 'deleted' }, { kind: 'AccessKey', change: 'new', status: 'deleted' }]);
  });

  test('hands on nothing but digests and numbers of batches', async () => {
    const run = await select();
    expect(run).toEqual({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), batches: [0, 1, 2] });
    const decision = await plan(run);
    expect(decision).toEqual({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), plan: expect.stringMatching(/^[0-9a-f]{64}$/), batches: expect.any(Array) });
  });

  test('gives no root session to the management account or an excluded one', async () => {
    await sweep(await select());
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
    await makeReport(await sweep(whole));
    const latest = await read('latest/report.json');
    execution = await begin(`narrowed-${number}`);
    const narrowed = await select({ accounts: [member(1)] });
    await makeReport(await sweep(narrowed));
    expect(JSON.parse(await read(`${handlers.runPrefix(execution)}report.json`))).toMatchObject({ narrowed: true });
    await makeReport({ error: { Error: 'InputRefused', Cause: 'no' } });
    expect(await read('latest/report.json')).toBe(latest);
  });

  test('is of what the construct does: a dry run by hand of a purge leaves it as it is', async () => {
    const purged = await select();
    await makeReport(await sweep(purged));
    const latest = await read('latest/report.json');
    execution = await begin(`rehearsal-${number}`);
    const rehearsal = await select({ dryRun: true });
    await makeReport(await sweep(rehearsal));
    expect(JSON.parse(await read(`${handlers.runPrefix(execution)}report.json`))).toMatchObject({ dryRun: true, narrowed: false });
    expect(await read('latest/report.json')).toBe(latest);
  });
});

describe('a selection that somebody has changed after it was saved', () => {
  test('is refused by every function that reads it, and nothing in it is touched', async () => {
    const run = await select();
    const widened = JSON.parse(await read(`${folder.prefix}selection.json`));
    widened.batches[0].push({ accountId: member(4), accountName: 'excluded' });
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${folder.prefix}selection.json`, Body: JSON.stringify(widened) }));
    await letGo({ digest: '', plan: '', batches: [] });
    organization.calls.length = 0;
    for (const call of [() => look(run, 0), () => decide(run), () => purge(run, 0), () => makeReport(run)]) {
      await expect(call()).rejects.toThrow('somebody has changed it');
    }
    expect(organization.calls).toEqual([]);
  });
});

test('a start that is not to begin yet selects nothing, and says so', async () => {
  expect(await select({ notBefore: '2999-01-01T00:00:00Z' })).toEqual({ skipped: 'it was not to begin before 2999-01-01T00:00:00Z' });
  expect(organization.calls).toEqual([]);
  await expect(read(`${folder.prefix}selection.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
});

describe('a call of a function that no state machine has made', () => {
  const FUNCTIONS = ['look', 'decide', 'purge', 'report'] as const;
  const call = (name: typeof FUNCTIONS[number], { digest }: Pick<RunReference, 'digest'>) => handlers[name]({ run: execution.name, digest, batch: 0 }, context);

  test.each(['select', ...FUNCTIONS] as const)('does nothing: %s of an execution that does not exist', async (name) => {
    await expect(name === 'select' ? handlers.select({ run: execution.name }, context) : call(name, { digest: 'any' })).rejects.toMatchObject({ name: 'RunUnknown' });
    expect(organization.calls).toEqual([]);
  });

  test.each(FUNCTIONS)('does nothing: %s of a sweep that has ended', async (name) => {
    const run = await select();
    await putControlFiles(s3, BUCKET, controlFiles(execution, settings, { looked: run, go: { plan: '' }, end: run }));
    await stepFunctions.send(new StopExecutionCommand({ executionArn: execution.id }));
    organization.calls.length = 0;
    await expect(call(name, run)).rejects.toMatchObject({ name: 'RunEnded' });
    expect(organization.calls).toEqual([]);
    await expect(read(`${folder.prefix}report.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('decides nothing before every account has been looked at', async () => {
    const run = await select();
    await expect(call('decide', run)).rejects.toMatchObject({ name: 'RunUnknown', message: expect.stringContaining('looked.json') });
    await expect(read(`${folder.prefix}plan.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('deletes nothing of a plan that was not let go, and nothing of another plan', async () => {
    giveBack();
    const run = await select();
    await Promise.all(run.batches.map((batch) => look(run, batch)));
    const decision = await decide(run);
    organization.calls.length = 0;
    await expect(call('purge', run)).rejects.toMatchObject({ name: 'RunUnknown', message: expect.stringContaining('go.json') });
    await letGo({ ...decision, plan: decision.plan.replace(/./g, '0') });
    await expect(call('purge', run)).rejects.toMatchObject({ name: 'PlanTampered' });
    expect(organization.calls).toEqual([]);
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
    await look(run, 0);
    const { batches } = await folder.selection(run.digest, execution.id);
    expect(batches.flat().map(({ accountId }) => accountId)).toEqual([0, 1, 2, 3, 5].map(member));
    organization.removeAccount(member(6));
  });
});

describe('a sweep that is redriven', () => {
  test('does not go on by the selection of its day when its state machine has no time left for it', async () => {
    const run = await select();
    const old = controlFiles(execution, settings, { looked: run, go: { plan: '' }, end: run });
    old.forEach((content, key) => old.set(key, content.replace(/"timeoutSeconds":[\d.]+/, '"timeoutSeconds":21600')));
    await putControlFiles(s3, BUCKET, old);
    organization.calls.length = 0;
    const { name } = execution;
    for (const call of [() => look(run, 0), () => handlers.decide({ run: name }), () => purge(run, 0), () => handlers.report({ run: name })]) {
      await expect(call()).rejects.toMatchObject({ name: 'RunTooOld', message: expect.stringContaining('start it anew') });
    }
    expect(organization.calls).toEqual([]);
  });
});

describe('what died on the way', () => {
  test('a batch that has looked at nothing makes its accounts failed, not clean, and the others are purged', async () => {
    giveBack();
    const run = await select();
    await look(run, 0);
    const decision = await decide(run);
    await letGo(decision);
    await purge(run, 0);
    expect(await makeReport({ ...run, decision })).toMatchObject({ succeeded: false, error: 'AccountsFailed' });
    const { accounts, counts } = await report();
    expect(counts).toMatchObject({ failed: 3, purged: 1 });
    expect(accounts.find(({ accountId }) => accountId === member(2))).toMatchObject({ outcome: 'failed', problem: { code: 'NotAttempted' } });
  });

  test('an account of the plan that has no result is reported credential by credential', async () => {
    giveBack();
    const run = await select({ accounts: [member(1)] });
    const decision = await plan(run);
    await makeReport({ ...run, decision });
    expect((await report()).accounts).toMatchObject([{
      outcome: 'failed',
      credentials: [{ kind: 'Password', status: 'failed', problem: { code: 'Interrupted' } }, { kind: 'AccessKey', status: 'failed', problem: { code: 'Interrupted' } }],
    }]);
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
    await handlers.look({ run: execution.name, digest: run.digest, batch: 0 }, { ...context, getRemainingTimeInMillis: () => 60_000 });
    expect((await folder.results('look', 0))[0].results.map(({ problem }) => problem?.code)).toEqual(['NotAttempted', 'NotAttempted']);
    expect(organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
  });

  test('a missing selection is an error of the report, and never an empty success', async () => {
    const run = await select();
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `${folder.prefix}selection.json` }));
    await expect(makeReport(run)).rejects.toThrow();
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
    giveBack();
    const run = await select();
    await accept({});
    await look(run, 0);
    expect(organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
    expect((await folder.results('look', 0))[0].results).toMatchObject([
      { outcome: 'failed', problem: { code: 'NotAttempted', message: expect.stringContaining('the sweep was not to go on: no deployment has accepted these settings') } },
      { outcome: 'failed', problem: { code: 'NotAttempted' } },
    ]);
    await expect(decide(run)).rejects.toMatchObject({ name: 'SettingsNotAccepted' });
  });

  test('any more, let no account lose anything that is on the plan', async () => {
    giveBack();
    const run = await select({ accounts: [member(1)] });
    await plan(run);
    organization.calls.length = 0;
    await accept({});
    await purge(run, 0);
    expect(organization.calls).toEqual([]);
    expect(organization.account(member(1)).root.password).toBe(true);
    expect((await folder.results('purge', 0))[0].results).toMatchObject([{ outcome: 'failed', problem: { code: 'NotAttempted' } }]);
  });

  test('any more, let no account lose anything in which a session was taken before', async () => {
    giveBack();
    const careful = { ...settings, protection: { ...UNPROTECTED, deleteAccessKeysInUse: undefined } };
    await accept({ settings: handlers.digestOfSettings(careful) });
    const run = await select({ accounts: [member(1)] }, careful);
    await look(run, 0);
    await letGo(await decide(run, careful));
    organization.faults.add({ operation: 'iam:GetAccessKeyLastUsed', times: 1, effect: async (_call, answer) => { await accept({}); return answer(); } });
    await purge(run, 0);
    expect(organization.calls.at(-1)).toMatchObject({ operation: 'GetAccessKeyLastUsed' });
    expect((await folder.results('purge', 0))[0].results).toMatchObject([{ outcome: 'failed', problem: { code: 'SettingsNotAccepted' } }]);
  });
});

describe('a plan', () => {
  test('of a dry run is written, and no batch of it is to be purged', async () => {
    giveBack();
    const run = await select({ dryRun: true });
    expect(await plan(run)).toMatchObject({ batches: [] });
    expect(JSON.parse(await read(`${folder.prefix}plan.json`)) as Plan).toMatchObject({ dryRun: true, totals: { accounts: 1, delete: { Password: 1, AccessKey: 1 } } });
  });

  test('that exceeds a limit deletes nothing, fails the sweep and says what would have gone', async () => {
    giveBack();
    const limited = { ...settings, limits: { credentials: 1 } };
    await accept({ settings: handlers.digestOfSettings(limited) });
    const run = await select({}, limited);
    await Promise.all(run.batches.map((batch) => look(run, batch)));
    const decision = await decide(run, limited);
    expect(decision.batches).toEqual([]);
    const verdict = await makeReport({ ...run, decision });
    expect(verdict).toMatchObject({ succeeded: false, error: 'LimitExceeded' });
    expect(await report()).toMatchObject({ problem: { code: 'LimitExceeded' }, counts: { 'would-purge': 1, 'purged': 0 } });
    expect(organization.account(member(1)).root.password).toBe(true);
  });

  test.each<[string, object, Partial<SweepSettings>, unknown[]]>([
    ['people are asked about it', {}, { approvalHours: 48 }, [{ Sweep: 'Stack/Purge', PlansMade: 1 }]],
    ['nobody is asked, since the report follows at once', {}, {}, []],
    ['it is of a part of the selection', { accounts: [member(1)] }, { approvalHours: 48 }, []],
    ['it is refused', {}, { approvalHours: 48, limits: { credentials: 1 } }, []],
  ])('counts for the alarm that looks for missing sweeps, before it is answered, where %s', async (_where, input, changes, counted) => {
    giveBack();
    const how = { ...settings, ...changes };
    await accept({ settings: handlers.digestOfSettings(how) });
    const run = await select(input, how);
    await Promise.all(run.batches.map((batch) => look(run, batch)));
    jest.mocked(process.stdout.write).mockClear();
    await decide(run, how);
    const emitted = jest.mocked(process.stdout.write).mock.calls.map(([line]) => JSON.parse(String(line)) as object).filter((line) => '_aws' in line);
    expect(emitted).toEqual(counted.map((values) => ({ _aws: expect.anything(), ...values as object })));
  });

  test.each<[string, string, number, object, boolean]>([
    ['the deployment gives up before it can end', 'deployment-late', 59, { deploymentSeconds: 58 * 60 }, true],
    ['it may end before', 'deployment-early', 1, { deploymentSeconds: 58 * 60 }, false],
    ['no deployment waits for the sweep', 'by-hand', 59, { deploymentSeconds: 58 * 60 }, false],
    ['its definition does not say how long a deployment waits', 'deployment-older', 59, {}, false],
  ])('is refused by the time that a deployment has left, or not, where %s', async (_where, name, minutes, changes, isRefused) => {
    giveBack();
    execution = { ...await begin(name), startTime: new Date(Date.now() - minutes * 60_000).toISOString() };
    folder = new handlers.RunFolder(s3, BUCKET, handlers.runPrefix(execution));
    const how = { ...settings, batchesAtOnce: 4, ...changes };
    const run = await select({}, how);
    await Promise.all(run.batches.map((batch) => look(run, batch)));
    const decision = await decide(run, how);
    expect(decision.batches).toEqual(isRefused ? [] : [0]);
    const { refused } = JSON.parse(await read(`${folder.prefix}plan.json`)) as Plan;
    expect(refused?.code).toBe(isRefused ? 'TooLittleTime' : undefined);
    if (isRefused) {
      expect(await makeReport({ ...run, decision })).toMatchObject({ error: 'TooLittleTime', cause: expect.stringContaining('0 minutes are left of 58 minutes') });
    }
    expect(organization.account(member(1)).root.password).toBe(true);
  });
});
