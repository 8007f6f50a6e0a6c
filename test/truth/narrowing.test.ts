import fc from 'fast-check';
import { expectRestraint, expectTruth } from './properties';
import { passingScenario, setUp, type Scenario, type Stage } from './scenario';
import { ATTEMPTS, again, MANAGEMENT, serveWorlds } from './world';
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
        narrowed = await stage.sweep.folder.selection((await stage.sweep.select(input)).digest, stage.sweep.execution.id);
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
  test('is refused by every batch and by the report, whatever the edit is, and no account is touched', async () => {
    const edits = fc.record({ at: fc.nat(5_000), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) });
    await fc.assert(fc.asyncProperty(quiet, edits, async (scenario, { at, cut, put }) => {
      const stage = setUp(scenario, 0);
      const run = await stage.sweep.select();
      const key = `${stage.sweep.folder.prefix}selection.json`;
      const text = stage.world.bucket.objects.get(key)!;
      const edited = text.slice(0, at % text.length) + put + text.slice(at % text.length + cut);
      fc.pre(edited !== text);
      stage.world.bucket.objects.set(key, edited);
      await expect(stage.sweep.batch(run, 0)).rejects.toThrow('somebody has changed it');
      await expect(stage.sweep.report(run)).rejects.toThrow('somebody has changed it');
      expect(assumed(stage)).toEqual([]);
    }), cases(20));
  }, casesTimeout(20));
});

describe('a list of batches that was edited', () => {
  const items = fc.array(fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.integer(), fc.double(), fc.string()), { maxLength: 5 });

  test('can leave batches out, and can make none be swept that was not selected', async () => {
    await fc.assert(fc.asyncProperty(quiet, items, async (scenario, list) => {
      const stage = setUp(scenario, 300);
      const run = await stage.sweep.select();
      const { batches } = await stage.sweep.folder.selection(run.digest, stage.sweep.execution.id);
      const ends = await Promise.allSettled(list.map((batch) => again(() => stage.sweep.batch(run, batch as number), ATTEMPTS)));
      ends.forEach((end, index) => {
        const known = Object.is(list[index], -0) || batches.some((_, batch) => batch === list[index]);
        expect(end).toMatchObject(known ? { status: 'fulfilled' } : { status: 'rejected', reason: { name: 'BatchUnknown', message: expect.stringContaining('somebody has changed') } });
      });
      expectRestraint(stage);
      const result = await stage.sweep.report(run);
      expectTruth(stage, result);
      const left = batches.flatMap((accounts, batch) => list.includes(batch) ? [] : accounts);
      expect(result.report.accounts.filter(({ problem }) => problem?.code === 'NotAttempted')).toHaveLength(left.length);
    }), cases(20));
  }, casesTimeout(20));
});
