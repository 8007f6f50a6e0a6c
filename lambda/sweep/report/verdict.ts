import type { SweepReport } from './contents';
import type { ReportedException } from './exceptions';
import { CREDENTIAL_KINDS } from '../../../lib/private/contract';
import { type SweepSettings, type Verdict } from '../../../lib/sweep/contract';
import { inert, inertName } from '../../text';
import { isUnseenOwnAccount } from '../look/own-account';
import type { AccountResult, Problem } from '../results';
import { tallyOf } from './tally';

/** A custom resource's whole answer may hold 4,096 bytes; CloudFormation and the CLI add their own words. */
const LONGEST_CAUSE = 3_000;
const ACCOUNTS_SHOWN = 5;
const REMEDIES_SHOWN = 3;
const EXCEPTIONS_SHOWN = 5;
const DOMAINS_SHOWN = 3;

/** The settings that say which accounts fail a sweep. */
export type Expectations = Pick<SweepSettings, 'tolerateFailedAccounts' | 'failOnFindings'>;

/**
 * Failed accounts fail the sweep unless they are tolerated, and findings of an audit fail it if that is asked for; a sweep that
 * did not come to its end has failed in any case.
 */
export function verdictOf(report: SweepReport, reportAddress: string, { tolerateFailedAccounts, failOnFindings }: Expectations): Verdict {
  const failed = report.accounts.filter(({ outcome }) => outcome === 'failed');
  const found = report.accounts.filter(hasFindings); // what was found counts in an account that failed, too
  const errors = [
    ...report.problem ? [report.problem.code] : [],
    ...failed.length > 0 && !tolerateFailedAccounts ? ['AccountsFailed'] : [],
    ...found.length > 0 && failOnFindings ? ['CredentialsFound'] : [],
    ...report.findings.foreignMailboxes > 0 && failOnFindings ? ['ForeignMailboxes'] : [],
    ...report.findings.endedExceptions > 0 && failOnFindings && !report.narrowed ? ['EndedExceptions'] : [], // an account that joins did not make them
  ];
  return {
    succeeded: errors.length === 0,
    error: errors[0],
    cause: limited([
      countsLine(report),
      ...unseenLines(report.accounts),
      ...problemLines(report.problem),
      ...failureLines(failed),
      ...failOnFindings ? findingLines(found) : [],
      ...mailboxLines(report),
      ...exceptionLines(report),
      `report: ${reportAddress}`,
    ]),
  };
}

const hasFindings = ({ credentials }: AccountResult) => credentials.some(({ status }) => status === 'found');

/** Which accounts, how many credentials of each kind, and what to do about them. */
function findingLines(found: AccountResult[]): string[] {
  const credentials = found.flatMap((account) => account.credentials.filter(({ status }) => status === 'found'));
  const counts = CREDENTIAL_KINDS.map((kind) => [credentials.filter((credential) => credential.kind === kind).length, kind] as const);
  return found.length === 0 ? [] : [
    `found: ${namesOf(found)}`,
    `  CredentialsFound: ${counts.filter(([count]) => count > 0).map((count) => count.join(' ')).join(', ')}`,
    '  delete them (RootCredentialsPurge), or leave failOnFindings out to have them reported only',
  ];
}

function mailboxLines({ accounts, allowedEmailDomains = [] }: SweepReport): string[] {
  const foreign = accounts.filter(({ foreignMailbox }) => foreignMailbox);
  return foreign.length === 0 ? [] : [
    `root mailbox outside of ${allowedEmailDomains.slice(0, DOMAINS_SHOWN).join(', ')}${allowedEmailDomains.length > DOMAINS_SHOWN ? ', …' : ''}: ${namesOf(foreign)}`,
    '  change the address of the root user (aws account start-primary-email-update), or add its domain to allowedEmailDomains',
  ];
}

