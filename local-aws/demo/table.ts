import type { SweepReport } from '../../lambda/sweep/report/contents';
import { type AccountResult, type Outcome, OUTCOMES } from '../../lambda/sweep/results';
import { IAM_SERVICE_PRINCIPAL } from '../../lib/organization/contract';
import { type FakeAccount, type FakeOrganization, FEATURES, type RootCredentials } from '../organization';
import type { Terminal } from './terminal';

/** The root credentials of every account, by account id, as the organization itself holds them. */
export type Snapshot = ReadonlyMap<string, RootCredentials>;

export function snapshotOf(organization: FakeOrganization): Snapshot {
  return new Map(organization.accounts.map(({ id, root }) => [id, root.credentials.current]));
}

/** How many root credentials there are in all accounts at this moment. */
export function countCredentials(organization: FakeOrganization): number {
  return organization.accounts.flatMap(({ root }) => namesOf(root.credentials.current)).length;
}

/** An account before and after the sweep, and what the report says of it. */
export interface Row {
  /** Under which heading it stands. */
  readonly heading: string;
  readonly account: FakeAccount;
  readonly before: RootCredentials;
  readonly after: RootCredentials;
  /** Undefined when the report does not have exactly one line for the account. */
  readonly result?: AccountResult;
}

/** One row for each account of which it is known what was there before. */
export function rowsOf(organization: FakeOrganization, before: Snapshot, { accounts }: SweepReport): Row[] {
  const after = snapshotOf(organization);
  return organization.accounts.filter(({ id }) => before.has(id)).map((account) => {
    const results = accounts.filter(({ accountId }) => accountId === account.id);
    return {
      heading: pathOf(organization, account),
      account,
      before: before.get(account.id)!,
      after: after.get(account.id)!,
      result: results.length === 1 ? results[0] : undefined,
    };
  });
}

function pathOf(organization: FakeOrganization, account: FakeAccount): string {
  return organization.pathOf(account).slice(1).map((id) => organization.findUnit(id)!.name).join('/') || 'Root';
}

/**
 * Whether the report told the truth about an account: what was there, less what the report calls deleted, is what is there now.
 *
 * `clean` and `purged` promise more: nothing is left.
 */
export function agrees({ before, after, result }: Row): boolean {
  if (result === undefined) return false;
  const gone = new Set(result.credentials.filter(({ status }) => status === 'deleted' || status === 'absent').map(nameOf));
  const expected = namesOf(before).filter((name) => !gone.has(name));
  const promisesNothing = result.outcome === 'clean' || result.outcome === 'purged';
  return same(namesOf(after), expected) && !(promisesNothing && namesOf(after).length > 0);
}

/** Every credential by kind and identifier, as the report names them. */
function namesOf({ loginProfile, accessKeys, signingCertificates, mfaDevices }: RootCredentials): string[] {
  return [
    ...loginProfile ? [{ kind: 'Password' }] : [],
    ...accessKeys.map(({ id }) => ({ kind: 'AccessKey', id })),
    ...signingCertificates.map(({ id }) => ({ kind: 'SigningCertificate', id })),
    ...mfaDevices.map(({ serial: id }) => ({ kind: 'MfaDevice', id })),
  ].map(nameOf);
}

const nameOf = ({ kind, id = '' }: { kind: string; id?: string }) => `${kind} ${id}`;

const same = (some: readonly string[], others: readonly string[]) => JSON.stringify(some) === JSON.stringify(others);

/** `password, 2 keys (1 inactive), 1 cert, 3 MFA` */
function describe({ loginProfile, accessKeys, signingCertificates, mfaDevices }: RootCredentials): string {
  const inactive = accessKeys.filter(({ status }) => status === 'Inactive').length;
  return [
    loginProfile && 'password',
    counted(accessKeys.length, 'key', 'keys') + (inactive > 0 ? ` (${inactive} inactive)` : ''),
    counted(signingCertificates.length, 'cert', 'certs'),
    counted(mfaDevices.length, 'MFA', 'MFA'),
  ].filter(Boolean).join(', ') || 'none';
}

