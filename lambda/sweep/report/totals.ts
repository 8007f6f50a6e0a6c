import { CREDENTIAL_KINDS, type CredentialKind } from '../../../lib/private/contract';
import { CREDENTIAL_STATUSES, type AccountResult, type CredentialResult, type CredentialStatus } from '../results';
import type { OrganizationalUnit } from '../selection';

/** Credentials by kind and status. */
export type Totals = Record<CredentialKind, Record<CredentialStatus, number>>;

/** A unit with what is in it and in all units below it. */
export interface ReportedUnit extends OrganizationalUnit {
  readonly accounts: number;
  readonly accountsFailed: number;
  /** Credentials that are still there. */
  readonly credentialsLeft: number;
  readonly credentialsDeleted: number;
}

export function totalsOf(accounts: readonly AccountResult[]): Totals {
  const zeros = () => Object.fromEntries(CREDENTIAL_STATUSES.map((status) => [status, 0]));
  const totals = Object.fromEntries(CREDENTIAL_KINDS.map((kind) => [kind, zeros()])) as Totals;
  accounts.forEach(({ credentials }) => credentials.forEach(({ kind, status }) => { totals[kind][status] += 1; }));
  return totals;
}

export function unitsOf(units: readonly OrganizationalUnit[], accounts: readonly AccountResult[]): ReportedUnit[] {
  const byId = new Map(units.map((unit) => [unit.id, { ...unit, accounts: 0, accountsFailed: 0, credentialsLeft: 0, credentialsDeleted: 0 }]));
  for (const { parentId, outcome, credentials } of accounts) {
    for (let unit = byId.get(parentId ?? ''); unit !== undefined; unit = byId.get(unit.parentId ?? '')) {
      unit.accounts += 1;
      unit.accountsFailed += outcome === 'failed' ? 1 : 0;
      unit.credentialsLeft += credentials.filter(isLeft).length;
      unit.credentialsDeleted += credentials.filter(({ status }) => status === 'deleted').length;
    }
  }
  return [...byId.values()];
}

/** Whether a credential is there, or nobody can say that it is gone. */
export const isLeft = ({ status }: CredentialResult) => status !== 'deleted' && status !== 'absent';
