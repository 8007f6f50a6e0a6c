import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { OwnStackEnvironment } from './contract';
import { functionRole, Handler, logGroupFor } from './handler';
import { checkReach } from './vpc';
import { RootAccessFunctionOptions } from '../function-options';

export interface HandlerProviderProps {
  readonly onEvent: Handler;
  readonly isComplete?: Handler;
  readonly queryInterval?: Duration;
  readonly totalTimeout?: Duration;
  readonly options?: RootAccessFunctionOptions;
}

const ROLE_DESCRIPTION = 'cdk-root-access: answers CloudFormation for a custom resource';

/**
 * The CDK's Provider framework, with a retained log group and roles that can write to it and do nothing else: the framework's own roles would get
 * AWS's managed policy for every log group. The framework's functions run where the handler runs, in the same security groups.
 */
export function handlerProvider(scope: Construct, id: string, props: HandlerProviderProps): Provider {
  const { onEvent, isComplete, queryInterval, totalTimeout, options = {} } = props;
  const logGroup = options.logGroup ?? logGroupFor(scope, `${id}Logs`, options);
  checkReach(scope, options, ['lambda', 's3', ...isComplete ? ['states' as const] : []]); // S3 takes the answer to CloudFormation
  const provider = new Provider(scope, id, {
    onEventHandler: onEvent.function,
    isCompleteHandler: isComplete?.function,
    queryInterval,
    totalTimeout,
    logGroup,
    // newer versions of the CDK do so by default; older ones add a log group that the options do not reach
    disableWaiterStateMachineLogging: isComplete && true,
    providerFunctionEnvEncryption: options.environmentEncryption,
    frameworkOnEventRole: functionRole(scope, `${id}Role`, ROLE_DESCRIPTION, logGroup, options),
    frameworkCompleteAndTimeoutRole: isComplete && functionRole(scope, `${id}WaiterRole`, ROLE_DESCRIPTION, logGroup, options),
    ...options.vpc && { vpc: options.vpc, vpcSubnets: options.vpcSubnets, securityGroups: onEvent.function.connections.securityGroups },
  });
  provider.node.findAll().filter((node) => node instanceof lambda.CfnFunction).forEach((node) => applyOptions(node, options));
  return provider;
}

/** The framework has no props for these. */
function applyOptions(framework: lambda.CfnFunction, { memorySize, architecture }: RootAccessFunctionOptions) {
  framework.memorySize = memorySize ?? framework.memorySize;
  framework.architectures = architecture ? [architecture.name] : framework.architectures;
}

/** Environment of a function that CloudFormation invokes: it refuses requests about any other stack. */
export const ownStackEnvironment = (scope: Construct): OwnStackEnvironment => ({ STACK_ID: Stack.of(scope).stackId });
