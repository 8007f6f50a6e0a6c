import type { SweepReport } from './contents';
import type { ReportedException } from './exceptions';
import { tallyOf } from './tally';
import { isLeft } from './totals';
import { PLAN_FILE, type StartInput, type Verdict } from '../../../lib/sweep/contract';
import { inert, inertName } from '../../text';
import { CREDENTIAL_STATUSES, type AccountResult, type CredentialResult } from '../results';
import { pathOf } from '../select/units';

/** Where the report of a sweep is: `s3://…/report.json` and so on. */
export interface ReportAddresses {
  readonly json: string;
  readonly csv: string;
  readonly html: string;
}

/** SNS refuses a longer one. */
const LONGEST_SUBJECT = 100;

/** A mail has room for these; the report has all. */
const MOST_ACCOUNTS = 30;

/** ASCII on one line, as SNS wants it: it is made of numbers and words of ours. */
export function subjectOf(report: SweepReport): string {
  const { found, deleted } = tallyOf(report);
  const parts = [
    ...report.problem === undefined ? [] : ['the sweep did not come to its end'],
    ...some(report.counts.failed, 'account', 'failed'),
    ...some(found, 'credential', 'found'),
    ...some(deleted, 'credential', 'deleted'),
    ...some(newIn(report), 'credential', 'new'),
    ...some(report.findings.foreignMailboxes, 'root mailbox', 'not allowed'),
    ...some(exceptionsIn(report, 'ended'), 'exception', 'ended'),
    ...some(exceptionsIn(report, 'ends-soon'), 'exception', 'ending soon'),
  ];
  return `Root credentials: ${parts.length === 0 ? 'nothing new' : parts.join(', ')}`.slice(0, LONGEST_SUBJECT);
}

const exceptionsIn = ({ exceptions }: SweepReport, wanted: ReportedException['state']) => exceptions.filter(({ state }) => state === wanted).length;

const newIn = ({ changes }: SweepReport) => (changes?.counts.new ?? 0) + (changes?.counts.recreated ?? 0);

/** The verdict with its causes, the accounts, and what to do, with lines to paste. */
export function messageFor(sweep: string, report: SweepReport, { succeeded, cause }: Verdict, addresses: ReportAddresses): string {
  return [
    `Sweep ${sweep}, execution ${inertName(report.execution)}: ${succeeded ? 'succeeded' : 'failed'}${report.dryRun ? ' (a dry run: nothing was deleted)' : ''}`,
    '',
    cause,
    ...changesLine(report),
    ...accountLines(report),
    '',
    'What to do:',
    ...advice(report, addresses).flatMap(({ text, command }) => [`- ${text}`, ...command === undefined ? [] : ['', command, '']]),
  ].join('\n').trimEnd();
}

/** Against the sweep before. */
function changesLine({ changes }: SweepReport): string[] {
  const counts = Object.entries(changes?.counts ?? {}).filter(([, count]) => count > 0).map(([change, count]) => `${count} ${change}`);
  return changes === undefined ? [] : [`since the sweep of ${changes.since.startedAt}: ${counts.join(', ') || 'no change'}`];
}

const isWorthALine = ({ outcome, foreignMailbox, credentials }: AccountResult) => (
  outcome === 'failed' || foreignMailbox === true || credentials.some((credential) => credential.status !== 'kept' || isNew(credential)));

const isNew = ({ change }: CredentialResult) => change === 'new' || change === 'recreated';

/** Each account in which something failed, was found or was deleted, with its unit. */
function accountLines(report: SweepReport): string[] {
  const units = new Map(report.organizationalUnits?.map((unit) => [unit.id, unit]));
  const accounts = report.accounts.filter(isWorthALine);
  const lines = accounts.slice(0, MOST_ACCOUNTS).map(({ accountId, accountName, parentId, email, foreignMailbox, problem, credentials }) => {
    const unit = parentId === undefined ? '' : ` in ${inertName(pathOf(parentId, units))}`;
    const what = [...problem === undefined ? [] : [problem.code], ...credentialsByStatus(credentials), ...foreignMailbox ? [`foreign root mailbox ${inert(email!)}`] : []];
    return `- ${accountId}${accountName ? ` (${inertName(accountName)})` : ''}${unit}: ${what.join('; ')}`;
  });
  const more = accounts.length - lines.length;
  return lines.length === 0 ? [] : ['', 'Accounts:', ...lines, ...more > 0 ? [`  and ${more} more, in the report`] : []];
}

