import { delegateTo, MANAGEMENT, ORGANIZATION_ID, OTHER, OUTSIDER, SECURITY, world } from './testing';
import { seconds } from '../../../../lambda/aws/patience';
import { currentOrganization, delegatedAdministrators, managedOrganization, patiently } from '../../../../lambda/organization/switches/organization';
import { fail, shortPages } from '../../../../local-aws/organization';

const named = (name: string) => Object.assign(new Error(name), { name });

describe('a call that may succeed later', () => {
  const after = async (...errors: Error[]) => {
    let calls = 0;
    const call = async () => {
      const error = errors[calls++];
      if (error) {
        throw error;
      }
      return calls;
    };
    return patiently({ patience: seconds(60, 1, 1) }, call, (error) => (error as Error).name === 'NotYet');
  };

  test('is made again while it is denied, while somebody else changes the organization, and for reasons of its own', async () => {
    expect(await after(named('AccessDenied'), named('AccessDeniedException'), named('ConcurrentModificationException'), named('NotYet'))).toBe(5);
  });

  test('fails at once for any other reason', async () => {
    await expect(after(named('InvalidInputException'))).rejects.toThrow('InvalidInputException');
    await expect(patiently({ patience: seconds(60, 1, 1) }, async () => { throw named('NotYet'); })).rejects.toThrow('NotYet');
  });
});

describe('the organization of an account', () => {
  test('is the one that it manages', async () => {
    const { aws } = await world();
    expect(await managedOrganization(aws)).toEqual({ organizationId: ORGANIZATION_ID, managementAccountId: MANAGEMENT });
    expect(await currentOrganization(aws)).toMatchObject({ Id: ORGANIZATION_ID });
  });

  test('is not one that another account manages', async () => {
    const { aws } = await world({}, SECURITY);
    await expect(managedOrganization(aws)).rejects.toThrow(`account ${SECURITY} is not the management account of organization ${ORGANIZATION_ID}: deploy this stack to account ${MANAGEMENT}`);
  });

  test('may be none', async () => {
    const { aws } = await world({}, OUTSIDER);
    await expect(managedOrganization(aws)).rejects.toThrow(`account ${OUTSIDER} is not in an organization: create one in AWS Organizations, or deploy this stack to the management account of yours`);
    expect(await currentOrganization(aws)).toBeUndefined();
  });

  test('may be one for consolidated billing alone', async () => {
    const { aws } = await world({ featureSet: 'CONSOLIDATED_BILLING' });
    await expect(managedOrganization(aws)).rejects.toThrow(
      `organization ${ORGANIZATION_ID} has the feature set CONSOLIDATED_BILLING: enable all features in AWS Organizations, then deploy again`);
  });

  test('is asked for again while permissions are not in effect yet', async () => {
    const { organization, aws } = await world();
    organization.faults.add({ operation: 'organizations:DescribeOrganization', times: 2, effect: fail('AccessDeniedException') });
    expect(await currentOrganization(aws)).toMatchObject({ Id: ORGANIZATION_ID });
  });
});

describe('delegated administrators', () => {
  test('are those of IAM, on all pages', async () => {
    const { organization, aws } = await world({ trustedAccess: true });
    expect(await delegatedAdministrators(aws)).toEqual([]);
    delegateTo(organization, SECURITY, OTHER);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: shortPages(1) });
    expect(await delegatedAdministrators(aws)).toEqual([SECURITY, OTHER]);
    organization.delegations.current = new Map([[SECURITY, new Map([['config.amazonaws.com', 0]])]]);
    expect(await delegatedAdministrators(aws)).toEqual([]);
  });

  test('are asked for again while permissions are not in effect yet, and are not known where the answer has no list', async () => {
    const { organization, aws } = await world({ trustedAccess: true });
    delegateTo(organization, SECURITY);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', times: 2, effect: fail('AccessDeniedException') });
    expect(await delegatedAdministrators(aws)).toEqual([SECURITY]);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: async () => ({ status: 200, headers: {}, body: '{}' }) });
    await expect(delegatedAdministrators(aws)).rejects.toMatchObject({ message: 'AWS answered organizations:ListDelegatedAdministrators without a list' });
  });
});
