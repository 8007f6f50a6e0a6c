import { inert, oneLine } from './inert';
import type { SweepReport } from './report';
import type { AccountResult, Problem } from './results';

/** How a sweep ends, as the state machine takes it: a name and a text that fits a stack event. */
export interface Verdict {
  readonly succeeded: boolean;
  readonly error: string;
  readonly cause: string;
}

/** A custom resource's whole answer may hold 4,096 bytes; CloudFormation and the CLI add their own words. */
const LONGEST_CAUSE = 3_000;
const ACCOUNTS_SHOWN = 5;
const REMEDIES_SHOWN = 3;

/** Failed accounts fail the sweep unless they are tolerated; a sweep that did not come to its end has failed in any case. */
export function verdictOf(report: SweepReport, reportAddress: string, tolerateFailedAccounts: boolean): Verdict {
  const failed = report.accounts.filter(({ outcome }) => outcome === 'failed');
  const succeeded = report.problem === undefined && (failed.length === 0 || tolerateFailedAccounts);
  return {
    succeeded,
    error: report.problem?.code ?? (succeeded ? 'Succeeded' : 'AccountsFailed'),
    cause: limited([countsLine(report), ...problemLines(report.problem), ...failureLines(failed), `report: ${reportAddress}`]),
  };
}

function countsLine({ counts }: SweepReport): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`);
  return `root credentials of member accounts: ${parts.join(', ') || 'no account was swept'}`;
}

/** Each distinct problem once, with the accounts that have it and its remedies, the likeliest first. */
function failureLines(failed: AccountResult[]): string[] {
  const groups = new Map<string, { problem: Problem; accounts: string[] }>();
  for (const account of failed) {
    const problem = firstProblem(account);
    const group = groups.get(problem.code + problem.remedies.join()) ?? { problem, accounts: [] };
    group.accounts.push(account.accountName ? `${account.accountId} (${inert(account.accountName)})` : account.accountId);
    groups.set(problem.code + problem.remedies.join(), group);
  }
  return [...groups.values()].flatMap(({ problem, accounts }) => {
    const more = accounts.length > ACCOUNTS_SHOWN ? ` and ${accounts.length - ACCOUNTS_SHOWN} more` : '';
    return [`failed: ${accounts.slice(0, ACCOUNTS_SHOWN).join(', ')}${more}`, ...problemLines(problem)];
  });
}

function problemLines(problem: Problem | undefined): string[] {
  if (problem === undefined) {
    return [];
  }
  const remedies = problem.remedies.slice(0, REMEDIES_SHOWN).map((remedy, i, all) => `  ${all.length > 1 ? `${i + 1}. ` : ''}${remedy}`);
  return [`  ${problem.code}: ${oneLine(problem.message)}`, ...remedies];
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
