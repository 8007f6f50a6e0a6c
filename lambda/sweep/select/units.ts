import { DescribeOrganizationalUnitCommand, type Account, type OrganizationsClient } from '@aws-sdk/client-organizations';
import pLimit from 'p-limit';
import { textOf } from '../../aws/errors';
import { log } from '../../log';
import type { OrganizationalUnit, Placement } from '../selection';

const CALLS_AT_ONCE = 5;

/** No further name is asked for then: a report without names is better than a sweep that is late. */
const PATIENCE_MS = 20_000;

/**
 * The units of accounts, which AWS sends with the accounts; their names take one call for each unit. Only reports
 * show it: whatever AWS does not tell, or denies, is left out.
 */
export async function placementOf(organizations: OrganizationsClient, accounts: Account[]): Promise<Placement> {
  const parents: Record<string, string> = {};
  const parentOf = new Map<string, string | undefined>();
  for (const { Id, Paths: [path = ''] = [] } of accounts) {
    const ids = path.split('/').filter(Boolean).slice(1, -1); // o-…/r-…/ou-…/ou-…/111111111111/
    ids.forEach((id, i) => parentOf.set(id, ids[i - 1]));
    if (ids.length > 0) {
      parents[Id!] = ids.at(-1)!;
    }
  }
  const names = await namesOf(organizations, [...parentOf.keys()]);
  return { units: [...parentOf].map(([id, parentId]) => ({ id, name: names.get(id), parentId })), parents };
}

async function namesOf(organizations: OrganizationsClient, ids: string[]): Promise<Map<string, string | undefined>> {
  const names = new Map<string, string | undefined>();
  const limit = pLimit(CALLS_AT_ONCE);
  let askUntil = Date.now() + PATIENCE_MS;
  const ask = async (id: string) => {
    if (Date.now() > askUntil) {
      return;
    }
    try {
      const { OrganizationalUnit: unit } = await organizations.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: id }));
      names.set(id, unit?.Name);
    } catch (error) {
      log.warn('names of organizational units are left out of the report', { error: textOf(error) });
      askUntil = 0;
    }
  };
  await Promise.all(ids.map((id) => id.startsWith('r-') ? names.set(id, 'Root') : limit(() => ask(id))));
  return names;
}

/** `Root / workloads / production` */
export function pathOf(id: string, units: ReadonlyMap<string, OrganizationalUnit>): string {
  const { name = id, parentId } = units.get(id) ?? {};
  return parentId === undefined ? name : `${pathOf(parentId, units)} / ${name}`;
}
