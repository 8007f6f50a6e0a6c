import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Provider, ProviderProps } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { handlerLogGroup } from './handler-function';
import { HandlerOptions } from '../handler-options';

/**
 * The CDK's Provider framework, with a log group that outlives the stack and roles that may write to it and nothing else: the
 * framework's own would be given AWS's managed policy for every log group.
 */
export function handlerProvider(scope: Construct, id: string, props: ProviderProps, options?: HandlerOptions): Provider {
  const logGroup = handlerLogGroup(scope, `${id}Logs`, options);
  return new Provider(scope, id, {
    ...props,
    logGroup,
    frameworkOnEventRole: frameworkRole(scope, `${id}Role`, logGroup),
    frameworkCompleteAndTimeoutRole: props.isCompleteHandler && frameworkRole(scope, `${id}WaiterRole`, logGroup),
  });
}

function frameworkRole(scope: Construct, id: string, logGroup: logs.ILogGroup): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    description: 'cdk-root-access: answers CloudFormation for a custom resource',
  });
  logGroup.grantWrite(role);
  return role;
}
