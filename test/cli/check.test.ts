import { run } from './terminal';
import { FakeOrganization, serve, type OrganizationOptions } from '../../local-aws/organization';

const MEMBER = '222222222222';
const READY: OrganizationOptions = { trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] };
const DENY_ROOT = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'DenyRoot', Effect: 'Deny', Action: '*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } } }],
};

async function check(options: OrganizationOptions, arrange: (organization: FakeOrganization) => void = () => undefined, args: string[] = []) {
  const organization = new FakeOrganization(options);
  organization.addAccount({ id: MEMBER, name: 'security' });
  arrange(organization);
  const served = await serve(organization);
  const ended = await run(['check', ...args], served.environment);
  await served.close();
  const changes = organization.calls.map(({ operation }) => operation).filter((operation) => !/^(Get|List|Describe)/.test(operation));
  return { ...ended, changes };
}

describe('a check from the terminal', () => {
  test('finds an organization ready, says by whom it is used, changes nothing, and ends with 0', async () => {
    const { code, stdout, stderr, changes } = await check(READY, (organization) => organization.delegate(MEMBER));
    expect({ code, stderr, changes }).toEqual({ code: 0, stderr: '', changes: [] });
    expect(stdout.split('\n').map((line) => line.slice(0, 9).trim())).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', '']);
    expect(stdout).toContain(`${MEMBER} is delegated administrator for iam.amazonaws.com`);
  });

  test('names the command for what is off, and ends with 1', async () => {
    const nothing = await check({});
    expect(nothing.code).toBe(1);
    expect(nothing.stdout).toContain('missing    trusted access for iam.amazonaws.com is off, and with it both features\n           → aws organizations enable-aws-service-access --service-principal iam.amazonaws.com\n           or npx cdk-root-access enable\n           or deploy');
    const half = await check({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    expect(half.stdout).toContain('ok         feature RootCredentialsManagement is on');
    expect(half.stdout).toContain('missing    feature RootSessions is off\n           → aws iam enable-organizations-root-sessions');
  });

  test('names the policy that denies root sessions, its place and its statement, and ends with 1', async () => {
    const { code, stdout } = await check(READY, (organization) => organization.policies.add('deny-root', DENY_ROOT, organization.addOrganizationalUnit({ name: 'Workloads' })));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^blocks {5}the service control policy 'deny-root' \(p-\S+\) at the OU ou-\S+( \(Workloads\))? denies root sessions .* in 'DenyRoot': add .*aws:AssumedRoot/m);
  });

  test('writes no control characters of a name to the terminal', async () => {
    const { stdout } = await check(READY, (organization) => organization.policies.add('evil\u001b[2J', DENY_ROOT, organization.addOrganizationalUnit({ name: 'unit\u001b[2J' })));
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('evil\\u001b');
  });

  test('leaves addresses in a name as they are, which a terminal does not follow', async () => {
    const { stdout } = await check(READY, (organization) => organization.policies.add('deny@root.example.com', DENY_ROOT, organization.addOrganizationalUnit({ name: 'Workloads' })));
    expect(stdout).toContain("'deny@root.example.com' (p-");
  });

  test('does not count a policy that is attached to nothing', async () => {
    const { code } = await check(READY, (organization) => organization.policies.add('deny-root', DENY_ROOT));
    expect(code).toBe(0);
  });

  test('is written as JSON on request', async () => {
    const { stdout } = await check(READY, undefined, ['--output', 'json']);
    expect(JSON.parse(stdout)).toContainEqual({ state: 'ok', what: 'feature RootSessions is on' });
  });
});
