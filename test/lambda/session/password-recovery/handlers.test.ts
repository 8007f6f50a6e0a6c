import { randomUUID } from 'node:crypto';
import { closerOf, HOUR, MANAGEMENT, MEMBER, newWorld, serveWorlds, type World } from './world';
import { RUN_FILE } from '../../../../lib/private/contract';
import { GO_FILE, type Done, type GoFile, type Planned, type RecoverySettings } from '../../../../lib/session/contract';
import { fail } from '../../../../local-aws/organization';

serveWorlds();

const JANE = `arn:aws:sts::${MANAGEMENT}:assumed-role/Operator/jane`;
const SETTINGS: RecoverySettings = { selection: { exclude: [] }, protectedAccounts: [], hours: 24, longestHours: 48 };

let world: World;
let handlers: Record<'allow' | 'extend' | 'close', (event: any) => Promise<any>>;
let closer: typeof import('../../../../lambda/session/password-recovery/closer/handler');

/** As Lambda loads them: by what is in the environment. */
beforeAll(async () => {
  Object.assign(process.env, {
    RECORDS_BUCKET: 'records',
    CONTROL_PREFIX: 'control/runbook/',
    CLOSER_STATE_MACHINE_ARN: `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:closer`,
    REMINDERS_MINUTES: '[60]',
    STS_REGION: 'us-east-1',
  });
  const [allow, extend, close] = await Promise.all([
    import('../../../../lambda/session/password-recovery/allow/handler'),
    import('../../../../lambda/session/password-recovery/extend/handler'),
    import('../../../../lambda/session/password-recovery/close/handler'),
  ]);
  handlers = { allow: allow.handler, extend: extend.handler, close: close.handler };
  closer = await import('../../../../lambda/session/password-recovery/closer/handler');
});

beforeEach(() => { world = newWorld(); });

type Name = keyof typeof handlers;
interface Run {
  readonly id: string;
  readonly name: string;
  readonly answer: any;
}

/** The first step of an execution, as its state machine asks for it. */
async function prepare(runbook: Name, input: object = {}, settings: Partial<RecoverySettings> = {}): Promise<Run> {
  const name = randomUUID();
  const id = `arn:aws:states:us-east-1:${MANAGEMENT}:execution:${runbook}:${name}`;
  const machine = `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:${runbook}`;
  const given = { accountId: MEMBER, reason: 'lost the root mailbox', ...input };
  const execution = { id, name, startTime: new Date().toISOString(), machine };
  const run = { execution, input: given, settings: { ...SETTINGS, ...settings }, timeoutSeconds: 3_600 };
  world.runs.add(id);
  world.bucket.objects.set(`control/runbook/${name}/${RUN_FILE}`, JSON.stringify(run));
  const step = { StepStatus: 'InProgress', Inputs: { stateMachineArn: machine, input: JSON.stringify(given) } };
  const automation = { status: 'InProgress', executedBy: JANE, steps: [step] };
  return { id, name, answer: await handlers[runbook]({ step: 'prepare', run: name, automation }) };
}

/** The second one. */
function act(runbook: Name, { name, answer }: Run, go: Partial<GoFile> = {}): Promise<any> {
  const { plan, startedBy, approval: { digest } } = answer as Planned;
  world.bucket.objects.set(`control/runbook/${name}/${GO_FILE}`, JSON.stringify({ plan, startedBy, digest, at: new Date().toISOString(), timeoutSeconds: 600, ...go }));
  return handlers[runbook]({ step: 'act', run: name });
}

const both = async (runbook: Name, input?: object, settings?: Partial<RecoverySettings>) => act(runbook, await prepare(runbook, input, settings));
const planned = (run: Run) => run.answer as Planned<any>;
const resultOf = (run: Run) => (run.answer as Done).result;