const counted = (count: number, one: string, many: string) => count === 0 ? '' : `${count} ${count === 1 ? one : many}`;

/** A row fits in 80 columns. */
const COLUMNS = { id: 12, name: 14, before: 27, after: 9 };

const OUTCOME_FORMAT: Record<Outcome, 'red' | 'yellow' | 'green' | 'dim'> = {
  'failed': 'red', 'kept': 'yellow', 'purged': 'green', 'would-purge': 'yellow', 'found': 'yellow', 'clean': 'dim', 'skipped': 'yellow',
};

export function printTable(terminal: Terminal, rows: readonly Row[]): void {
  terminal.print(terminal.style('dim', `  ${line('account', 'name', 'before', 'after')}report`));
  let heading: string | undefined;
  for (const row of rows) {
    if (row.heading !== heading) {
      heading = row.heading;
      terminal.print(terminal.style('bold', heading));
    }
    printRow(terminal, row);
  }
}

function printRow(terminal: Terminal, row: Row) {
  const { account, before, after, result } = row;
  const unchanged = namesOf(after).length > 0 && same(namesOf(before), namesOf(after));
  const text = line(account.id, account.name, describe(before), unchanged ? 'unchanged' : describe(after));
  const outcome = terminal.style(result ? OUTCOME_FORMAT[result.outcome] : 'red', result?.outcome ?? 'missing');
  terminal.print(`  ${result?.outcome === 'clean' ? terminal.style('dim', text) : text}${outcome}`);
  if (result?.reason) {
    terminal.print(terminal.style('dim', `    └ ${result.reason}`));
  }
  if (!agrees(row)) {
    terminal.print(terminal.style('red', `    └ the report and the organization disagree: ${namesOf(after).join(', ') || 'nothing'} is there`));
  }
}

function line(id: string, name: string, before: string, after: string): string {
  return `${id.padEnd(COLUMNS.id)}  ${name.padEnd(COLUMNS.name)}  ${before.padEnd(COLUMNS.before)}  ${after.padEnd(COLUMNS.after)}  `;
}

export function printVerdict(terminal: Terminal, rows: readonly Row[]) {
  const count = (outcome: Outcome) => rows.filter(({ result }) => result?.outcome === outcome).length;
  const outcomes = OUTCOMES.filter((outcome) => count(outcome) > 0).map((outcome) => `${count(outcome)} ${outcome}`);
  terminal.print(`${rows.length} accounts: ${outcomes.join(', ')}`);
  const wrong = rows.filter((row) => !agrees(row));
  if (wrong.length === 0) {
    terminal.print(`${terminal.style('green', '✓')} the reports say of every account what the organization itself shows`);
  } else {
    terminal.print(`${terminal.style('red', '✗')} the reports and the organization disagree about ${wrong.map(({ account }) => account.name).join(', ')}`);
  }
}

/** The switches of the organization as it holds them itself, by their names. */
export function switchesOf(organization: FakeOrganization): ReadonlyMap<string, string> {
  const onOff = (on: boolean) => on ? 'on' : 'off';
  const delegates = organization.accounts.filter(({ id }) => organization.isDelegatedAdministrator(id, IAM_SERVICE_PRINCIPAL));
  return new Map([
    ['trusted access', onOff(organization.isTrusted(IAM_SERVICE_PRINCIPAL))],
    ...FEATURES.map((feature): [string, string] => [feature, onOff(organization.features.current.has(feature))]),
    ['delegated administrator', delegates.map(({ name }) => name).join(', ') || 'none'],
  ]);
}

export function printSwitches(terminal: Terminal, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const width = COLUMNS.id + 2 + COLUMNS.name;
  const row = (name: string, was: string, is: string) => `  ${name.padEnd(width)}  ${was.padEnd(COLUMNS.before)}  ${is}`;
  terminal.print(terminal.style('dim', row('organization', 'before', 'after')));
  after.forEach((value, name) => terminal.print(row(name, before.get(name)!, value)));
}
