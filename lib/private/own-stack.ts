import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { STACK_VARIABLE } from './contract';

/** The environment of a function that CloudFormation asks. */
export const ofOwnStack = (scope: Construct) => ({ [STACK_VARIABLE]: Stack.of(scope).stackId });

/** What it takes to tell a request of CloudFormation from one that somebody makes up. */
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

/** What it takes to tell whether the stack is rolling back, or one that it is nested in. */
export function readStatus(scope: Construct): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  return [new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] }), ...readOuterStacks(stack)];
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
