import type { Level, Policy, Request, Target } from '../../../lambda/policies/judge';
import { causesAmong, denialsBy, reached, RESOURCE_CONTROL_POLICY } from '../../../lambda/policies/resource-control-policies';

const TARGET: Target = { id: 'r-fake', type: 'ROOT' };
const contentOf = (Effect: string) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Perimeter', Effect, Action: '*', Resource: '*' }] });
const policyOf = (type?: Policy['type'], effect = 'Deny'): Policy => ({ id: `p-${effect}`, name: 'perimeter', type, awsManaged: false, content: contentOf(effect) });
const requestOf = (action: string, resource = 'arn:aws:s3:::logs'): Request => ({ action, resource, context: {} });

test.each<[string, string, string]>([
  ['s3:GetBucketPolicy', 'arn:aws:s3:::logs', 'yes'],
  ['sqs:GetQueueUrl', 'arn:aws:sqs:us-east-1:222222222222:orders', 'yes'],
  ['s3:ListAllMyBuckets', '*', 'unknown'],
  ['sts:AssumeRoot', 'arn:aws:iam::222222222222:root', 'unknown'],
  ['iam:GetUser', 'arn:aws:iam::222222222222:root', 'no'],
  ['iam:GetAccountSummary', '*', 'no'],
])('resource control policies reach %s on %s: %s', (action, resource, truth) => {
  expect(reached({ action, resource })).toBe(truth);
});

describe('what a policy denies', () => {
  const judgements = (type: Policy['type'], request: Request) => denialsBy(policyOf(type), TARGET, request).map(({ judgement, statement }) => [judgement, statement]);

  test('it denies surely where it is a service control policy', () => {
    for (const action of ['s3:GetBucketPolicy', 'iam:GetUser', 'sts:AssumeRoot']) {
      expect(judgements(undefined, requestOf(action))).toEqual([['blocks', 'Perimeter']]);
    }
  });

  test.each<[string, string[][]]>([['s3:GetBucketPolicy', [['blocks', 'Perimeter']]], ['iam:GetUser', []], ['sts:AssumeRoot', [['cannot tell', 'Perimeter']]]])(
    'it denies as far as it reaches where it is a resource control policy: %s', (action, expected) => {
      expect(judgements(RESOURCE_CONTROL_POLICY, requestOf(action))).toEqual(expected);
    });
});

test.each<[Policy['type'] & string, string, string[]]>([
  [RESOURCE_CONTROL_POLICY, 's3:GetBucketPolicy', ['blocks', 'blocks']], [RESOURCE_CONTROL_POLICY, 'iam:GetUser', []], [RESOURCE_CONTROL_POLICY, 'sts:AssumeRoot', ['cannot tell', 'cannot tell']],
  ['SERVICE_CONTROL_POLICY', 'iam:GetUser', ['blocks', 'blocks']],
])('policies of one type deny at every level, as far as they reach: %s, %s', (type, action, expected) => {
  const policies = [policyOf(type), policyOf(type, 'Allow')];
  const levels: Level[] = [{ target: TARGET, policies }, { target: { id: 'ou-1', type: 'ORGANIZATIONAL_UNIT' }, policies }];
  expect(causesAmong(levels, type, requestOf(action)).map(({ judgement }) => judgement)).toEqual(expected);
});
