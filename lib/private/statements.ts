import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** IAM statements that several rooms need, by service. */

// AWS Organizations. The IDs of the organization and of its management account are part of ARNs, and no template knows them.

/** Types of policies that can deny a call, as they appear in ARNs. */
export type ControlPolicy = 'service_control_policy' | 'resource_control_policy';
export const CONTROL_POLICIES: readonly ControlPolicy[] = ['service_control_policy', 'resource_control_policy'];

/** ARN of accounts, organizational units or roots of the organization. */
export function organizationsArn(scope: Construct, resource: 'account' | 'ou' | 'root', id: string): string {
  return Stack.of(scope).formatArn({ service: 'organizations', region: '', account: '*', resource, resourceName: `o-*/${id}` });
}

/** ARN of the organization's own policies of a type, without those that AWS manages. */
export const policiesOfOrganization = (scope: Construct, type: ControlPolicy) => organizationsPolicyArn(scope, '*', `o-*/${type}`);

const organizationsPolicyArn = (scope: Construct, owner: '*' | 'aws', path: string) => (
  `arn:${Stack.of(scope).partition}:organizations::${owner}:policy/${path}/p-*`);

/** Condition that limits a statement to policies of these types. */
export function onlyPolicyTypes(...types: readonly ControlPolicy[]) {
  const names = types.map((type) => type.toUpperCase());
  return { StringEquals: { 'organizations:PolicyType': names.length === 1 ? names[0] : names } };
}

/** Reads the policies of these types that apply to an account. */
export function readPoliciesAbove(scope: Construct, types = CONTROL_POLICIES): iam.PolicyStatement[] {
  const accounts = organizationsArn(scope, 'account', '*');
  const units = organizationsArn(scope, 'ou', '*');
  const roots = organizationsArn(scope, 'root', '*');
  return [
    new iam.PolicyStatement({ actions: ['organizations:ListParents'], resources: [accounts, units] }),
    new iam.PolicyStatement({ actions: ['organizations:ListPoliciesForTarget'], resources: [accounts, units, roots], conditions: onlyPolicyTypes(...types) }),
    ...types.map((type) => describePolicies(scope, type)),
  ];
}

/** Reads the documents of all policies of a type. */
export function describePolicies(scope: Construct, type: ControlPolicy): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['organizations:DescribePolicy'],
    resources: [policiesOfOrganization(scope, type), organizationsPolicyArn(scope, 'aws', type)],
    conditions: onlyPolicyTypes(type),
  });
}

// AWS CloudFormation

/** Reads what tells a request of CloudFormation from a forged one, and whether the stack is rolling back: the function's own stack, its resources and events. */
export function readOwnStack(scope: Construct): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  return [
    new iam.PolicyStatement({
      actions: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource', 'cloudformation:DescribeStackEvents'],
      resources: [stack.stackId],
    }),
    ...readOuterStacks(stack),
  ];
}

function readOuterStacks(stack: Stack): iam.PolicyStatement[] {
  const outer = outerStacks(stack);
  return outer.length === 0 ? [] : [
    new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'], resources: outer.map(({ stackId }) => stackId) }),
  ];
}

function outerStacks({ nestedStackParent: parent }: Stack): Stack[] {
  return parent === undefined ? [] : [parent, ...outerStacks(parent)];
}

// Amazon EventBridge

/** Puts events with this source onto a bus, and no others, since rules match on the source. */
export function putEvents(busArn: string, source: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [busArn],
    conditions: { 'ForAllValues:StringEquals': { 'events:source': source } }, // a call may have many entries; there is always one
  });
}

// Amazon S3

/** Lists the objects below a prefix. Without this permission, S3 answers "access denied" for an object that does not exist. */
export function listBelow(bucket: s3.IBucket, prefix: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
  });
}

// AWS KMS

/** Allows actions of a key through one service only (`kms:ViaService`), which uses the key with the permissions of its caller. */
export function viaService(scope: Construct, key: kms.IKey, service: 's3' | 'sns' | 'lambda', actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions, resources: [key.keyArn], conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` } },
  });
}

/** The permissions on its key that publishing to a topic requires, if the topic has one that the app knows. The CDK does not add it. */
export function useKeyOfTopic(scope: Construct, topic?: sns.ITopic): iam.PolicyStatement[] {
  return topic?.masterKey ? [viaService(scope, topic.masterKey, 'sns', ['kms:Decrypt', 'kms:GenerateDataKey'])] : [];
}
