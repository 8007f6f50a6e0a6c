import { organizations } from '../../../lambda/aws/clients';
import { organizationOf } from '../../../lambda/aws/organization';
import { fail, FakeOrganization, serve, type ServedOrganization } from '../../../local-aws/organization';
import { setEnvironment } from '../../support/environment-variables';

const MANAGEMENT = '111111111111';
const OUTSIDER = '999999999999';

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization();
  served = await serve(organization);
  setEnvironment(served.environment);
});
afterEach(async () => {
  await served.close();
  jest.restoreAllMocks();
});

test('an account is in the organization that AWS describes', async () => {
  expect(await organizationOf(organizations())).toMatchObject({ Id: 'o-fakeorganization', MasterAccountId: MANAGEMENT });
});

test('an account may be in no organization', async () => {
  setEnvironment({ AWS_ACCESS_KEY_ID: OUTSIDER });
  expect(await organizationOf(organizations())).toBeUndefined();
});

test('what AWS denies is no answer', async () => {
  organization.faults.add({ operation: 'organizations:DescribeOrganization', effect: fail('AccessDeniedException') });
  await expect(organizationOf(organizations())).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
