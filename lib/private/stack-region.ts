import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { partitionOfRegion } from './partitions';

/** Consequences of the Region that a stack is deployed to. */

const WARNING = 'cdk-root-access:partition';

/** AWS, announcing centralized root access: all Regions "except AWS GovCloud (US) and AWS China Regions, which don't have root accounts". */
const REASONS: Record<string, string> = {
  'aws-cn': 'accounts in the China Regions have no root user',
  'aws-us-gov': "accounts in AWS GovCloud (US) have no root user, and AWS documents centralized root access for the partition 'aws' alone",
};
const OTHER_REASON = "AWS documents centralized root access for the partition 'aws' alone";

/** Warns, once for each stack, when its partition may have no root users to manage. */
export function warnOfPartition(scope: Construct) {
  const stack = Stack.of(scope);
  const { region } = stack;
  const partition = Token.isUnresolved(region) ? 'aws' : partitionOfRegion(region).id;
  if (partition === 'aws' || stack.node.metadata.some(({ data }) => String(data).includes(WARNING))) {
    return;
  }
  Annotations.of(stack).addWarningV2(WARNING, `centralized root access may not exist in ${region}: ${REASONS[partition] ?? OTHER_REASON}; deploy this stack to the management account of an organization in the partition 'aws'`);
}

/**
 * Whether the stack's account can receive events of AWS Organizations, which go to one Region of each partition only; `undefined` if the Region of
 * the stack is not known yet.
 */
export function isInRegionOfOrganizations(scope: Construct): boolean | undefined {
  const { region } = Stack.of(scope);
  return Token.isUnresolved(region) ? undefined : partitionOfRegion(region).globalRegion === region;
}

/** Regions of the partition `aws` that no account has to opt in to. Others may be disabled in a member account, and STS refuses a session there. */
const ENABLED_BY_DEFAULT = [
  'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ca-central-1',
  'eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2',
];

/**
 * The Region whose STS issues root sessions: the one that is asked for, else that of the stack if it is enabled in every account. Where the
 * stack's Region is not known, the functions take their own if they turn out to be in another partition.
 */
export function stsRegion(scope: Construct, wanted?: string): string {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) {
    return wanted ?? 'us-east-1';
  }
  const { id, globalRegion } = partitionOfRegion(region);
  if (wanted !== undefined && !Token.isUnresolved(wanted) && partitionOfRegion(wanted).id !== id) {
    throw new Error(`stsRegion must be a Region of the partition '${id}', in which the stack is (${region}), got '${wanted}'`);
  }
  return wanted ?? (id !== 'aws' || ENABLED_BY_DEFAULT.includes(region) ? region : globalRegion);
}
