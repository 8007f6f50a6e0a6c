import { GetAccountSummaryCommand, GetLoginProfileCommand } from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand, CreatePolicyCommand, DeletePolicyCommand, DescribePolicyCommand, DetachPolicyCommand, EnablePolicyTypeCommand,
  ListParentsCommand,
  ListPoliciesCommand, ListPoliciesForTargetCommand, ListRootsCommand, ListTagsForResourceCommand, ListTargetsForPolicyCommand, TagResourceCommand,
  UntagResourceCommand, UpdatePolicyCommand,
} from '@aws-sdk/client-organizations';
import { AssumeRootCommand } from '@aws-sdk/client-sts';
import { MANAGEMENT, MEMBER, READY, refused, SECURITY, served, type Served, taskArn } from './testing';

const Type = 'SERVICE_CONTROL_POLICY';
const DENY_ROOT = { Effect: 'Deny', Action: '*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:root' } } };
const EXEMPT = { ...DENY_ROOT, Condition: { ...DENY_ROOT.Condition, Null: { 'aws:AssumedRoot': 'true' } } };
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

async function created({ management: { organizations } }: Served, Name = 'guardrail', content: object = document(EXEMPT)): Promise<string> {
  const { Policy } = await organizations.send(new CreatePolicyCommand({ Name, Description: 'd', Type, Content: JSON.stringify(content) }));
  return Policy!.PolicySummary!.Id!;
}