describe('the runbook that allows password recovery', () => {
  test('asks for exactly what it will do, and changes nothing', async () => {
    const { plan, startedBy, approval } = planned(await prepare('allow', { hours: '4' }));
    expect(plan).toEqual({ hours: 4, notes: [] });
    expect(startedBy).toBe(JANE);
    expect(approval.subject).toBe(`Approval needed: allow recovery of the root password of ${MEMBER} for 4 hours`);
    expect(approval.approve).toMatch(/\n.* the mail of the account's root user can set its password, until it is deleted 4 hours later\.\n/);
    expect(world.changes()).toEqual([]);
    expect(world.record).toBeUndefined();
  });

  test('does it for as many hours as the construct says, when the start does not', async () => {
    expect(planned(await prepare('allow')).plan).toMatchObject({ hours: 24 });
    await expect(prepare('allow', { hours: '49' })).rejects.toThrow('hours must be from 1 to 48, got 49');
    await expect(prepare('allow', { hours: '1.5' })).rejects.toThrow('hours must be a whole number of hours, got "1.5"');
  });

  test('records when it was approved, and by whom if the answer says so, of the opening and of an extension', async () => {
    const [at, approved] = [new Date().toISOString(), 'the digest'];
    await act('allow', await prepare('allow'), { at, approval: { approved, by: 'jane' } });
    expect(world.record).toMatchObject({ approvedAt: at, approvedBy: 'jane' });
    await act('extend', await prepare('extend', { hours: '1' }), { at, approval: { approved } });
    expect(world.record!.extensions).toMatchObject([{ approvedAt: at }]);
    expect(world.record!.extensions[0]).not.toHaveProperty('approvedBy');
  });

  test('records who asked, why and by which execution, starts the closer, and answers the times', async () => {
    const run = await prepare('allow', { hours: '4' });
    const { openedAt, endsAt, ...result } = await act('allow', run);
    expect(result).toEqual({ accountId: MEMBER, state: 'open', notes: [] });
    expect(Date.parse(endsAt) - Date.parse(openedAt)).toBe(4 * HOUR);
    expect(world.record).toMatchObject({ recoveryId: run.id, reason: 'lost the root mailbox', startedBy: JANE, openedAt, endsAt });
    expect(closerOf(run.id).input).toMatchObject({ recoveryId: run.id, atOnce: false, recordsBucket: 'records' });
    expect(world.account.root.password).toBe(true);
  });

  test('in a dry run answers what it would do', async () => {
    expect(resultOf(await prepare('allow', { hours: '4', dryRun: 'true' }))).toEqual({ accountId: MEMBER, state: 'would-open', hours: 4, notes: [] });
    expect(world.changes()).toEqual([]);
  });

  test('tells approvers and starters of policies that stop the root user', async () => {
    const isRoot = { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' }, Null: { 'aws:AssumedRoot': 'true' } };
    world.organization.policies.add('guardrail', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Condition: isRoot }] }, MEMBER);
    const note = expect.stringMatching(/^the service control policy 'guardrail' .* stops the root user/);
    const run = await prepare('allow');
    expect(planned(run).plan.notes).toEqual([note]);
    expect(planned(run).approval.approve).toMatch(/\nNote: the service control policy 'guardrail' .*\.\n/);
    expect(resultOf(await prepare('allow', { dryRun: 'true' }))).toMatchObject({ notes: [note] });
  });

  test('says when policies could not be read: they may stop it', async () => {
    world.organization.faults.add({ operation: 'organizations:*', effect: fail('AccessDeniedException') });
    expect(planned(await prepare('allow')).plan.notes).toEqual([expect.stringMatching(/^service control policies were not read: /)]);
  });

  test('waits for a role that takes effect late', async () => {
    world.organization.faults.add({ operation: 'sts:AssumeRoot', times: 1, effect: fail('AccessDenied') });
    expect(planned(await prepare('allow')).plan).toMatchObject({ hours: 24 });
  });

  test('says what to do where AWS denies it', async () => {
    world.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('AccessDenied') });
    await expect(prepare('allow')).rejects.toThrow(/likely causes: 1\. a service or resource control policy denies it/);
    world.organization.faults.clear();
    const run = await prepare('allow');
    world.organization.faults.add({ operation: 'iam:CreateLoginProfile', effect: fail('AccessDenied') });
    await expect(act('allow', run)).rejects.toThrow(/likely causes: 1\. a service or resource control policy denies it/);
  });
});

