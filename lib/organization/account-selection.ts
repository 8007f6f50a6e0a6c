import { Token } from 'aws-cdk-lib';
import { ExceptionOptions } from '../exception-options';
import { someTexts } from '../private/cdk-shapes';
import { Selection } from '../private/contract';
import { checkException, EXCEPTION, noteOf } from '../private/exceptions';
import { checkShape, checkValue, listOf, options as anOptions, Shape } from '../private/shape';
import { checkAccountId, checkOrganizationalUnitId } from '../private/validate';

/** The policies that limit a sweep have no room for a longer list. */
const MOST_LISTED = 500;
const MOST_EXCLUSIONS = 100;

/** Accounts that are never touched, with the reason. */
export interface AccountExclusion extends ExceptionOptions {
  /** IDs of the accounts. */
  readonly accounts: string[];
}

/** Options of an AccountSelection. */
export interface AccountSelectionOptions {
  /**
   * IDs of accounts that are never touched, at most 500 together with those of `exclusions`.
   *
   * Adds a statement that denies `sts:AssumeRoot` on each of these accounts to the role of the sweep, so that no
   * input of an execution and no defect of the sweep can reach them.
   *
   * @default - no account is excluded
   */
  readonly exclude?: string[];

  /**
   * Accounts that are never touched, with the reason, the owner and the end of the exclusion, at most 100 entries.
   *
   * An account in this list is excluded exactly like one in `exclude`, also after the end: reports of sweeps then list
   * the exclusion as ended.
   *
   * @default - no account is excluded with a reason
   */
  readonly exclusions?: AccountExclusion[];
}

const EXCLUSION: Shape<AccountExclusion> = { needed: { ...EXCEPTION.needed, accounts: someTexts }, optional: EXCEPTION.optional };

const OPTIONS: Shape<AccountSelectionOptions> = { needed: {}, optional: { exclude: someTexts, exclusions: listOf(anOptions(EXCLUSION)) } };

/**
 * Selects the member accounts to which a construct applies.
 *
 * The management account is never selected, because no root session can reach its root user. Accounts that are not
 * ACTIVE are reported as skipped.
 */
export class AccountSelection {
  /** Selects every member account of the organization, including accounts that join later. */
  public static organization(options: AccountSelectionOptions = {}): AccountSelection {
    checkShape(OPTIONS, options);
    return new AccountSelection(excludedBy(options));
  }

  /**
   * Selects the accounts with the given account IDs, at most 500.
   *
   * An ID that the organization does not have fails the sweep. The role of the sweep can take root sessions in
   * these accounts only.
   */
  public static accounts(accountIds: string[]): AccountSelection {
    checkValue('accountIds', accountIds, someTexts);
    if (accountIds.length === 0) {
      throw new Error('accountIds must name at least one account, got an empty list');
    }
    return new AccountSelection({ accounts: checkAccounts('accountIds', accountIds), exclude: [] });
  }

  /**
   * Selects the accounts in the given organizational units and in all units below them, including accounts that
   * move in later.
   *
   * IAM has no condition for the organizational unit of the account in which a root session is taken. The role of
   * the sweep can therefore take root sessions in every account that is not excluded; the sweep itself limits them
   * to the units.
   *
   * @param organizationalUnitIds IDs of organizational units (`ou-abcd-11111111`) or of the root of the
   * organization (`r-abcd`)
   */
  public static organizationalUnits(organizationalUnitIds: string[], options: AccountSelectionOptions = {}): AccountSelection {
    checkValue('organizationalUnitIds', organizationalUnitIds, someTexts);
    checkShape(OPTIONS, options);
    if (organizationalUnitIds.length === 0) {
      throw new Error('organizationalUnitIds must name at least one organizational unit, got an empty list');
    }
    organizationalUnitIds.forEach((id, i) => checkOrganizationalUnitId(`organizationalUnitIds[${i}]`, id));
    return new AccountSelection({ organizationalUnits: organizationalUnitIds, ...excludedBy(options) });
  }

  private constructor(private readonly selection: Selection) {}

  /** @internal */
  public _selection(): Selection {
    return this.selection;
  }
}

function excludedBy({ exclude = [], exclusions = [] }: AccountSelectionOptions): Pick<Selection, 'exclude' | 'exclusions'> {
  checkAccounts('exclude', exclude);
  if (Token.isUnresolved(exclusions) || exclusions.length > MOST_EXCLUSIONS) {
    throw new Error(`exclusions must be a list of at most ${MOST_EXCLUSIONS} entries that is known at synth, got ${Token.isUnresolved(exclusions) ? 'a token' : exclusions.length}: name several accounts in one entry`);
  }
  exclusions.forEach((exclusion, i) => {
    const name = `exclusions[${i}]`;
    checkAccounts(`${name}.accounts`, exclusion.accounts);
    if (exclusion.accounts.length === 0) {
      throw new Error(`${name}.accounts must name at least one account, got an empty list`);
    }
    checkException(name, exclusion);
  });
  const all = [...new Set([...exclude, ...exclusions.flatMap(({ accounts }) => accounts)])];
  if (all.length > MOST_LISTED) {
    throw new Error(`exclude and exclusions must list at most ${MOST_LISTED} accounts together, got ${all.length}: use AccountSelection.organizationalUnits instead`);
  }
  const noted = exclusions.map(({ accounts, ...note }) => ({ accounts, ...noteOf(note) }));
  return noted.length === 0 ? { exclude } : { exclude: all, exclusions: noted };
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