describe('policies', () => {
  test("are AWS's own at first: it is attached to everything, and cannot be changed", async () => {
    const { organization, management: { organizations } } = await served();
    const unit = organization.addOrganizationalUnit({ name: 'unit' });
    for (const TargetId of [organization.rootId, unit, MEMBER]) {
      const { Policies } = await organizations.send(new ListPoliciesForTargetCommand({ Filter: Type, TargetId }));
      expect(Policies).toEqual([expect.objectContaining({
        Id: 'p-FullAWSAccess', Arn: 'arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess', Name: 'FullAWSAccess', AwsManaged: true,
      })]);
    }
    const { Targets } = await organizations.send(new ListTargetsForPolicyCommand({ PolicyId: 'p-FullAWSAccess' }));
    expect(Targets!.map(({ TargetId, Type: type }) => [TargetId, type])).toEqual([
      [organization.rootId, 'ROOT'], [unit, 'ORGANIZATIONAL_UNIT'], [MANAGEMENT, 'ACCOUNT'], [SECURITY, 'ACCOUNT'], [MEMBER, 'ACCOUNT'],
    ]);
    expect(await refused(organizations.send(new DeletePolicyCommand({ PolicyId: 'p-FullAWSAccess' })))).toMatchObject({ name: 'InvalidInputException', reason: 'IMMUTABLE_POLICY' });
  });

  test('live from their creation over attachment and change to their end', async () => {
    const all = await served();
    const { organizations } = all.management;
    const PolicyId = await created(all);
    await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId: MEMBER }));
    const { Targets } = await organizations.send(new ListTargetsForPolicyCommand({ PolicyId }));
    expect(Targets).toEqual([{ TargetId: MEMBER, Name: 'member', Type: 'ACCOUNT' }]);
    expect(await refused(organizations.send(new DeletePolicyCommand({ PolicyId })))).toMatchObject({ name: 'PolicyInUseException' });
    await organizations.send(new UpdatePolicyCommand({ PolicyId, Name: 'changed' }));
    const { Policy } = await organizations.send(new DescribePolicyCommand({ PolicyId }));
    expect(Policy).toMatchObject({ PolicySummary: { Name: 'changed', Description: 'd' }, Content: JSON.stringify(document(EXEMPT)) });
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: MEMBER }));
    await organizations.send(new DeletePolicyCommand({ PolicyId }));
    expect(await refused(organizations.send(new DescribePolicyCommand({ PolicyId })))).toMatchObject({ name: 'PolicyNotFoundException' });
  });

  test('carry tags', async () => {
    const all = await served();
    const { organizations } = all.management;
    const ResourceId = await created(all);
    await organizations.send(new TagResourceCommand({ ResourceId, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] }));
    await organizations.send(new UntagResourceCommand({ ResourceId, TagKeys: ['a'] }));
    expect((await organizations.send(new ListTagsForResourceCommand({ ResourceId }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  test('come in pages', async () => {
    const all = await served();
    for (let i = 0; i < 25; i++) {
      await created(all, `policy ${i}`);
    }
    const first = await all.management.organizations.send(new ListPoliciesCommand({ Filter: Type }));
    const second = await all.management.organizations.send(new ListPoliciesCommand({ Filter: Type, NextToken: first.NextToken }));
    expect([first.Policies!.length, second.Policies!.length, second.NextToken]).toEqual([20, 6, undefined]);
  });

  test('are refused where AWS refuses them', async () => {
    const all = await served();
    const { organizations } = all.management;
    const PolicyId = await created(all);
    const create = (Content: string, Name = 'another') => refused(organizations.send(new CreatePolicyCommand({ Name, Description: '', Type, Content })));
    expect(await create('{"Statement":[]}', 'guardrail')).toMatchObject({ name: 'DuplicatePolicyException' });
    expect(await create('not JSON')).toMatchObject({ name: 'MalformedPolicyDocumentException' });
    expect(await create(`{"Statement":[]}${' '.repeat(10_240)}`)).toMatchObject({ name: 'ConstraintViolationException', reason: 'POLICY_CONTENT_LIMIT_EXCEEDED' });
    const attach = (TargetId: string) => organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
    expect(await refused(attach('999999999999'))).toMatchObject({ name: 'TargetNotFoundException' });
    await attach(MEMBER);
    expect(await refused(attach(MEMBER))).toMatchObject({ name: 'DuplicatePolicyAttachmentException' });
    const detach = (id: string) => organizations.send(new DetachPolicyCommand({ PolicyId: id, TargetId: MEMBER }));
    await detach(PolicyId);
    expect(await refused(detach(PolicyId))).toMatchObject({ name: 'PolicyNotAttachedException' });
    expect(await refused(detach('p-FullAWSAccess'))).toMatchObject({ name: 'ConstraintViolationException', reason: 'MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED' });
    expect(await refused(all.as(MEMBER).organizations.send(new ListPoliciesCommand({ Filter: Type })))).toMatchObject({ name: 'AccessDeniedException' });
  });

  test('of which a target has ten at most', async () => {
    const all = await served();
    for (let i = 0; i < 9; i++) {
      all.organization.policies.add(`policy ${i}`, document(), MEMBER);
    }
    const attempt = all.management.organizations.send(new AttachPolicyCommand({ PolicyId: await created(all), TargetId: MEMBER }));
    expect(await refused(attempt)).toMatchObject({ name: 'ConstraintViolationException', reason: 'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED' });
  });

  test('need their type to be enabled in the root, which says whether it is', async () => {
    const all = await served({ ...READY, policyTypes: [] });
    const { organizations } = all.management;
    const attach = async () => organizations.send(new AttachPolicyCommand({ PolicyId, TargetId: MEMBER }));
    const PolicyId = await created(all);
    expect(await refused(attach())).toMatchObject({ name: 'PolicyTypeNotEnabledException' });
    await organizations.send(new EnablePolicyTypeCommand({ RootId: all.organization.rootId, PolicyType: Type }));
    await attach();
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    expect(Roots![0].PolicyTypes).toEqual([{ Type, Status: 'ENABLED' }]);
  });

  test('are found from an account upwards', async () => {
    const { organization, management: { organizations } } = await served();
    const unit = organization.addOrganizationalUnit({ name: 'unit' });
    organization.addAccount({ id: '555555555555', ou: unit });
    const parent = async (ChildId: string) => (await organizations.send(new ListParentsCommand({ ChildId }))).Parents;
    expect(await parent('555555555555')).toEqual([{ Id: unit, Type: 'ORGANIZATIONAL_UNIT' }]);
    expect(await parent(unit)).toEqual([{ Id: organization.rootId, Type: 'ROOT' }]);
  });
});

describe('resource control policies', () => {
  const Filter = 'RESOURCE_CONTROL_POLICY';
  const perimeter = { Effect: 'Deny', Principal: '*', Action: ['s3:*', 'sts:AssumeRoot'], Resource: '*' };

  test('are listed, attached and described as service control policies are, beside one of AWS that stays', async () => {
    const { organization, management: { organizations } } = await served({ ...READY, policyTypes: [Type, Filter] });
    const create = (...statements: object[]) => organizations.send(new CreatePolicyCommand({ Name: 'p', Description: '', Type: Filter, Content: JSON.stringify(document(...statements)) }));
    expect(await refused(create({ ...perimeter, Principal: undefined }))).toMatchObject({ name: 'MalformedPolicyDocumentException' });
    expect(await refused(create({ ...perimeter, Effect: 'Allow' }))).toMatchObject({ name: 'MalformedPolicyDocumentException' });
    const PolicyId = (await create(perimeter)).Policy!.PolicySummary!.Id!;
    await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId: MEMBER }));
    const { Policies } = await organizations.send(new ListPoliciesForTargetCommand({ Filter, TargetId: MEMBER }));
    expect(Policies!.map(({ Arn }) => Arn)).toEqual([
      'arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess',
      `arn:aws:organizations::${MANAGEMENT}:policy/${organization.organizationId}/resource_control_policy/${PolicyId}`,
    ]);
    expect((await organizations.send(new ListPoliciesForTargetCommand({ Filter: Type, TargetId: MEMBER }))).Policies).toHaveLength(1);
    const detach = (id: string) => organizations.send(new DetachPolicyCommand({ PolicyId: id, TargetId: MEMBER }));
    expect(await refused(detach('p-RCPFullAWSAccess'))).toMatchObject({ reason: 'IMMUTABLE_POLICY' });
    await detach(PolicyId);
  });

  test('are none while their type is not enabled', async () => {
    const { management: { organizations } } = await served();
    expect((await organizations.send(new ListPoliciesForTargetCommand({ Filter, TargetId: MEMBER }))).Policies).toEqual([]);
  });

  test('reach no call to IAM, and AssumeRoot by a switch', async () => {
    const all = await served();
    all.organization.account(MEMBER).root.password = true;
    all.organization.policies.addResourceControl('perimeter', document({ ...perimeter, Action: ['sts:*', 's3:*'] }), MEMBER);
    const session = await all.root(MEMBER, 'IAMAuditRootUserCredentials');
    await expect(session.iam.send(new GetLoginProfileCommand({}))).resolves.toBeDefined();
    all.organization.switches.resourceControlPoliciesReachAssumeRoot = true;
    expect(await refused(all.root(MEMBER, 'IAMAuditRootUserCredentials'))).toMatchObject({ name: 'AccessDenied' });
  });
});

