import { organizations } from '../../../lambda/aws/clients';
import { AuthorizationPolicies } from '../../../lambda/policies/authorization-policies';
import { fail, FakeOrganization, RESOURCE_CONTROL_POLICY, serve, shortPages } from '../../../local-aws/organization';
import { setEnvironment } from '../../support/environment-variables';
import { onTestFinished } from '../../support/on-test-finished';

const ROOT = 'r-fake';
const MEMBER = '222222222222';
const DENY = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ec2:*', Resource: '*' }] };

/** A root with a unit, in it another one, in it an account. */
async function world() {
  const organization = new FakeOrganization();
  const outer = organization.addOrganizationalUnit({ name: 'outer' });
  const inner = organization.addOrganizationalUnit({ name: 'inner', parent: outer });
  organization.addAccount({ id: MEMBER, name: 'member', ou: inner });
  const { environment, close } = await serve(organization);
  onTestFinished(close);
  setEnvironment(environment);
  onTestFinished(() => jest.restoreAllMocks());
  const asked = (operation: string) => organization.calls.filter((call) => call.operation === operation).length;
  return { organization, outer, inner, policies: new AuthorizationPolicies(organizations()), asked };
}

const namesOf = (policies: readonly { name: string }[]) => policies.map(({ name }) => name).sort();

describe('the way to an account', () => {
  test('goes from the root through the units', async () => {
    const { policies, outer, inner } = await world();
    expect(await policies.pathTo(MEMBER)).toEqual([
      { id: ROOT, type: 'ROOT', name: undefined }, { id: outer, type: 'ORGANIZATIONAL_UNIT', name: undefined },
      { id: inner, type: 'ORGANIZATIONAL_UNIT', name: undefined }, { id: MEMBER, type: 'ACCOUNT', name: undefined },
    ]);
    expect(await policies.pathTo(ROOT)).toEqual([{ id: ROOT, type: 'ROOT', name: undefined }]);
  });

  test('is asked for once', async () => {
    const { policies, asked } = await world();
    await Promise.all([policies.pathTo(MEMBER), policies.pathTo(MEMBER)]);
    await policies.pathTo(MEMBER);
    expect(asked('ListParents')).toBe(3);
  });

  test('is not asked for where it is known, with names', async () => {
    const { outer, inner, asked } = await world();
    const parents = new Map([[MEMBER, inner], [inner, outer], [outer, ROOT]]);
    const policies = new AuthorizationPolicies(organizations(), { parents, names: new Map([[inner, 'inner']]) });
    expect((await policies.pathTo(MEMBER)).map(({ id, name }) => [id, name])).toEqual([[ROOT, undefined], [outer, undefined], [inner, 'inner'], [MEMBER, undefined]]);
    expect(asked('ListParents')).toBe(0);
  });

  test('is asked for again when the answer was an error', async () => {
    const { organization, policies } = await world();
    const repair = organization.faults.add({ operation: 'organizations:ListParents', effect: fail('AccessDeniedException') });
    await expect(policies.pathTo(MEMBER)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    repair();
    expect(await policies.pathTo(MEMBER)).toHaveLength(4);
  });
});

describe('policies', () => {
  test('are those of each level, with their texts', async () => {
    const { organization, policies, inner } = await world();
    const { id } = organization.policies.add('no ec2', DENY, inner);
    const levels = await policies.levelsAbove(MEMBER);
    expect(levels.map(({ target, policies: attached }) => [target.id, namesOf(attached)])).toEqual([
      [ROOT, ['FullAWSAccess']], [expect.stringMatching(/^ou-/), ['FullAWSAccess']], [inner, ['FullAWSAccess', 'no ec2']], [MEMBER, ['FullAWSAccess']],
    ]);
    const found = levels[2].policies.find((policy) => policy.id === id)!;
    expect(found).toMatchObject({ name: 'no ec2', type: 'SERVICE_CONTROL_POLICY', awsManaged: false });
    expect(JSON.parse(found.content)).toEqual(DENY);
  });

  test('are read once, and the one that AWS attaches by default not at all', async () => {
    const { organization, policies, outer, inner, asked } = await world();
    const { id } = organization.policies.add('no ec2', DENY, inner);
    organization.policies.attach(id, outer);
    await policies.levelsAbove(MEMBER);
    await policies.levelsAbove(inner);
    expect([asked('DescribePolicy'), asked('ListPoliciesForTarget')]).toEqual([1, 4]);
    const [full] = await policies.attachedTo(ROOT);
    expect(full).toMatchObject({ id: 'p-FullAWSAccess', awsManaged: true });
    expect(JSON.parse(full.content).Statement).toEqual([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  });

  test('of another type are others', async () => {
    const { organization, policies, inner } = await world();
    organization.policies.add('no ec2', DENY, inner);
    organization.policies.addResourceControl('perimeter', { ...DENY, Statement: [{ ...DENY.Statement[0], Principal: '*', Action: 's3:*' }] }, inner);
    expect(namesOf(await policies.attachedTo(inner, RESOURCE_CONTROL_POLICY))).toEqual(['RCPFullAWSAccess', 'perimeter']);
    expect(namesOf(await policies.attachedTo(inner))).toEqual(['FullAWSAccess', 'no ec2']);
    expect((await policies.all(RESOURCE_CONTROL_POLICY)).find(({ name }) => name === 'perimeter')).toMatchObject({ type: RESOURCE_CONTROL_POLICY });
    expect(namesOf((await policies.levelsAbove(MEMBER, RESOURCE_CONTROL_POLICY))[2].policies)).toEqual(['RCPFullAWSAccess', 'perimeter']);
  });

  test('are all there are, attached or not, on all pages', async () => {
    const { organization, policies, inner } = await world();
    organization.policies.add('attached', DENY, inner);
    organization.policies.add('unattached', DENY);
    organization.faults.add({ operation: 'organizations:ListPolicies', effect: shortPages(1) });
    expect(namesOf(await policies.all())).toEqual(['FullAWSAccess', 'attached', 'unattached']);
  });

  test.each([['SERVICE_CONTROL_POLICY', true], [RESOURCE_CONTROL_POLICY, false]] as const)('are in effect where the root has one: %s: %s', async (type, expected) => {
    const { policies } = await world();
    expect(await policies.inEffectAbove(MEMBER, type)).toBe(expected);
  });

  test('of a type that is not enabled are none, and of one that cannot be read are not known', async () => {
    const { organization, policies } = await world();
    const repair = organization.faults.add({ operation: 'organizations:*', effect: fail('PolicyTypeNotEnabledException', 'no', 400) });
    expect([await policies.attachedTo(ROOT), await policies.all()]).toEqual([[], []]);
    repair();
    organization.faults.add({ operation: 'organizations:*', effect: fail('AccessDeniedException') });
    await expect(policies.all()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(policies.attachedTo(MEMBER)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

test('the targets of a policy are known with their names from then on', async () => {
  const { organization, policies, inner } = await world();
  const { id } = organization.policies.add('no ec2', DENY, inner);
  organization.policies.attach(id, MEMBER);
  organization.policies.attach(id, ROOT);
  expect([...await policies.targetsOf(id)].sort((one, other) => one.type.localeCompare(other.type))).toEqual([
    { id: MEMBER, type: 'ACCOUNT', name: 'member' }, { id: inner, type: 'ORGANIZATIONAL_UNIT', name: 'inner' }, { id: ROOT, type: 'ROOT', name: expect.anything() },
  ]);
  expect((await policies.pathTo(MEMBER)).map(({ name }) => name)).toEqual([expect.anything(), undefined, 'inner', 'member']);
});
