import fc from 'fast-check';
import { expectTruth } from './properties';
import { credentialsIn, harshScenario, passingScenario, remainder, setUp } from './scenario';
import { serveWorlds } from './world';
import { cases, casesTimeout } from '../support/cases';
import { expectAbout } from '../support/expect-about';

serveWorlds();

const CASES = 50;
/** As everybody draws it, and of each seed that failed once. */
const drawn = (...failedOnce: number[]) => [['as everybody draws it', undefined], ...failedOnce.map((seed) => [`of seed ${seed}`, seed])] as [string, number | undefined][];
const casesOf = (seed?: number) => cases(seed === undefined ? CASES : CASES / 5, seed);

describe('whatever AWS, the network and other people do', () => {
  test.each(drawn(0))('a sweep says nothing that is not so, touches nothing that it should not, and forgets nothing that it did, %s', async (_which, seed) => {
    await fc.assert(fc.asyncProperty(harshScenario(), async (scenario) => {
      const stage = setUp(scenario, 100);
      expectTruth(stage, await stage.sweep.run());
    }), casesOf(seed));
  }, casesTimeout(CASES));
});

describe('whatever passes', () => {
  test.each(drawn(42, 1_720_172_371))('keeps no account from being cleaned, %s', async (_which, seed) => {
    await fc.assert(fc.asyncProperty(passingScenario(), async (scenario) => {
      const stage = setUp(scenario, 5_000);
      const result = await stage.sweep.run();
      expectTruth(stage, result);
      const isGateShut = scenario.settings.failOnFindings && result.report.counts.found > 0;
      expectAbout(result.verdict.cause, result.verdict.succeeded).toBe(!isGateShut);
      expectAbout(result.verdict.cause, result.report.counts.failed).toBe(0);
      for (const member of scenario.members.filter(({ id }) => stage.expected.swept.includes(id))) {
        expectAbout(`left in ${member.id}`, remainder(member, stage, credentialsIn(stage.world, member.id))).toEqual([]);
      }
    }), casesOf(seed));
  }, casesTimeout(CASES));
});
