import { AuthorizationPolicies } from '../../../lambda/policies/authorization-policies';
import { likelyCauses, stopsRecoveredRoot } from '../../../lambda/policies/causes';
import { fail } from '../../../local-aws/organization';
import { DENY_LONG_TERM_ROOT, DENY_ROOT, document, MEMBER, OTHER, ROOT, world } from '../guardrail/preflight/testing';

const root = (accountId: string) => ({ partition: 'aws', organizationId: 'o-fakeorganization', accountId });

async function organization() {
  const all = await world();
  const causes = (accountId: string, action = 'iam:DeleteLoginProfile') => likelyCauses(new AuthorizationPolicies(all.aws.organizations), root(accountId), action);
  const stops = (accountId: string) => stopsRecoveredRoot(new AuthorizationPolicies(all.aws.organizations), root(accountId));
  return { ...all, causes, stops };
}

describe('likely causes of a denial in a root session', () => {
  test('are none where no policy denies it, so that one looks elsewhere', async () => {
    const { organization: { policies }, causes } = await organization();
    policies.add('guardrail', DENY_LONG_TERM_ROOT, ROOT);
    policies.add('elsewhere', DENY_ROOT, OTHER);
    expect(await causes(MEMBER)).toEqual([]);
  });

  test('are the policies above the account, what surely denies first, each with its remedy', async () => {
    const { organization: { policies }, outer, causes } = await organization();
    policies.add('addresses', document({ Sid: 'Office', Effect: 'Deny', Action: '*', Resource: '*', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }), ROOT);
    policies.add('aws-guardrails-xyz', DENY_ROOT, outer);
    expect(await causes(MEMBER)).toEqual([
      `the service control policy 'aws-guardrails-xyz' (p-00000002) at the OU ${outer} denies root sessions iam:DeleteLoginProfile in 'GRRESTRICTROOTUSER': `
      + "it is a control of Control Tower, AWS-GR_RESTRICT_ROOT_USER if it denies the root user everything: set the control's parameter ExemptAssumeRoot on every OU where it is enabled",
      "the service control policy 'addresses' (p-00000001) at the root r-fake may deny, by conditions that depend on the call, root sessions iam:DeleteLoginProfile in 'Office': "
      + 'add "Null": {"aws:AssumedRoot": "true"} to the condition of that statement, which exempts root sessions and nobody else',
    ]);
  });

  test('are of the action that was denied, and of no other', async () => {
    const all = await organization();
    const { id } = all.organization.policies.add('keys', document({ Effect: 'Deny', Action: 'iam:ListAccessKeys', Resource: '*' }), all.inner);
    expect(await all.causes(MEMBER, 'iam:GetUser')).toEqual([]);
    expect(await all.causes(MEMBER, 'iam:ListAccessKeys')).toEqual([expect.stringContaining(`'keys' (${id}) at the OU ${all.inner} denies root sessions iam:ListAccessKeys in 'statement 1'`)]);
  });

  test('are read once, however many accounts are below', async () => {
    const all = await organization();
    const policies = new AuthorizationPolicies(all.aws.organizations);
    await likelyCauses(policies, root(MEMBER), 'iam:GetUser');
    const calls = all.organization.calls.length;
    await likelyCauses(policies, root(MEMBER), 'iam:ListAccessKeys');
    expect(all.organization.calls.length).toBe(calls);
  });

  test('are an error where the policies cannot be read, and never none', async () => {
    const { organization: { faults }, causes } = await organization();
    faults.add({ operation: 'organizations:ListPoliciesForTarget', effect: fail('AccessDeniedException', 'not you') });
    await expect(causes(MEMBER)).rejects.toThrow('not you');
  });
});

describe('resource control policies', () => {
  const PERIMETER = document({ Sid: 'Perimeter', Effect: 'Deny', Action: ['s3:*', 'sqs:*'], Resource: '*' });

  test('are among the causes of a denial on a bucket or a queue, with what they are, and reach no call to IAM', async () => {
    const all = await organization();
    const { id } = all.organization.policies.addResourceControl('perimeter', PERIMETER, all.inner);
    const text = (verb: string, action: string) => `the resource control policy 'perimeter' (${id}) at the OU ${all.inner} ${verb} root sessions ${action} in 'Perimeter': add "Null"`;
    expect(await all.causes(MEMBER, 's3:PutBucketPolicy')).toEqual([expect.stringContaining(text('denies', 's3:PutBucketPolicy'))]);
    expect(await all.causes(MEMBER, 'sqs:SetQueueAttributes')).toEqual([expect.stringContaining(text('denies', 'sqs:SetQueueAttributes'))]);
    expect(await all.causes(MEMBER, 's3:ListAllMyBuckets')).toEqual([expect.stringContaining('may deny')]);
    expect(await all.causes(MEMBER, 'iam:GetUser')).toEqual([]);
    expect(await all.causes(OTHER, 's3:PutBucketPolicy')).toEqual([]);
  });

  test('may stop some of what a recovered root user does', async () => {
    const all = await organization();
    all.organization.policies.addResourceControl('perimeter', PERIMETER, ROOT);
    expect(await all.stops(MEMBER)).toMatchObject([{ judgement: 'cannot tell', policy: { name: 'perimeter', type: 'RESOURCE_CONTROL_POLICY' } }]);
  });

  test('are none where AWS says that their type is not enabled', async () => {
    const all = await organization();
    all.organization.faults.add({ operation: 'organizations:ListPoliciesForTarget', times: 99, effect: fail('PolicyTypeNotEnabledException') });
    expect(await all.causes(MEMBER, 's3:PutBucketPolicy')).toEqual([]);
  });
});

describe('the recovered root user of an account', () => {
  test('is stopped wholly by a guardrail, which is named', async () => {
    const { organization: { policies }, outer, stops } = await organization();
    policies.add('guardrail', DENY_LONG_TERM_ROOT, outer);
    expect(await stops(MEMBER)).toMatchObject([{ judgement: 'blocks', policy: { name: 'guardrail' }, target: { id: outer } }]);
    expect(await stops(OTHER)).toEqual([]);
  });

  test('is stopped partly by what denies some actions', async () => {
    const { organization: { policies }, stops } = await organization();
    policies.add('no keys', document({ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: '*' }), ROOT);
    expect(await stops(MEMBER)).toMatchObject([{ judgement: 'cannot tell', policy: { name: 'no keys' } }]);
  });
});

test('the policies of an account are those of every level above it, from the root down', async () => {
  const { organization: fake, outer, inner, aws } = await world();
  fake.policies.add('of the unit', DENY_LONG_TERM_ROOT, inner);
  const levels = await new AuthorizationPolicies(aws.organizations).levelsAbove(MEMBER);
  expect(levels.map(({ target, policies }) => [target.id, target.type, policies.map(({ name }) => name)])).toEqual([
    [ROOT, 'ROOT', ['FullAWSAccess']],
    [outer, 'ORGANIZATIONAL_UNIT', ['FullAWSAccess']],
    [inner, 'ORGANIZATIONAL_UNIT', ['FullAWSAccess', 'of the unit']],
    [MEMBER, 'ACCOUNT', ['FullAWSAccess']],
  ]);
});
