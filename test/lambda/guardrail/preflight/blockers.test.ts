import { DENY_ROOT, document, MANAGEMENT, MEMBER, OTHER, ROOT, world, type World } from './testing';
import { fail } from '../../../../local-aws/organization';

describe('a policy that blocks root sessions', () => {
  const place = ({ outer, inner }: World, where: string) => ({ root: ROOT, outer, inner, member: MEMBER, other: OTHER })[where]!;

  test.each([
    ['above the target', 'root'], ['at the target', 'outer'], ['at a unit below it', 'inner'], ['at an account below it', 'member'],
  ])('fails the deployment when it is attached %s', async (_name, where) => {
    const all = await world();
    const { id } = all.organization.policies.add('old guardrail', DENY_ROOT, place(all, where));
    const { outer, inner } = all;
    const named = { root: `the root ${ROOT}`, outer: `the OU ${outer} (outer)`, inner: `the OU ${inner} (inner)`, member: `the account ${MEMBER} (account-${MEMBER})` }[where];
    await expect(all.found([outer])).rejects.toThrow('root sessions are blocked, so that nobody could act as root below the guardrail: '
      + `the service control policy 'old guardrail' (${id}) at ${named} denies root sessions iam:GetAccountSummary, iam:GetLoginProfile, iam:ListAccessKeys, and 17 more `
      + "in 'GRRESTRICTROOTUSER': add \"Null\": {\"aws:AssumedRoot\": \"true\"} to the condition of that statement, which exempts root sessions and nobody else");
  });

  test('is of no interest beside the targets, nor unattached, nor at the management account', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('old guardrail', DENY_ROOT, OTHER, MANAGEMENT);
    organization.policies.add('unattached', DENY_ROOT);
    expect(await found([outer])).toEqual([]);
  });

  test('is of no interest at the management account also below the target, nor where it is the guardrail itself', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('of the management account', DENY_ROOT, MANAGEMENT);
    expect(await found([ROOT])).toEqual([expect.stringMatching(/^the management account/)]);
    organization.policies.add('guardrail', DENY_ROOT, outer);
    expect(await found([outer], {}, { PolicyName: 'guardrail' })).toEqual([]);
  });

  test('is found below any of several targets', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('old guardrail', DENY_ROOT, outer);
    await expect(found([outer, OTHER])).rejects.toThrow(`at the OU ${outer} (outer) denies root sessions`);
    await expect(found([OTHER, outer])).rejects.toThrow(`at the OU ${outer} (outer) denies root sessions`);
    expect(await found([OTHER])).toEqual([]);
  });

  test('is told of the accounts where the targets below are accounts, and of all where one is a unit', async () => {
    const { organization, found, outer, inner } = await world();
    organization.policies.add('old guardrail', DENY_ROOT, outer);
    await expect(found([MEMBER, OTHER])).rejects.toThrow(`in 'GRRESTRICTROOTUSER' in no account but ${MEMBER}: add`);
    await expect(found([MEMBER, inner])).rejects.toThrow("in 'GRRESTRICTROOTUSER': add");
    await expect(found([OTHER, outer])).rejects.toThrow("in 'GRRESTRICTROOTUSER': add");
  });

  test('of Control Tower is explained as its control, with the parameter that exempts root sessions', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('aws-guardrails-AbCdEf', DENY_ROOT, outer);
    await expect(found([outer])).rejects.toThrow("it is a control of Control Tower, AWS-GR_RESTRICT_ROOT_USER if it denies the root user everything: set the control's parameter ExemptAssumeRoot");
  });

  test('can be tolerated, and is a finding then', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('old guardrail', DENY_ROOT, outer);
    expect(await found([outer], { TolerateBlockedRootSessions: 'true' })).toEqual([expect.stringMatching(/^the service control policy 'old guardrail' \(p-\w+\) at the OU .* denies root sessions/)]);
  });

  test('may be the lack of one that allows', async () => {
    const { organization, found, outer, inner } = await world();
    organization.policies.add('S3 and SQS only', document({ Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource: '*' }), outer);
    organization.policies.detach('p-FullAWSAccess', outer);
    await expect(found([inner])).rejects.toThrow(`no service control policy at the OU ${outer} allows root sessions iam:GetAccountSummary, iam:GetLoginProfile, iam:ListAccessKeys, and 9 more: attach FullAWSAccess there`);
  });

  test('perhaps, by the Region of the bucket, is a finding and not a failure', async () => {
    const { organization, found, outer } = await world();
    const elsewhere = document({ Sid: 'Regions', Effect: 'Deny', NotAction: ['iam:*'], Resource: '*', Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-central-1' } } });
    const { id } = organization.policies.add('regions', elsewhere, ROOT);
    expect(await found([outer])).toEqual([expect.stringContaining(
      `'regions' (${id}) at the root r-fake may deny, by conditions that depend on the call, root sessions s3:ListAllMyBuckets, s3:GetBucketPolicy, s3:DeleteBucketPolicy, and 5 more in 'Regions'`)]);
  });

  test('is found among more policies than a page holds', async () => {
    const { organization, found, outer } = await world();
    for (let i = 0; i < 45; i++) {
      organization.policies.add(`policy ${i}`, document({ Effect: 'Deny', Action: 'ec2:*', Resource: '*' }));
    }
    organization.policies.add('the last', DENY_ROOT, MEMBER);
    await expect(found([outer])).rejects.toThrow("'the last'");
  });
});

