import { DENY_ROOT, document, MEMBER, ROOT, world } from './testing';

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

  test('by a unit may be that no policy allows root sessions something there', async () => {
    const { organization, found, outer } = await world();
    organization.policies.add('S3 and SQS only', document({ Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource: '*' }), outer);
    organization.policies.detach('p-FullAWSAccess', outer);
    const Tolerations = [{ PolicyId: 'p-12345678', Reason: 'others' }, { OrganizationalUnitId: outer, Reason: 'legacy' }];
    expect(await found([outer], { Tolerations })).toEqual([
      expect.stringMatching(/^no service control policy at the OU .*; tolerated: legacy$/),
      "nothing is blocked that the toleration of policy p-12345678 is about ('others'): take it from tolerations",
    ]);
  });

  test('by a unit and is not there is a finding of that unit', async () => {
    const { found, outer } = await world();
    expect(await found([outer], { Tolerations: [{ OrganizationalUnitId: outer, Reason: 'legacy' }] })).toEqual([
      `nothing is blocked that the toleration of OU ${outer} is about ('legacy'): take it from tolerations`,
    ]);
  });
});
