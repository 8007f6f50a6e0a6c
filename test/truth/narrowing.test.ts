import fc from 'fast-check';
import { expectRestraint } from './properties';
import { passingScenario, setUp, type Scenario, type Stage } from './scenario';
import { ATTEMPTS, again, MANAGEMENT, serveWorlds } from './world';
import type { Plan } from '../../lambda/sweep/plan';
import type { ResolvedSelection } from '../../lambda/sweep/selection';
import { cases, casesTimeout } from '../support/cases';
import { expectAbout } from '../support/expect-about';

serveWorlds();

const quiet = passingScenario().map((scenario): Scenario => ({ ...scenario, troubles: [] }));
const assumed = ({ world: { organization } }: Stage) => organization.calls.filter(({ operation }) => operation === 'AssumeRoot');

/** Inputs that mean something, nearly mean something, or mean nothing. */
function inputs({ members }: Scenario): fc.Arbitrary<unknown> {
  const ids = fc.array(fc.constantFrom(MANAGEMENT, '999999999999', ...members.map(({ id }) => id)), { maxLength: 4 });
  const parts = fc.record({
    accounts: fc.oneof({ weight: 4, arbitrary: ids }, fc.anything(), fc.array(fc.string())),
    dryRun: fc.oneof({ weight: 2, arbitrary: fc.boolean() }, fc.anything()),
    ifSelected: fc.oneof({ weight: 2, arbitrary: fc.boolean() }, fc.anything()),
    unlessRunning: fc.boolean(),
    notBefore: fc.oneof({ weight: 2, arbitrary: fc.constant('2026-11-23T00:00:00Z') }, fc.anything()),
    exclude: fc.constant([]),
    selection: fc.constant({ exclude: [] }),
    credentials: fc.constant([]),
  }, { requiredKeys: [] });
  const asked = fc.record({ accounts: ids, dryRun: fc.boolean(), ifSelected: fc.boolean() }, { requiredKeys: [] });
  return fc.oneof({ weight: 3, arbitrary: asked }, { weight: 2, arbitrary: parts }, fc.json().map((text) => JSON.parse(text) as unknown));
}

describe('what a start says', () => {
  test('is refused before any account is touched, or narrows what is selected', async () => {
    const scenarios = quiet.chain((scenario) => fc.tuple(fc.constant(scenario), inputs(scenario)));
    await fc.assert(fc.asyncProperty(scenarios, async ([scenario, input]) => {
      const stage = setUp(scenario, 0);
      const everything = await stage.sweep.select();
      const all = await stage.sweep.folder.selection(everything.digest, stage.sweep.execution.id);
      let narrowed: ResolvedSelection;
      try {
        const other = stage.another({});
        narrowed = await other.folder.selection((await other.select(input)).digest, other.execution.id);
      } catch (error) {
        expect((error as Error).name).toMatch(/^(InputRefused|SelectionError)$/);
        return;
      }
      const ids = ({ batches, skipped }: ResolvedSelection) => [...batches.flat(), ...skipped].map(({ accountId }) => accountId);
      const { accounts, dryRun, ifSelected } = input as { accounts?: string[]; dryRun?: boolean; ifSelected?: boolean };
      const asked = ids(all).filter((id) => accounts?.includes(id) ?? true);
      const unselected = new Set(accounts?.filter((id) => !asked.includes(id)));
      expect(ids(narrowed).sort()).toEqual([...asked, ...unselected].sort());
      expectAbout('accounts that are not selected', unselected.size === 0 || ifSelected === true).toBe(true);
      expect(narrowed.batches.flat().every(({ accountId }) => stage.expected.swept.includes(accountId))).toBe(true);
      expect(narrowed.dryRun).toBe(scenario.settings.dryRun || dryRun === true);
      expect(narrowed.credentials).toEqual(scenario.settings.credentials);
    }), cases(60));
  }, casesTimeout(60));
});

