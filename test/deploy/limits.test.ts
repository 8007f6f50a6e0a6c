import { describe, expect, test } from 'vitest';
import { BOTH_FEATURES, deploymentInto, MANAGEMENT, member, purge, rootSessions } from './testing';
import { AccountSelection } from '../../lib';
import { FakeOrganization } from '../local-aws/organization';

/** The most that a selection may list. */
const LISTED = Array.from({ length: 500 }, (_, i) => member(i + 1));
const DIRTY = [LISTED[0], LISTED[250], LISTED[499]];
const OUTSIDE = member(501);

const organization = new FakeOrganization(BOTH_FEATURES);
[...LISTED, OUTSIDE].forEach((id) => organization.addAccount({ id, root: DIRTY.includes(id) || id === OUTSIDE ? { password: true } : {} }));
const stack = deploymentInto(organization);

const withPassword = () => organization.accounts.filter(({ id, root }) => root.password && id !== MANAGEMENT).map(({ id }) => id);

// policies, the custom resource's properties, the machine's definition and its payloads all grow with the list; the local AWS has AWS's limits
describe('a list of 500 accounts', () => {
  test('is swept as a whole, and nothing beside it', async () => {
    expect(await stack().deploy((scope) => { purge(scope, { accounts: AccountSelection.accounts(LISTED) }); })).toMatchObject({ code: 0 });
    expect((await stack().latestReport()).counts).toMatchObject({ purged: 3, clean: 497, failed: 0, skipped: 0 });
    expect(rootSessions(organization.calls)).toEqual(new Set(LISTED));
    expect(withPassword()).toEqual([OUTSIDE]);
  }, 240_000);

  test('of exclusions leaves the others to be swept', async () => {
    LISTED.forEach((id) => { organization.account(id).root.password = true; });
    const selecting = AccountSelection.organization({ exclude: LISTED });
    expect(await stack().deploy((scope) => { purge(scope, { accounts: selecting }); })).toMatchObject({ code: 0 });
    expect((await stack().latestReport()).counts).toMatchObject({ purged: 1, skipped: 501 });
    expect(rootSessions(organization.calls)).toEqual(new Set([OUTSIDE]));
    expect(withPassword()).toEqual(LISTED);
  }, 240_000);
});