/** `deleted Password, AccessKey AKIA…`, for each status */
function credentialsByStatus(credentials: readonly CredentialResult[]): string[] {
  return CREDENTIAL_STATUSES.flatMap((status) => {
    const names = credentials.filter((credential) => credential.status === status).map(nameOf);
    return names.length === 0 ? [] : [`${status} ${names.join(', ')}`];
  });
}

/** A password has no id, and that of an MFA device says nothing more. */
function nameOf(credential: CredentialResult): string {
  const { kind, id } = credential;
  return `${id === undefined || kind === 'MfaDevice' ? kind : `${kind} ${inert(id)}`}${isNew(credential) ? ` (${credential.change})` : ''}`;
}

interface Advice {
  readonly text: string;
  /** A line to paste. */
  readonly command?: string;
}

function advice(report: SweepReport, { html }: ReportAddresses): Advice[] {
  const { deleted } = tallyOf(report);
  const someAreLeft = report.accounts.some(({ credentials }) => credentials.some((credential) => isLeft(credential) && credential.status !== 'kept'));
  const failed = report.accounts.filter(({ outcome }) => outcome === 'failed');
  return [
    ...report.problem !== undefined
      ? [again('the accounts were not swept to the end: fix the cause above, then start the sweep', report, report.narrowed ? report.accounts : [])] : [],
    ...failed.length > 0
      ? [again('failed accounts may still have root credentials: follow the remedies above, then sweep them', report, failed)] : [],
    ...deleted > 0
      ? [{ text: 'credentials were deleted. Unless this was the first sweep, find out in CloudTrail who created them, with credentials of each of those accounts:', command: WHO_WAS_ROOT }] : [],
    ...someAreLeft ? [leftOver(report, html)] : [],
    { text: 'read the whole report:', command: `aws s3 cp ${html} .` },
  ];
}

/** CloudTrail has the events of IAM in this Region, and those of 90 days without a trail. */
const WHO_WAS_ROOT = 'aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=Username,AttributeValue=root';

/** Credentials that were found and are still there: an audit deletes nothing, and a dry run has a plan. */
function leftOver(report: SweepReport, html: string): Advice {
  const text = 'credentials that were found and not deleted are still there: the report names each one and why';
  if (report.dryRun) {
    return { text: `${text}. Read the plan, then purge without dryRun:`, command: `aws s3 cp ${html.replace(/report\.html$/, PLAN_FILE)} .` };
  }
  const found = report.accounts.filter(({ credentials }) => credentials.some(({ status }) => status === 'found'));
  return found.length === 0 ? { text } : {
    text: `${text}. See what a purge would delete, which changes nothing, with credentials of the management account:`,
    command: `npx cdk-root-access plan --accounts ${found.slice(0, MOST_ACCOUNTS).map(({ accountId }) => accountId).join()}`,
  };
}

/** With a line that does no more than the sweep did: its start may have made it a dry run, or one of some accounts. Without accounts it sweeps the whole selection. */
function again(text: string, { executionArn, narrowed, dryRun }: SweepReport, accounts: readonly AccountResult[]): Advice {
  const ids = accounts.length > MOST_ACCOUNTS ? [] : accounts.map(({ accountId }) => accountId);
  if (executionArn === undefined || (ids.length === 0 && narrowed !== false)) {
    return { text: `${text} again, with the input that this one had` };
  }
  const [arn, partition, service, region, accountId, , machine] = executionArn.split(':'); // …:execution:<state machine>:<execution>
  const input = { ...ids.length > 0 ? { accounts: ids } : {}, ...dryRun ? { dryRun } : {} } satisfies StartInput;
  return {
    text: `${text} again:`,
    command: `aws stepfunctions start-execution --region ${region} --state-machine-arn ${[arn, partition, service, region, accountId, 'stateMachine', machine].join(':')}`
      + ` --input '${JSON.stringify(input)}'`,
  };
}

const some = (count: number, thing: string, what: string) => count > 0 ? [`${count} ${count > 1 ? pluralOf(thing) : thing} ${what}`] : [];

const pluralOf = (thing: string) => `${thing}${thing.endsWith('x') ? 'es' : 's'}`;
