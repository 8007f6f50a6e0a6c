import type { CdkCustomResourceEvent } from 'aws-lambda';
import { DENY_LONG_TERM_ROOT, DENY_ROOT, document, MANAGEMENT, MEMBER, OTHER, ROOT, world, type World } from './testing';
import { seconds } from '../../../../lambda/aws/patience';
import { shortened } from '../../../../lambda/guardrail/preflight/findings';
import { preflight } from '../../../../lambda/guardrail/preflight/preflight';
import { fail } from '../../../../local-aws/organization';
import { setEnvironment } from '../../../support/environment-variables';
import { onTestFinished } from '../../../support/on-test-finished';
import { FakeStacks, serveStacks, STACK_ID } from '../../aws/fake-stacks';

const writes = ({ organization }: World) => organization.calls.map(({ operation }) => operation).filter((operation) => !/^(List|Describe|Get)/.test(operation));

describe('before a guardrail is attached', () => {
  test('an organization in which nothing is in its way has no findings, and nothing is changed', async () => {
    const all = await world();
    expect(await all.found([all.outer, OTHER])).toEqual([]);
    expect(writes(all)).toEqual([]);
  });

  test('a root without the policy type is named with the command that enables it, and is not enabled silently', async () => {
    const all = await world({ policyTypes: [] });
    await expect(all.found([ROOT])).rejects.toThrow(
      'service control policies are not enabled in root r-fake: run `aws organizations enable-policy-type --root-id r-fake --policy-type SERVICE_CONTROL_POLICY`, then deploy again');
    expect(all.organization.policies.enabledTypes.size).toBe(0);
  });

  test('an organization for consolidated billing is told what it lacks', async () => {
    const { found } = await world({ featureSet: 'CONSOLIDATED_BILLING' });
    await expect(found([ROOT])).rejects.toThrow('which needs an organization with all features');
  });

  test.each(['999999999999', 'ou-fake-99999999'])('a target that is not in the organization is named: %s', async (target) => {
    const { found } = await world();
    await expect(found([target])).rejects.toThrow(`target ${target} is not in organization o-fakeorganization`);
  });

  test('the management account is refused as a target, and named when it is below one', async () => {
    const { found, outer } = await world();
    await expect(found([MANAGEMENT])).rejects.toThrow(`target ${MANAGEMENT} is the management account, which service control policies never affect`);
    expect(await found([ROOT])).toEqual([`the management account ${MANAGEMENT} is below the root r-fake: service control policies never affect it, so its root user is not denied anything`]);
    expect(await found([outer])).toEqual([]);
  });

  test('a target without room for another policy is named with what is attached', async () => {
    const { organization, found, inner } = await world();
    const attach = (count: number) => {
      for (let i = 0; i < count; i++) {
        organization.policies.add(`policy ${i} of ${count}`, document({ Effect: 'Deny', Action: 'ec2:*', Resource: '*' }), inner);
      }
    };
    attach(8);
    expect(await found([inner])).toEqual([]);
    attach(1);
    await expect(found([inner])).rejects.toThrow(`the OU ${inner} has 10 service control policies attached, and AWS allows 10: merge or detach one`);
  });

  test('the guardrail itself takes no room when it is changed, under its older name or a new one', async () => {
    const { organization, found, inner } = await world();
    for (let i = 0; i < 8; i++) {
      organization.policies.add(`policy ${i}`, document({ Effect: 'Deny', Action: 'ec2:*', Resource: '*' }), inner);
    }
    organization.policies.add('older', DENY_LONG_TERM_ROOT, inner);
    expect(await found([inner], { PolicyName: 'older' }, { PolicyName: 'older' })).toEqual([]);
    expect(await found([inner], { PolicyName: 'newer' }, { PolicyName: 'older' })).toEqual([]);
  });

  test('a name that another policy has is refused with its id', async () => {
    const { organization, found, outer } = await world();
    const { id } = organization.policies.add('guardrail', DENY_LONG_TERM_ROOT);
    await expect(found([outer])).rejects.toThrow(`a service control policy named 'guardrail' exists (${id}): import it into the stack, delete it, or set another policyName`);
    await expect(found([outer], {}, { PolicyName: 'another' })).rejects.toThrow(`named 'guardrail' exists (${id})`);
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

describe('a statement that closes accounts to everybody', () => {
  const DENY_ALL = { Sid: 'Quarantine', Effect: 'Deny', Action: '*', Resource: '*' };
  const spared = (role: string) => ({ ...DENY_ALL, Condition: { ArnNotLike: { 'aws:PrincipalARN': [`arn:aws:iam::*:role/${role}`] } } });

  test.each<[string, object]>([
    ['without an exemption', DENY_ALL],
    ['but to a role', spared('AWSControlTowerExecution')],
    ['but to some roles', spared('*LZA*')],
    ['but to those with a tag', { ...DENY_ALL, Condition: { StringNotEquals: { 'aws:PrincipalTag/break-glass': 'true' } } }],
    ['but for some actions', { ...DENY_ALL, Action: undefined, NotAction: ['support:*', 'billing:*'] }],
  ])('%s takes nothing from the root user, so it is a finding', async (_how, statement) => {
    const { organization, found, inner } = await world();
    const { id } = organization.policies.add('suspended', document(statement), inner);
    expect(await found([ROOT])).toContainEqual(
      `the service control policy 'suspended' (${id}) at the OU ${inner} (inner) denies everything to everybody in 'Quarantine', and root sessions as well: nobody acts as root there, with the guardrail or without it`);
  });

  test.each<[string, object]>([
    ['of root users', { ...DENY_ALL, Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } } }],
    ['of one service', { ...DENY_ALL, Action: 'iam:*' }],
    ['of root users without MFA', { ...DENY_ALL, Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }],
    ['of some Regions', { ...DENY_ALL, Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } }],
  ])('is not one %s: it fails the deployment', async (_how, statement) => {
    const { organization, found, inner } = await world();
    organization.policies.add('no quarantine', document(statement), inner);
    await expect(found([ROOT])).rejects.toThrow("'no quarantine'");
  });

  test('may be the lack of any that allows', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('nothing', document(DENY_ALL), outer);
    organization.policies.detach('p-FullAWSAccess', outer);
    expect(await found([outer])).toContainEqual(
      `no service control policy at the OU ${outer} allows anything to anybody, nor to root sessions: nobody acts as root there, with the guardrail or without it`);
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

describe('what is tolerated', () => {
  test('by the id of the policy is a finding wherever it is attached, with the reason, and nothing else is', async () => {
    const { organization, found, outer, inner } = await world();
    const { id } = organization.policies.add('old guardrail', DENY_ROOT, outer, MEMBER);
    const Tolerations = [{ PolicyId: id, Reason: 'goes in May' }];
    expect(await found([ROOT], { Tolerations })).toEqual(expect.arrayContaining([outer, MEMBER].map((place) => expect.stringMatching(
      new RegExp(`^the service control policy 'old guardrail' \\(${id}\\) at the \\w+ ${place} \\(\\S+\\) denies root sessions .*; tolerated: goes in May$`)))));
    organization.policies.add('another', DENY_ROOT, inner);
    await expect(found([ROOT], { Tolerations })).rejects.toThrow(/^root sessions are blocked, .*: the service control policy 'another' [^;]*$/);
  });

  test('by the id of a unit is a finding in it and below, and fails above and beside', async () => {
    const { organization, found, outer, inner } = await world();
    const policy = organization.policies.add('old guardrail', DENY_ROOT, MEMBER, inner);
    const Tolerations = [{ OrganizationalUnitId: inner, Reason: 'legacy' }];
    expect(await found([outer], { Tolerations })).toEqual([inner, MEMBER].map((place) => expect.stringMatching(new RegExp(`${place} \\(\\S+\\) denies .*; tolerated: legacy$`))));
    organization.policies.attach(policy.id, outer);
    await expect(found([outer], { Tolerations })).rejects.toThrow(`at the OU ${outer} (outer) denies`);
  });

  test('by both is that policy in that unit', async () => {
    const { organization, found, outer, inner } = await world();
    const { id } = organization.policies.add('old guardrail', DENY_ROOT, inner);
    expect(await found([outer], { Tolerations: [{ PolicyId: id, OrganizationalUnitId: outer, Reason: 'legacy' }] })).toHaveLength(1);
    organization.policies.add('another', DENY_ROOT, inner);
    await expect(found([outer], { Tolerations: [{ PolicyId: id, OrganizationalUnitId: outer, Reason: 'legacy' }] })).rejects.toThrow("'another'");
  });

  test('and is not there is a finding, so that it is taken away', async () => {
    const { found, outer } = await world();
    expect(await found([outer], { Tolerations: [{ PolicyId: 'p-12345678', OrganizationalUnitId: outer, Reason: 'legacy' }] })).toEqual([
      `nothing is blocked that the toleration of policy p-12345678 in OU ${outer} is about ('legacy'): take it from tolerations`,
    ]);
  });
});

test('a guardrail that somebody else attached can stay beside this one', async () => {
  const { organization, found, outer } = await world();
  const { id } = organization.policies.add('from Terraform', DENY_LONG_TERM_ROOT, outer);
  expect(await found([outer])).toEqual([`the service control policy 'from Terraform' (${id}) at the OU ${outer} does the same already, and exempts root sessions: both can stay`]);
});

describe('the handler', () => {
  async function handlerIn(all: World) {
    const stacks = new FakeStacks();
    const stack = stacks.add({ status: 'UPDATE_IN_PROGRESS' });
    const { endpoint, close } = await serveStacks(stacks);
    onTestFinished(close);
    setEnvironment({ AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint, STACK_ID });
    jest.resetModules();
    const { handler } = await import('../../../../lambda/guardrail/preflight/handler');
    const properties = { ServiceToken: 'arn', PolicyName: 'guardrail', Targets: [all.outer], TolerateBlockedRootSessions: 'false' };
    return (event: Partial<CdkCustomResourceEvent>, state = `${event.RequestType!.toUpperCase()}_IN_PROGRESS`) => {
      stack.resources.set('Preflight', { status: state });
      return handler({ StackId: STACK_ID, LogicalResourceId: 'Preflight', ResourceProperties: properties, ...event } as CdkCustomResourceEvent);
    };
  }

  test('answers what it found', async () => {
    const all = await world();
    const handler = await handlerIn(all);
    expect(await handler({ RequestType: 'Create' })).toEqual({ PhysicalResourceId: 'preflight/Preflight', Data: { Findings: 'none' } });
    all.organization.policies.add('from Terraform', DENY_LONG_TERM_ROOT, all.outer);
    expect(await handler({ RequestType: 'Create' })).toMatchObject({ Data: { Findings: expect.stringContaining('both can stay') } });
  });

  test('reads nothing for somebody else than CloudFormation', async () => {
    const all = await world();
    const handler = await handlerIn(all);
    await expect(handler({ RequestType: 'Create', StackId: 'other' })).rejects.toThrow("the request is not CloudFormation's");
    await expect(handler({ RequestType: 'Create' }, 'CREATE_COMPLETE')).rejects.toThrow('CloudFormation does not create the resource Preflight');
    expect(all.organization.calls).toEqual([]);
  });

  test('fails with a message alone, short enough for CloudFormation', async () => {
    const all = await world();
    for (let i = 0; i < 9; i++) {
      all.organization.policies.add(`old guardrail ${i} ${'x'.repeat(100)}`, DENY_ROOT, all.inner);
    }
    const error: Error = await (await handlerIn(all))({ RequestType: 'Create' }).then(() => Promise.reject(new Error('it succeeded')), (reason) => reason);
    expect(error.stack).toBe(error.message);
    expect(error.message).toContain('and 4 more');
    expect(error.message.length).toBeLessThan(3_300);
  });

  test('has nothing to delete', async () => {
    const all = await world();
    expect(await (await handlerIn(all))({ RequestType: 'Delete' })).toEqual({});
    expect(all.organization.calls).toEqual([]);
  });

  test('answers with whole findings that fit, and says how many do not', () => {
    const answer = shortened(Array.from({ length: 30 }, (_, i) => `${i} ${'é'.repeat(60)}`));
    expect(Buffer.byteLength(answer)).toBeLessThan(2_100);
    expect(answer).toMatch(/\nand 14 more, in the function's log$/);
  });
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

  test('that cannot be read are a finding, and no reason to stop', async () => {
    const { organization, aws, outer } = await world();
    organization.authorize = async ({ context }) => context['organizations:PolicyType'] === 'RESOURCE_CONTROL_POLICY' ? 'not these' : undefined;
    const properties = { PolicyName: 'guardrail', Targets: [outer], TolerateBlockedRootSessions: 'false' as const };
    expect(await preflight(properties, undefined, { ...aws, patience: seconds(0.02, 5, 10) })).toEqual([expect.stringMatching(/^the resource control policies of organization o-fakeorganization were not read .*delegation policy/)]);
  });
});
