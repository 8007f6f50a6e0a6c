import { allow, close, closerOf, extend, Functions, HOUR, MINUTE, newWorld, serveWorlds, type World } from './world';
import { recordOpening } from '../../../../lambda/session/password-recovery/allow/opening';
import { atEveryDeath, died } from '../../../support/deaths';
import { expectAbout } from '../../../support/expect-about';

serveWorlds();

/** Every moment at which somebody else may come between and make a difference. */
async function atEveryCall(run: (call: number) => Promise<World>): Promise<number> {
  for (let call = 1; ; call++) {
    if (!(await run(call)).wasInterrupted) {
      return call - 1;
    }
  }
}

/** What must hold at any time: closed means that there is no password. */
function expectTruth({ record, account }: World) {
  expectAbout(JSON.stringify(record), record?.closedAt !== undefined && account.root.password).toBe(false);
}

/** What must hold when the recorded end is over and every closer has done its work. */
async function expectEnd(world: World) {
  expectTruth(world);
  world.advance(8 * 24 * HOUR);
  await world.wakeClosers();
  expectTruth(world);
  expect(world.account.root.password).toBe(false);
  expect(world.isOpen).toBe(false);
}

describe('an opener that dies before any of its changes', () => {
  test('leaves nothing open for longer than it has recorded', async () => {
    const changes = await atEveryDeath(async (change) => {
      const world = newWorld();
      const hasDied = await died(world, change, allow);
      if (world.account.root.password) {
        expect(world.isOpen).toBe(true);
        expect(world.closers.size).toBeGreaterThan(0);
      }
      await expectEnd(world);
      if (world.closers.size > 0) {
        expect(world.record).toHaveProperty('closedAt');
      }
      return hasDied;
    });
    expect(changes).toBeGreaterThanOrEqual(4);
  });

  test('opens one recovery when it is begun again', async () => {
    await atEveryDeath(async (change) => {
      const world = newWorld();
      const hasDied = await died(world, change, allow);
      await allow().catch((error: Error) => expectAbout(`death before change ${change}`, error.name).toBe('RecoveryRefused'));
      expect(world.account.root.password).toBe(world.record!.allowedAt !== undefined);
      expect(world.record).toMatchObject({ recoveryId: 'opener', extensions: [] });
      await expectEnd(world);
      expect(world.record).toHaveProperty('closedAt');
      return hasDied;
    });
  });

  test('can be followed by closing by hand, whatever it has left', async () => {
    await atEveryDeath(async (change) => {
      const world = newWorld();
      const hasDied = await died(world, change, allow);
      world.advance(16 * MINUTE);
      await close().catch((error: Error) => expect(error.name).toBe('RecoveryUnknown'));
      expectTruth(world);
      expect(world.account.root.password).toBe(false);
      return hasDied;
    });
  });
});

describe('closing by hand that dies before any of its changes', () => {
  test('is finished by closers', async () => {
    const changes = await atEveryDeath(async (change) => {
      const world = newWorld();
      await allow();
      const hasDied = await died(world, change, close);
      expectTruth(world);
      if (closerOf('by-hand')) {
        world.advance(10 * MINUTE);
        await world.wakeClosers();
        expect(world.record).toHaveProperty('closedAt');
      }
      await expectEnd(world);
      expect(world.record).toHaveProperty('closedAt');
      return hasDied;
    });
    expect(changes).toBeGreaterThanOrEqual(4);
  });

  test('closes when it is begun again', async () => {
    await atEveryDeath(async (change) => {
      const world = newWorld();
      await allow();
      const hasDied = await died(world, change, close);
      expect(await close()).toMatchObject({ state: 'closed' });
      expectTruth(world);
      return hasDied;
    });
  });
});

test('a closer that dies before any of its changes closes when it is begun again', async () => {
  await atEveryDeath(async (change) => {
    const world = newWorld();
    const closer = await allow({ hours: 1 });
    world.advance(HOUR);
    const hasDied = await died(world, change, () => closer.wake());
    expectTruth(world);
    await closer.wake();
    await expectEnd(world);
    expect(world.record).toHaveProperty('closedAt');
    return hasDied;
  });
});

test('extending that dies before any of its changes has extended once when it is begun again', async () => {
  await atEveryDeath(async (change) => {
    const world = newWorld();
    await allow();
    const before = Date.parse(world.record!.endsAt);
    const hasDied = await died(world, change, () => extend(2));
    expect([0, 2 * HOUR]).toContain(Date.parse(world.record!.endsAt) - before);
    await extend(2);
    expect(Date.parse(world.record!.endsAt) - before).toBe(2 * HOUR);
    await expectEnd(world);
    expect(world.record).toHaveProperty('closedAt');
    return hasDied;
  });
});

describe('somebody who comes between', () => {
  test('and closes while it is being opened: it is never called closed while there is a password', async () => {
    const calls = await atEveryCall(async (call) => {
      const world = newWorld();
      const names: string[] = [];
      const nameOf = (error: Error) => names.push(error.name);
      world.interruptAt(call, async () => {
        await close().catch(nameOf);
        expectTruth(world);
      });
      await allow().catch(nameOf);
      expectTruth(world);
      expectAbout(`call ${call}`, names.filter((name) => !['RecoveryUnknown', 'OpeningUnsettled', 'RecoveryClosedMeanwhile', 'NotVerified'].includes(name))).toEqual([]);
      world.advance(16 * MINUTE);
      await world.wakeClosers();
      expectTruth(world);
      if (closerOf('by-hand')) {
        expect(world.record).toHaveProperty('closedAt');
      }
      await expectEnd(world);
      return world;
    });
    expect(calls).toBeGreaterThan(10);
  });

  test('and opens it, too: one of the two does', async () => {
    await atEveryCall(async (call) => {
      const world = newWorld();
      const won: string[] = [];
      world.interruptAt(call, () => allow({ id: 'other' }).then(() => won.push('other'), () => undefined));
      await allow().then(() => won.push('opener'), () => undefined);
      expectAbout(`call ${call}`, won).toHaveLength(1);
      expect(world.record).toMatchObject({ recoveryId: won[0], allowedAt: expect.any(String) });
      expect(world.account.root.password).toBe(true);
      await expectEnd(world);
      return world;
    });
  });

  test('and extends it while it is being closed at its end: either it is closed, or open for longer', async () => {
    await atEveryCall(async (call) => {
      const world = newWorld();
      const closer = await allow({ hours: 1 });
      world.advance(HOUR);
      let extension: 'extended' | 'refused' | undefined;
      world.interruptAt(call, async () => {
        world.advance(-MINUTE); // a clock that is slow
        extension = await extend(1).then(() => 'extended' as const, () => 'refused' as const);
        world.advance(MINUTE);
      });
      await closer.wake();
      expectTruth(world);
      expectAbout(`call ${call}`, world.account.root.password).toBe(extension === 'extended');
      expect(world.isOpen).toBe(extension === 'extended');
      await expectEnd(world);
      return world;
    });
  });
});

test('a record without an opener or a closer can be closed by hand', async () => {
  const world = newWorld();
  await recordOpening({ accountId: world.account.id, hours: 24, id: 'opener', reason: 'lost the root mailbox' }, new Functions());
  world.advance(16 * MINUTE);
  expect(await close()).toMatchObject({ state: 'closed' });
});
