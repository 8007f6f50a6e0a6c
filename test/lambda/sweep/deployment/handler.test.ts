import type { CdkCustomResourceEvent } from 'aws-lambda';
import { digestOfSettings } from '../../../../lambda/sweep/acceptance';
import { type FakeStack, FakeStacks, serveStacks, STACK_ID, type ServedStacks } from '../../aws/fake-stacks';
import { newExecutions, serveExecutions, STATE_MACHINE, type FakeExecutions } from '../executions';
import { serveObjects, type ObjectStore } from '../object-store';

type Handlers = typeof import('../../../../lambda/sweep/deployment/handler');
type Request = CdkCustomResourceEvent;
interface Answer { readonly PhysicalResourceId?: string; readonly ExecutionArn?: string }

const LOGICAL_ID = 'PurgeOnDeployResource';
const PHYSICAL_ID = 'root-credentials-sweep';
const ACCOUNT = '333333333333';
const KEY = 'accepted/purge.json';
const SUMMARY = { accounts: { purged: 1 }, credentials: { found: 1, deleted: 1, kept: 0 }, report: 's3://reports/runs/1/report.html' };

/** As CloudFormation sends them: scalars are strings. */
const SETTINGS = {
  work: 'purge',
  selection: { exclude: [ACCOUNT, '444444444444'] },
  credentials: ['Password', 'AccessKey'],
  dryRun: 'false',
  protection: { keep: [{ accounts: ['555555555555'], reason: 'billing' }], usedWithinSeconds: '2592000', keepCertificates: 'true' },
  failOnFindings: 'false',
};
const NARROWER = { ...SETTINGS, credentials: ['Password'] };
const digestOf = (settings: object) => digestOfSettings(settings);

serveExecutions();
let executions: FakeExecutions;
let store: ObjectStore;
let stacks: FakeStacks;
let stack: FakeStack;
let served: ServedStacks;
let handlers: Handlers;

beforeAll(async () => {
  store = await serveObjects();
  stacks = new FakeStacks();
  served = await serveStacks(stacks);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: store.endpoint,
    AWS_ENDPOINT_URL_CLOUDFORMATION: served.endpoint,
    STACK_ID,
    STATE_MACHINE_ARN: STATE_MACHINE,
    REPORTS_BUCKET: 'reports',
    ACCEPTED_KEY: KEY,
    SWEEP_TIMEOUT_SECONDS: '600',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  handlers = await import('../../../../lambda/sweep/deployment/handler');
});
afterAll(async () => {
  await served.close();
  await store.close();
});
beforeEach(() => {
  executions = newExecutions();
  store.objects.clear();
  store.missing.clear();
  stacks.all.clear();
  stack = stacks.add({ status: 'CREATE_COMPLETE' });
});

/** CloudFormation works at the stack, and at the resource in it. */
function underWay(stackStatus: string, resourceStatus: string, physicalId: string | undefined = PHYSICAL_ID) {
  stack.status = stackStatus;
  stack.resources.set(LOGICAL_ID, { status: resourceStatus, physicalId });
}

let number = 0;
const request = (RequestType: Request['RequestType'], event: Partial<Record<string, unknown>> = {}) => ({
  RequestType,
  RequestId: `request-${++number}`,
  StackId: STACK_ID,
  LogicalResourceId: LOGICAL_ID,
  ResourceType: 'Custom::RootCredentialsSweep',
  ResponseURL: 'https://example.com',
  ServiceToken: 'arn',
  ...RequestType === 'Create' ? {} : { PhysicalResourceId: PHYSICAL_ID },
  ResourceProperties: { ServiceToken: 'arn', Sweep: SETTINGS },
  ...event,
}) as unknown as Request;

function create() {
  underWay('CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', undefined);
  return request('Create');
}

function update(newer: object, older: object = SETTINGS, more: object = {}, olderMore: object = {}) {
  underWay('UPDATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS');
  return request('Update', { ResourceProperties: { Sweep: newer, ...more }, OldResourceProperties: { Sweep: older, ...olderMore } });
}

