import { NO_RECOVERIES, UNPROTECTED } from './testing';
import { sts } from '../../lambda/aws/clients';
import { seconds } from '../../lambda/aws/patience';
import { RootSessions } from '../../lambda/aws/root-sessions';
import { AuthorizationPolicies } from '../../lambda/policies/service-control-policies';
import { sweepAccount } from '../../lambda/sweep/account';
import { withCauses } from '../../lambda/sweep/causes';
import { resultOf, type AccountResult } from '../../lambda/sweep/results';
import { DENY_ROOT, document, MEMBER, OTHER, ROOT, world, type World } from '../guard/testing';
import { delay, fail } from '../local-aws/organization';

const fakeOrganization = () => world({ trustedAccess: true, features: ['RootCredentialsManagement'] });

/** A purge of the member, by the real SDK. */
function swept(): Promise<AccountResult> {
  return sweepAccount({ accountId: MEMBER, accountName: 'member' }, {
    sessions: new RootSessions(sts('us-east-1'), 'aws', 0, seconds(0)),
    plans: { save: async () => undefined },
    recoveries: NO_RECOVERIES,
    settings: { work: 'purge', credentials: ['Password'], dryRun: false, protection: UNPROTECTED },
    patience: { reads: seconds(0.1, 5, 20), unmodifiable: seconds(0.1, 5, 20) },
  });
}

async function explained({ aws, organization }: World, results: AccountResult[], until = Infinity): Promise<AccountResult[]> {
  return withCauses(results, { policies: new AuthorizationPolicies(aws.organizations), partition: 'aws', organizationId: organization.organizationId, until });
}

describe('with the policies read, a report', () => {
  test('names the policy that denied a look, first and with its place, and changes nothing else', async () => {
    const all = await fakeOrganization();
    const { id } = all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept();
    expect(before).toMatchObject({ outcome: 'failed', problem: { code: 'AccessDenied' } });
    const [after] = await explained(all, [before]);
    const [first, ...others] = after.problem!.remedies;
    expect(first).toContain(`'old guardrail' (${id}) at the OU ${all.outer} denies root sessions iam:`);
    expect(first).toContain('aws:AssumedRoot');
    expect(others).toEqual(before.problem!.remedies);
    expect({ ...after, problem: { ...after.problem, remedies: [] } }).toEqual({ ...before, problem: { ...before.problem, remedies: [] } });
  });

  test('names the policy that denied a deletion, at the credential', async () => {
    const all = await fakeOrganization();
    all.organization.account(MEMBER).root.password = true;
    const { id } = all.organization.policies.add('keep passwords', document({ Sid: 'Keep', Effect: 'Deny', Action: 'iam:DeleteLoginProfile', Resource: '*' }), ROOT);
    const before = await swept();
    const [after] = await explained(all, [before]);
    expect(after).toMatchObject({ outcome: 'failed', credentials: [{ kind: 'Password', status: 'failed' }] });
    expect(after.credentials[0].problem!.remedies[0]).toContain(`'keep passwords' (${id}) at the root ${ROOT} denies root sessions iam:DeleteLoginProfile in 'Keep'`);
    expect(all.organization.account(MEMBER).root.password).toBe(true);
  });

  test('names three policies of the many that deny a call', async () => {
    const all = await fakeOrganization();
    [ROOT, all.outer, all.inner, MEMBER].forEach((target, n) => all.organization.policies.add(`guardrail-${n}`, DENY_ROOT, target));
    const before = await swept();
    const [after] = await explained(all, [before]);
    const remedies = after.problem!.remedies;
    expect(remedies.slice(0, 3).every((remedy) => remedy.includes('denies root sessions iam:'))).toBe(true);
    expect(remedies.slice(3)).toEqual(before.problem!.remedies);
  });

  test('has the usual remedies where no policy above the account denies it', async () => {
    const all = await fakeOrganization();
    all.organization.policies.add('elsewhere', DENY_ROOT, OTHER);
    all.organization.assumedRootDenied.add(MEMBER);
    const before = await swept();
    expect(before.problem?.code).toBe('AccessDenied');
    expect(await explained(all, [before])).toEqual([before]);
  });

  test.each(['ListParents', 'ListPoliciesForTarget', 'DescribePolicy'])('has the usual remedies where %s is denied', async (operation) => {
    const all = await fakeOrganization();
    all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept();
    all.organization.faults.add({ operation: `organizations:${operation}`, effect: fail('AccessDeniedException') });
    expect(await explained(all, [before])).toEqual([before]);
  });

  test('does not wait for an Organizations that does not answer', async () => {
    const all = await fakeOrganization();
    all.organization.policies.add('old guardrail', DENY_ROOT, all.outer);
    const before = await swept();
    all.organization.faults.add({ operation: 'organizations:ListParents', effect: delay(1_500) });
    const begin = Date.now();
    expect(await explained(all, [before], begin + 50)).toEqual([before]);
    expect(Date.now() - begin).toBeLessThan(1_000);
  });

  test('asks Organizations nothing about accounts in which no call of a root session was denied', async () => {
    const all = await fakeOrganization();
    const account = { accountId: MEMBER, accountName: 'member' };
    const denied = (code: string, action: string) => resultOf(account, [], { code, message: `User: x is not authorized to perform: ${action} on resource: y`, remedies: ['usual'] });
    const results = [resultOf(account, []), denied('AssumeRootDenied', 'sts:AssumeRoot'), denied('AccessDenied', 's3:PutObject'), denied('Throttling', 'iam:GetUser')];
    expect(await explained(all, results)).toEqual(results);
    expect(all.organization.calls).toEqual([]);
  });
});
