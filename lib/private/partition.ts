import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { partitionOfRegion } from './partitions';

const ID = 'cdk-root-access:partition';

/** AWS, announcing centralized root access: all Regions "except AWS GovCloud (US) and AWS China Regions, which don't have root accounts". */
const WHY: Record<string, string> = {
  'aws-cn': 'accounts in the China Regions have no root user',
  'aws-us-gov': "accounts in AWS GovCloud (US) have no root user, and AWS documents centralized root access for the partition 'aws' alone",
};
const ELSE = "AWS documents centralized root access for the partition 'aws' alone";

/** Says once for each stack that there may be nothing to manage where it is deployed. */
export function warnOutsideOfAws(scope: Construct) {
  const stack = Stack.of(scope);
  const { region } = stack;
  const partition = Token.isUnresolved(region) ? 'aws' : partitionOfRegion(region).id;
  if (partition === 'aws' || stack.node.metadata.some(({ data }) => String(data).includes(ID))) {
    return;
  }
  Annotations.of(stack).addWarningV2(ID, `centralized root access may not exist in ${region}: ${WHY[partition] ?? ELSE}; deploy this stack to the management account of an organization in the partition 'aws'`);
}