describe('accounts that a policy names', () => {
  const EXCEPT = (...ids: string[]) => document({
    Sid: 'NoRoot',
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' }, ArnNotLike: { 'aws:PrincipalArn': ids.map((id) => `arn:aws:iam::${id}:root`) } },
  });
  const ONLY = (id: string) => document({
    Sid: 'NoRoot', Effect: 'Deny', Action: '*', Resource: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${id}:root` } },
  });

  test('are spared, which spares no other account', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('all but one', EXCEPT(MEMBER), ROOT);
    await expect(found([outer])).rejects.toThrow(`and 17 more in 'NoRoot' in every account but ${MEMBER}: add`);
  });

  test('are spared where the guardrail or the policy is attached to them', async () => {
    const { organization, found } = await world();
    organization.policies.add('all but one', EXCEPT(MEMBER), ROOT, MEMBER);
    expect(await found([MEMBER])).toEqual([]);
    await expect(found([MEMBER, OTHER])).rejects.toThrow(`in no account but ${OTHER}: add`);
  });

  test('are denied, which fails the deployment if they are below the target', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('one', ONLY(MEMBER), ROOT);
    await expect(found([outer])).rejects.toThrow(`and 17 more in 'NoRoot' in no account but ${MEMBER}: add`);
    expect(await found([OTHER])).toEqual([]);
  });

  test('are denied below one of several targets', async () => {
    const { organization, found, outer } = await world();
    const other = organization.addOrganizationalUnit({ name: 'another' });
    organization.policies.add('one', ONLY(MEMBER), ROOT);
    await expect(found([other, outer])).rejects.toThrow(`in no account but ${MEMBER}: add`);
  });

  test('are told beside what the policy denies in all accounts, each once', async () => {
    const { organization, found, outer } = await world();
    const keys = { Sid: 'Keys', Effect: 'Deny', Action: 'iam:ListAccessKeys', Resource: '*' };
    organization.policies.add('both', document(keys, ONLY(MEMBER).Statement[0]), ROOT);
    expect(await found([outer], { TolerateBlockedRootSessions: 'true' })).toEqual([
      expect.stringMatching(/denies root sessions iam:ListAccessKeys in 'Keys': add/), expect.stringMatching(new RegExp(`in 'NoRoot' in no account but ${MEMBER}: add`)),
    ]);
  });

  test('are not looked for at the management account, which no policy affects', async () => {
    const { organization, found } = await world();
    organization.policies.add('one', ONLY(MANAGEMENT), ROOT);
    expect(await found([ROOT])).toEqual([expect.stringMatching(/^the management account/)]);
  });

  test('are not taken for accounts of others where AWS does not say where they are', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('one', ONLY('444444444444'), ROOT);
    const failing = fail('InvalidInputException', 'no', 400);
    organization.faults.add({
      operation: 'organizations:ListParents',
      effect: (call, answer) => call.input.ChildId === '444444444444' ? failing(call, answer) : answer(),
    });
    await expect(found([outer])).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('are closed, which is told of these', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('one', document({ Sid: 'Closed', Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': MEMBER } } }), ROOT);
    expect(await found([outer])).toEqual([expect.stringContaining(`denies everything to everybody in 'Closed' in no account but ${MEMBER}, and root sessions as well`)]);
  });

  test.each(['999999999999', OTHER])('are of no interest elsewhere, or in another organization: %s', async (id) => {
    const { organization, found, outer } = await world();
    organization.policies.add('one', ONLY(id), ROOT);
    expect(await found([outer])).toEqual([]);
  });
});

test.each([
  ['without Statement', '{"Version":"2012-10-17"}', 'the document has no Statement'],
  ['with null', document(null as unknown as object), 'statement 1 is null, not an object'],
  ['with null where a list is expected', document({ Sid: 'X', Effect: 'Deny', Action: null, Resource: '*' }), "statement 1 ('X') has null as its Action, not a text or a list of texts"],
  ['that is not JSON', 'Deny', 'the document is not JSON'],
])('a policy %s is a finding with its name and place', async (_how, content, problem) => {
  const { organization, found, outer, inner } = await world();
  const policy = organization.policies.add('broken', content as object, inner);
  Object.assign(policy, { content: typeof content === 'string' ? content : JSON.stringify(content) });
  expect(await found([outer])).toEqual([`the service control policy 'broken' (${policy.id}) at the OU ${inner} (inner) cannot be judged: ${problem}: correct it`]);
});

describe('resource control policies', () => {
  const DENY_S3 = document({ Sid: 'Perimeter', Effect: 'Deny', Action: 's3:*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } } });

  test('that close accounts to everybody are a finding, as service control policies are', async () => {
    const { organization, found, outer, inner } = await world();
    const { id } = organization.policies.addResourceControl('closed', document({ Sid: 'Quarantine', Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }), inner);
    expect(await found([outer])).toContainEqual(
      expect.stringContaining(`the resource control policy 'closed' (${id}) at the OU ${inner} (inner) denies everything to everybody in 'Quarantine'`));
  });

  test('that deny root sessions the buckets of their accounts fail the deployment, with what they are and where they are', async () => {
    const { organization, found, outer, inner } = await world();
    const { id } = organization.policies.addResourceControl('perimeter', DENY_S3, inner);
    await expect(found([outer])).rejects.toThrow(`the resource control policy 'perimeter' (${id}) at the OU ${inner} (inner) denies root sessions s3:GetBucketPolicy, s3:DeleteBucketPolicy, s3:PutBucketPolicy in 'Perimeter': `
      + 'add "Null": {"aws:AssumedRoot": "true"} to the condition of that statement');
  });

  test('that exempt root sessions, are elsewhere, or are about other services and organizations are nothing', async () => {
    const { organization, found, outer } = await world();
    const { policies } = organization;
    policies.addResourceControl('elsewhere', DENY_S3, OTHER);
    policies.addResourceControl('exempt', document({ ...DENY_S3.Statement[0], Condition: { Null: { 'aws:AssumedRoot': 'true' } } }), outer);
    policies.addResourceControl('others', document({ Effect: 'Deny', Action: ['kms:*', 'secretsmanager:*'], Resource: '*' }), outer);
    const Condition = {
      StringNotEqualsIfExists: { 'aws:PrincipalOrgID': organization.organizationId }, BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
    };
    policies.addResourceControl('perimeter', document({ Effect: 'Deny', Action: ['s3:*', 'sqs:*'], Resource: '*', Condition }), outer);
    expect(await found([outer])).toEqual([]);
  });
});
