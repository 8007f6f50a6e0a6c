import { DENY_LONG_TERM_ROOT, DENY_ROOT, document, MANAGEMENT, MEMBER, OTHER, ROOT, world, type World } from './testing';
import { seconds } from '../../../../lambda/aws/patience';
import { preflight } from '../../../../lambda/guardrail/preflight/preflight';
import { fail } from '../../../../local-aws/organization';

const writes = ({ organization }: World) => organization.calls.map(({ operation }) => operation).filter((operation) => !/^(List|Describe|Get)/.test(operation));

describe('before a guardrail is attached', () => {
  test('an organization in which nothing is in its way has no findings, and nothing is changed', async () => {
    const all = await world();
    expect(await all.found([all.outer, OTHER])).toEqual([]);
    expect(writes(all)).toEqual([]);
  });

  test('a member account is told which account can read the policies', async () => {
    const { found, outer } = await world({}, MEMBER);
    await expect(found([outer])).rejects.toThrow(`which its management account ${MANAGEMENT} can: AccessDeniedException`);
  });

  test('an account without an organization is told so', async () => {
    const { found } = await world({}, '999999999999');
    await expect(found([ROOT])).rejects.toThrow('this account is in no organization');
  });

  test('a role that is denied because it is seconds old is waited for', async () => {
    const { organization, found, outer } = await world();
    organization.faults.add({ operation: 'organizations:ListPolicies', times: 2, effect: fail('AccessDeniedException') });
    expect(await found([outer])).toEqual([]);
  });
});

describe('findings', () => {
  const REGIONS = document({ Sid: 'Regions', Effect: 'Deny', NotAction: ['iam:*'], Resource: '*', Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-central-1' } } });
  const NEEDLESS = { PolicyId: 'p-12345678', Reason: 'legacy' };

  test('come in order: what surely blocks root sessions, what may, tolerations that nothing needs, and what else is to be known', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('regions', REGIONS, ROOT);
    organization.policies.add('from Terraform', DENY_LONG_TERM_ROOT, outer);
    organization.policies.add('old guardrail', DENY_ROOT, MEMBER);
    expect(await found([ROOT, outer], { TolerateBlockedRootSessions: 'true', Tolerations: [NEEDLESS] })).toEqual([
      expect.stringMatching(/^the service control policy 'old guardrail' .* denies root sessions/),
      expect.stringMatching(/^the service control policy 'regions' .* may deny/),
      expect.stringMatching(/^nothing is blocked that the toleration of policy p-12345678 is about/),
      expect.stringMatching(/^the management account/),
      expect.stringMatching(/^the service control policy 'from Terraform' .* does the same already/),
    ]);
  });

  test('that fail the deployment are those that surely block, five of them, and without what is tolerated', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('regions', REGIONS, ROOT);
    const ids = ['1', '2', '3', '4', '5', '6'].map((name) => organization.policies.add(`old ${name}`, DENY_ROOT, outer).id);
    const failure = (tolerated: string[]) => found([outer], { Tolerations: tolerated.map((PolicyId) => ({ PolicyId, Reason: 'legacy' })) }).then(() => 'none', (error: Error) => error.message);
    const all = await failure([]);
    expect(all).toMatch(/^root sessions are blocked, so that nobody could act as root below the guardrail: the service control policy 'old 1' .*; the service control policy 'old 5' .*; and 1 more$/);
    expect(all).not.toContain('regions');
    expect(await failure(ids.slice(1))).toMatch(/: the service control policy 'old 1' [^;]*$/);
    expect(await failure(ids)).toBe('none');
  });

  test('tell of one and the same guardrail once, also above several targets', async () => {
    const { organization, found, outer, inner } = await world();
    organization.policies.add('from Terraform', DENY_LONG_TERM_ROOT, outer);
    expect(await found([outer, inner])).toHaveLength(1);
  });

  test('do not tell of the guardrail itself, nor of policies that deny root something else', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('guardrail', DENY_LONG_TERM_ROOT, outer);
    organization.policies.add('no ec2', document({ ...DENY_LONG_TERM_ROOT.Statement[0], Action: 'ec2:*' }), outer);
    expect(await found([outer], {}, { PolicyName: 'guardrail' })).toEqual([]);
  });

  test('are not known where reading policies fails', async () => {
    const { organization, found, outer } = await world();
    organization.faults.add({ operation: 'organizations:ListPolicies', effect: fail('InvalidInputException', 'no', 400) });
    await expect(found([outer])).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

test('a guardrail that somebody else attached can stay beside this one', async () => {
  const { organization, found, outer } = await world();
  const { id } = organization.policies.add('from Terraform', DENY_LONG_TERM_ROOT, outer);
  expect(await found([outer])).toEqual([`the service control policy 'from Terraform' (${id}) at the OU ${outer} does the same already, and exempts root sessions: both can stay`]);
});

test('resource control policies that cannot be read are a finding, and no reason to stop', async () => {
  const { organization, aws, outer } = await world();
  organization.authorize = async ({ context }) => context['organizations:PolicyType'] === 'RESOURCE_CONTROL_POLICY' ? 'not these' : undefined;
  const properties = { PolicyName: 'guardrail', Targets: [outer], TolerateBlockedRootSessions: 'false' as const };
  expect(await preflight(properties, undefined, { ...aws, patience: seconds(0.02, 5, 10) })).toEqual([expect.stringMatching(/^the resource control policies of organization o-fakeorganization were not read .*delegation policy/)]);
});
