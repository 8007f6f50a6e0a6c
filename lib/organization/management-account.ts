import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { IOrgRootAccessFeatures, OrgRootAccessFeatures } from './org-root-access-features';

/**
 * Whether a construct is known to be deployed to the management account: its stack makes the switches of the organization, which exist there alone, or is in
 * the account of one that does, or in the management account that imported switches name. Two stacks without an account may be deployed to different ones.
 */
export function isInManagementAccount(scope: Construct, features: IOrgRootAccessFeatures | undefined): boolean {
  const { account } = Stack.of(scope);
  if (features instanceof OrgRootAccessFeatures) {
    return top(features) === top(scope) || (!Token.isUnresolved(account) && Stack.of(features).account === account);
  }
  return !Token.isUnresolved(account) && features?.managementAccountId === account;
}

/** A nested stack is deployed with the stack that it is in. */
function top(scope: Construct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? top(stack.nestedStackParent) : stack;
}
