import { sweepMember } from './testing';
import { AuthorizationPolicies } from '../../../lambda/policies/authorization-policies';
import { placesIn, withCauses } from '../../../lambda/sweep/causes';
import { resultOf, type AccountResult } from '../../../lambda/sweep/results';
import { fail } from '../../../local-aws/organization';
import { setEnvironment } from '../../support/environment-variables';
import { held } from '../../support/held';
import { DENY_ROOT, document, MANAGEMENT, MEMBER, OTHER, ROOT, world, type World } from '../guardrail/preflight/testing';

const fakeOrganization = () => world({ trustedAccess: true, features: ['RootCredentialsManagement'] });

const swept = ({ organization }: World) => sweepMember(organization, { readSeconds: 0.1, unmodifiableSeconds: 0.1 });

async function explained(
  { aws, organization }: World, results: AccountResult[], { until = Infinity, callerAccountId = MANAGEMENT } = {},
): Promise<AccountResult[]> {
  const { organizationId } = organization;
  return withCauses(results, { organizationId, managementAccountId: MANAGEMENT, callerAccountId }, {
    policies: new AuthorizationPolicies(aws.organizations), partition: 'aws', region: 'us-east-1', until,
  });
}

/** The delegated administrator, in the organizational unit that has the member. */
const SECURITY = '444444444444';

/** A sweep of the delegated administrator, in a role. */
async function delegated(): Promise<World> {
  const all = await fakeOrganization();
  all.organization.addAccount({ id: SECURITY, name: 'security', ou: all.outer });
  all.organization.delegate(SECURITY);
  const arn = `arn:aws:sts::${SECURITY}:assumed-role/Sweep-Batch/function`;
  const issued = all.organization.callers.issue({ accountId: SECURITY, arn }, 3_600);
  setEnvironment({ AWS_ACCESS_KEY_ID: issued.AccessKeyId, AWS_SECRET_ACCESS_KEY: issued.SecretAccessKey, AWS_SESSION_TOKEN: issued.SessionToken });
  return all;
}

const DENY_ASSUME_ROOT = document({ Sid: 'NoRoot', Effect: 'Deny', Action: 'sts:AssumeRoot', Resource: '*' });
const EXEMPT_ROLE = `add "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::${SECURITY}:role/Sweep-Batch"} to the condition of that statement`;

