import type { Account, AccountResult } from './results';
import type { ExceptionNote } from '../../lib/private/contract';
import type { SweepSettings } from '../../lib/sweep/contract';

export interface OrganizationIdentity {
  readonly organizationId: string;
  readonly managementAccountId: string;
}

/** An organizational unit, or the organization's root. */
export interface OrganizationalUnit {
  readonly id: string;
  /** Absent when it could not be read. */
  readonly name?: string;
  /** The root has none. */
  readonly parentId?: string;
}

/** Where the accounts are in the tree of the organization. */
export interface Placement {
  readonly units: OrganizationalUnit[];
  /** Id of an account's unit, or of the root, by id of the account. */
  readonly parents: Record<string, string>;
}

/** The accounts of a sweep, each either in one batch or skipped. */
export interface ResolvedSelection extends OrganizationIdentity {
  /** ARN of the execution that it was made for: two sweeps of one bucket may have one name. */
  readonly execution?: string;
  /** The account in which the sweep runs. */
  readonly callerAccountId: string;
  readonly work: SweepSettings['work'];
  readonly credentials: SweepSettings['credentials'];
  readonly dryRun: boolean;
  readonly protection: SweepSettings['protection'];
  /** Whether the start asked for a part of what the construct selects. */
  readonly narrowed: boolean;
  /** Names of the sweeps of the same construct that were at work when this one began. */
  readonly alsoRunning: string[];
  readonly batches: Account[][];
  readonly skipped: AccountResult[];
  /** For the reports: nothing that is done depends on it. */
  readonly placement?: Placement;
  /** Email addresses of root users by ID of the account, as far as AWS tells; for the reports, too. */
  readonly mailboxes?: Readonly<Record<string, string>>;
}

/** Why an excluded account is skipped: as far as somebody has said why. */
export const reasonOfExclusion = ({ reason }: Partial<ExceptionNote> = {}) => reason === undefined ? 'it is excluded' : `it is excluded: ${reason}`;

/**
 * Whether a sweep says how all accounts of its construct are. A start by hand that was narrowed does not, and neither does a dry run of a purge that deletes,
 * except where every scheduled sweep is one.
 */
export function isLatest({ narrowed, work, dryRun }: ResolvedSelection, settings: Pick<SweepSettings, 'dryRun' | 'plan'>): boolean {
  return !narrowed && (work === 'audit' || dryRun === settings.dryRun || settings.plan !== undefined);
}
