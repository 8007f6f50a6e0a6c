import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { Guardrail } from '../../../../lambda/guardrail/preflight/guardrail';

const ORGANIZATION = { Id: 'o-one', Arn: 'arn:aws-us-gov:organizations::111111111111:organization/o-one', MasterAccountId: '111111111111' };
const guardrail = (olderName?: string) => new Guardrail(
  { PolicyName: 'new', Targets: ['ou-1'], TolerateBlockedRootSessions: 'false' }, olderName === undefined ? undefined : { PolicyName: olderName }, ORGANIZATION, {} as OrganizationsClient);

test('a guardrail is in the partition and the organization of its account, and has its targets', () => {
  expect(guardrail()).toMatchObject({ root: { partition: 'aws-us-gov', organizationId: 'o-one' }, managementAccountId: '111111111111', targets: ['ou-1'], olderName: undefined });
  expect(guardrail('old').olderName).toBe('old');
});

test.each<[string, string | undefined, 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY' | undefined, boolean]>([
  ['new', undefined, undefined, false], // it does not exist yet, so that is another one
  ['new', 'old', undefined, true],
  ['old', 'old', 'SERVICE_CONTROL_POLICY', true],
  ['other', 'old', undefined, false],
  ['old', 'old', 'RESOURCE_CONTROL_POLICY', false],
])('a policy named %s is its own, which was %s, by name and type %s: %s', (name, olderName, type, expected) => {
  expect(guardrail(olderName).isItself({ id: 'p-one', name, type, awsManaged: false, content: '' })).toBe(expected);
});