describe('with the policies read, a report', () => {
  test('names the policy that denied a look, first and with its place, and changes nothing else', async () => {
    const all = await fakeOrganization();
    const { id } = all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept(all);
    expect(before).toMatchObject({ outcome: 'failed', problem: { code: 'AccessDenied' } });
    const [after] = await explained(all, [before]);
    const [first, ...others] = after.problem!.remedies;
    expect(first).toContain(`the service control policy 'old guardrail' (${id}) at the OU ${all.outer} denies root sessions iam:`);
    expect(first).toContain('aws:AssumedRoot');
    expect(others).toEqual(before.problem!.remedies);
    expect({ ...after, problem: { ...after.problem, remedies: [] } }).toEqual({ ...before, problem: { ...before.problem, remedies: [] } });
  });

  test('names the policy that denied a deletion, at the credential', async () => {
    const all = await fakeOrganization();
    all.organization.account(MEMBER).root.password = true;
    const { id } = all.organization.policies.add('keep passwords', document({ Sid: 'Keep', Effect: 'Deny', Action: 'iam:DeleteLoginProfile', Resource: '*' }), ROOT);
    const before = await swept(all);
    const [after] = await explained(all, [before]);
    expect(after).toMatchObject({ outcome: 'failed', credentials: [{ kind: 'Password', status: 'failed' }] });
    expect(after.credentials[0].problem!.remedies[0]).toContain(`'keep passwords' (${id}) at the root ${ROOT} denies root sessions iam:DeleteLoginProfile in 'Keep'`);
    expect(all.organization.account(MEMBER).root.password).toBe(true);
  });

  test('names three policies of the many that deny a call', async () => {
    const all = await fakeOrganization();
    [ROOT, all.outer, all.inner, MEMBER].forEach((target, n) => all.organization.policies.add(`guardrail-${n}`, DENY_ROOT, target));
    const before = await swept(all);
    const [after] = await explained(all, [before]);
    const remedies = after.problem!.remedies;
    expect(remedies.slice(0, 3).every((remedy) => remedy.includes('denies root sessions iam:'))).toBe(true);
    expect(remedies.slice(3)).toEqual(before.problem!.remedies);
  });

  test('has the usual remedies where no policy above the account denies it', async () => {
    const all = await fakeOrganization();
    all.organization.policies.add('elsewhere', DENY_ROOT, OTHER);
    all.organization.assumedRootDenied.add(MEMBER);
    const before = await swept(all);
    expect(before.problem?.code).toBe('AccessDenied');
    expect(await explained(all, [before])).toEqual([before]);
  });

  test.each(['ListParents', 'ListPoliciesForTarget', 'DescribePolicy'])('has the usual remedies where %s is denied, and says so,', async (operation) => {
    const all = await fakeOrganization();
    all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept(all);
    all.organization.faults.add({ operation: `organizations:${operation}`, effect: fail('AccessDeniedException') });
    const [after] = await explained(all, [before]);
    const last = after.problem!.remedies.at(-1);
    expect(after).toEqual({ ...before, problem: { ...before.problem, remedies: [...before.problem!.remedies, last] } });
    expect(last).toMatch(/^the policies of the organization were not read \(AccessDeniedException\).*ListPoliciesForTarget.*readServiceControlPolicies to false$/);
  });

  test('does not wait for an Organizations that does not answer', async () => {
    const all = await fakeOrganization();
    all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept(all);
    all.organization.faults.add({ operation: 'organizations:ListParents', effect: held() });
    const [after] = await explained(all, [before], { until: Date.now() + 50 });
    expect(after.problem!.remedies.slice(0, -1)).toEqual(before.problem!.remedies);
    expect(after.problem!.remedies.at(-1)).toMatch(/were not read.*AWS Organizations$/);
  });

  test('names the policy that denies the delegated administrator root sessions, and how to exempt the role', async () => {
    const all = await delegated();
    const { id } = all.organization.policies.add('no root sessions', DENY_ASSUME_ROOT, SECURITY);
    const before = await swept(all);
    expect(before.problem).toMatchObject({ code: 'AssumeRootDenied' });
    const [after] = await explained(all, [before], { callerAccountId: SECURITY });
    expect(after.problem!.remedies[0]).toMatch(`the service control policy 'no root sessions' (${id}) at the account ${SECURITY} denies arn:aws:iam::${SECURITY}:role/Sweep-Batch sts:AssumeRoot in 'NoRoot': ${EXEMPT_ROLE}`);
    expect(after.problem!.remedies.slice(1)).toEqual(before.problem!.remedies);
  });

  test('knows that a policy that exempts the role does not deny it a session', async () => {
    const all = await delegated();
    const Condition = { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${SECURITY}:role/Sweep-Batch` } };
    all.organization.policies.add('some root sessions', document({ Effect: 'Deny', Action: 'sts:*', Resource: '*', Condition }), SECURITY);
    expect((await swept(all)).problem).toBeUndefined();
    all.organization.account(MEMBER).state = 'SUSPENDED';
    const before = await swept(all);
    expect(before.problem).toMatchObject({ code: 'AssumeRootDenied' });
    expect(await explained(all, [before], { callerAccountId: SECURITY })).toEqual([before]);
  });

  test('names a resource control policy above the account as one that may deny a session, since AWS does not say whether it can', async () => {
    const all = await delegated();
    const { id } = all.organization.policies.addResourceControl('perimeter', DENY_ASSUME_ROOT, all.inner);
    all.organization.switches.resourceControlPoliciesReachAssumeRoot = true;
    const before = await swept(all);
    expect(before.problem).toMatchObject({ code: 'AssumeRootDenied' });
    const [after] = await explained(all, [before], { callerAccountId: SECURITY });
    expect(after.problem!.remedies[0]).toContain(`the resource control policy 'perimeter' (${id}) at the OU ${all.inner} may deny`);
    expect(after.problem!.remedies[0]).toContain('(AWS does not say whether resource control policies apply to it)');
  });

  test('reads no service control policy for a session that is denied to the management account, which they never bind', async () => {
    const all = await fakeOrganization();
    all.organization.policies.add('no root sessions', DENY_ASSUME_ROOT, ROOT);
    all.organization.account(MEMBER).state = 'SUSPENDED';
    const before = await swept(all);
    expect(before.problem).toMatchObject({ code: 'AssumeRootDenied' });
    expect(await explained(all, [before])).toEqual([before]);
  });

  test('names units and accounts, and asks nobody what is above an account that the selection knows', async () => {
    const all = await fakeOrganization();
    const { id } = all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const units = [{ id: ROOT, name: 'Root' }, { id: all.outer, name: 'workloads', parentId: ROOT }, { id: all.inner, parentId: all.outer }];
    const places = placesIn({ placement: { units, parents: { [MEMBER]: all.inner } }, batches: [[{ accountId: MEMBER, accountName: 'member' }]] });
    const before = await swept(all);
    const policies = new AuthorizationPolicies(all.aws.organizations, places);
    const [after] = await withCauses([before], { organizationId: 'o', managementAccountId: MANAGEMENT, callerAccountId: MANAGEMENT }, { policies, partition: 'aws', until: Infinity });
    expect(after.problem!.remedies[0]).toContain(`'old guardrail' (${id}) at the OU ${all.outer} (workloads) denies root sessions`);
    expect(all.organization.calls.map(({ operation }) => operation)).not.toContain('ListParents');
  });

  test('reads what is above the delegated administrator once, and the rest only until a policy is found', async () => {
    const all = await delegated();
    all.organization.policies.add('no root sessions', DENY_ASSUME_ROOT, SECURITY);
    const before = await swept(all);
    const calls = all.organization.calls.length;
    const results = await explained(all, Array.from({ length: 30 }, () => before), { callerAccountId: SECURITY });
    expect(results.every(({ problem }) => problem!.remedies[0].includes('no root sessions'))).toBe(true);
    expect(all.organization.calls.slice(calls).map(({ operation }) => operation).sort()).toEqual([
      'DescribePolicy', 'ListParents', 'ListParents', 'ListPoliciesForTarget', 'ListPoliciesForTarget', 'ListPoliciesForTarget',
    ]);
  });

  test('asks for no resource control policies where their type is not enabled, and none about calls to IAM', async () => {
    const all = await fakeOrganization();
    all.organization.policies.addResourceControl('perimeter', document({ Effect: 'Deny', Action: 's3:*', Resource: '*' }), MEMBER);
    all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept(all);
    await explained(all, [before]);
    expect(all.organization.calls.flatMap(({ input: { Filter } }) => Filter ?? [])).toEqual(expect.not.arrayContaining(['RESOURCE_CONTROL_POLICY']));
  });

  test('believes AWS where it names another reason, and reads nothing', async () => {
    const all = await fakeOrganization();
    const message = (reason: string) => `User: arn:aws:iam::${MEMBER}:root is not authorized to perform: iam:GetUser on resource: * ${reason}`;
    const denied = (reason: string) => resultOf({ accountId: MEMBER, accountName: 'member' }, [], { code: 'AccessDenied', message: message(reason), remedies: ['usual'] });
    const results = ['with an explicit deny in a session policy', 'because no VPC endpoint policy allows the iam:GetUser action'].map(denied);
    expect(await explained(all, results)).toEqual(results);
    expect(all.organization.calls).toEqual([]);
  });

  test('asks Organizations nothing about accounts in which no call of a root session was denied', async () => {
    const all = await fakeOrganization();
    const account = { accountId: MEMBER, accountName: 'member' };
    const denied = (code: string, action: string) => resultOf(account, [], { code, message: `User: x is not authorized to perform: ${action} on resource: y`, remedies: ['usual'] });
    const results = [resultOf(account, []), denied('NotVerified', 'sts:AssumeRoot'), denied('AccessDenied', 's3:PutObject'), denied('Throttling', 'iam:GetUser')];
    expect(await explained(all, results)).toEqual(results);
    expect(all.organization.calls).toEqual([]);
  });
});