function rollback(to: object, from: object) {
  underWay('UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_IN_PROGRESS');
  return request('Update', { ResourceProperties: { Sweep: to }, OldResourceProperties: { Sweep: from } });
}

const accepted = () => JSON.parse(store.objects.get(`reports/${KEY}`)?.toString() ?? '{}') as object;
const accept = (settings: object, more: object = {}) => store.objects.set(`reports/${KEY}`, Buffer.from(JSON.stringify({ settings: digestOf(settings), ...more })));
/** The framework asks one function, and the second time gives it what it has answered. */
const onEvent = (event: Request) => handlers.handler(event) as Promise<Answer>;
const isComplete = (event: Request, answer: Answer) => handlers.handler({ ...event, Begun: true, ...answer } as Parameters<Handlers['handler']>[0]);
const started = () => executions.all.map(({ name, status }) => `${name} ${status}`);
const succeed = () => Object.assign(executions.all.at(-1)!, { status: 'SUCCEEDED', output: JSON.stringify({ summary: SUMMARY }) });

describe('a deployment', () => {
  test('is accepted when its sweep has succeeded, and lets no other sweep go by its settings before', async () => {
    const event = create();
    const answer = await onEvent(event);
    expect(started()).toEqual([`deployment-${event.RequestId} RUNNING`]);
    expect(accepted()).toEqual({ trial: { execution: `deployment-${event.RequestId}`, settings: digestOf(SETTINGS) } });
    expect(await isComplete(event, answer)).toEqual({ IsComplete: false });
    succeed();
    expect(await isComplete(event, answer)).toMatchObject({
      IsComplete: true,
      Data: {
        Summary: 'accounts: 1 purged; root credentials: 1 found, 1 deleted, 0 kept',
        Report: SUMMARY.report,
        ScheduleFrom: expect.any(String),
        AccountsSwept: '1',
        AccountsFailed: expect.any(String),
        CredentialsFound: '1',
        CredentialsDeleted: '1',
        CredentialsKept: '0',
      },
    });
    expect(accepted()).toEqual({ settings: digestOf(SETTINGS), summary: SUMMARY });
  });

  test('that fails leaves nothing accepted', async () => {
    const event = create();
    const answer = await onEvent(event);
    executions.all[0].status = 'ABORTED';
    await expect(isComplete(event, answer)).rejects.toThrow('the sweep was stopped by somebody');
    expect(accepted()).toEqual({});
  });

  test('whose request comes twice is one sweep, and another one after that has failed', async () => {
    const event = create();
    expect(await onEvent(event)).toEqual(await onEvent(event));
    expect(started()).toEqual([`deployment-${event.RequestId} RUNNING`]);
    executions.all[0].status = 'FAILED';
    const answer = await onEvent(event);
    expect(started()).toEqual([`deployment-${event.RequestId} FAILED`, `deployment-${event.RequestId}-2 RUNNING`]);
    expect(accepted()).toMatchObject({ trial: { execution: `deployment-${event.RequestId}-2` } });
    expect(await isComplete(event, answer)).toEqual({ IsComplete: false });
  });

  test.each([
    ['another order and a double', { ...SETTINGS, selection: { exclude: ['444444444444', ACCOUNT, ACCOUNT] }, credentials: ['AccessKey', 'Password'] }],
    ['a setting that a newer version of the library adds', { ...SETTINGS, askFirst: 'false', protection: { ...SETTINGS.protection, keepOthers: [], more: {} } }],
    ['owners and ends of exceptions', {
      ...SETTINGS,
      selection: { ...SETTINGS.selection, exclusions: [{ accounts: [ACCOUNT], reason: 'moves out', until: '2020-01-31' }] },
      protection: { ...SETTINGS.protection, keep: [{ ...SETTINGS.protection.keep[0], owner: 'payments', until: '2020-01-31' }] },
    }],
  ])('with nothing but %s sweeps nothing, and has the attributes of the latest sweep', async (_name, settings) => {
    accept(SETTINGS, { summary: SUMMARY });
    const event = update(settings, SETTINGS, { Accepted: 's3://elsewhere' });
    const answer = await onEvent(event);
    expect(answer).toEqual({ PhysicalResourceId: PHYSICAL_ID, Begun: true });
    expect(executions.all).toEqual([]);
    expect(await isComplete(event, answer)).toMatchObject({ IsComplete: true, Data: { Report: SUMMARY.report } });
    expect(accepted()).toEqual({ settings: digestOf(SETTINGS), summary: SUMMARY });
  });

  test('that sweeps nothing accepts the settings all the same, where no version before has', async () => {
    const event = update(SETTINGS);
    expect(await isComplete(event, await onEvent(event))).toMatchObject({ IsComplete: true, Data: { Summary: 'no sweep of a deployment has succeeded yet', Report: 'none' } });
    expect(accepted()).toEqual({ settings: digestOf(SETTINGS) });
  });

  test('with a new nonce sweeps again, and stops nothing that began under the same settings', async () => {
    accept(SETTINGS);
    executions.add('scheduled');
    const event = update(SETTINGS, SETTINGS, { Nonce: '2' }, { Nonce: '1' });
    await onEvent(event);
    expect(started()).toEqual(['scheduled RUNNING', `deployment-${event.RequestId} RUNNING`]);
    expect(accepted()).toMatchObject({ settings: digestOf(SETTINGS) });
  });
});

