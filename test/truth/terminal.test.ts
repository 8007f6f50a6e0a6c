import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expectRestraint, expectTruth } from './properties';
import { harshScenario, passingScenario, setUp, type Scenario, type Stage } from './scenario';
import { serveWorlds } from './world';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { HASTY, run } from '../cli/terminal';
import { cases, casesTimeout } from '../support/cases';

serveWorlds();

const CASES = 5;

/** What can be said by the options of the program. Nobody else does anything between its plan and its deletion. */
const sayable = (scenario: Scenario): Scenario => ({
  ...scenario,
  settings: { ...scenario.settings, dryRun: false, failOnFindings: false, protection: { ...scenario.settings.protection, keepCertificates: false } },
  keep: scenario.keep.filter(({ members, credentials }) => members !== undefined && credentials === undefined),
  meanwhile: [],
});

function argumentsOf({ sweep: { settings }, world }: Stage): string[] {
  const { work, selection: { accounts, organizationalUnits, exclude }, credentials, protection, tolerateFailedAccounts, accountsInFlight } = settings;
  const option = (name: string, value: string | number | undefined) => value === undefined || value === '' ? [] : [name, String(value)];
  const selected = [
    ...option('--accounts', accounts?.join()), ...option('--ou', organizationalUnits?.join()), ...option('--exclude', exclude.join()),
    '--concurrency', String(accountsInFlight), '--output', 'json',
  ];
  return work === 'audit' ? ['audit', ...selected] : [
    'purge', '--yes', world.organization.organizationId, ...selected,
    ...option('--credentials', credentials.join()),
    ...protection.keep.flatMap(({ accounts: kept = [], reason }) => kept.flatMap((id) => ['--keep', `${id}:${reason}`])),
    ...option('--keep-if-used-within', protection.usedWithinSeconds && protection.usedWithinSeconds / 86_400),
    ...protection.deleteAccessKeysInUse ? ['--delete-access-keys-in-use'] : [],
    ...option('--recoveries-bucket', protection.recoveriesBucket),
    ...tolerateFailedAccounts ? ['--tolerate-failed-accounts'] : [],
  ];
}

const CONNECTION = ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

async function expectTruthOfTerminal(scenario: Scenario): Promise<void> {
  const stage = setUp(scenario, 0);
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  const connection = Object.fromEntries(CONNECTION.map((name) => [name, process.env[name]!]));
  const { code, stdout, stderr } = await run(argumentsOf(stage), { ...connection, ...HASTY }, folder);
  if (stdout === '') { // it has not come to look at any account
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^error: ./) });
    expectRestraint(stage);
    expect(stage.world.organization.calls.filter(({ operation }) => operation === 'AssumeRoot')).toEqual([]);
    return;
  }
  readdirSync(folder).forEach((plan) => stage.world.bucket.objects.set(`${stage.sweep.folder.prefix}plan.json`, readFileSync(join(folder, plan), 'utf8')));
  const report = JSON.parse(stdout) as SweepReport;
  expectTruth(stage, { report, verdict: { succeeded: code !== 2, cause: stderr } });
  const isDone = report.problem === undefined && report.counts.failed === 0;
  expect(code).toBe(!isDone ? 2 : report.accounts.some(({ credentials }) => credentials.some(({ status }) => !['deleted', 'absent'].includes(status))) ? 1 : 0);
}

describe('a sweep from a terminal', () => {
  test.each([['whatever goes wrong', harshScenario], ['whatever passes', passingScenario]])('tells the truth, %s', async (_what, scenarios) => {
    await fc.assert(fc.asyncProperty(scenarios().map(sayable), expectTruthOfTerminal), cases(CASES));
  }, casesTimeout(CASES));
});
