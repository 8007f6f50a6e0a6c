import type { SweepReport } from './contents';
import type { CredentialStatus } from '../results';

/** Credentials that a sweep came upon, summed over all accounts. */
export interface Tally {
  /** All but those that are kept for a reason; what was deleted was found first. */
  readonly found: number;
  readonly deleted: number;
  /** Left in place on purpose. */
  readonly kept: number;
}

export function tallyOf({ accounts }: SweepReport): Tally {
  const statuses = accounts.flatMap(({ credentials }) => credentials.map(({ status }) => status));
  const count = (status: CredentialStatus) => statuses.filter((each) => each === status).length;
  return { found: statuses.length - count('kept'), deleted: count('deleted'), kept: count('kept') };
}

/** Accounts that were looked at, or should have been. */
export function accountsSwept({ counts, accounts }: SweepReport): number {
  return accounts.length - counts.skipped;
}

/** Whether a report says how all accounts of the construct are, so that what it does not name is not there. */
export function isWhole({ narrowed, problem }: SweepReport): boolean {
  return narrowed === false && problem === undefined;
}
