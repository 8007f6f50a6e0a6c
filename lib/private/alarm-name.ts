import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The limit of CloudWatch. */
const LONGEST = 255;

/** Of a stack whose name is known at deployment only. */
const LONGEST_STACK_NAME = 128;

/**
 * The name of an alarm: `RootAccess/Purge - failed accounts`. The name of the stack and the path in it are one of a kind in the account and Region, also
 * where an app is deployed twice. A name that is too long is left to CloudFormation.
 */
export function alarmName(scope: IConstruct, what: string): string | undefined {
  const { stackName, node } = Stack.of(scope);
  const path = [stackName, ...scope.node.scopes.slice(node.scopes.length).map((each) => each.node.id)].join('/');
  const length = path.length - stackName.length + (Token.isUnresolved(stackName) ? LONGEST_STACK_NAME : stackName.length);
  const name = ` - ${what}`;
  return length + name.length > LONGEST ? undefined : `${path}${name}`;
}