describe('the runbook that extends it', () => {
  test('asks for exactly what it will do', async () => {
    await both('allow', { hours: '4' });
    const { openedAt, endsAt } = world.record!;
    const { plan, approval } = planned(await prepare('extend', { hours: '8' }));
    expect(plan).toEqual({ hours: 8 });
    expect(approval.subject).toBe(`Approval needed: extend recovery of the root password of ${MEMBER} by 8 hours`);
    expect(approval.approve).toContain(`\nIt is open since ${openedAt} (lost the root mailbox), and would end at ${new Date(Date.parse(endsAt) + 8 * HOUR).toISOString()}.\n`);
    expect(world.record).toMatchObject({ endsAt, extensions: [] });
  });

  test('moves the end, and answers it', async () => {
    await both('allow', { hours: '4' });
    const { openedAt, endsAt } = world.record!;
    const run = await prepare('extend', { hours: '8' });
    const later = new Date(Date.parse(endsAt) + 8 * HOUR).toISOString();
    expect(await act('extend', run)).toEqual({ accountId: MEMBER, state: 'open', openedAt, endsAt: later });
    expect(world.record).toMatchObject({ endsAt: later, extensions: [{ id: run.id, startedBy: JANE, reason: 'lost the root mailbox' }] });
    expect(closerOf(run.id)).toBeDefined();
  });

  test('does not go beyond the longest time', async () => {
    await both('allow');
    await expect(prepare('extend', { hours: '25' })).rejects.toThrow('can be extended by at most 24 hours, not 25');
    await expect(prepare('extend', { hours: '49' })).rejects.toThrow('hours must be from 1 to 48, got 49');
  });

  test('in a dry run answers what it would do', async () => {
    await both('allow', { hours: '4' });
    expect(resultOf(await prepare('extend', { hours: '8', dryRun: 'true' }))).toEqual({ accountId: MEMBER, state: 'would-extend', hours: 8 });
    expect(world.record!.extensions).toEqual([]);
  });

  test('takes no root session', async () => {
    await both('allow', { hours: '4' });
    const before = world.organization.calls.length;
    await both('extend', { hours: '8' });
    expect(world.organization.calls).toHaveLength(before);
  });
});

describe('the runbook that closes it', () => {
  test('plans nothing that an approver must see, and closes', async () => {
    await both('allow');
    const run = await prepare('close', { reason: 'done' });
    expect(planned(run)).toMatchObject({ done: false, plan: {}, approval: { subject: `Approval needed: close the password recovery of ${MEMBER}` } });
    expect(planned(run).approval.approve).toContain(`\nExecution: ${run.id}\n\nTo approve exactly this:\n`);
    expect(world.account.root.password).toBe(true);
    expect(await act('close', run)).toMatchObject({ accountId: MEMBER, state: 'closed', left: [] });
    expect(world.account.root.password).toBe(false);
    expect(world.record).toMatchObject({ closing: { id: run.id, reason: 'done', startedBy: JANE } });
  });

  test('in a dry run answers what it would do', async () => {
    await both('allow');
    expect(resultOf(await prepare('close', { dryRun: 'true' }))).toMatchObject({ accountId: MEMBER, state: 'would-close', left: [] });
    expect(world.account.root.password).toBe(true);
  });

  test('is done when it is closed already', async () => {
    await both('allow');
    await both('close');
    expect(resultOf(await prepare('close'))).toMatchObject({ state: 'closed', closedAt: expect.any(String) });
  });

  test('takes no hours', async () => {
    await expect(prepare('close', { hours: '4' })).rejects.toThrow("it has unknown keys 'hours'; allowed are accountId, reason, dryRun");
  });

  test('says what to do where AWS denies it', async () => {
    await both('allow');
    world.organization.faults.add({ operation: 'iam:ListAccessKeys', effect: fail('AccessDenied') });
    await expect(prepare('close')).rejects.toThrow(/likely causes: 1\. a service or resource control policy denies it/);
    world.organization.faults.clear();
    const run = await prepare('close');
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    await expect(act('close', run)).rejects.toThrow(/likely causes: 1\. a service or resource control policy denies it/);
  });
});

describe('the functions of the closer', () => {
  const executionOf = (name: string) => `arn:aws:states:us-east-1:${MANAGEMENT}:execution:closer:${name}`;

  test('read its record, and close by it when somebody has begun to', async () => {
    const run = await prepare('allow', { hours: '4' });
    await act('allow', run);
    const { name, input } = closerOf(run.id);
    const end = Date.parse(world.record!.endsAt);
    expect(await closer.look({ execution: executionOf(name), closer: input })).toMatchObject({ step: 'sleep', wakeAt: new Date(end - HOUR).toISOString() });
    expect(await closer.look({ execution: executionOf(name), closer: { remindedUntil: new Date(end).toISOString() } })).toMatchObject({ step: 'sleep', wakeAt: new Date(end).toISOString() });
    expect(await closer.close({ execution: executionOf(name), closer: input })).toMatchObject({ state: 'open' });
    expect(world.account.root.password).toBe(true);
  });

  test('say what failed as a mail may show it: AWS quotes names that others have chosen', async () => {
    const run = await prepare('allow', { hours: '4' });
    await act('allow', run);
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied', 'policy \u202egpj.exe of https://evil.example') });
    await act('close', await prepare('close')).catch(() => undefined); // by hand it fails, too, and is being closed from then on
    const { name, input } = closerOf(run.id);
    await expect(closer.close({ execution: executionOf(name), closer: input })).rejects.toMatchObject({
      name: 'AccessDenied', message: expect.stringContaining('policy \\u202egpj[.]exe of https:[//]evil[.]example'),
    });
  });
});
