import type { SweepReport } from '../../lambda/sweep/report/contents';
import { resultOf, skipped, type AccountResult } from '../../lambda/sweep/results';
import { FakeOrganization } from '../organization';
import { agrees, rowsOf, snapshotOf } from './table';

const MEMBER = { accountId: '222222222222', accountName: 'payments' };
const KEY = 'AKIAEXAMPLE';

describe('the demo\'s comparison of report and organization', () => {
  let organization: FakeOrganization;

  beforeEach(() => {
    organization = new FakeOrganization();
    organization.addAccount({ id: MEMBER.accountId, name: MEMBER.accountName, root: { password: true, accessKeys: [{ id: KEY }] } });
  });

  /** What the demo concludes of the member when the sweep did this and reported that. */
  function concludes(sweep: () => void, ...reported: AccountResult[]): boolean {
    const before = snapshotOf(organization);
    sweep();
    return agrees(rowsOf(organization, before, { accounts: reported } as Partial<SweepReport> as SweepReport)[1]);
  }

  const root = () => organization.account(MEMBER.accountId).root;
  const deletePassword = () => { root().password = false; };
  const deleteEverything = () => {
    deletePassword();
    root().accessKeys = [];
  };
  const nothing = () => undefined;
  const purged = resultOf(MEMBER, [{ kind: 'Password', status: 'deleted' }, { kind: 'AccessKey', id: KEY, status: 'deleted' }]);

  test('believes a report that names every credential that is gone', () => {
    expect(concludes(deleteEverything, purged)).toBe(true);
  });

  test('believes a skipped account that nobody touched', () => {
    expect(concludes(nothing, skipped(MEMBER, 'it is excluded'))).toBe(true);
  });

  test('asks the report of an account that joined afterwards, and not that of the others', () => {
    const before = snapshotOf(organization);
    deleteEverything();
    const joined = organization.addAccount({ id: '333333333333', name: 'joined', root: { password: true } });
    const joinedBefore = new Map([[joined.id, joined.root.credentials.current]]);
    const rows = (accounts: AccountResult[], then = before) => rowsOf(organization, then, { accounts } as Partial<SweepReport> as SweepReport);

    expect(rows([purged]).map(({ account }) => account.id)).toEqual([organization.managementAccountId, MEMBER.accountId]);
    const found = resultOf({ accountId: joined.id, accountName: joined.name }, [{ kind: 'Password', status: 'would-delete' }]);
    expect(rows([found], joinedBefore).map((row) => [row.account.id, agrees(row)])).toEqual([[joined.id, true]]);
    joined.root.password = false;
    expect(rows([found], joinedBefore).map(agrees)).toEqual([false]);
  });

  test.each([
    ['a credential that is called deleted and is still there', () => deletePassword, [purged]],
    ['an account that is called clean and has credentials', () => nothing, [resultOf(MEMBER, [])]],
    ['an account that is called skipped and has lost a credential', () => deletePassword, [skipped(MEMBER, 'it is excluded')]],
    ['a deletion that the report does not name', () => deleteEverything, [resultOf(MEMBER, [{ kind: 'Password', status: 'deleted' }])]],
    ['an account that the report does not name', () => nothing, []],
    ['an account that the report names twice', () => deleteEverything, [purged, purged]],
  ])('tells %s', (_, sweep, reported) => {
    expect(concludes(sweep(), ...reported)).toBe(false);
  });
});
