import { styleText } from 'node:util';
import { mailboxOf } from './member';
import type { Credential } from '../lambda/root-user/credentials';
import { countsOf } from '../lambda/sweep/plan';
import { CODES } from '../lambda/sweep/remedies';
import type { SweepReport } from '../lambda/sweep/report/contents';
import { OUTCOMES, type AccountResult, type CredentialResult, type CredentialStatus, type Outcome, type Problem } from '../lambda/sweep/results';
import { pathOf } from '../lambda/sweep/select/units';
import { inertName, visible } from '../lambda/text';
import { CREDENTIAL_KINDS, type CredentialKind } from '../lib/private/contract';

export interface TableOptions {
  readonly colour: boolean;
  /** For ages. */
  readonly now: number;
}

type Style = Parameters<typeof styleText>[0];

const COLOURS: Record<Outcome, Style> = {
  'failed': 'red', 'kept': 'yellow', 'purged': 'green', 'would-purge': 'yellow', 'found': 'yellow', 'clean': 'green', 'skipped': 'gray',
};

const NAMES: Record<CredentialKind, readonly [one: string, several: string]> = {
  Password: ['password', 'passwords'],
  AccessKey: ['access key', 'access keys'],
  SigningCertificate: ['signing certificate', 'signing certificates'],
  MfaDevice: ['MFA device', 'MFA devices'],
};

/** The report for a person at a terminal: by unit, the worst first, clean accounts as a number, the problem of the sweep last. */
export function tableOf(report: SweepReport, options: TableOptions): string {
  const listed = report.accounts.filter((account) => isFailed(account) || account.credentials.length > 0).sort(worstFirst);
  const units = [...groupBy(listed, (account) => unitOf(account, report)).entries()];
  return [
    `Root credentials in ${report.organizationId}, management account ${report.managementAccountId}`,
    ...units.flatMap(([unit, accounts]) => ['', paint('bold', unit, options), ...accounts.flatMap((account) => accountLines(account, options))]),
    ...notBegunLines(report),
    '',
    ...report.work === 'purge' ? purgeSummary(report) : auditSummary(report),
    ...accountsSummary(report),
    ...mailboxesSummary(report),
    ...report.problem ? ['', ...problemLines(report.problem)] : [],
  ].join('\n');
}

/** Nothing is known of it: an interrupt came first. */
const isNotBegun = ({ problem, credentials }: AccountResult) => problem?.code === CODES.notAttempted && credentials.length === 0;

const isFailed = (account: AccountResult) => account.outcome === 'failed' && !isNotBegun(account);

function notBegunLines({ accounts }: SweepReport): string[] {
  const names = accounts.filter(isNotBegun).map(({ accountId, accountName }) => `  ${accountId} ${inertName(accountName)}`);
  return names.length === 0 ? [] : ['', 'Not begun, since it was interrupted:', ...names];
}

/** By outcome, then by the latest use of a credential, then by how easily the root user is entered. */
function worstFirst(one: AccountResult, other: AccountResult): number {
  return OUTCOMES.indexOf(one.outcome) - OUTCOMES.indexOf(other.outcome)
    || lastUseIn(other).localeCompare(lastUseIn(one))
    || openness(other) - openness(one)
    || one.accountId.localeCompare(other.accountId);
}

const lastUseIn = ({ credentials }: AccountResult) => credentials.map(({ lastUsedAt = '' }) => lastUsedAt).sort().at(-1) ?? '';

/** A key that is active opens an account alone; so does a password where there is no MFA device. */
function openness({ credentials }: AccountResult): number {
  const has = (kind: CredentialKind) => credentials.some((credential) => credential.kind === kind && credential.state !== 'Inactive');
  return has('AccessKey') ? 2 : has('Password') && !has('MfaDevice') ? 1 : 0;
}

function unitOf({ parentId }: AccountResult, { organizationalUnits = [] }: SweepReport): string {
  const units = new Map(organizationalUnits.map((unit) => [unit.id, unit]));
  return parentId === undefined ? 'Unknown organizational unit' : visible(pathOf(parentId, units));
}

function accountLines(account: AccountResult, options: TableOptions): string[] {
  const { accountId, accountName, email, outcome } = account;
  return [
    `  ${paint(COLOURS[outcome], accountId, options)} ${inertName(accountName)}${email === undefined ? '' : `, ${mailboxOf(email)}`}`,
    ...rootUserLines(account, options).map((line) => `    ${line}`),
  ];
}

/** The credentials of an account, and its problem. */
export function rootUserLines({ credentials, problem }: AccountResult, options: TableOptions): string[] {
  const isSaidBelow = (of: CredentialResult) => of.problem?.message === problem?.message; // what ends an account ends all of its credentials
  return [
    ...credentials.flatMap((credential) => credentialLines(isSaidBelow(credential) ? { ...credential, problem: undefined } : credential, options)),
    ...problem ? problemLines(problem) : [],
  ];
}

function credentialLines(credential: CredentialResult, { now }: TableOptions): string[] {
  const { status, reason, problem } = credential;
  const what = [STATUS[status], reason && visible(reason)].filter(Boolean).join(': ');
  return [`${credentialText(credential, now)}${what === '' ? '' : ` → ${what}`}`, ...problem ? problemLines(problem).map((line) => `  ${line}`) : []];
}

