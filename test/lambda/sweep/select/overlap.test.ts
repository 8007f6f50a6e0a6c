import type { SFNClient } from '@aws-sdk/client-sfn';
import { stepFunctions } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { othersThan, reasonNotToBegin, runningSweeps } from '../../../../lambda/sweep/select/overlap';
import { isWhole, parseStartInput } from '../../../../lambda/sweep/start-input';
import { expectAbout } from '../../../support/expect-about';
import { newExecutions, serveExecutions, STATE_MACHINE, type FakeExecutions } from '../executions';

serveExecutions();
let client: SFNClient;
let executions: FakeExecutions;
beforeEach(() => {
  executions = newExecutions();
  client = stepFunctions();
});

const running = () => runningSweeps(client, STATE_MACHINE);

/** Each begins a second after the one before. */
const BEGIN = Date.UTC(2026, 10, 23);
const start = (name: string, input: unknown = {}) => (
  executions.add(name, { input: JSON.stringify(input), startDate: new Date(BEGIN + executions.all.length * 1_000) }));

const SCHEDULED = { unlessRunning: true };

/** Why the sweep of that name, which is at work, does not go on. */
async function reason(name: string, input: object = SCHEDULED) {
  const { startDate } = executions.all.find((each) => each.name === name)!;
  return reasonNotToBegin(client, parseStartInput(input), { name, startTime: startDate.toISOString() }, await running());
}

describe('a start that gives way to others', () => {
  test('begins when there is none', async () => {
    start('own', SCHEDULED);
    expect(await reason('own')).toBeUndefined();
  });

  test('gives way to one of the whole selection that is at work', async () => {
    start('other');
    start('own', SCHEDULED);
    expect(await reason('own')).toBe('the sweep other is at work');
    expectAbout('a start that did not ask for it', await reason('own', {})).toBeUndefined();
  });

  test('gives way to the one of many that sweeps the whole selection', async () => {
    start('of-a-part', { accounts: ['222222222222'] });
    start('dry', { dryRun: true });
    start('whole');
    start('own', SCHEDULED);
    expect(await reason('own')).toBe('the sweep whole is at work');
  });

  test.each([
    ['of some accounts', { accounts: ['222222222222'] }],
    ['that deletes nothing', { dryRun: true }],
    ['that is refused', { unknown: 1 }],
    ['that is not to begin yet', { notBefore: '2999-01-01T00:00:00Z' }],
  ])('begins beside one %s', async (_what, input) => {
    start('other', input);
    start('own', SCHEDULED);
    expect(await reason('own')).toBeUndefined();
  });

  test('begins beside one that has ended since it was listed', async () => {
    const other = start('other');
    start('own', SCHEDULED);
    const listed = await running();
    other.status = 'SUCCEEDED';
    const own = { name: 'own', startTime: new Date(BEGIN + 1_000).toISOString() };
    expect(await reasonNotToBegin(client, SCHEDULED, own, listed)).toBeUndefined();
  });

  test('of several that begin one after the other exactly the first goes on', async () => {
    const names = ['one', 'two', 'three', 'four'];
    names.forEach((name) => start(name, SCHEDULED));
    expect(await Promise.all(names.map((name) => reason(name)))).toEqual([undefined, 'the sweep one is at work', 'the sweep one is at work', 'the sweep one is at work']);
  });

  test('of two with the same start time the one goes on whose name is first', async () => {
    for (const name of ['two', 'one']) {
      executions.add(name, { input: JSON.stringify(SCHEDULED), startDate: new Date(BEGIN) });
    }
    expect(await reason('one')).toBeUndefined();
    expect(await reason('two')).toBe('the sweep one is at work');
  });

  test('goes by the start time that Step Functions lists, which has milliseconds that the context may not have', async () => {
    executions.add('other', { startDate: new Date(BEGIN + 700) });
    executions.add('own', { startDate: new Date(BEGIN + 300) });
    expect(await reasonNotToBegin(client, SCHEDULED, { name: 'own', startTime: new Date(BEGIN + 1_000).toISOString() }, await running())).toBeUndefined();
  });

  test('gives way although it does not see itself yet', async () => {
    start('other');
    const execution = { name: 'unseen', startTime: new Date(BEGIN + 1_000).toISOString() };
    expect(await reasonNotToBegin(client, SCHEDULED, execution, await running())).toBe('the sweep other is at work');
    expect(othersThan(execution, await running())).toEqual(['other']);
  });
});

