import { document, ROOT, world } from './testing';

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
