import { AuthorizationPolicies } from '../../../lambda/policies/authorization-policies';
import { accountsOf, assumeRootCauses, likelyCauses, nameOf, remedy, stopsRecoveredRoot, textOf, textOfStop } from '../../../lambda/policies/causes';
import type { Accounts, Cause, Policy } from '../../../lambda/policies/judge';
import { fail } from '../../../local-aws/organization';
import { DENY_LONG_TERM_ROOT, DENY_ROOT, document, MANAGEMENT, MEMBER, OTHER, ROOT, world } from '../guardrail/preflight/testing';

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

  test('is stopped by what denies everything first, and by resource control policies in part', async () => {
    const { organization: { policies }, outer, stops } = await organization();
    policies.addResourceControl('perimeter', document({ Effect: 'Deny', Action: '*', Resource: '*' }), ROOT);
    policies.add('no keys', document({ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: '*' }), ROOT);
    policies.add('guardrail', DENY_LONG_TERM_ROOT, outer);
    expect((await stops(MEMBER)).map(({ judgement, policy }) => [judgement, policy!.name])).toEqual([['blocks', 'guardrail'], ['cannot tell', 'no keys'], ['cannot tell', 'perimeter']]);
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

describe('likely causes, where AWS names something,', () => {
  const DENY_S3 = document({ Sid: 'Perimeter', Effect: 'Deny', Action: 's3:*', Resource: '*' });

  test.each<[string, string[]]>([
    ['with an explicit deny in a service control policy', ['service']],
    ['with an explicit deny in a resource control policy', ['resource']],
    ['with an explicit deny in a session policy', []],
    ['', ['service']], // which surely denies it, so that the others are not read
  ])('are of that kind alone: %j', async (message, kinds) => {
    const all = await organization();
    all.organization.policies.add('one', DENY_S3, ROOT);
    all.organization.policies.addResourceControl('two', DENY_S3, ROOT);
    const causes = await likelyCauses(new AuthorizationPolicies(all.aws.organizations), root(MEMBER), 's3:PutBucketPolicy', message);
    expect(causes).toEqual(kinds.map((kind) => expect.stringMatching(`^the ${kind} control policy '(one|two)'`)));
  });

  test('are both where neither is sure', async () => {
    const all = await organization();
    const maybe = document({ Effect: 'Deny', Action: 's3:*', Resource: '*', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
    all.organization.policies.add('one', maybe, ROOT);
    all.organization.policies.addResourceControl('two', maybe, ROOT);
    expect(await all.causes(MEMBER, 's3:PutBucketPolicy')).toEqual([expect.stringContaining("'one'"), expect.stringContaining("'two'")]);
  });

  test('begin with what surely denies it, of whichever kind that is', async () => {
    const all = await organization();
    const maybe = document({ Effect: 'Deny', Action: 's3:*', Resource: '*', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
    all.organization.policies.add('one', maybe, ROOT);
    all.organization.policies.addResourceControl('two', DENY_S3, ROOT);
    expect(await all.causes(MEMBER, 's3:PutBucketPolicy')).toEqual([expect.stringContaining("'two'"), expect.stringContaining("'one'")]);
  });

  test('are read of resource control policies for what these reach, and while their type is enabled', async () => {
    const all = await organization();
    const asked = () => all.organization.calls.filter(({ operation, input }) => operation === 'ListPoliciesForTarget' && input.Filter === 'RESOURCE_CONTROL_POLICY').length;
    await all.causes(MEMBER, 'iam:GetUser');
    expect(asked()).toBe(0);
    await all.causes(MEMBER, 's3:PutBucketPolicy');
    expect(asked()).toBe(1); // at the root, to see that the type is not enabled
  });

  test('begin with the policy whose ARN it gives', async () => {
    const all = await organization();
    all.organization.policies.add('first', DENY_S3, ROOT);
    const { id } = all.organization.policies.add('second', DENY_S3, ROOT);
    const message = `with an explicit deny in a service control policy: arn:aws:organizations::111111111111:policy/o-abcdefghij/service_control_policy/${id}`;
    const causes = await likelyCauses(new AuthorizationPolicies(all.aws.organizations), root(MEMBER), 's3:PutBucketPolicy', message);
    expect(causes).toEqual([expect.stringContaining("'second'"), expect.stringContaining("'first'")]);
  });
});

describe('likely causes of an AssumeRoot that AWS denied', () => {
  const ROLE = `arn:aws:iam::${OTHER}:role/Sweep`;
  const message = `User: arn:aws:sts::${OTHER}:assumed-role/Sweep/x is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${MEMBER}:root`;
  const DENY_ASSUME = document({ Sid: 'NoRoot', Effect: 'Deny', Action: 'sts:AssumeRoot', Resource: '*' });

  async function denied(more: Partial<Parameters<typeof assumeRootCauses>[1]> = {}) {
    const all = await organization();
    const causes = () => assumeRootCauses(new AuthorizationPolicies(all.aws.organizations), {
      root: root(MEMBER), taskPolicy: 'S3UnlockBucketPolicy', region: 'us-east-1', callerAccountId: OTHER, managementAccountId: MANAGEMENT, message, ...more,
    });
    return { ...all, causes };
  }

  test('are service control policies above the account of the role, with how to exempt it', async () => {
    const { organization: { policies }, causes } = await denied();
    policies.add('below', DENY_ASSUME, MEMBER);
    expect(await causes()).toEqual([]);
    const { id } = policies.add('no root', DENY_ASSUME, OTHER);
    expect(await causes()).toEqual([
      `the service control policy 'no root' (${id}) at the account ${OTHER} denies ${ROLE} sts:AssumeRoot in 'NoRoot': `
      + `add "ArnNotLike": {"aws:PrincipalArn": "${ROLE}"} to the condition of that statement, which exempts the role and nobody else`,
    ]);
  });

  test('are none in the management account, which no service control policy binds', async () => {
    const { organization: { policies }, causes } = await denied({ callerAccountId: MANAGEMENT });
    policies.add('no root', DENY_ASSUME, ROOT);
    expect(await causes()).toEqual([]);
  });

  test('may be resource control policies above the account of the root user, of which AWS does not say whether they apply', async () => {
    const { organization: { policies }, causes } = await denied({ callerAccountId: MANAGEMENT });
    const { id } = policies.addResourceControl('perimeter', DENY_ASSUME, MEMBER);
    expect(await causes()).toEqual([expect.stringMatching(
      new RegExp(`^the resource control policy 'perimeter' \\(${id}\\) at the account ${MEMBER} may deny, by conditions that depend on the call, ${ROLE} sts:AssumeRoot \\(AWS does not say whether`))]);
    policies.addResourceControl('elsewhere', DENY_ASSUME, OTHER);
    expect(await causes()).toHaveLength(1);
  });

  test.each([['S3UnlockBucketPolicy', 1], ['IAMAuditRootUserCredentials', 0]])('are of the task that was asked for: %s', async (taskPolicy, count) => {
    const { organization: { policies }, causes } = await denied({ taskPolicy });
    const Condition = { StringLike: { 'sts:TaskPolicyArn': '*/S3Unlock*' } };
    policies.add('no unlocking', document({ ...DENY_ASSUME.Statement[0], Condition }), ROOT);
    expect(await causes()).toHaveLength(count);
  });

  test('are not looked for where AWS does not name the role', async () => {
    const { organization: fake, causes } = await denied({ message: 'Access Denied' });
    fake.policies.add('no root', DENY_ASSUME, ROOT);
    expect([await causes(), fake.calls]).toEqual([[], []]);
  });
});

describe('a cause in words', () => {
  const POLICY: Policy = { id: 'p-one', name: 'perimeter', awsManaged: false, content: '' };
  const CAUSE: Cause = { judgement: 'blocks', target: { id: 'ou-1', type: 'ORGANIZATIONAL_UNIT', name: 'prod' }, policy: POLICY, statement: 'NoRoot' };
  const MAYBE: Cause = { ...CAUSE, judgement: 'cannot tell' };
  const LACK: Cause = { judgement: 'blocks', target: { id: 'r-fake', type: 'ROOT', name: 'Root' } };
  const RCP: Cause = { ...CAUSE, policy: { ...POLICY, type: 'RESOURCE_CONTROL_POLICY' } };
  const BROKEN: Cause = { ...MAYBE, problem: 'statement 1 is null' };
  const EXEMPT = 'add "Null": {"aws:AssumedRoot": "true"} to the condition of that statement, which exempts root sessions and nobody else';

  test.each<[Cause, string]>([
    [CAUSE, `the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) denies root sessions iam:GetUser in 'NoRoot': ${EXEMPT}`],
    [MAYBE, `the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) may deny, by conditions that depend on the call, root sessions iam:GetUser in 'NoRoot': ${EXEMPT}`],
    [RCP, `the resource control policy 'perimeter' (p-one) at the OU ou-1 (prod) denies root sessions iam:GetUser in 'NoRoot': ${EXEMPT}`],
    [{ ...CAUSE, accounts: { only: [MEMBER] } }, `the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) denies root sessions iam:GetUser in 'NoRoot' in no account but ${MEMBER}: ${EXEMPT}`],
    [LACK, 'no service control policy at the root r-fake allows root sessions iam:GetUser: attach FullAWSAccess there, or allow it in a policy that is attached there'],
    [{ ...LACK, judgement: 'cannot tell' }, 'perhaps no service control policy at the root r-fake allows root sessions iam:GetUser: attach FullAWSAccess there, or allow it in a policy that is attached there'],
    [BROKEN, "the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) cannot be judged: statement 1 is null: correct it"],
  ])('of root sessions: %j', (cause, text) => {
    expect(textOf(cause, 'iam:GetUser')).toBe(text);
  });

  test.each<[Cause, string]>([
    [CAUSE, "the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) stops the root user in 'NoRoot', even with the new password: exempt the account there for the time (exemptions of RootUserGuardrail)"],
    [MAYBE, "the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) may stop some of what the root user does in 'NoRoot', even with the new password: exempt the account there for the time (exemptions of RootUserGuardrail)"],
    [RCP, "the resource control policy 'perimeter' (p-one) at the OU ou-1 (prod) stops the root user in 'NoRoot', even with the new password: exempt the account there for the time (a condition on aws:ResourceAccount)"],
    [LACK, 'no service control policy at the root r-fake allows the root user everything, even with the new password: attach FullAWSAccess there'],
    [{ ...LACK, judgement: 'cannot tell' }, 'no service control policy at the root r-fake surely allows the root user everything, even with the new password: attach FullAWSAccess there'],
    [BROKEN, "the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) cannot be judged: statement 1 is null: correct it"],
  ])('of the root user that signs in: %j', (cause, text) => {
    expect(textOfStop(cause)).toBe(text);
  });

  test.each<[Accounts | undefined, string]>([
    [undefined, ''],
    [{ only: ['1'] }, ' in no account but 1'],
    [{ except: ['1', '2'] }, ' in every account but 1, 2'],
    [{ only: ['1', '2', '3', '4', '5'] }, ' in no account but 1, 2, 3, 4, 5'],
    [{ except: ['1', '2', '3', '4', '5', '6', '7'] }, ' in every account but 1, 2, 3, 4, 5, 2 more'],
  ])('names accounts: %j', (accounts, text) => {
    expect(accountsOf({ ...CAUSE, accounts })).toBe(text);
  });

  test.each<[string, RegExp]>([
    ['aws-guardrails-AbCdEf', /^it is a control of Control Tower, AWS-GR_RESTRICT_ROOT_USER .* set the control's parameter ExemptAssumeRoot on every OU where it is enabled$/],
    ['my aws-guardrails-copy', /^add "Null": \{"aws:AssumedRoot": "true"\} to the condition of that statement, which exempts root sessions and nobody else$/],
  ])('says what to do about the policy %s', (name, expected) => {
    expect(remedy({ ...CAUSE, policy: { ...POLICY, name } })).toMatch(expected);
  });

  test('says what to do where no policy is known', () => {
    expect(remedy(LACK)).toBe(EXEMPT);
  });

  test('names the place, and its name where it says something', () => {
    expect(nameOf({ id: 'r-fake', type: 'ROOT', name: 'Root' })).toBe('the root r-fake');
    expect(nameOf({ id: 'ou-1', type: 'ORGANIZATIONAL_UNIT', name: 'prod' })).toBe('the OU ou-1 (prod)');
    expect(nameOf({ id: MEMBER, type: 'ACCOUNT' })).toBe(`the account ${MEMBER}`);
  });
});