describe('sweeps that began under other settings', () => {
  const begin = () => ['schedule-1', 'by-hand', `joined-${ACCOUNT}-1`, 'deployment-earlier'].map((name) => executions.add(name));
  const statuses = () => executions.all.map(({ status }) => status);

  test('are stopped by an update that changes what is swept, before its own begins', async () => {
    accept(NARROWER);
    begin();
    await onEvent(update(SETTINGS, NARROWER));
    expect(statuses()).toEqual([...Array(4).fill('ABORTED'), 'RUNNING']);
  });

  test('are stopped by a rollback, which accepts the older settings again and sweeps nothing', async () => {
    accept(NARROWER);
    begin();
    expect(await onEvent(rollback(SETTINGS, NARROWER))).toEqual({ PhysicalResourceId: PHYSICAL_ID, Begun: true });
    expect(statuses()).toEqual(Array(4).fill('ABORTED'));
    expect(accepted()).toEqual({ settings: digestOf(SETTINGS) });
  });

  test('are not there after a rollback to the same settings, which stops the sweep of the deployment alone', async () => {
    accept(SETTINGS);
    begin();
    await onEvent(rollback(SETTINGS, SETTINGS));
    expect(statuses()).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'ABORTED']);
  });

  test('and all others are stopped when the stack is deleted, and none is honoured afterwards', async () => {
    accept(SETTINGS, { summary: SUMMARY });
    begin();
    underWay('DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS');
    const event = request('Delete');
    expect(await isComplete(event, await onEvent(event))).toMatchObject({ IsComplete: true });
    expect(statuses()).toEqual(Array(4).fill('ABORTED'));
    expect(accepted()).toEqual({ summary: SUMMARY });
  });

  test('are stopped also when the bucket of the reports is gone before the stack, which then can be deleted', async () => {
    begin();
    store.missing.add('reports');
    underWay('DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS');
    const event = request('Delete');
    expect(await isComplete(event, await onEvent(event))).toMatchObject({ IsComplete: true });
    expect(statuses()).toEqual(Array(4).fill('ABORTED'));
  });

  test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'])('go with a deployment that is cancelled while it waits (%s)', async (status) => {
    const event = update(SETTINGS, NARROWER);
    const answer = await onEvent(event);
    stack.status = status;
    await expect(isComplete(event, answer)).rejects.toThrow('the deployment is taken back, so its sweep was stopped: ');
    expect(statuses()).toEqual(['ABORTED']);
    expect(accepted()).toEqual({});
  });

  test('go with a deployment whose outer stack rolls back', async () => {
    const event = update(SETTINGS, NARROWER);
    const answer = await onEvent(event);
    stacks.add({ id: 'root', status: 'ROLLBACK_IN_PROGRESS' });
    stacks.add({ ...stack, rootId: 'root', parentId: 'root' });
    await expect(isComplete(event, answer)).rejects.toThrow('the deployment is taken back');
    expect(statuses()).toEqual(['ABORTED']);
  });
});