test('a delegated administrator gets no root session where a service control policy above it denies that', async () => {
  const all = await served();
  all.organization.delegate(SECURITY);
  const session = () => all.as(SECURITY).sts.send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: taskArn('IAMAuditRootUserCredentials') } }));
  await expect(session()).resolves.toBeDefined();
  all.organization.policies.add('no root sessions', document({ Effect: 'Deny', Action: 'sts:AssumeRoot', Resource: 'arn:aws:iam::*:root' }), SECURITY);
  expect(await refused(session())).toMatchObject({ name: 'AccessDenied', message: expect.not.stringContaining('control policy') });
});

describe('the root user of a member account', () => {
  const password = async (all: Served, credentials: 'session' | 'own') => {
    const { iam } = credentials === 'session' ? await all.root(MEMBER, 'IAMAuditRootUserCredentials') : all.as(all.organization.longTermRoot(MEMBER));
    return iam.send(new GetLoginProfileCommand({}));
  };
  const withPassword = async () => {
    const all = await served();
    all.organization.account(MEMBER).root.password = true;
    return all;
  };

  test('may do everything with its own credentials until a policy forbids it', async () => {
    const all = await withPassword();
    await expect(password(all, 'own')).resolves.toMatchObject({ LoginProfile: {} });
  });

  test.each(['account', 'unit', 'root'])('is denied by a policy at the %s, while a root session is exempted', async (where) => {
    const all = await withPassword();
    const unit = all.organization.addOrganizationalUnit({ name: 'unit' });
    all.organization.addAccount({ id: '555555555555', ou: unit, root: { password: true } });
    all.organization.policies.add('guardrail', document(EXEMPT), { account: '555555555555', unit, root: all.organization.rootId }[where]!);
    const arn = 'arn:aws:iam::555555555555:root';
    const own = all.as(all.organization.longTermRoot('555555555555'));
    expect(await refused(own.iam.send(new GetLoginProfileCommand({})))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: ${arn} is not authorized to perform: iam:GetLoginProfile on resource: ${arn} with an explicit deny in a service control policy`,
    });
    const session = await all.root('555555555555', 'IAMAuditRootUserCredentials');
    await expect(session.iam.send(new GetLoginProfileCommand({}))).resolves.toMatchObject({ LoginProfile: {} });
  });

  test('is denied in a root session too, where the policy does not exempt it', async () => {
    const all = await withPassword();
    all.organization.policies.add('old guardrail', document(DENY_ROOT), MEMBER);
    expect(await refused(password(all, 'session'))).toMatchObject({ name: 'AccessDenied', message: expect.stringContaining('explicit deny in a service control policy') });
    expect(await refused(password(all, 'own'))).toMatchObject({ name: 'AccessDenied' });
    const { iam } = await all.root(SECURITY, 'IAMAuditRootUserCredentials');
    await expect(iam.send(new GetAccountSummaryCommand({}))).resolves.toBeDefined();
  });

  test('is denied what no policy of a level allows', async () => {
    const all = await withPassword();
    all.organization.policies.add('S3 only', document({ Effect: 'Allow', Action: 's3:*', Resource: '*' }), MEMBER);
    all.organization.policies.detach('p-FullAWSAccess', MEMBER);
    expect(await refused(password(all, 'session'))).toMatchObject({ message: expect.stringContaining('because no service control policy allows the iam:GetLoginProfile action') });
  });

  test('is denied by resource as AWS would, though the resource is the root user', async () => {
    const all = await withPassword();
    all.organization.policies.add('by resource', document({ Effect: 'Deny', Action: 'iam:*', Resource: 'arn:aws:iam::*:root' }), MEMBER);
    expect(await refused(password(all, 'session'))).toMatchObject({ name: 'AccessDenied' });
  });

  test('of the management account is never bound', async () => {
    const all = await served();
    all.organization.policies.add('guardrail', document(DENY_ROOT), all.organization.rootId);
    await expect(all.as(all.organization.longTermRoot(MANAGEMENT)).iam.send(new GetAccountSummaryCommand({}))).resolves.toBeDefined();
  });
});
