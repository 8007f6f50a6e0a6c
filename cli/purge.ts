import type { Command } from 'commander';
import { exitCodeOf, interrupts } from './ending';
import type { OutputOptions } from './formats';
import { withReport, withRules, withSelection } from './options';
import type { PlanOptions, PurgeOptions } from './plan';
import type { commandLine as CommandLine } from './tasks';
import { print } from './terminal';
import { countBetween, EXIT } from './usage';

const RECOVERIES = `It does not know which password recoveries the runbooks have opened unless you name the bucket of their records with
--recoveries-bucket, and would delete a password that was just recovered.`;

/** With the options of this command, since what a purge does not select or what a rule keeps stays, whatever is on its plan. */
function howToCarryOut(file: string, commandLine: typeof CommandLine): string {
  const given = process.argv.slice(3);
  const shared = given.filter((word, i) => !/^--out(=|$)/.test(word) && given[i - 1] !== '--out');
  return `Remove the lines of what has to stay, then carry it out:\n  ${commandLine(['purge', '--plan', file, ...shared], {})}`;
}

/** The two commands around a plan: what would be deleted, and its deletion. */
export function addPurge(program: Command) {
  withRules(withSelection(program.command('plan')))
    .summary('write what a purge would delete to a file for review')
    .description('Looks at the selected member accounts, and writes what a purge would delete and keep to a file. Changes nothing in AWS.')
    .option('--out <file>', 'new file for the plan', 'root-purge-plan.json')
    .addHelpText('after', `
Examples:
  $ cdk-root-access plan
  $ cdk-root-access plan --ou ou-abcd-11111111 --keep-if-used-within 90
  $ cdk-root-access purge --plan root-purge-plan.json --ou ou-abcd-11111111

Remove the lines of what has to stay. The file is also that of PurgePlan.fromFile of a stack.
${RECOVERIES}

Exit codes: 0 no account has a root credential, 1 some have, 2 some could not be read, 64 wrong usage.`)
    .action(async (options: PlanOptions) => {
      const [{ plan }, { planText }, { isDeletion }, { commandLine }] = await Promise.all([
        import('./plan'), import('./plan-text'), import('../lambda/sweep/plan'), import('./tasks'),
      ]);
      const made = await plan({ ...options, stop: interrupts() });
      print(`${planText(made)}\n\nSaved to ${options.out}.${made.credentials.some(isDeletion) ? ` ${howToCarryOut(options.out, commandLine)}` : ''}\n`);
      process.exitCode = made.unread.length > 0 ? EXIT.unreadable : made.credentials.length > 0 ? EXIT.findings : EXIT.nothingLeft;
    });

  withReport(withRules(withSelection(program.command('purge'))))
    .summary('delete the root credentials of the member accounts')
    .description('Looks at the selected member accounts, shows what it would delete, asks for the ID of the organization, deletes it, and looks again.')
    .option('--plan <file>', 'delete only what is on this plan, which the command plan or a sweep has made')
    .option('--max-age <days>', 'how old the plan may be', countBetween(1, 365), 14)
    .option('--max-credentials <count>', 'delete nothing if there are more credentials to delete', countBetween(0, 1_000_000))
    .option('--max-accounts <count>', 'delete nothing if more accounts would lose a credential', countBetween(0, 100_000))
    .option('--tolerate-failed-accounts', 'purge the others when accounts cannot be read; otherwise nothing is deleted')
    .option('--plan-out <file>', 'new file for the plan that is carried out (default: root-purge-… in this folder)')
    .option('--yes <organization>', 'ID of the organization (o-…), instead of typing it when asked')
    .addHelpText('after', `
Examples:
  $ cdk-root-access purge --plan root-purge-plan.json
  $ cdk-root-access purge --accounts 222222222222 --max-credentials 5
  $ cdk-root-access purge --ou ou-abcd-11111111 --yes o-exampleorgid --output json --out purged.json

Access keys that were used within the last 30 days are kept. There is no undo.
${RECOVERIES}

Exit codes: 0 nothing is left, 1 something was kept or a root mailbox is in a domain that is not allowed, 2 an account
failed or the purge was refused, 64 wrong usage, 130 interrupted before it was confirmed.`)
    .action(async (options: PurgeOptions & OutputOptions) => {
      const [{ purge }, { expectWritable, write }] = await Promise.all([import('./plan'), import('./output')]);
      expectWritable(options);
      const report = await purge({ ...options, stop: interrupts() });
      write(report, options);
      process.exitCode = exitCodeOf(report);
    });
}