/** The status of a credential in words; one that an audit found needs none. */
const STATUS: Record<CredentialStatus, string> = {
  'found': '', 'would-delete': 'a purge deletes it', 'kept': 'kept', 'deleted': 'deleted', 'absent': 'gone', 'failed': 'failed',
};

/** A credential with its age and last use. */
export function credentialText(credential: Credential, now: number): string {
  const { kind, id, state, createdAt } = credential;
  return [
    [NAMES[kind][0], id && visible(id)].filter(Boolean).join(' '),
    state && visible(state),
    createdAt && `created ${dated(createdAt, now)}`,
    useOf(credential, now),
  ].filter(Boolean).join(', ');
}

/** AWS records no use of certificates and MFA devices. Of a key it says that it knows of none. */
function useOf({ kind, lastUsedAt, neverUsed }: Credential, now: number): string | undefined {
  if (lastUsedAt !== undefined) {
    return `last used ${dated(lastUsedAt, now)}`;
  }
  switch (kind) {
    case 'Password': return 'no use on record';
    case 'AccessKey': return neverUsed ? 'no use on record' : 'last use could not be read';
    default: return undefined;
  }
}

function problemLines({ code, message, remedies }: Problem): string[] {
  return [`${code}: ${visible(message)}`, ...remedies.map((remedy, i) => `  ${remedies.length > 1 ? `${i + 1}. ` : ''}${visible(remedy)}`)];
}

const DAY_MS = 86_400_000;

function dated(time: string, now: number): string {
  const days = Math.floor((now - Date.parse(time)) / DAY_MS);
  return `${time.slice(0, 10)} (${ageOf(days)})`;
}

function ageOf(days: number): string {
  if (days < 1) {
    return 'today';
  }
  if (days < 60) {
    return `${plural(days, 'day', 'days')} ago`;
  }
  return days < 730 ? `${Math.floor(days / 30)} months ago` : `${Math.floor(days / 365)} years ago`;
}

function auditSummary({ accounts, counts }: SweepReport): string[] {
  const holders = accounts.filter((account) => account.credentials.length > 0).length;
  const swept = accounts.length - counts.skipped - accounts.filter(isNotBegun).length;
  const found = countsOf(accounts.flatMap((account) => account.credentials));
  return [`${holders} of ${plural(swept, 'account', 'accounts')} ${holders === 1 ? 'has' : 'have'} root credentials: ${kindsText(found)}.`];
}

/** A deletion counts when the look afterwards showed it. */
function purgeSummary({ accounts }: SweepReport): string[] {
  const credentials = accounts.flatMap((account) => account.credentials);
  const of = (...statuses: CredentialStatus[]) => credentials.filter(({ status }) => statuses.includes(status));
  const left = of('would-delete', 'found', 'failed');
  return [
    `Deleted: ${anyKindsText(countsOf(of('deleted')))}.`,
    ...of('absent').length > 0 ? [`Gone, and not known by whom: ${anyKindsText(countsOf(of('absent')))}.`] : [],
    `Kept: ${anyKindsText(countsOf(of('kept')))}.`,
    ...left.length > 0 ? [`Not deleted: ${anyKindsText(countsOf(left))}.`] : [],
  ];
}

/** `2 passwords, 1 access key, …` */
export const kindsText = (counts: Readonly<Record<CredentialKind, number>>) => CREDENTIAL_KINDS.map((kind) => plural(counts[kind], ...NAMES[kind])).join(', ');

/** The same without the kinds of which there are none. */
export function anyKindsText(counts: Readonly<Record<CredentialKind, number>>): string {
  const kinds = CREDENTIAL_KINDS.filter((kind) => counts[kind] > 0);
  return kinds.map((kind) => plural(counts[kind], ...NAMES[kind])).join(', ') || 'nothing';
}

function accountsSummary({ accounts, counts, work }: SweepReport): string[] {
  const [purged, failed] = work === 'purge' ? [`${counts.purged} purged, `, 'failed'] : ['', 'could not be read'];
  const notBegun = accounts.filter(isNotBegun).length;
  return [
    `${plural(accounts.length, 'account', 'accounts')}: ${purged}${counts.clean} clean, ${counts.failed - notBegun} ${failed}, ${notBegun > 0 ? `${notBegun} not begun, ` : ''}${counts.skipped} skipped.`,
    ...accounts.filter(({ outcome }) => outcome === 'skipped').map(({ accountId, accountName, reason }) => `  skipped ${accountId} ${inertName(accountName)}: ${reason}`),
  ];
}

/** The mailboxes that are findings, also those of accounts without credentials. */
function mailboxesSummary({ accounts, allowedEmailDomains = [] }: SweepReport): string[] {
  const foreign = accounts.filter(({ foreignMailbox }) => foreignMailbox);
  return foreign.length === 0 ? [] : [
    `${plural(foreign.length, 'root mailbox', 'root mailboxes')} outside of ${allowedEmailDomains.join(', ')}:`,
    ...foreign.map(({ accountId, accountName, email }) => `  ${accountId} ${inertName(accountName)}, ${mailboxOf(email!)}`),
  ];
}

export const plural = (count: number, one: string, several: string) => `${count} ${count === 1 ? one : several}`;

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...groups.get(keyOf(item)) ?? [], item]);
  }
  return groups;
}

const paint = (style: Style, text: string, { colour }: TableOptions) => colour ? styleText(style, text) : text;
