import { OrganizationsClient } from '@aws-sdk/client-organizations';
import fc from 'fast-check';
import { expectHonesty, expectRemedies, expectRestraint } from './properties';
import { credentialsIn, passingScenario, setUp, type Scenario } from './scenario';
import { MANAGEMENT, serveWorlds } from './world';
import { nextStep } from '../../lambda/sweep/joined/next-step';
import { cases, casesTimeout } from '../support/cases';
import { expectAbout } from '../support/expect-about';

serveWorlds();

const STRANGER = '999999999999';

/** Somebody of the organization, its management account, or nobody that it knows. */
const joiner = ({ members }: Scenario) => fc.constantFrom(MANAGEMENT, STRANGER, ...members.map(({ id }) => id));

const joinedEvent = (accountId: string) => ({
  account: MANAGEMENT, detail: { eventName: 'AccountJoinedOrganization', recipientAccountId: MANAGEMENT, serviceEventDetails: { accountId } },
});

describe('an account that joins the organization', () => {
  const joinings = passingScenario().chain((scenario) => (
    fc.record({ scenario: fc.constant(scenario), accountId: joiner(scenario), purge: fc.boolean() })));

  test('is swept alone and within the selection, or not touched at all', async () => {
    await fc.assert(fc.asyncProperty(joinings, async ({ scenario, accountId, purge }) => {
      const stage = setUp(scenario, 300);
      const before = new Map(stage.world.organization.accounts.map(({ id }) => [id, credentialsIn(stage.world, id)]));
      const { organization } = stage.world;
      const touched = () => organization.calls.flatMap(({ operation, target }) => operation === 'AssumeRoot' ? [target!] : []);
      const joining = { event: joinedEvent(accountId), startedAt: '2026-11-23T00:00:00Z', now: '2026-11-23T00:00:01Z' };
      const next = await nextStep(new OrganizationsClient({ maxAttempts: 10 }), joining, purge).catch((error: Error) => error);
      if (next instanceof Error || !next.ready) {
        expect(touched()).toEqual([]);
        expect([MANAGEMENT, STRANGER, ...scenario.members.filter(({ state }) => state === 'PENDING_ACTIVATION').map(({ id }) => id)]).toContain(accountId);
        return;
      }

      const { report } = await stage.sweep.run(next.start);
      expectRestraint(stage);
      const isSelected = stage.expected.swept.includes(accountId);
      expectAbout('root sessions elsewhere', touched().filter((target) => target !== accountId || !isSelected)).toEqual([]);
      if (report.problem === undefined) {
        expect(report.accounts.map((account) => account.accountId)).toEqual([accountId]);
        expect(report.accounts[0].outcome === 'skipped').toBe(!isSelected);
        report.accounts.forEach((account) => {
          expectHonesty(stage, account);
          expectRemedies(account);
        });
      }
      const isPurged = (id: string) => purge && isSelected && id === accountId && !scenario.settings.dryRun;
      for (const { id } of organization.accounts.filter(({ id: each }) => !isPurged(each))) {
        expectAbout(`${id} had ${before.get(id)!.join()}`, stage.world.witness.of(id).deletedByUs).toEqual(new Set());
      }
    }), cases(60));
  }, casesTimeout(60));
});
