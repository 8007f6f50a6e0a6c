import { expectTruth } from './properties';
import { memberId, PURGE, setUp, type Scenario, type Stage } from './scenario';
import { credentialsOf } from './witness';
import { ATTEMPTS, serveWorlds, type SweepResult } from './world';
import type { DecisionReference, RunReference } from '../../lib/sweep/contract';
import { atEveryDeath, died } from '../support/deaths';
import { expectAbout } from '../support/expect-about';

serveWorlds();

/** An account with credentials, one without and one that is excluded, one after the other, so that every death is at a call that can be named. */
const SCENARIO: Scenario = {
  members: [
    { id: memberId(0), root: { password: true, accessKeys: [{ status: 'Inactive' }], mfaDevices: [{}] } },
    { id: memberId(1), root: {} },
    { id: memberId(2), root: { signingCertificates: [{}] } },
    { id: memberId(3), root: { password: true } },
  ],
  unknown: {},
  select: { by: 'organization', members: [], units: [], exclude: [2, 3] },
  settings: { ...PURGE, accountsPerBatch: 3, accountsInFlight: 1 },
  keep: [],
  denied: [],
  troubles: [],
  meanwhile: [],
};
const WAIT_MS = 300;

const stageOf = (changes: Partial<Scenario> = {}) => setUp({ ...SCENARIO, ...changes }, WAIT_MS);

const outcomes = ({ report }: SweepResult) =>
  Object.fromEntries(report.accounts.filter(({ outcome }) => outcome !== 'skipped').map(({ accountId, outcome }) => [accountId, outcome]));
const DONE = { [memberId(0)]: 'purged', [memberId(1)]: 'clean' };
/** Two accounts with credentials, for what is done at the same time. */
const TWO: Partial<Scenario> = { select: { ...SCENARIO.select, exclude: [3] } };

/** Up to the plan. */
async function planned(stage: Stage): Promise<{ run: RunReference; decision: DecisionReference }> {
  const run = await stage.sweep.select();
  for (const batch of run.batches) {
    await stage.sweep.look(run, batch);
  }
  const decision = await stage.sweep.decide(run);
  stage.sweep.go(decision);
  return { run, decision };
}

describe('a function that looks and dies before any of its changes', () => {
  test('is begun again, and the plan is that of a sweep in which nothing died', async () => {
    const { sweep } = stageOf();
    const whole = await sweep.decide(await lookedAt(sweep));
    const changes = await atEveryDeath(async (change) => {
      const stage = stageOf();
      const run = await stage.sweep.select();
      const hasDied = await died(stage.world, change, () => stage.sweep.look(run, 0));
      await stage.sweep.look(run, 0);
      const decision = await stage.sweep.decide(run);
      expectAbout(`death before change ${change}`, decision.plan).toBe(whole.plan);
      const result = await stage.sweep.runFromDecision(run, decision);
      expectTruth(stage, result);
      expect(outcomes(result)).toEqual(DONE);
      return hasDied;
    });
    expect(changes).toBeGreaterThanOrEqual(2); // each account is saved when it has ended
  });

  test('in each of its attempts leaves accounts failed, and nothing is deleted in them', async () => {
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const run = await stage.sweep.select();
      const deaths = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        deaths.push(await died(stage.world, change, () => stage.sweep.look(run, 0)));
      }
      const result = await stage.sweep.runFromLook(run);
      expectTruth(stage, result);
      return deaths.some(Boolean);
    });
  });
});

const lookedAt = async (sweep: Stage['sweep']) => {
  const run = await sweep.select();
  await Promise.all(run.batches.map((batch) => sweep.look(run, batch)));
  return run;
};

