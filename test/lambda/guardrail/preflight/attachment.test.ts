import { DENY_LONG_TERM_ROOT, document, MANAGEMENT, ROOT, world } from './testing';

describe('where a guardrail is to be attached', () => {
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
});
