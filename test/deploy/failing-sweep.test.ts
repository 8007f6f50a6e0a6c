import { BOTH_FEATURES, type Build, deploymentInto, EXCLUDED, member, purge, rootSessions, variedOrganization } from './testing';
import { AccountSelection, FailedAccounts } from '../../lib';
import { fail } from '../../local-aws/organization';

const organization = variedOrganization(BOTH_FEATURES, 7);
const stack = deploymentInto(organization);

const selecting = (accounts: AccountSelection, failedAccounts?: FailedAccounts): Build => (scope) => {
  purge(scope, { accounts, failedAccounts });
};
const allButOne = AccountSelection.organization({ exclude: [EXCLUDED] });
const reportIn = (output: string): string => /s3:\/\/\S+\/report\.json/.exec(output)![0];
const runs = async () => (await stack().objects()).filter((address) => /\/runs\/[^/]+\/report\.json$/.test(address));

const withCredentials = () => organization.accounts.filter(({ id, root }) => id >= member(1) && !root.isClean).map(({ id }) => id);

describe('a deployment that cannot read an account', () => {
  const before = withCredentials();
  let output: string;

  test('is rolled back', async () => {
    organization.assumedRootDenied.add(member(3)).add(member(4));
    const result = await stack().deploy(selecting(allButOne));
    output = result.output;
    expect(result.code).toBe(1);
    expect(await stack().status()).toBe('ROLLBACK_COMPLETE');
  });

  test('has deleted nothing, and says so', () => {
    expect(withCredentials()).toEqual(before);
    expect(rootSessions(organization.calls, 'IAMDeleteRootUserCredentials')).toEqual(new Set());
    expect(output).toContain('AccountsUnread: nothing was deleted: 2 of the selected accounts could not be read');
  });

  test('names the accounts and their ranked remedies in the output of the CLI', () => {
    expect(output).toContain(`${member(3)} (workload 3), ${member(4)} (workload 4)`);
    expect(output).toMatch(/1\. AWS says that a service control policy denies it: add "Null"/);
    expect(output).toMatch(/2\. the Control Tower control/);
  });

  test('leaves its report and its plan in the bucket, which stays', async () => {
    const report = reportIn(output);
    expect(JSON.parse(await stack().read(report))).toMatchObject({ problem: { code: 'AccountsUnread' }, counts: { 'failed': 2, 'purged': 0, 'would-purge': 4, 'clean': 2 } });
    expect(JSON.parse(await stack().read(report.replace('report.json', 'plan.json')))).toMatchObject({
      refused: { code: 'AccountsUnread' }, totals: { accounts: 4 }, unread: [{ accountId: member(3), code: 'AccessDenied' }, { accountId: member(4), code: 'AccessDenied' }],
    });
  });
});

describe('a sweep that fails', () => {
  let output: string;

  test('when the stack is created rolls it back', async () => {
    organization.assumedRootDenied.clear();
    organization.faults.add({ operation: 'iam:DeleteAccessKey', account: member(1), times: 3, effect: fail('AccessDenied') });
    const result = await stack().deploy(selecting(allButOne));
    output = result.output;
    expect(result.code).toBe(1);
    expect(await stack().status()).toBe('ROLLBACK_COMPLETE');
  });

  test('names the account, and counts accounts and credentials', () => {
    expect(output).toContain(`${member(1)} (workload 1)`);
    expect(output).toContain('AccessDenied: Access Denied');
    expect(output).toMatch(/root credentials of member accounts: 1 failed, 4 purged, 3 clean, 6 skipped; credentials: \d+ found, \d+ deleted/);
  });

  test('leaves its report in the bucket, which stays', async () => {
    expect(JSON.parse(await stack().read(reportIn(output)))).toMatchObject({ counts: { failed: 1, purged: 4, clean: 3 } });
  });

  test('has purged every other account, and is not run again by the rollback', async () => {
    expect(withCredentials()).toEqual([member(1)]);
    expect(await runs()).toHaveLength(2);
  });

  test('succeeds when it is deployed again after its cause has gone', async () => {
    expect(await stack().deploy(selecting(allButOne))).toMatchObject({ code: 0 });
    expect((await stack().latestReport()).counts).toMatchObject({ failed: 0, purged: 1, clean: 7 });
  });

  test('when the stack is updated brings the older stack back, and sweeps nothing with the older selection', async () => {
    organization.account(member(1)).root.password = true;
    organization.account(member(2)).root.password = true;
    const earlier = await stack().sweeps();
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', account: member(1), effect: fail('AccessDenied') });
    const result = await stack().deploy(selecting(AccountSelection.accounts([member(1)])));
    expect(result.code).toBe(1);
    expect(result.output).toContain(`${member(1)} (workload 1)`);
    expect(await stack().status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(JSON.parse(await stack().read(reportIn(result.output)))).toMatchObject({ counts: { failed: 1 } });
    expect(rootSessions(organization.calls)).toEqual(new Set([member(1)]));
    expect(organization.account(member(2)).root.password).toBe(true);
    expect(await stack().sweeps()).toEqual(['FAILED', ...earlier]);
  });

  test('in accounts that are tolerated lets the deployment succeed, and reports them', async () => {
    organization.faults.add({ operation: 'iam:DeleteLoginProfile', account: member(1), effect: fail('AccessDenied') });
    expect(await stack().deploy(selecting(AccountSelection.accounts([member(1), member(2)]), FailedAccounts.TOLERATE))).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({
      counts: { failed: 1, purged: 1 }, accounts: [{ accountId: member(1), outcome: 'failed' }, { accountId: member(2), outcome: 'purged' }],
    });
  });
});
