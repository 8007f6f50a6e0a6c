import {
  type Account as OrganizationsAccount, DescribeAccountCommand, type OrganizationsClient,
  paginateListAccounts, paginateListAccountsForParent, paginateListOrganizationalUnitsForParent,
} from '@aws-sdk/client-organizations';
import { placementOf } from './units';
import type { Selection } from '../../../lib/private/contract';
import type { StartInput, SweepSettings } from '../../../lib/sweep/contract';
import { failure, isNamed } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { skipped, type Account } from '../results';
import { reasonOfExclusion, type OrganizationIdentity, type ResolvedSelection } from '../selection';

/** Resolves a construct's selection against the organization as it is now, narrowed by what the start asks for. */
export async function resolveSelection(
  organizations: OrganizationsClient, identity: OrganizationIdentity, settings: SweepSettings, input: StartInput, callerAccountId: string,
  alsoRunning: string[] = [],
): Promise<ResolvedSelection> {
  const selected = await select(organizations, settings.selection);
  await checkNamed(organizations, settings, selected);
  const { candidates, unselected } = narrow(selected, input);
  const reasons = candidates.map((account) => reasonToSkip(account, identity, settings.selection));
  return {
    ...identity,
    callerAccountId,
    work: settings.work,
    credentials: settings.credentials,
    protection: settings.protection,
    dryRun: settings.dryRun || input.dryRun === true,
    narrowed: input.accounts !== undefined,
    alsoRunning,
    batches: chunk(candidates.filter((_, i) => reasons[i] === undefined).map(named), settings.accountsPerBatch),
    skipped: [
      ...candidates.flatMap((account, i) => reasons[i] === undefined ? [] : [skipped(named(account), reasons[i])]),
      ...unselected.map((accountId) => skipped({ accountId, accountName: '' }, NOT_LISTED)),
    ],
    placement: await placementOf(organizations, candidates),
    mailboxes: Object.fromEntries(candidates.flatMap(({ Id, Email }) => Email === undefined ? [] : [[Id!, Email]])),
  };
}

/** The management account and excluded accounts are never touched, whatever else selects them; the rest must be usable. */
function reasonToSkip(account: OrganizationsAccount, { managementAccountId }: OrganizationIdentity, selection: Selection): string | undefined {
  const { exclude, exclusions } = selection;
  if (account.Id === managementAccountId) {
    return 'it is the management account, whose root user no root session can reach';
  }
  if (exclude.includes(account.Id!)) {
    return reasonOfExclusion(exclusions?.find(({ accounts }) => accounts.includes(account.Id!)));
  }
  const state = account.State ?? account.Status; // AWS is replacing Status by State, and sends one or both
  return state === 'ACTIVE' ? undefined : `its state is ${state ?? 'unknown'}, not ACTIVE`;
}

async function select(organizations: OrganizationsClient, { accounts, organizationalUnits }: Selection): Promise<OrganizationsAccount[]> {
  if (organizationalUnits !== undefined) {
    const nested = await Promise.all(organizationalUnits.map((id) => accountsBelow(organizations, id)));
    return unique(nested.flat());
  }
  const all = unique(await everyItem('organizations:ListAccounts', paginateListAccounts({ client: organizations }, {}), (page) => page.Accounts));
  return accounts === undefined ? all : listed(all, accounts);
}

/** ListAccountsForParent gives an OU's own accounts only, so every OU below it is asked too. */
async function accountsBelow(client: OrganizationsClient, parentId: string): Promise<OrganizationsAccount[]> {
  try {
    const own = await everyItem('organizations:ListAccountsForParent', paginateListAccountsForParent({ client }, { ParentId: parentId }), (page) => page.Accounts);
    const units = await everyItem('organizations:ListOrganizationalUnitsForParent', paginateListOrganizationalUnitsForParent({ client }, { ParentId: parentId }), (page) => page.OrganizationalUnits);
    const nested = await Promise.all(units.map((unit) => accountsBelow(client, unit.Id!)));
    return [...own, ...nested.flat()];
  } catch (error) {
    if (isNamed(error, 'ParentNotFoundException')) {
      throw selectionError(`the organization has no organizational unit ${parentId}: correct AccountSelection.organizationalUnits`);
    }
    throw error;
  }
}

/** An account that is listed and not there is more likely a mistake than an account that left. */
function listed(all: OrganizationsAccount[], ids: string[]): OrganizationsAccount[] {
  const known = new Map(all.map((account) => [account.Id, account]));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    const first = unknown.slice(0, 10).join(', ');
    throw selectionError(`the organization has no account ${first}${unknown.length > 10 ? ` and ${unknown.length - 10} more` : ''}: correct AccountSelection.accounts`);
  }
  return unique(ids.map((id) => known.get(id)!));
}

/** An account that is mistyped where it is excluded or kept is not protected; one elsewhere in the organization is for another selection. */
async function checkNamed(organizations: OrganizationsClient, { selection, protection }: SweepSettings, selected: OrganizationsAccount[]) {
  const known = new Set(selected.map(({ Id }) => Id));
  const unknown = async (ids: string[]) => {
    for (const id of new Set(ids.filter((candidate) => !known.has(candidate)))) {
      if (selection.organizationalUnits === undefined || !await isInOrganization(organizations, id)) {
        return id;
      }
    }
    return undefined;
  };
  const excluded = await unknown(selection.exclude);
  if (excluded !== undefined) {
    throw selectionError(`the organization has no account ${excluded}, so excluding it protects nothing: correct exclude`);
  }
  const kept = await unknown(protection.keep.flatMap(({ accounts = [] }) => accounts));
  if (kept !== undefined) {
    const where = selection.accounts === undefined ? 'the organization has no account' : 'AccountSelection.accounts does not list account';
    throw selectionError(`${where} ${kept}, so keeping credentials in it protects nothing: correct keep`);
  }
}

async function isInOrganization(organizations: OrganizationsClient, AccountId: string): Promise<boolean> {
  try {
    await organizations.send(new DescribeAccountCommand({ AccountId }));
    return true;
  } catch (error) {
    if (isNamed(error, 'AccountNotFoundException')) {
      return false;
    }
    throw error;
  }
}

/** The listing may lag behind an account that has just joined, so this is no claim about the construct alone. */
const NOT_LISTED = 'AWS Organizations does not list it among the accounts that this construct selects';

/** An account that a start names and the construct does not select is never swept: it is an error, unless the start could not know. */
function narrow(accounts: OrganizationsAccount[], { accounts: only, ifSelected = false }: StartInput) {
  if (only === undefined) {
    return { candidates: accounts, unselected: [] };
  }
  const wanted = new Set(only);
  const candidates = accounts.filter(({ Id }) => wanted.delete(Id!));
  const unselected = [...wanted];
  if (unselected.length > 0 && !ifSelected) {
    throw selectionError(`${unselected.slice(0, 10).join(', ')} is not selected by this construct: a start can only narrow its selection`);
  }
  return { candidates, unselected };
}

const selectionError = (message: string) => failure('SelectionError', message);

const named = ({ Id, Name }: OrganizationsAccount): Account => ({ accountId: Id!, accountName: Name ?? '' });

const unique = (accounts: OrganizationsAccount[]) => [...new Map(accounts.map((account) => [account.Id, account])).values()];

function chunk<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