describe('sweeps at work', () => {
  test('are listed to the last page, without those that have ended', async () => {
    ['one', 'two', 'three', 'four', 'five'].forEach((name) => start(name));
    executions.all[1].status = 'FAILED';
    expect((await running()).map(({ name }) => name)).toEqual(['one', 'three', 'four', 'five']);
  });

  test('are listed once a permission that was given a moment ago is in effect', async () => {
    start('other');
    executions.errors.push('AccessDeniedException', 'AccessDeniedException');
    expect(await runningSweeps(client, STATE_MACHINE, seconds(5, 5))).toHaveLength(1);
  });

  test('that cannot be listed are an error, and not taken for none', async () => {
    executions.errors.push('StateMachineDoesNotExist');
    await expect(runningSweeps(client, STATE_MACHINE, seconds(5, 5))).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    expect(executions.calls).toHaveLength(1);
  });

  test('are named in a report, the first 20 of them and without its own', async () => {
    Array.from({ length: 22 }, (_, n) => start(`sweep-${n}`));
    const named = othersThan({ name: 'sweep-1', startTime: '' }, await running());
    expect(named).toEqual(Array.from({ length: 21 }, (_, n) => `sweep-${n}`).filter((name) => name !== 'sweep-1'));
  });
});

test('a start is one of the whole selection unless it names accounts, or deletes nothing', () => {
  expect([{}, { dryRun: false }, SCHEDULED].map(isWhole)).toEqual([true, true, true]);
  expect([{ dryRun: true }, { accounts: [] }, { accounts: ['222222222222'] }].map(isWhole)).toEqual([false, false, false]);
});

describe('a start that is not to begin before a time', () => {
  const at = (startTime: string) => reasonNotToBegin(client, { notBefore: '2026-11-23T10:00:00.000Z' }, { name: 'own', startTime }, []);

  test('does not begin before it, and does from then on', async () => {
    expect(await at('2026-11-23T09:59:59.999Z')).toBe('it was not to begin before 2026-11-23T10:00:00.000Z');
    expect(await at('2026-11-23T10:00:00.000Z')).toBeUndefined();
  });
});

describe('conditions of a start', () => {
  test.each([
    ['ifSelected', 'yes'], ['unlessRunning', 1], ['notBefore', 'tomorrow'], ['notBefore', '2026-11-23'], ['notBefore', '2026-13-45T00:00:00Z'], ['dryRun', null],
    ['notBefore', 0], ['notBefore', 'x2026-11-23T00:00:00Z'], ['notBefore', '2026-11-23T00:00:00Zx'], ['notBefore', '2026-11-23T00:00:00.1234Z'],
  ])('are refused when %s is %j', (key, value) => {
    expect(() => parseStartInput({ [key]: value })).toThrow(expect.objectContaining({ name: 'InputRefused', message: expect.stringContaining(`${key} must be`) }));
  });

  test.each([{ notBefore: '2026-11-23T00:00:00Z' }, { notBefore: '2026-11-23T00:00:00.123Z', unlessRunning: true }, { accounts: ['222222222222'], dryRun: false, ifSelected: true }])(
    'are taken as they are: %j', (input) => {
      expect(parseStartInput(input)).toEqual(input);
    });

  test('that are unknown are named, with what is allowed, as far as there is room', () => {
    expect(() => parseStartInput({ acounts: [], dryrun: true })).toThrow(/unknown keys 'acounts', 'dryrun'; allowed are 'accounts' .*'dryRun', 'ifSelected', 'unlessRunning'.*'notBefore'/);
    expect(() => parseStartInput({ accounts: ['x'.repeat(5_000)] })).toThrow(/^the input of the execution is refused: .{500}$/);
  });
});