describe('the function that decides', () => {
  test('that dies before any of its changes has deleted nothing, and decides the same when it is begun again', async () => {
    const plans = new Set<string>();
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const run = await lookedAt(stage.sweep);
      const hasDied = await died(stage.world, change, () => stage.sweep.decide(run));
      expect(stage.world.witness.of(memberId(0)).deletedByUs).toEqual(new Set());
      const decision = await stage.sweep.decide(run);
      plans.add(decision.plan);
      expect(await stage.sweep.decide(run)).toEqual(decision);
      const result = await stage.sweep.runFromDecision(run, decision);
      expectTruth(stage, result);
      expect(outcomes(result)).toEqual(DONE);
      return hasDied;
    });
    expect(plans.size).toBe(1);
  });

  test('keeps to what it has decided, whatever a look says that was late', async () => {
    const stage = stageOf();
    const run = await lookedAt(stage.sweep);
    const decision = await stage.sweep.decide(run);
    stage.world.organization.account(memberId(1)).root.password = true;
    await stage.sweep.look(run, 0);
    expect(await stage.sweep.decide(run)).toEqual(decision);
  });
});

describe('a function that purges and dies before any of its changes', () => {
  test('is begun again, and all that the two have deleted is reported as gone, and as deleted where somebody has lived to say so', async () => {
    const ends = new Set<string>();
    const changes = await atEveryDeath(async (change) => {
      const stage = stageOf();
      const { run, decision } = await planned(stage);
      const hasDied = await died(stage.world, change, () => stage.sweep.purge(run, decision, 0));
      await stage.sweep.purge(run, decision, 0);
      const result = await stage.sweep.report({ ...run, decision });
      expectTruth(stage, result);
      const { credentials } = result.report.accounts.find(({ accountId }) => accountId === memberId(0))!;
      const statuses = credentials.map(({ status }) => status);
      expectAbout(`death before change ${change}`, statuses.filter((status) => !['deleted', 'absent'].includes(status))).toEqual([]);
      expect([statuses.length, credentialsOf(stage.world.organization.account(memberId(0)))]).toEqual([3, []]);
      expectAbout(`death before change ${change}`, outcomes(result)).toEqual({ ...DONE, [memberId(0)]: statuses.includes('deleted') ? 'purged' : 'clean' });
      ends.add(statuses.join());
      return hasDied;
    });
    expect(changes).toBeGreaterThanOrEqual(5); // three credentials, before them that it begins, after them the results
    expect(ends).toContain('deleted,deleted,deleted');
  });

  test('in each of its attempts leaves the account failed, with what may be gone', async () => {
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const { run, decision } = await planned(stage);
      const deaths = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        deaths.push(await died(stage.world, change, () => stage.sweep.purge(run, decision, 0)));
      }
      const result = await stage.sweep.report({ ...run, decision });
      expectTruth(stage, result);
      return deaths.some(Boolean);
    });
  });

  test('and gets no session when it is begun again forgets nothing of what it has deleted', async () => {
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const { run, decision } = await planned(stage);
      const hasDied = await died(stage.world, change, () => stage.sweep.purge(run, decision, 0));
      stage.world.organization.assumedRootDenied.add(stage.world.organization.rootId);
      await stage.sweep.purge(run, decision, 0);
      const result = await stage.sweep.report({ ...run, decision });
      expectTruth(stage, result);
      expect(outcomes(result)).toMatchObject({ [memberId(0)]: hasDied ? expect.stringMatching(/failed|purged/) : 'failed' });
      return hasDied;
    });
  });

  test('and has no time left when it is begun again forgets nothing of what it has deleted', async () => {
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const { run, decision } = await planned(stage);
      const hasDied = await died(stage.world, change, () => stage.sweep.purge(run, decision, 0));
      await stage.sweep.purge(run, decision, 0, -Infinity);
      expectTruth(stage, await stage.sweep.report({ ...run, decision }));
      return hasDied;
    });
  });
});

describe('a batch that is begun again while it is still at work, as after a connection of Step Functions that was lost', () => {
  test.each([1, 2, 3, 4])('reports what either of the two has deleted (%s accounts in flight)', async (accountsInFlight) => {
    const stage = stageOf({ ...TWO, settings: { ...SCENARIO.settings, accountsInFlight } });
    const { run, decision } = await planned(stage);
    await Promise.all([stage.sweep.purge(run, decision, 0), stage.sweep.purge(run, decision, 0)]);
    const result = await stage.sweep.report({ ...run, decision });
    expectTruth(stage, result);
    expect(outcomes(result)).toEqual({ ...DONE, [memberId(2)]: 'purged' });
  });
});

