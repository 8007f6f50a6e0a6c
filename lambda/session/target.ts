import { ListParentsCommand, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { failure } from './failure';
import type { RunbookSettings } from '../../lib/private/contract';
import { isNamed } from '../aws/errors';

/** Fails for an account that the runbooks are not for. IAM denies the same where it can: it knows no organizational units. */
export async function checkTarget(organizations: OrganizationsClient, accountId: string, { selection, protectedAccounts }: RunbookSettings): Promise<void> {
  const { accounts, organizationalUnits, exclude } = selection;
  if (protectedAccounts.includes(accountId) || exclude.includes(accountId)) {
    throw notAllowed(`account ${accountId} is protected`);
  }
  if (accounts !== undefined && !accounts.includes(accountId)) {
    throw notAllowed(`account ${accountId} is not among the accounts of these runbooks`);
  }
  if (organizationalUnits !== undefined && !await isBelow(organizations, accountId, organizationalUnits)) {
    throw notAllowed(`account ${accountId} is not in the organizational units of these runbooks`);
  }
}

/** An account and a unit have exactly one parent. */
async function isBelow(organizations: OrganizationsClient, childId: string, units: string[]): Promise<boolean> {
  const parent = await parentOf(organizations, childId);
  return parent !== undefined && (units.includes(parent) || (!parent.startsWith('r-') && await isBelow(organizations, parent, units)));
}

async function parentOf(organizations: OrganizationsClient, ChildId: string): Promise<string | undefined> {
  try {
    const { Parents } = await organizations.send(new ListParentsCommand({ ChildId }));
    return Parents?.[0]?.Id;
  } catch (error) {
    if (isNamed(error, 'ChildNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

const notAllowed = (reason: string) => failure('TargetProtected', `${reason}; nothing was changed`);
