import { stringify } from 'csv-stringify/sync';
import type { SweepReport } from './contents';
import type { ReportedException } from './exceptions';
import type { AccountResult, CredentialResult } from '../results';
import { pathOf } from '../select/units';
import type { OrganizationalUnit } from '../selection';

/** Characters that begin a formula: at the start of a cell, and behind what a spreadsheet of another country takes for the separator, or for the next line. */
const FORMULA = /(^|[;\t\r\n])([\s"]*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])/g;

/** One line for each credential, and one for an account that has none to show. No cell begins a formula of a spreadsheet. */
export function csvOf({ accounts, exceptions, organizationalUnits = [] }: SweepReport): string {
  const units = new Map(organizationalUnits.map((unit) => [unit.id, unit]));
  return stringify(accounts.flatMap((account) => rows(account, units, exceptions)), {
    header: true,
    bom: true, // spreadsheets take a file without it for the local code page
    cast: { string: (text) => text.replace(FORMULA, "$1$2'") },
    escape_formulas: true, // tabs and line breaks at the start, too
    quoted_match: /[;\t]/,
    columns: [
      'account_id', 'account_name', 'root_email', 'foreign_mailbox', 'organizational_unit', 'outcome', 'credential', 'credential_id', 'credential_state', 'created_at', 'last_used_at', 'never_used', 'status', 'deleted_at', 'request_id', 'change', 'reason', 'exception_owner', 'exception_until', 'exception_state', 'code', 'message', 'remedies',
    ],
  });
}

function rows(
  account: AccountResult, units: ReadonlyMap<string, OrganizationalUnit>, exceptions: readonly ReportedException[],
): Record<string, string | undefined>[] {
  const own = {
    account_id: account.accountId,
    account_name: account.accountName,
    root_email: account.email,
    foreign_mailbox: account.foreignMailbox && 'true',
    organizational_unit: account.parentId && pathOf(account.parentId, units),
    outcome: account.outcome,
  };
  const accountRow = { ...own, reason: account.reason, ...exceptionCells(account, exceptions), ...problemCells(account) };
  const credentialRows = account.credentials.map((credential) => ({
    ...own,
    credential: credential.kind,
    credential_id: credential.id,
    credential_state: credential.state,
    created_at: credential.createdAt,
    last_used_at: credential.lastUsedAt,
    never_used: credential.neverUsed ? 'true' : undefined,
    status: credential.status,
    deleted_at: credential.deletedAt,
    request_id: credential.requestId,
    change: credential.change,
    reason: credential.reason,
    ...exceptionCells(credential, exceptions),
    ...problemCells(credential),
  }));
  return account.problem !== undefined || credentialRows.length === 0 ? [accountRow, ...credentialRows] : credentialRows;
}

function exceptionCells({ exception }: Pick<AccountResult | CredentialResult, 'exception'>, exceptions: readonly ReportedException[]) {
  const { owner, until, state } = exceptions[exception ?? -1] ?? {};
  return { exception_owner: owner, exception_until: until, exception_state: state };
}

function problemCells({ problem }: Pick<AccountResult | CredentialResult, 'problem'>) {
  return { code: problem?.code, message: problem?.message, remedies: problem?.remedies.join(' | ') };
}