describe('the function that selects', () => {
  test('that dies before any of its changes has touched no account, and one that is begun again selects the same', async () => {
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const hasDied = await died(stage.world, change, () => stage.sweep.select());
      expect(stage.world.organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
      const result = await stage.sweep.run();
      expectTruth(stage, result);
      expect(outcomes(result)).toEqual(DONE);
      return hasDied;
    });
  });
});

describe('the function that reports', () => {
  test('that dies before any of its changes makes the same report when it is begun again', async () => {
    await atEveryDeath(async (change) => {
      const stage = stageOf();
      const { run, decision } = await planned(stage);
      await stage.sweep.purge(run, decision, 0);
      const hasDied = await died(stage.world, change, () => stage.sweep.report({ ...run, decision }));
      const result = await stage.sweep.report({ ...run, decision });
      expectTruth(stage, result);
      expect(outcomes(result)).toEqual(DONE);
      return hasDied;
    });
  });
});

describe('a sweep that is stopped', () => {
  const STOPPED = { Error: 'States.Timeout' };

  test('while it looks has deleted nothing', async () => {
    for (const stopAfter of [0, 1, 2, 3]) {
      const stage = stageOf({ ...TWO, settings: { ...SCENARIO.settings, accountsPerBatch: 1 } });
      const run = await stage.sweep.select();
      for (const batch of run.batches.slice(0, stopAfter)) {
        await stage.sweep.look(run, batch);
      }
      const result = await stage.sweep.report({ ...run, error: STOPPED });
      expect(result.verdict.succeeded).toBe(false);
      expect(Object.values(outcomes(result)).filter((outcome) => outcome === 'failed')).toHaveLength(3 - stopAfter);
      expect(stage.expected.swept.map((id) => stage.world.witness.of(id).deletedByUs.size)).toEqual([0, 0, 0]);
      expectTruth(stage, result);
    }
  });

  test('after any batch of its purge has purged these and says so of the others', async () => {
    for (const stopAfter of [0, 1, 2]) {
      const stage = stageOf({ ...TWO, settings: { ...SCENARIO.settings, accountsPerBatch: 1 } });
      const { run, decision } = await planned(stage);
      for (const batch of decision.batches.slice(0, stopAfter)) {
        await stage.sweep.purge(run, decision, batch);
      }
      const result = await stage.sweep.report({ ...run, decision, error: STOPPED });
      expect(result.verdict.succeeded).toBe(false);
      expect(Object.values(outcomes(result)).filter((outcome) => outcome === 'failed')).toHaveLength(2 - stopAfter);
      expectTruth(stage, result);
    }
  });
});

describe('two sweeps of the same accounts at once', () => {
  test.each([1, 2, 3])('both tell the truth, and what is gone is gone by one of them (%s accounts in flight)', async (accountsInFlight) => {
    const stage = stageOf({ ...TWO, settings: { ...SCENARIO.settings, accountsInFlight } });
    const other = stage.another({});
    const both = await Promise.all([stage.sweep.run(), other.run()]);
    for (const { verdict, report } of both) {
      expectAbout(verdict.cause, verdict.succeeded).toBe(true);
      expect(report.counts.failed).toBe(0);
    }
    for (const accountId of stage.expected.swept) {
      const deleted = both.flatMap(({ report }) => report.accounts.filter((account) => account.accountId === accountId))
        .flatMap(({ credentials }) => credentials.filter(({ status }) => status === 'deleted'));
      expect(deleted).toHaveLength(stage.world.witness.of(accountId).deletedByUs.size);
      expect(credentialsOf(stage.world.organization.account(accountId))).toEqual([]);
    }
  });

  test('with different selections each keep to their own', async () => {
    const stage = stageOf(TWO);
    const other = stage.another({ selection: { accounts: [memberId(2)], exclude: [] } });
    const [result] = await Promise.all([stage.sweep.run(), other.run()]);
    expect(Object.keys(outcomes(result)).sort()).toEqual([...stage.expected.swept].sort());
    expect(stage.world.organization.account(memberId(3)).root.password).toBe(true);
  });
});
