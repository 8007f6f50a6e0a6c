import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** The types of policies that deny calls, as they are in ARNs. */
export type ControlPolicy = 'service_control_policy' | 'resource_control_policy';
export const CONTROL_POLICIES: readonly ControlPolicy[] = ['service_control_policy', 'resource_control_policy'];

/** Limits a statement to policies of these types. */
export function ofTypes(...types: readonly ControlPolicy[]) {
  const names = types.map((type) => type.toUpperCase());
  return { StringEquals: { 'organizations:PolicyType': names.length === 1 ? names[0] : names } };
}

/** ARNs of the organization's own policies of a type; those of AWS are elsewhere. */
export const policiesOfOrganization = (scope: Construct, type: ControlPolicy) => `arn:${Stack.of(scope).partition}:organizations::*:policy/o-*/${type}/p-*`;

/**
 * What it takes to read the policies above an account, and none of other types. Ids of the organization and of its management account are in the
 * ARNs, and are known only when the stack is deployed.
 */
export function readPoliciesAbove(scope: Construct, types = CONTROL_POLICIES): iam.PolicyStatement[] {
  const { partition } = Stack.of(scope);
  const [accounts, units, roots] = ['account', 'ou', 'root'].map((kind) => `arn:${partition}:organizations::*:${kind}/o-*/*`);
  return [
    new iam.PolicyStatement({ actions: ['organizations:ListParents'], resources: [accounts, units] }),
    new iam.PolicyStatement({ actions: ['organizations:ListPoliciesForTarget'], resources: [accounts, units, roots], conditions: ofTypes(...types) }),
    ...types.map((type) => describePolicies(scope, type)),
  ];
}

/** What it takes to read the texts of all policies of a type. */
export function describePolicies(scope: Construct, type: ControlPolicy): iam.PolicyStatement {
  const ofAws = `arn:${Stack.of(scope).partition}:organizations::aws:policy/${type}/p-*`;
  return new iam.PolicyStatement({ actions: ['organizations:DescribePolicy'], resources: [policiesOfOrganization(scope, type), ofAws], conditions: ofTypes(type) });
}
