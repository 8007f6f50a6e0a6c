import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { othersThan, reasonNotToBegin, runningSweeps } from '../../lambda/sweep/overlap';
import { parseStartInput } from '../../lambda/sweep/start-input';
import { LocalAws } from '../local-aws/local-aws';
import { FakeOrganization } from '../local-aws/organization';

let aws: LocalAws;
let client: SFNClient;
let stateMachineArn: string;

beforeAll(async () => {
  aws = await LocalAws.start({ organization: new FakeOrganization() });
  client = new SFNClient(aws.clientSettings());
  const definition = JSON.stringify({ StartAt: 'AtWork', States: { AtWork: { Type: 'Wait', Seconds: 600, End: true } } });
  const machine = await client.send(new CreateStateMachineCommand({ name: 'sweep', definition, roleArn: 'arn:aws:iam::111111111111:role/sweep' }));
  stateMachineArn = machine.stateMachineArn!;
}, 120_000);
afterAll(() => aws?.stop());
afterEach(async () => {
  for (const { executionArn } of await runningSweeps(client, stateMachineArn)) {
    await client.send(new StopExecutionCommand({ executionArn }));
  }
});

/** A sweep that is at work. */
async function start(name: string, input: unknown = {}): Promise<void> {
  await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  await vi.waitUntil(async () => (await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }))).executions!.some((each) => each.name === name));
}

const SCHEDULED = { unlessRunning: true };

/** Why the sweep of that name, which is at work, does not go on. */
async function reason(name: string, input: object = SCHEDULED) {
  const running = await runningSweeps(client, stateMachineArn);
  const { startDate } = running.find((each) => each.name === name)!;
  return reasonNotToBegin(client, parseStartInput(input), { name, startTime: startDate!.toISOString() }, running);
}

let number = 0;
const names = (count: number) => Array.from({ length: count }, () => `sweep-${String(++number).padStart(4, '0')}`);

describe('a start that gives way to others', () => {
  test('begins when there is none', async () => {
    const [own] = names(1);
    await start(own, SCHEDULED);
    expect(await reason(own)).toBeUndefined();
  });

  test('gives way to one of the whole selection that is at work', async () => {
    const [other, own] = names(2);
    await start(other);
    await start(own, SCHEDULED);
    expect(await reason(own)).toBe(`the sweep ${other} is at work`);
    expect(await reason(own, {}), 'a start that did not ask for it').toBeUndefined();
  });

  test.each([
    ['of some accounts', { accounts: ['222222222222'] }],
    ['that deletes nothing', { dryRun: true }],
    ['that is refused', { unknown: 1 }],
    ['that is not to begin yet', { notBefore: '2999-01-01T00:00:00Z' }],
  ])('begins beside one %s', async (_what, input) => {
    const [other, own] = names(2);
    await start(other, input);
    await start(own, SCHEDULED);
    expect(await reason(own)).toBeUndefined();
  });

  test('of several that begin at once exactly one goes on', async () => {
    const all = names(4);
    await Promise.all(all.map((name) => start(name, SCHEDULED)));
    const reasons = await Promise.all(all.map((name) => reason(name)));
    expect(reasons.filter((each) => each === undefined)).toHaveLength(1);
  });

  test('of two with the same start time the one goes on whose name is first', async () => {
    const startDate = new Date();
    const [one, two] = names(2);
    await start(one, SCHEDULED);
    await start(two, SCHEDULED);
    const running = (await runningSweeps(client, stateMachineArn)).map((each) => ({ ...each, startDate }));
    const of = (name: string) => reasonNotToBegin(client, SCHEDULED, { name, startTime: startDate.toISOString() }, running);
    expect(await of(one)).toBeUndefined();
    expect(await of(two)).toBe(`the sweep ${one} is at work`);
  });

  test('gives way although it does not see itself yet', async () => {
    const [other] = names(1);
    await start(other);
    const running = await runningSweeps(client, stateMachineArn);
    const execution = { name: 'unseen', startTime: new Date(Date.now() + 1_000).toISOString() };
    expect(await reasonNotToBegin(client, SCHEDULED, execution, running)).toBe(`the sweep ${other} is at work`);
    expect(othersThan(execution, running)).toEqual([other]);
  });
});

describe('a start that is not to begin before a time', () => {
  const at = (startTime: string) => reasonNotToBegin(client, { notBefore: '2026-11-23T10:00:00.000Z' }, { name: 'own', startTime }, []);

  test('does not begin before it, and does from then on', async () => {
    expect(await at('2026-11-23T09:59:59.999Z')).toBe('it was not to begin before 2026-11-23T10:00:00.000Z');
    expect(await at('2026-11-23T10:00:00.000Z')).toBeUndefined();
  });
});

test('a report names what else was at work', async () => {
  const [one, two] = names(2);
  await start(one);
  await start(two);
  expect(othersThan({ name: two, startTime: '' }, await runningSweeps(client, stateMachineArn))).toEqual([one]);
});

describe('conditions of a start', () => {
  test.each([
    ['ifSelected', 'yes'], ['unlessRunning', 1], ['notBefore', 'tomorrow'], ['notBefore', '2026-11-23'], ['notBefore', '2026-13-45T00:00:00Z'], ['dryRun', null],
  ])('are refused when %s is %j', (key, value) => {
    expect(() => parseStartInput({ [key]: value })).toThrow(expect.objectContaining({ name: 'InputRefused', message: expect.stringContaining(`${key} must be`) }));
  });
});
