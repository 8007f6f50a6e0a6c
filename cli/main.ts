import './environment';
import { Command, CommanderError, Option } from 'commander';
import type { ConnectionOptions } from './caller';
import type { Finding } from './check';
import { exitCodeOf, interrupts } from './ending';
import type { ExplainOptions } from './explain';
import type { OutputOptions } from './formats';
import { withAccount, withConnection, withOrganization, withReport, withSelection } from './options';
import { addPurge } from './purge';
import { addSingleTasks } from './single-tasks';
import type { SelectionOptions } from './sweep';
import type { ChangeOptions } from './switches';
import { hasColour, print } from './terminal';
import { accountId, EXIT, Interrupted, UsageError } from './usage';
import type { ChangesOptions } from './verify-changes';
import { messageOf } from '../lambda/aws/errors';
import { visible } from '../lambda/text';

declare const LIBRARY_VERSION: string;

const writeJson = (value: unknown) => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);

function exitCodeOfFindings(findings: readonly Finding[]): number {
  if (findings.every(({ state }) => state === 'ok')) {
    return EXIT.nothingLeft;
  }
  return findings.every(({ state }) => state === 'ok' || state === 'unknown') ? EXIT.unreadable : EXIT.findings;
}

function exitCodeOfError(error: unknown): number {
  if (error instanceof Interrupted) {
    return EXIT.interrupted;
  }
  return error instanceof UsageError ? EXIT.usage : EXIT.unreadable;
}

const program = new Command('cdk-root-access')
  .description('Centralized root access of an AWS organization from a terminal, with the credentials of the shell and nothing deployed.')
  .version(LIBRARY_VERSION)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', `
Examples:
  $ cdk-root-access audit                               which root credentials are there?
  $ cdk-root-access check                               is the organization ready for root sessions?
  $ cdk-root-access plan                                what would a purge delete? Nothing is deleted
  $ cdk-root-access purge --plan root-purge-plan.json   delete it, after a question

Every command has more examples: cdk-root-access help <command>`);

withReport(withSelection(program.command('audit')))
  .summary('list the root credentials of the member accounts')
  .description('Lists the root credentials of the selected member accounts: passwords, access keys, signing certificates and MFA devices. Changes nothing.')
  .addHelpText('after', `
Examples:
  $ cdk-root-access audit
  $ cdk-root-access audit --ou ou-abcd-11111111 --output csv --out root-credentials.csv
  $ cdk-root-access audit --profile management --exclude 222222222222

Run it with credentials of the management account or of the delegated administrator for IAM, which can call
sts:AssumeRoot with the task policy IAMAuditRootUserCredentials, and read the organization.

Exit codes: 0 no account has a root credential, 1 some have or a root mailbox is in a domain that is not allowed, 2 some
could not be read, 64 wrong usage.`)
  .action(async (options: SelectionOptions & OutputOptions) => {
    const [{ audit }, { write }] = await Promise.all([import('./audit'), import('./output')]); // the SDK, which `--help` does not wait for
    const report = await audit({ ...options, stop: interrupts() });
    write(report, options);
    process.exitCode = exitCodeOf(report);
  });

addPurge(program);

withConnection(program.command('check'))
  .summary('tell whether the organization is ready for root sessions')
  .description('Tells whether the organization is ready: trusted access, both features, delegated administrators, and policies that deny root sessions. Changes nothing.')
  .addOption(new Option('--output <format>', 'format').choices(['table', 'json']).default('table'))
  .addHelpText('after', `
Every line is ok, missing, blocks, may block or unknown, with the command or construct that changes it.

