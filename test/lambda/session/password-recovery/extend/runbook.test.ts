import { extendPasswordRecovery } from '../../../../../lambda/session/password-recovery/extend/runbook';
import type { RecoverySettings } from '../../../../../lib/session/contract';
import { allow, Functions, HOUR, MEMBER, newWorld, serveWorlds, startOf, type World } from '../world';

serveWorlds();

let world: World;
beforeEach(() => { world = newWorld(); });

const SETTINGS: RecoverySettings = { selection: { exclude: [] }, protectedAccounts: [], hours: 24, longestHours: 30 };
const start = (hours?: string) => startOf(SETTINGS, { hours });
const runbook = () => extendPasswordRecovery(() => new Functions());

describe('the runbook that extends a password recovery', () => {
  test('plans the hours, and says until when it would be open', async () => {
    await allow({ hours: 24 });
    const { openedAt, endsAt } = world.record!;
    const later = new Date(Date.parse(endsAt) + 2 * HOUR).toISOString();
    expect(await runbook().prepare(start('2'))).toEqual({
      plan: { hours: 2 },
      title: `extend recovery of the root password of ${MEMBER} by 2 hours`,
      details: [`It is open since ${openedAt} (lost the root mailbox), and would end at ${later}.`],
    });
    expect(world.record).toMatchObject({ endsAt });
  });

  test('previews and does what was planned', async () => {
    await allow({ hours: 24 });
    const { openedAt } = world.record!;
    expect(runbook().preview(start(), { hours: 2 })).toEqual({ accountId: MEMBER, state: 'would-extend', hours: 2 });
    const endsAt = new Date(Date.parse(openedAt) + 26 * HOUR).toISOString();
    expect(await runbook().act(start(), { hours: 2 })).toEqual({ accountId: MEMBER, state: 'open', openedAt, endsAt });
    expect(world.record!.extensions).toMatchObject([{ id: 'execution', reason: 'lost the mailbox', startedBy: 'alice' }]);
  });

  test('keeps to the longest time of its settings', async () => {
    await allow({ hours: 24 });
    await expect(runbook().prepare(start('7'))).rejects.toThrow(/may last 30 hours/);
  });
});
