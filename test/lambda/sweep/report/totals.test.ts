import { accountOf, UNITS } from './report-samples';
import { unitsOf } from '../../../../lambda/sweep/report/totals';
import { resultOf, type CredentialStatus } from '../../../../lambda/sweep/results';

describe('a credential is left in its unit, and in those above,', () => {
  test.each<[CredentialStatus, number]>([['kept', 1], ['failed', 1], ['found', 1], ['would-delete', 1], ['deleted', 0], ['absent', 0]])('if it is %s: %i', (status, left) => {
    const account = { ...resultOf(accountOf(1), [{ kind: 'Password', status }]), parentId: 'ou-abcd-production' };
    expect(Object.fromEntries(unitsOf(UNITS, [account]).map(({ id, credentialsLeft }) => [id, credentialsLeft]))).toEqual({
      'r-abcd': left, 'ou-abcd-workloads': left, 'ou-abcd-production': left, 'ou-abcd-security': 0,
    });
  });
});
