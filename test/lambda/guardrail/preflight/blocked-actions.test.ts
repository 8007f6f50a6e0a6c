import { document, MEMBER, OTHER, ROOT, world } from './testing';
import { blockedActions, type Blocked } from '../../../../lambda/guardrail/preflight/blocked-actions';
import type { Policy } from '../../../../lambda/policies/judge';
import { TASK_ACTIONS } from '../../../../lambda/policies/root-requests';

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

const ROOT_USER = { partition: 'aws', organizationId: 'o-fakeorganization' };
const ALL = new Set(Object.values(TASK_ACTIONS).flat()).size;
const policyOf = (...statements: object[]): Policy => ({ id: 'p-one', name: 'one', awsManaged: false, content: JSON.stringify(document(...statements)) });
const deny = (Sid: string, Action: string | string[], Condition?: object) => ({ Sid, Effect: 'Deny', Action, Resource: '*', ...Condition && { Condition } });
const OFFICE = { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
const only = (...ids: string[]) => ({ StringEquals: { 'aws:PrincipalAccount': ids } });
/** Statement, judgement, actions or how many, and accounts. */
const shown = ({ cause: { statement, judgement, accounts }, actions, closes }: Blocked) => (
  [statement, judgement, actions.length > 3 ? actions.length : actions.join(), closes, accounts] as const);

describe('what one policy denies to root sessions', () => {
  test.each<[string, object[], unknown[]]>([
    ['nothing', [deny('EC2', 'ec2:*')], []],
    ['some actions by a statement', [deny('Keys', ['iam:ListAccessKeys', 'iam:DeleteAccessKey', 'ec2:*'])], [['Keys', 'blocks', 'iam:ListAccessKeys,iam:DeleteAccessKey', false, undefined]]],
    ['an action that two tasks have, once', [deny('User', 'iam:GetUser')], [['User', 'blocks', 'iam:GetUser', false, undefined]]],
    ['actions by several statements', [deny('Keys', 'iam:ListAccessKeys'), deny('User', 'iam:GetUser')], [
      ['Keys', 'blocks', 'iam:ListAccessKeys', false, undefined], ['User', 'blocks', 'iam:GetUser', false, undefined],
    ]],
    ['what nobody can tell', [deny('Office', 'iam:GetUser', OFFICE)], [['Office', 'cannot tell', 'iam:GetUser', false, undefined]]],
    ['everything to everybody', [deny('Closed', '*')], [['Closed', 'blocks', ALL, true, undefined]]],
    ['everything to everybody, perhaps', [deny('Office', '*', OFFICE)], [['Office', 'cannot tell', ALL, false, undefined]]],
    ['everything to root users', [deny('Root', '*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } })], [['Root', 'blocks', ALL, false, undefined]]],
    ['everything to root sessions', [deny('Sessions', '*', { Bool: { 'aws:AssumedRoot': 'true' } })], [['Sessions', 'blocks', ALL, false, undefined]]],
    ['everything in some accounts', [deny('Some', '*', only(MEMBER))], [['Some', 'cannot tell', ALL, false, { only: [MEMBER] }]]],
  ])('is %s', (_what, statements, expected) => {
    expect(blockedActions.byPolicy(policyOf(...statements), ROOT_USER).map(shown)).toEqual(expected);
  });

  test('is told once for the accounts in which it is the same, and apart where it is not', () => {
    const policy = policyOf(deny('Both', 'iam:GetUser', only(MEMBER, OTHER)), deny('One', 'iam:ListAccessKeys', only(OTHER)), deny('Closed', '*', only(MEMBER)));
    expect(blockedActions.byPolicy(policy, ROOT_USER, [MEMBER, OTHER]).map(shown)).toEqual([
      ['Closed', 'blocks', ALL, true, { only: [MEMBER] }], ['Both', 'blocks', 'iam:GetUser', false, { only: [MEMBER, OTHER] }], ['One', 'blocks', 'iam:ListAccessKeys', false, { only: [OTHER] }],
    ]);
    expect(blockedActions.byPolicy(policy, ROOT_USER, ['444444444444'])).toEqual([]);
    expect(blockedActions.byPolicy(policy, ROOT_USER, [])).toEqual([]);
  });

  test('is as far as resource control policies reach, and closes what they reach to everybody', () => {
    const policy: Policy = { ...policyOf(deny('Closed', '*')), type: 'RESOURCE_CONTROL_POLICY' };
    expect(blockedActions.byPolicy(policy, ROOT_USER).map(shown)).toEqual([
      ['Closed', 'cannot tell', 's3:ListAllMyBuckets,sqs:ListQueues', false, undefined], ['Closed', 'blocks', 6, true, undefined],
    ]);
  });
});

describe('what no policy of a level allows root sessions', () => {
  const allow = (Action: string[], Condition?: object) => ({ Effect: 'Allow', Action, Resource: '*', ...Condition && { Condition } });
  const lack = (...statements: object[]) => blockedActions.byLack({ target: { id: 'r-fake', type: 'ROOT' }, policies: statements.length === 0 ? [] : [policyOf(...statements)] }, ROOT_USER).map(shown);

  test('is nothing where all is allowed, or where there are no policies', () => {
    expect([lack(allow(['*'])), lack()]).toEqual([[], []]);
  });

  test('is the rest where some is allowed: others act there', () => {
    expect(lack(allow(['s3:*', 'sqs:*', 'iam:Get*', 'iam:D*', 'iam:C*']))).toEqual([[undefined, 'blocks', 'iam:ListAccessKeys,iam:ListSigningCertificates,iam:ListMFADevices', false, undefined]]);
    expect(lack(allow(['s3:*']))).toEqual([[undefined, 'blocks', ALL - 4, false, undefined]]);
  });

  test('is everything where nothing is allowed: nobody acts there', () => {
    expect(lack(allow(['ec2:*']))).toEqual([[undefined, 'blocks', ALL, true, undefined]]);
  });

  test('is nothing that a policy denies: that is told of the policy', () => {
    expect(lack(deny('Closed', '*'), allow(['*']))).toEqual([]);
  });

  test('may depend on what nobody knows', () => {
    expect(lack(allow(['*'], { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }))).toEqual([[undefined, 'cannot tell', ALL, false, undefined]]);
  });
});