Exit codes: 0 everything is ok, 1 something is missing or blocks, 2 something could not be read, 64 wrong usage.`)
  .action(async (options: ConnectionOptions & { readonly output: 'table' | 'json' }) => {
    const [{ check }, { findingsText }] = await Promise.all([import('./check'), import('./findings')]);
    const findings = await check(options);
    if (options.output === 'json') {
      writeJson(findings);
    } else {
      print(findingsText(findings, hasColour()));
    }
    process.exitCode = exitCodeOfFindings(findings);
  });

withConnection(program.command('explain'))
  .argument('<account>', '12-digit ID of an account', accountId)
  .option('--recoveries-bucket <name>', 'also tell whether a password recovery is open, by the records of the runbooks in this bucket')
  .summary('show everything that is known of the root user of one account')
  .description('Shows the credentials of the root user of one account, the policies above it and what they mean for it, and what a sweep would do. Changes nothing.')
  .addHelpText('after', `
Examples:
  $ cdk-root-access explain 222222222222
  $ cdk-root-access explain 222222222222 --recoveries-bucket my-records

Exit codes: 0 no root credential, 1 some, 2 the account could not be read, 64 wrong usage.`)
  .action(async (account: string, options: ExplainOptions) => {
    const { explain, explanationText } = await import('./explain');
    const explanation = await explain(account, options);
    print(explanationText(explanation, { colour: hasColour(), now: Date.now() }));
    const { outcome, credentials } = explanation.result;
    process.exitCode = outcome === 'failed' ? EXIT.unreadable : credentials.length > 0 ? EXIT.findings : EXIT.nothingLeft;
  });

withOrganization(program.command('enable'))
  .summary('enable trusted access and both features')
  .description('Enables trusted access for iam.amazonaws.com, RootCredentialsManagement and RootSessions. What is on stays on. Needs the management account.')
  .action(async (options: ChangeOptions) => {
    const { enable } = await import('./switches');
    await enable(options);
    process.stdout.write('trusted access, RootCredentialsManagement and RootSessions are on\n');
  });

withOrganization(program.command('delegate'))
  .argument('<account>', '12-digit ID of a member account', accountId)
  .summary('register a delegated administrator for IAM')
  .description('Registers a member account as delegated administrator for iam.amazonaws.com. Others stay registered. Needs the management account.')
  .action(async (account: string, options: ChangeOptions) => {
    const { delegate } = await import('./switches');
    await delegate(account, options);
    process.stdout.write(`${account} is delegated administrator for iam.amazonaws.com\n`);
  });

addSingleTasks(program);

withAccount(program.command('verify'))
  .argument('<account>', '12-digit ID of a member account in which the questions are asked', accountId)
  .summary('ask AWS whether it behaves as this library assumes')
  .description('Asks AWS, in an audit session in one member account, what this library assumes of it and what nobody has recorded yet. Changes nothing without --mutate.')
  .addOption(new Option('--output <format>', 'format').choices(['table', 'json']).default('table'))
  .option('--mutate', 'also allow and close a password recovery, and make, unlock and delete a bucket and a queue, in a sandbox account')
  .option('--role <name>', 'role in the account that makes the bucket and the queue (with --mutate)', 'OrganizationAccountAccessRole')
  .addHelpText('after', `
Examples:
  $ cdk-root-access verify 222222222222
  $ cdk-root-access verify 222222222222 --mutate

Every answer is as assumed, differs, or learned, which is one that the library copes with either way; not asked comes
with why. IDs are masked, so that you can attach the output to a bug report.

Exit codes: 0 nothing differs, 1 something differs, 2 AWS could not be asked, 64 wrong usage.`)
  .action(async (account: string, options: ChangesOptions & { readonly output: 'table' | 'json'; readonly mutate?: true }) => {
    const [{ verify, answersText }, { verifyChanges }] = await Promise.all([import('./verify'), import('./verify-changes')]);
    const answers = [...await verify(account, options), ...options.mutate ? await verifyChanges(account, options) : []];
    if (options.output === 'json') {
      writeJson(answers);
    } else {
      print(answersText(answers));
    }
    process.exitCode = answers.some(({ state }) => state === 'differs') ? EXIT.findings : EXIT.nothingLeft;
  });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) { // it has said what is wrong
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  print(`error: ${messageOf(error).split('\n').map(visible).join('\n')}\n`, process.stderr); // AWS quotes names that others have chosen
  process.exitCode = exitCodeOfError(error);
});
