import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

const ID = 'cdk-root-access:partition';

/** Regions of every other partition, as far as they are known. */
const OUTSIDE = /^(cn|us-gov|us-iso[a-z]*|eu-iso[a-z]*|eusc)-/;

/** Says once for each stack that there may be nothing to manage where it is deployed. */
export function warnOutsideOfAws(scope: Construct) {
  const stack = Stack.of(scope);
  const { region } = stack;
  if (Token.isUnresolved(region) || !OUTSIDE.test(region) || stack.node.metadata.some(({ data }) => String(data).includes(ID))) {
    return;
  }
  const why = region.startsWith('cn-')
    ? 'accounts in the China Regions have no root user'
    : "AWS documents centralized root access for the partition 'aws' alone";
  Annotations.of(stack).addWarningV2(ID, `centralized root access may not exist in ${region}: ${why}; deploy this stack to the management account of an organization in the partition 'aws'`);
}
