import { log } from '../../../../../lambda/log';
import { policiesThatStop } from '../../../../../lambda/session/password-recovery/allow/blockers';
import { fail } from '../../../../../local-aws/organization';
import { held } from '../../../../support/held';
import { DENY_LONG_TERM_ROOT, DENY_ROOT, document, MEMBER, OTHER, ROOT, world } from '../../../guardrail/preflight/testing';

const of = (accountId: string) => ({ partition: 'aws', accountId });

describe('what still stops the root user with a new password', () => {
  test('is nothing where no policy above the account does', async () => {
    const { organization: { policies }, aws } = await world();
    policies.add('elsewhere', DENY_ROOT, OTHER);
    expect(await policiesThatStop(aws.organizations)(of(MEMBER))).toEqual([]);
  });

  test('are the policies by name and place, those that stop everything first', async () => {
    const { organization: { policies }, outer, aws } = await world();
    const { id: keys } = policies.add('no keys', document({ Sid: 'Keys', Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: '*' }), ROOT);
    const { id: guardrail } = policies.add('guardrail', DENY_LONG_TERM_ROOT, outer);
    expect(await policiesThatStop(aws.organizations)(of(MEMBER))).toEqual([
      expect.stringContaining(`'guardrail' (${guardrail}) at the OU ${outer} stops the root user in 'statement 1'`),
      expect.stringContaining(`'no keys' (${keys}) at the root ${ROOT} may stop some of what the root user does in 'Keys'`),
    ]);
  });

  test('are no more than a mail can take, and never fewer without saying so', async () => {
    const { organization: { policies }, aws } = await world();
    const five = Array.from({ length: 5 }, () => ({ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: '*' }));
    policies.add('five', document(...five), MEMBER);
    expect(await policiesThatStop(aws.organizations)(of(MEMBER))).toEqual(five.map(() => expect.stringContaining("'five'")));
    policies.add('and three', document(...five.slice(2)), MEMBER);
    const notes = await policiesThatStop(aws.organizations)(of(MEMBER));
    expect(notes).toHaveLength(6);
    expect(notes!.at(-1)).toBe('3 more statements of service control policies that may stop the root user');
  });

  test.each([
    ['ListParents'], ['ListPoliciesForTarget'], ['DescribePolicy'],
  ])('is not known, and never nothing, where %s is denied, of which the log has the account and the reason', async (operation) => {
    const { organization: { policies, faults }, aws } = await world();
    policies.add('guardrail', DENY_LONG_TERM_ROOT, MEMBER);
    faults.add({ operation: `organizations:${operation}`, effect: fail('AccessDeniedException') });
    expect(await policiesThatStop(aws.organizations)(of(MEMBER))).toBeUndefined();
    expect(log.warn).toHaveBeenCalledWith('service control policies not read', { accountId: MEMBER, reason: expect.stringContaining('AccessDenied') });
  });

  test('is not waited for where Organizations does not answer', async () => {
    const { organization: { faults }, aws } = await world();
    faults.add({ operation: 'organizations:ListParents', effect: held() });
    expect(await policiesThatStop(aws.organizations, 50)(of(MEMBER))).toBeUndefined();
  });
});
