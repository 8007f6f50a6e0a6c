import { allowPasswordRecovery } from '../../../../../lambda/session/password-recovery/allow/runbook';
import type { RecoverySettings } from '../../../../../lib/session/contract';
import { Functions, MEMBER, newWorld, serveWorlds, startOf, type World } from '../world';

serveWorlds();

let world: World;
beforeEach(() => { world = newWorld(); });

const SETTINGS: RecoverySettings = { selection: { exclude: [] }, protectedAccounts: [], hours: 24, longestHours: 168 };
const start = (hours?: string) => startOf(SETTINGS, { hours });
const runbook = (notes?: readonly string[]) => allowPasswordRecovery(() => new Functions(), async () => notes);

describe('the runbook that allows a password recovery', () => {
  test('plans the hours and what people should know, and changes nothing', async () => {
    const notes = ['a policy stops it'];
    const prepared = await runbook(notes).prepare(start('8'));
    expect(prepared).toMatchObject({ plan: { hours: 8, notes }, title: `allow recovery of the root password of ${MEMBER} for 8 hours` });
    expect(JSON.stringify(prepared)).toContain('deleted 8 hours later');
    expect(JSON.stringify(prepared)).toContain('Note: a policy stops it.');
    expect([world.changes(), world.record]).toEqual([[], undefined]);
  });

  test('says so where it could not read what would stop the root user', async () => {
    expect(await runbook().prepare(start())).toMatchObject({ plan: { hours: 24, notes: [expect.stringMatching(/policies were not read/)] } });
  });

  test('previews and does what was planned', async () => {
    const plan = { hours: 8, notes: ['note'] };
    expect(runbook().preview(start(), plan)).toEqual({ accountId: MEMBER, state: 'would-open', ...plan });
    const { openedAt, endsAt, ...result } = await runbook().act(start(), plan) as Record<string, string>;
    expect(result).toEqual({ accountId: MEMBER, state: 'open', notes: ['note'] });
    expect(Date.parse(endsAt) - Date.parse(openedAt)).toBe(8 * 3_600_000);
    expect(world.record).toMatchObject({ recoveryId: 'execution', reason: 'lost the mailbox', startedBy: 'alice', openedAt, endsAt });
  });

  test('explains a denial', async () => {
    world.organization.features.current = new Set();
    await expect(runbook().prepare(start())).rejects.toThrow(/likely causes: enable RootCredentialsManagement/);
    await expect(runbook().act(start(), { hours: 8, notes: [] })).rejects.toThrow(/likely causes: enable RootCredentialsManagement/);
  });
});