test('an update of the reason of a rule, which keeps the same, is accepted without a sweep, and its reason is in the next one', async () => {
  accept(SETTINGS, { summary: SUMMARY });
  const settings = { ...SETTINGS, protection: { ...SETTINGS.protection, keep: [{ ...SETTINGS.protection.keep[0], reason: 'billing, until it has moved' }] } };
  expect(await onEvent(update(settings))).toEqual({ PhysicalResourceId: PHYSICAL_ID, Begun: true });
  expect(executions.all).toEqual([]);
  expect(accepted()).toEqual({ settings: digestOf(settings), summary: SUMMARY });
});

describe('an update that lets go of a protection', () => {
  const without = (protection: object) => ({ ...SETTINGS, protection: { ...SETTINGS.protection, ...protection } });

  test.each<[string, object, string, string[]]>([
    ['an excluded account', { ...SETTINGS, selection: { exclude: ['444444444444'] } }, `exclude has no longer ${ACCOUNT}`, [ACCOUNT]],
    ['the exclusions, for accounts by name', { ...SETTINGS, selection: { accounts: [ACCOUNT], exclude: [] } }, `exclude has no longer ${ACCOUNT}`, [ACCOUNT]],
    ['the exclusions, for a dry run', { ...SETTINGS, selection: { exclude: ['444444444444'] }, dryRun: 'true' }, `exclude has no longer ${ACCOUNT}`, [ACCOUNT]],
    ['a rule, by its account', without({ keep: [] }), "keep has no longer Password, AccessKey of 555555555555 ('billing')", ['555555555555']],
    ['a rule, by its reason', without({ keep: [] }), "keep has no longer Password, AccessKey of 555555555555 ('billing')", ['billing']],
    ['a part of a rule', without({ keep: [{ accounts: ['555555555555'], credentials: ['AccessKey'], reason: 'billing' }] }), "keep has no longer Password of 555555555555 ('billing')", ['billing']],
    ['a shorter window', without({ usedWithinSeconds: '86400' }), 'keepIfUsedWithin was 30 days and is 1 days', ['keepIfUsedWithin']],
    ['the window', without({ usedWithinSeconds: undefined, keepCertificates: 'false' }), 'keepIfUsedWithin was 30 days and is gone', ['keepIfUsedWithin']],
  ])('%s fails before anything is stopped or looked at, and says how to do it on purpose', async (_name, settings, text, release) => {
    accept(SETTINGS);
    executions.add('scheduled');
    const failure: unknown = await onEvent(update(settings)).catch((error: unknown) => error);
    expect(String(failure)).toContain(`ProtectionLetGo: this update lets go of what was protected, so nothing was looked at: ${text}`);
    expect(String(failure)).toContain('deploy with release: [');
    expect(started()).toEqual(['scheduled RUNNING']);
    expect(accepted()).toEqual({ settings: digestOf(SETTINGS) });

    await onEvent(update(settings, SETTINGS, { Release: release }));
    expect(executions.all.map(({ status }) => status)).toEqual(['ABORTED', 'RUNNING']);
  });

  test.each<[string, object]>([
    ['more exclusions and rules, and a longer window', {
      ...SETTINGS,
      selection: { exclude: [...SETTINGS.selection.exclude, '666666666666'] },
      protection: { keep: [...SETTINGS.protection.keep, { credentials: ['Password'], reason: 'all' }], usedWithinSeconds: '5184000', keepCertificates: 'true' },
    }],
    ['other accounts alone', { ...SETTINGS, selection: { accounts: ['777777777777'], exclude: [] } }],
    ['a rule for all accounts in the place of one for some', without({ keep: [{ credentials: ['Password', 'AccessKey'], reason: 'all' }] })],
    ['an exclusion in the place of a rule', { ...without({ keep: [] }), selection: { exclude: [...SETTINGS.selection.exclude, '555555555555'] } }],
    ['fewer kinds in the place of a rule', { ...without({ keep: [{ accounts: ['555555555555'], credentials: ['Password'], reason: 'billing' }] }), credentials: ['Password'] }],
    ['an audit, which deletes nothing', { ...SETTINGS, selection: { exclude: [] }, work: 'audit', credentials: [], dryRun: 'true', protection: { keep: [], keepCertificates: 'false' } }],
  ])('is not one that has %s', async (_name, settings) => {
    accept(SETTINGS);
    await onEvent(update(settings));
    expect(executions.all).toHaveLength(1);
  });

  test('is none in a rollback', async () => {
    accept(SETTINGS);
    await onEvent(rollback({ ...SETTINGS, selection: { exclude: [] } }, SETTINGS));
    expect(accepted()).toEqual({ settings: digestOf({ ...SETTINGS, selection: { exclude: [] } }) });
  });
});

