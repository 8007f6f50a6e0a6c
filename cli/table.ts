import { styleText } from 'node:util';
import type { SweepReport } from '../lambda/sweep/report/contents';
import type { AccountResult, CredentialResult, Problem } from '../lambda/sweep/results';
import { pathOf } from '../lambda/sweep/select/units';
import { inert, inertName } from '../lambda/text';
import type { CredentialKind } from '../lib/private/contract';

export interface TableOptions {
  readonly colour: boolean;
  /** For ages. */
  readonly now: number;
}

type Style = Parameters<typeof styleText>[0];

const NAMES: Record<CredentialKind, readonly [one: string, several: string]> = {
  Password: ['password', 'passwords'],
  AccessKey: ['access key', 'access keys'],
  SigningCertificate: ['signing certificate', 'signing certificates'],
  MfaDevice: ['MFA device', 'MFA devices'],
};

/** The report for a person at a terminal: by unit, what needs attention first, clean accounts as a number. */
export function tableOf(report: SweepReport, options: TableOptions): string {
  const listed = report.accounts.filter(({ outcome, credentials }) => outcome === 'failed' || credentials.length > 0);
  const units = [...groupBy(listed, (account) => unitOf(account, report)).entries()];
  return [
    `Root credentials in ${report.organizationId}, management account ${report.managementAccountId}`,
    ...units.flatMap(([unit, accounts]) => ['', paint('bold', unit, options), ...accounts.flatMap((account) => accountLines(account, options))]),
    '',
    ...summary(report),
  ].join('\n');
}

function unitOf({ parentId }: AccountResult, { organizationalUnits = [] }: SweepReport): string {
  const units = new Map(organizationalUnits.map((unit) => [unit.id, unit]));
  return parentId === undefined ? 'Unknown organizational unit' : inert(pathOf(parentId, units));
}

function accountLines(account: AccountResult, options: TableOptions): string[] {
  const { accountId, accountName, problem } = account;
  return [
    `  ${paint(problem ? 'red' : 'yellow', accountId, options)} ${inertName(accountName)}`,
    ...rootUserLines(account, options).map((line) => `    ${line}`),
  ];
}

/** The credentials of an account, and its problem. */
export function rootUserLines({ credentials, problem }: AccountResult, options: TableOptions): string[] {
  return [...credentials.map((credential) => credentialLine(credential, options)), ...problem ? problemLines(problem) : []];
}

function credentialLine({ kind, id, state, createdAt, lastUsedAt }: CredentialResult, { now }: TableOptions): string {
  const keepsUse = kind === 'Password' || kind === 'AccessKey'; // AWS records no use of the others
  return [
    [NAMES[kind][0], id && inert(id)].filter(Boolean).join(' '),
    state,
    createdAt && `created ${dated(createdAt, now)}`,
    keepsUse ? lastUsedAt ? `last used ${dated(lastUsedAt, now)}` : 'no use on record' : undefined,
  ].filter(Boolean).join(', ');
}

function problemLines({ code, message, remedies }: Problem): string[] {
  return [`${code}: ${inert(message)}`, ...remedies.map((remedy, i) => `  ${remedies.length > 1 ? `${i + 1}. ` : ''}${inert(remedy)}`)];
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

function summary({ accounts, counts }: SweepReport): string[] {
  const credentials = accounts.flatMap((account) => account.credentials);
  const count = (kind: string) => credentials.filter((credential) => credential.kind === kind).length;
  const kinds = Object.entries(NAMES).map(([kind, [one, several]]) => plural(count(kind), one, several));
  const holders = accounts.filter((account) => account.credentials.length > 0).length;
  const swept = accounts.length - counts.skipped;
  return [
    `${holders} of ${plural(swept, 'account', 'accounts')} ${holders === 1 ? 'has' : 'have'} root credentials: ${kinds.join(', ')}.`,
    `${plural(counts.clean, 'account', 'accounts')} clean, ${counts.failed} could not be read, ${counts.skipped} skipped.`,
    ...accounts.filter(({ outcome }) => outcome === 'skipped').map(({ accountId, accountName, reason }) => `  skipped ${accountId} ${inertName(accountName)}: ${reason}`),
  ];
}

const plural = (count: number, one: string, several: string) => `${count} ${count === 1 ? one : several}`;

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...groups.get(keyOf(item)) ?? [], item]);
  }
  return groups;
}

const paint = (style: Style, text: string, { colour }: TableOptions) => colour ? styleText(style, text) : text;