describe('a selection file that was edited', () => {
  test('is refused by every function that reads it, whatever the edit is, and no account is touched', async () => {
    const edits = fc.record({ at: fc.nat(5_000), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) });
    await fc.assert(fc.asyncProperty(quiet, edits, async (scenario, { at, cut, put }) => {
      const stage = setUp(scenario, 0);
      const run = await stage.sweep.select();
      const key = `${stage.sweep.folder.prefix}selection.json`;
      const text = stage.world.bucket.objects.get(key)!;
      const edited = text.slice(0, at % text.length) + put + text.slice(at % text.length + cut);
      fc.pre(edited !== text);
      stage.world.bucket.objects.set(key, edited);
      const readers = [stage.sweep.look(run, 0), stage.sweep.decide(run), stage.sweep.purge(run, { digest: '', plan: '', batches: [0] }, 0), stage.sweep.report(run)];
      await Promise.all(readers.map((reading) => expect(reading).rejects.toThrow('somebody has changed it')));
      expect(assumed(stage)).toEqual([]);
    }), cases(20));
  }, casesTimeout(20));
});

describe('a plan file that was edited', () => {
  test('is refused by every batch, whatever the edit is, or deletes the same', async () => {
    const edits = fc.record({ at: fc.nat(5_000), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) });
    await fc.assert(fc.asyncProperty(quiet, edits, async (scenario, { at, cut, put }) => {
      const stage = setUp({ ...scenario, settings: { ...scenario.settings, work: 'purge', dryRun: false } }, 0);
      const run = await stage.sweep.select();
      for (const batch of run.batches) {
        await stage.sweep.look(run, batch);
      }
      const decision = await stage.sweep.decide(run);
      fc.pre(decision.batches.length > 0);
      const key = `${stage.sweep.folder.prefix}plan.json`;
      const text = stage.world.bucket.objects.get(key)!;
      const deletions = (plan: string) => (JSON.parse(plan) as Plan).credentials.filter(({ action }) => action !== 'keep')
        .map(({ accountId, kind, id, createdAt }) => [accountId, kind, id, createdAt].join(' ')).sort();
      stage.world.bucket.objects.set(key, text.slice(0, at % text.length) + put + text.slice(at % text.length + cut));
      const purged = await stage.sweep.purge(run, decision, 0).then(() => true, () => false);
      const edited = stage.world.bucket.objects.get(key)!;
      expectAbout(edited, purged && JSON.stringify(deletions(edited)) !== JSON.stringify(deletions(text))).toBe(false);
      expectRestraint(stage);
    }), cases(20));
  }, casesTimeout(20));
});

describe('numbers of batches that nobody has made', () => {
  const numbers = fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.integer(), fc.double(), fc.string());

  test('are refused by both walks, and make no account be touched', async () => {
    await fc.assert(fc.asyncProperty(quiet, fc.array(numbers, { maxLength: 5 }), async (scenario, list) => {
      const stage = setUp(scenario, 300);
      const run = await stage.sweep.select();
      const ends = await Promise.allSettled(list.map((batch) => again(() => stage.sweep.look(run, batch as number), ATTEMPTS)));
      const refusal = { status: 'rejected', reason: { name: 'BatchUnknown', message: expect.stringContaining('start the state machine') } };
      const isOf = (batches: number[], batch: unknown) => Object.is(batch, -0) || batches.some((known) => known === batch);
      ends.forEach((end, index) => expect(end).toMatchObject(isOf(run.batches, list[index]) ? { status: 'fulfilled' } : refusal));
      const decision = await stage.sweep.decide(run);
      const purges = await Promise.allSettled(list.map((batch) => stage.sweep.purge(run, decision, batch as number)));
      purges.forEach((end, index) => expect(end).toMatchObject(isOf(decision.batches, list[index]) ? { status: 'fulfilled' } : refusal));
      expectRestraint(stage);
    }), cases(20));
  }, casesTimeout(20));
});
