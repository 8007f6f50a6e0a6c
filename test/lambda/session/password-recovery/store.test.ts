import { Functions, MEMBER, newWorld, OTHER, serveWorlds, type World } from './world';
import { begun, type RecoveryRecord } from '../../../../lambda/session/password-recovery/record';
import type { RecoveryStore } from '../../../../lambda/session/password-recovery/store';
import { cutBody, loseAnswer } from '../../../../local-aws/organization';

serveWorlds();

let world: World;
let store: RecoveryStore;
beforeEach(() => {
  world = newWorld();
  ({ store } = new Functions());
});

const recordOf = (id: string, accountId = MEMBER): RecoveryRecord => begun(undefined, { accountId, hours: 1, id, reason: 'x' }, 0);
const key = `recoveries/${MEMBER}.json`;
const somebodyWrites = (record: RecoveryRecord) => world.bucket.objects.set(key, JSON.stringify({ ...record, revision: 'theirs' }));
const error = (status: number, code: string) => async () => ({ status, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${code}</Code><Message>no</Message></Error>` });

/** Changes the record, and says what it was each time before. */
async function change(to: (before: RecoveryRecord | undefined, attempt: number) => RecoveryRecord) {
  const seen: (string | undefined)[] = [];
  const record = await store.change(MEMBER, (before) => {
    seen.push(before?.reason);
    return to(before, seen.length);
  });
  return { seen, record };
}

describe('the record of an account', () => {
  test('is none where there never was a recovery, and then the last that was written', async () => {
    expect(await store.read(MEMBER)).toBeUndefined();
    await store.change(MEMBER, () => recordOf('one'));
    await store.change(MEMBER, (before) => ({ ...before!, reason: 'y' }));
    expect(await store.read(MEMBER)).toMatchObject({ recoveryId: 'one', reason: 'y' });
    expect(await store.read(OTHER)).toBeUndefined();
  });

  test('is read with those of all accounts, and with nothing else in the bucket', async () => {
    await store.change(MEMBER, () => recordOf('one'));
    await store.change(OTHER, () => recordOf('two', OTHER));
    world.bucket.objects.set('policies/222222222222/record.json', '{}');
    expect((await store.all()).map(({ recoveryId }) => recoveryId)).toEqual(['one', 'two']);
  });

  test('is read again when its body breaks off', async () => {
    await store.change(MEMBER, () => recordOf('one'));
    world.bucketFaults.add({ operation: 's3:GetObject', times: 2, effect: cutBody });
    expect(await store.read(MEMBER)).toMatchObject({ recoveryId: 'one' });
  });
});

describe('a change', () => {
  test('of nothing writes nothing', async () => {
    somebodyWrites(recordOf('one'));
    world.bucketFaults.add({ operation: 's3:PutObject', effect: error(403, 'AccessDenied') });
    expect((await change((before) => before!)).record).toMatchObject({ recoveryId: 'one' });
  });

  test('that throws writes nothing, and is told', async () => {
    await expect(change(() => { throw new Error('not now'); })).rejects.toThrow('not now');
    expect(world.record).toBeUndefined();
  });

  test.each<[string, RecoveryRecord | undefined]>([['first one', undefined], ['next one', { ...recordOf('one'), reason: 'before' }]])(
    'is not made over one of somebody else that came first, but asked for again by what that one is: %s', async (_what, before) => {
      if (before) {
        somebodyWrites(before);
      }
      const { seen, record } = await change((current, attempt) => {
        if (attempt === 1) {
          somebodyWrites({ ...recordOf('theirs'), reason: 'meanwhile' });
        }
        return { ...current ?? recordOf('mine'), endsAt: 'later' };
      });
      expect(seen).toEqual([before?.reason, 'meanwhile']);
      expect(record).toMatchObject({ recoveryId: 'theirs', endsAt: 'later' });
      expect(world.record).toMatchObject({ recoveryId: 'theirs', endsAt: 'later' });
    });

  test('is made again where somebody has deleted the record', async () => {
    somebodyWrites(recordOf('one'));
    const { seen } = await change((_before, attempt) => {
      if (attempt === 1) {
        world.bucket.objects.clear();
      }
      return recordOf('mine');
    });
    expect(seen).toEqual(['x', undefined]);
    expect(world.record).toMatchObject({ recoveryId: 'mine' });
  });

  test('is made again when S3 is busy with another one', async () => {
    world.bucketFaults.add({ operation: 's3:PutObject', times: 1, effect: error(409, 'ConditionalRequestConflict') });
    expect((await change(() => recordOf('mine'))).seen).toEqual([undefined, undefined]);
    expect(world.record).toMatchObject({ recoveryId: 'mine' });
  });

  test('whose answer is lost was made, and is not asked for again', async () => {
    world.bucketFaults.add({ operation: 's3:PutObject', times: 1, effect: loseAnswer });
    expect((await change(() => recordOf('mine'))).seen).toEqual([undefined]);
    expect(world.record).toMatchObject({ recoveryId: 'mine' });
  });

  test('that others forestall five times fails, and says so', async () => {
    let attempts = 0;
    await expect(change((_before, attempt) => {
      attempts = attempt;
      somebodyWrites({ ...recordOf('theirs'), reason: `${attempt}` });
      return recordOf('mine');
    })).rejects.toMatchObject({ name: 'RecoveryContended', message: `the record of account ${MEMBER} was changed by others 5 times: run it again` });
    expect([attempts, world.record!.recoveryId]).toEqual([5, 'theirs']);
  });

  test('that S3 refuses for any other reason fails at once', async () => {
    world.bucketFaults.add({ operation: 's3:PutObject', effect: error(403, 'AccessDenied') });
    let attempts = 0;
    await expect(change((_before, attempt) => {
      attempts = attempt;
      return recordOf('mine');
    })).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(attempts).toBe(1);
  });
});
