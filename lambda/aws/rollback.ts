import { DescribeStacksCommand, type CloudFormationClient } from '@aws-sdk/client-cloudformation';

/**
 * Whether a stack is taking back a deployment that failed. CloudFormation does not say so to a custom resource: it sends an
 * update to the older properties, or a delete, as in any other deployment.
 */
export async function isRollingBack(cloudFormation: CloudFormationClient, stackId: string): Promise<boolean> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
  return Stacks![0].StackStatus!.includes('ROLLBACK');
}
