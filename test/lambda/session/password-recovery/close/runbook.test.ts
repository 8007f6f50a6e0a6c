import { closePasswordRecovery } from '../../../../../lambda/session/password-recovery/close/runbook';
import { allow, close, Functions, MEMBER, newWorld, serveWorlds, startOf, type World } from '../world';

serveWorlds();

let world: World;
beforeEach(() => { world = newWorld(); });

const start = (dryRun = false) => startOf({ selection: { exclude: [] }, protectedAccounts: [] }, { dryRun });
const runbook = () => closePasswordRecovery(() => new Functions());

describe('the runbook that closes a password recovery', () => {
  test('plans to close one that is open, and changes nothing', async () => {
    await allow();
    expect(await runbook().prepare(start())).toEqual({ plan: {}, title: `close the password recovery of ${MEMBER}`, details: [] });
    expect(runbook().preview(start(), {})).toEqual({ accountId: MEMBER });
    expect(world.isOpen).toBe(true);
  });

  test('answers a dry run with what it would close', async () => {
    await allow();
    expect(await runbook().prepare(start(true))).toMatchObject({ result: { accountId: MEMBER, state: 'would-close' } });
    expect(world.isOpen).toBe(true);
  });

  test('has nothing to do for one that is closed', async () => {
    await allow();
    await close();
    expect(await runbook().prepare(start())).toMatchObject({ result: { accountId: MEMBER, state: 'closed' } });
  });

  test('closes it on behalf of the principal that started it', async () => {
    await allow();
    expect(await runbook().act(start(), {})).toMatchObject({ accountId: MEMBER, state: 'closed' });
    expect(world.record!.closing).toMatchObject({ id: 'execution', reason: 'lost the mailbox', startedBy: 'alice' });
  });

  test('explains a denial', async () => {
    await allow();
    world.organization.features.current = new Set();
    await expect(runbook().prepare(start())).rejects.toThrow(/likely causes: enable RootCredentialsManagement/);
    await expect(runbook().act(start(), {})).rejects.toThrow(/likely causes: enable RootCredentialsManagement/);
  });
});
