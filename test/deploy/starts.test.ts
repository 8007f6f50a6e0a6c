import { AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import { BOTH_FEATURES, changes, deploymentInto, EXCLUDED, MANAGEMENT, member, purge, rootSessions, SECURITY, variedOrganization } from './testing';
import { AccountSelection, type RootCredentialsPurgeProps } from '../../lib';
import { delay } from '../../local-aws/organization';
import { eventually } from '../support/eventually';

const organization = variedOrganization(BOTH_FEATURES, 7);
const stack = deploymentInto(organization);

const deploy = (props: RootCredentialsPurgeProps) => stack().deploy((scope) => {
  purge(scope, props);
});
const swept = () => rootSessions(organization.calls);
const ACCOUNTS = AccountSelection.accounts([SECURITY, member(1), member(3), member(5)]);

describe('a dry run', () => {
  test('reports what would be deleted, and deletes nothing', async () => {
    const before = organization.accounts.map(({ root }) => root.credentials.current);
    expect(await deploy({ dryRun: true, accounts: AccountSelection.organization({ exclude: [EXCLUDED] }) })).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({ dryRun: true, counts: { 'purged': 0, 'would-purge': 5, 'clean': 3 } });
    expect(changes(organization.calls)).toEqual([]);
    expect(organization.accounts.map(({ root }) => root.credentials.current)).toEqual(before);
  });

  test('has a role to which IAM itself denies a session that could delete', async () => {
    const roleArn = await stack().output('RootSessionRole');
    const { AccessKeyId, SecretAccessKey, SessionToken } = organization.issue({ accountId: MANAGEMENT, roleArn, arn: roleArn }, 900); // as Lambda gets them
    const asSweep = new STSClient({
      ...stack().aws.clientSettings(),
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    });
    const assumeRoot = (accountId: string, task: string) => asSweep.send(new AssumeRootCommand({
      TargetPrincipal: accountId, TaskPolicyArn: { arn: `arn:aws:iam::aws:policy/root-task/${task}` },
    }));
    await expect(assumeRoot(member(1), 'IAMDeleteRootUserCredentials')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assumeRoot(EXCLUDED, 'IAMAuditRootUserCredentials')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assumeRoot(member(1), 'IAMAuditRootUserCredentials')).resolves.toHaveProperty('Credentials');
  });

  test('cannot be undone by the start', async () => {
    const sweep = await stack().start({ dryRun: false, accounts: [member(1)] });
    expect(sweep).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stack().reportOf(sweep)).toMatchObject({ dryRun: true, counts: { 'would-purge': 1 } });
  });
});

describe('a sweep that somebody starts by hand', () => {
  beforeAll(async () => {
    expect(await deploy({ accounts: ACCOUNTS })).toMatchObject({ code: 0 });
    [1, 3, 5].forEach((n) => { organization.account(member(n)).root.password = true; });
  });

  test('may be narrowed to some accounts and to a dry run', async () => {
    expect(await stack().start({ accounts: [member(3)], dryRun: true })).toMatchObject({ status: 'SUCCEEDED' });
    expect(swept()).toEqual(new Set([member(3)]));
    expect(organization.account(member(3)).root.password).toBe(true);

    expect(await stack().start({ accounts: [member(3)] })).toMatchObject({ status: 'SUCCEEDED' });
    expect(swept()).toEqual(new Set([member(3)]));
    expect(organization.account(member(3)).root.password).toBe(false);
  });

  test.each([
    ['with a key that is not understood', { account: [member(1)] }, 'InputRefused', "it has unknown keys 'account'"],
    ['in an account outside of the selection', { accounts: [member(1), member(7)] }, 'SelectionError', `${member(7)} is not selected by this construct`],
  ])('%s fails, touches nothing, and reports why', async (_name, input, code, message) => {
    const sweep = await stack().start(input);
    expect(sweep).toMatchObject({ status: 'FAILED', error: code, cause: expect.stringContaining(message) });
    expect(swept()).toEqual(new Set());
    expect(organization.account(member(1)).root.password).toBe(true);
    expect(await stack().reportOf(sweep)).toMatchObject({ problem: { code, message: expect.stringContaining(message) }, accounts: [] });
  });

  test('sweeps what the construct selects when nothing is narrowed', async () => {
    expect(await stack().start({})).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stack().latestReport()).toMatchObject({ counts: { purged: 2, clean: 2 } });
  });
});

test('a sweep that somebody stops fails the deployment that waits for it', async () => {
  organization.faults.add({ operation: 'sts:AssumeRoot', effect: delay(3_000) });
  const deployment = deploy({ accounts: AccountSelection.accounts([member(1)]) });
  const running = await eventually(async () => (await stack().executions()).find(({ status }) => status === 'RUNNING') ?? false);
  await stack().interrupt(running.executionArn!, 'NotToday');
  const { code, output } = await deployment;
  expect(code).toBe(1);
  expect(output).toContain('the sweep was stopped by somebody (NotToday)');
  expect(await stack().status()).toBe('UPDATE_ROLLBACK_COMPLETE');
});
