import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export const OF_SCPS = { StringEquals: { 'organizations:PolicyType': 'SERVICE_CONTROL_POLICY' } };

/**
 * What it takes to read the service control policies above an account, and no others. Ids of the organization and of its management account are in the
 * ARNs, and are known only when the stack is deployed.
 */
export function readPoliciesAbove(scope: Construct): iam.PolicyStatement[] {
  const { partition } = Stack.of(scope);
  const arn = (resource: string, account = '*') => `arn:${partition}:organizations::${account}:${resource}`;
  const [accounts, units, roots] = ['account', 'ou', 'root'].map((kind) => arn(`${kind}/o-*/*`));
  const policies = [arn('policy/o-*/service_control_policy/p-*'), arn('policy/service_control_policy/p-*', 'aws')];
  return [
    new iam.PolicyStatement({ actions: ['organizations:ListParents'], resources: [accounts, units] }),
    new iam.PolicyStatement({ actions: ['organizations:ListPoliciesForTarget'], resources: [accounts, units, roots], conditions: OF_SCPS }),
    new iam.PolicyStatement({ actions: ['organizations:DescribePolicy'], resources: policies, conditions: OF_SCPS }),
  ];
}
