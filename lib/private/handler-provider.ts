import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Provider, ProviderProps } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { STACK_VARIABLE } from './contract';
import { HandlerFunction, handlerLogGroup, letRunInVpc } from './handler-function';
import { checkReach } from './vpc';
import { RootAccessFunctionOptions } from '../function-options';

export interface HandlerProviderProps extends ProviderProps {
  readonly onEventHandler: HandlerFunction;
}

/**
 * The CDK's Provider framework, with a log group that outlives the stack and roles that may write to it and nothing else: the
 * framework's own would be given AWS's managed policy for every log group. Its functions run where the handler runs, in the same security groups.
 */
export function handlerProvider(scope: Construct, id: string, props: HandlerProviderProps, options: RootAccessFunctionOptions = {}): Provider {
  const logGroup = handlerLogGroup(scope, `${id}Logs`, options);
  checkReach(scope, options, ['lambda', 's3', ...props.isCompleteHandler ? ['states' as const] : []]); // S3 takes the answer to CloudFormation
  return new Provider(scope, id, {
    ...props,
    logGroup,
    frameworkOnEventRole: frameworkRole(scope, `${id}Role`, logGroup, options),
    frameworkCompleteAndTimeoutRole: props.isCompleteHandler && frameworkRole(scope, `${id}WaiterRole`, logGroup, options),
    ...options.vpc && { vpc: options.vpc, vpcSubnets: options.vpcSubnets, securityGroups: props.onEventHandler.connections.securityGroups },
  });
}

function frameworkRole(scope: Construct, id: string, logGroup: logs.ILogGroup, options: RootAccessFunctionOptions): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    description: 'cdk-root-access: answers CloudFormation for a custom resource',
  });
  logGroup.grantWrite(role);
  letRunInVpc(role, options);
  return role;
}

/** Environment of a function that CloudFormation invokes: it refuses requests about any other stack. */
export const ownStackEnvironment = (scope: Construct) => ({ [STACK_VARIABLE]: Stack.of(scope).stackId });