/** Both those that have ended and those that are about to, the earliest first. */
function exceptionLines({ exceptions }: SweepReport): string[] {
  const ending = exceptions.filter(({ state }) => state !== undefined).sort((one, other) => one.until!.localeCompare(other.until!));
  return ending.length === 0 ? [] : [
    ...ending.slice(0, EXCEPTIONS_SHOWN).map((each) => `exception ${each.state === 'ended' ? 'ended' : 'ends'} on ${each.until}: ${exceptionText(each)}`),
    ...ending.length > EXCEPTIONS_SHOWN ? [`and ${ending.length - EXCEPTIONS_SHOWN} more exceptions that have ended, or end soon`] : [],
    '  it protects until it is removed: give it a later until, or remove it and name what it protects in release',
  ];
}

function exceptionText({ by, accounts, credentials, reason = '', owner }: ReportedException): string {
  const shown = accounts?.slice(0, ACCOUNTS_SHOWN).join(', ');
  const where = shown === undefined ? 'all accounts' : `${shown}${accounts!.length > ACCOUNTS_SHOWN ? ` and ${accounts!.length - ACCOUNTS_SHOWN} more` : ''}`;
  const what = by === 'exclude' ? `${where} excluded` : `${credentials?.join(', ') ?? 'all kinds'} kept in ${where}`;
  return `${what}${owner === undefined ? '' : ` (owner: ${inert(owner)})`}: ${inert(reason)}`;
}

/** Names the accounts that nobody has looked at, also when everything else succeeded. */
function unseenLines(accounts: AccountResult[]): string[] {
  return accounts.filter(isUnseenOwnAccount).map((account) => `not looked at: ${namesOf([account])}: ${account.reason}`);
}

/** Accounts and credentials: what was deleted is deleted, also when the deployment fails. */
function countsLine(report: SweepReport): string {
  const counted = (counts: object) => Object.entries(counts).filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  const { found, deleted, kept } = tallyOf(report);
  const credentials = counted({ found, deleted, kept });
  return `root credentials of member accounts: ${counted(report.counts).join(', ') || 'no account was swept'}${credentials.length === 0 ? '' : `; credentials: ${credentials.join(', ')}`}`;
}

/** Each distinct problem once, with the accounts that have it and its remedies, the likeliest first. */
function failureLines(failed: AccountResult[]): string[] {
  const groups = new Map<string, { problem: Problem; accounts: AccountResult[] }>();
  for (const account of failed) {
    const problem = firstProblem(account);
    const group = groups.get(problem.code + problem.remedies.join()) ?? { problem, accounts: [] };
    group.accounts.push(account);
    groups.set(problem.code + problem.remedies.join(), group);
  }
  return [...groups.values()].flatMap(({ problem, accounts }) => [`failed: ${namesOf(accounts)}`, ...problemLines(problem)]);
}

function namesOf(accounts: AccountResult[]): string {
  const names = accounts.map(({ accountId, accountName }) => accountName ? `${accountId} (${inertName(accountName)})` : accountId);
  return names.slice(0, ACCOUNTS_SHOWN).join(', ') + (names.length > ACCOUNTS_SHOWN ? ` and ${names.length - ACCOUNTS_SHOWN} more` : '');
}

function problemLines(problem: Problem | undefined): string[] {
  if (problem === undefined) {
    return [];
  }
  const remedies = problem.remedies.slice(0, REMEDIES_SHOWN).map((remedy, i, all) => `  ${all.length > 1 ? `${i + 1}. ` : ''}${inert(remedy)}`);
  return [`  ${problem.code}: ${inert(problem.message)}`, ...remedies];
}

const firstProblem = ({ problem, credentials }: AccountResult): Problem =>
  problem ?? credentials.find((credential) => credential.problem)!.problem!;

/** Whole lines as long as they fit; the last one, the report's address, always does. */
function limited(lines: string[]): string {
  const last = lines[lines.length - 1];
  const kept: string[] = [];
  let length = Buffer.byteLength(last);
  for (const line of lines.slice(0, -1)) {
    length += Buffer.byteLength(line) + 1;
    if (length > LONGEST_CAUSE) {
      break;
    }
    kept.push(line);
  }
  return [...kept, last].join('\n');
}
