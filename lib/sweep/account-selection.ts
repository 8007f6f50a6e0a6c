import { Token } from 'aws-cdk-lib';
import { Selection } from '../private/contract';
import { checkShape, checkValue, Shape } from '../private/shape';
import { someTexts } from '../private/shapes';
import { checkAccountId, checkOrganizationalUnitId } from '../private/validate';

/** A longer list does not fit the policies that limit the sweep to it. */
const MOST_LISTED = 500;

/** What an `AccountSelection` leaves out. */
export interface AccountSelectionOptions {
  /**
   * Ids of accounts that are never touched, at most 500.
   *
   * Adds a Deny of `sts:AssumeRoot` on each of them to the sweep's role, so that they are safe from any start and any mistake.
   *
   * @default - no account is excluded
   */
  readonly exclude?: string[];
}

const OPTIONS: Shape<AccountSelectionOptions> = { needed: {}, optional: { exclude: someTexts } };

/**
 * The member accounts that a construct looks after.
 *
 * The management account is never among them, whatever is selected: no root session can reach its root user. Accounts that
 * are not ACTIVE are reported as skipped.
 */
export class AccountSelection {
  /** Every member account of the organization, those that join later included. */
  public static organization(options: AccountSelectionOptions = {}): AccountSelection {
    checkShape(OPTIONS, options);
    return new AccountSelection({ exclude: checkAccounts('exclude', options.exclude ?? []) });
  }

  /**
   * The accounts with these ids, at most 500. An id that the organization does not have fails the sweep.
   *
   * The sweep's role may take root sessions in these accounts only.
   */
  public static accounts(accountIds: string[]): AccountSelection {
    checkValue('accountIds', accountIds, someTexts);
    if (accountIds.length === 0) {
      throw new Error('accountIds must name at least one account, got an empty list');
    }
    return new AccountSelection({ accounts: checkAccounts('accountIds', accountIds), exclude: [] });
  }

  /**
   * The accounts in these organizational units and in all units below them, those that move in later included.
   *
   * IAM has no condition for the OU of an account that is assumed into, so the sweep's role may take root sessions in every
   * account but the excluded ones; the sweep itself keeps to the units.
   *
   * @param organizationalUnitIds ids of organizational units (`ou-abcd-11111111`) or of the organization's root (`r-abcd`)
   */
  public static organizationalUnits(organizationalUnitIds: string[], options: AccountSelectionOptions = {}): AccountSelection {
    checkValue('organizationalUnitIds', organizationalUnitIds, someTexts);
    checkShape(OPTIONS, options);
    if (organizationalUnitIds.length === 0) {
      throw new Error('organizationalUnitIds must name at least one organizational unit, got an empty list');
    }
    organizationalUnitIds.forEach((id, i) => checkOrganizationalUnitId(`organizationalUnitIds[${i}]`, id));
    return new AccountSelection({ organizationalUnits: organizationalUnitIds, exclude: checkAccounts('exclude', options.exclude ?? []) });
  }

  private constructor(private readonly selection: Selection) {}

  /** @internal */
  public _selection(): Selection {
    return this.selection;
  }
}

function checkAccounts(property: string, ids: string[]): string[] {
  if (Token.isUnresolved(ids)) {
    throw new Error(`${property} must be a list that is known at synth (its items may be tokens): the sweep's permissions are made from it`);
  }
  if (ids.length > MOST_LISTED) {
    throw new Error(`${property} must list at most ${MOST_LISTED} accounts, got ${ids.length}: use AccountSelection.organizationalUnits instead`);
  }
  ids.forEach((id, i) => checkAccountId(`${property}[${i}]`, id));
  return ids;
}