describe('whoever may invoke the functions, and nothing else', () => {
  test('starts, stops and accepts nothing by requests that are not those of CloudFormation', async () => {
    accept(NARROWER);
    executions.add('scheduled');
    const inState = (stackStatus: string, resource: string | undefined, forged: Request) => async () => {
      stack.status = stackStatus;
      stack.resources.clear();
      if (resource !== undefined) {
        stack.resources.set(LOGICAL_ID, { status: resource, physicalId: PHYSICAL_ID });
      }
      return onEvent(forged);
    };
    const types = ['Create', 'Update', 'Delete'] as const;
    stacks.add({ id: 'other', status: 'UPDATE_IN_PROGRESS' });
    const forgeries = [
      ...types.map((type) => inState('UPDATE_COMPLETE', 'UPDATE_COMPLETE', request(type))), // no deployment at all
      ...types.map((type) => inState('UPDATE_IN_PROGRESS', `${type.toUpperCase()}_IN_PROGRESS`, request(type, { StackId: 'other' }))),
    ];
    for (const forgery of forgeries) {
      await expect(forgery()).rejects.toThrow("RequestRefused: the request is not CloudFormation's");
    }
    stack.status = 'UPDATE_IN_PROGRESS'; // of something else in the stack
    stack.resources.set(LOGICAL_ID, { status: 'UPDATE_COMPLETE', physicalId: PHYSICAL_ID });
    stack.resources.set('Deleted', { status: 'DELETE_IN_PROGRESS', physicalId: 'other' });
    const meanwhile = [...types.map((type) => request(type)), request('Delete', { LogicalResourceId: 'Deleted' }), request('Delete', { LogicalResourceId: 'None' })];
    const refusals = await Promise.allSettled(meanwhile.map((forged) => onEvent(forged)));
    expect(refusals.map((refusal) => refusal.status === 'rejected' && String(refusal.reason))).toEqual(
      meanwhile.map(({ RequestType, LogicalResourceId }) => expect.stringContaining(`CloudFormation does not ${RequestType.toLowerCase()} the resource ${LogicalResourceId}`)));
    expect(started()).toEqual(['scheduled RUNNING']);
    expect(accepted()).toEqual({ settings: digestOf(NARROWER) });
  }, 30_000);

  test('stops no sweep but the one of a request, which is stopped by its own waiting alike', async () => {
    stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    const long = new Date(Date.now() - 3_600_000);
    const others = ['scheduled', 'deployment-request', 'deployment-request-2x', 'deployment-other-1'].map((name) => executions.add(name, { startDate: long }));
    for (const other of others) {
      const forged = { ...request('Update'), RequestId: 'other' };
      await expect(isComplete(forged as Request, { ExecutionArn: executions.arnOf(other).replace('other-1', 'other-1x') } as Answer)).rejects.toThrow('the request did not start the execution');
    }
    expect(others.map(({ status }) => status)).toEqual(Array(4).fill('RUNNING'));
  });
});
