import { SFNClient } from '@aws-sdk/client-sfn';
import { closerOf, failedCloserOf, HOUR, MANAGEMENT, MEMBER, MINUTE, newWorld, opening, serveWorlds, type World } from './world';
import { Closers } from '../../../../lambda/session/password-recovery/closer-executions';
import { begun, closerName } from '../../../../lambda/session/password-recovery/record';

serveWorlds();

let world: World;
beforeEach(() => { world = newWorld(); });

const NOW = Date.parse('2026-11-23T10:00:00.000Z');
const RECORD = begun(undefined, opening(), NOW - HOUR);
const closers = (machine = 'closer') => new Closers(new SFNClient({ maxAttempts: 1 }), `arn:aws:states:us-east-1:${MANAGEMENT}:stateMachine:${machine}`, 'records', () => NOW);
const STARTED = { accountId: MEMBER, recoveryId: 'opener', remindedUntil: '2026-11-23T10:00:00.000Z', recordsBucket: 'records', record: JSON.parse(JSON.stringify(RECORD)) };

describe('a closer is started', () => {
  test('to wait for the end', async () => {
    await closers().atEnd(RECORD, { id: 'opener' });
    expect(closerOf('opener')).toMatchObject({ name: closerName(MEMBER, { id: 'opener' }), input: { ...STARTED, atOnce: false, wakeAt: '2026-11-23T10:00:00.000Z' } });
  });

  test('to stand by while somebody closes, and to close in ten minutes without waiting for the end', async () => {
    await closers().standBy(RECORD, { id: 'by-hand' });
    expect(closerOf('by-hand').input).toEqual({ ...STARTED, atOnce: true, wakeAt: new Date(NOW + 10 * MINUTE).toISOString() });
  });

  test('to close at once what was not opened as it should have been, beside the one that waits for the end', async () => {
    await closers().atEnd(RECORD, { id: 'opener' });
    await closers().afterFailure(RECORD, { id: 'opener' });
    expect(failedCloserOf('opener').input).toEqual({ ...STARTED, atOnce: true, wakeAt: '2026-11-23T10:00:00.000Z' });
  });

  test('once, although the answer to the first attempt was lost and time has passed', async () => {
    await closers().atEnd(RECORD, { id: 'opener' });
    await closers().atEnd({ ...RECORD, reason: 'as it was read later' }, { id: 'opener' });
    expect(world.closers.size).toBe(1);
  });

  test('or the recovery does not go on: what cannot be started is an error', async () => {
    await expect(closers('deleted').atEnd(RECORD, { id: 'opener' })).rejects.toThrow(expect.objectContaining({ name: 'StateMachineDoesNotExist' }));
    expect(world.closers.size).toBe(0);
  });
});
