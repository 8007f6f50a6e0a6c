import { ArnFormat, Duration, Fn, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { StateError } from './contract';
import { Handler, logGroupFor } from './handler';
import { pathsIn, Rendered } from './rendered';
import { RootAccessFunctionOptions } from '../function-options';

export interface LoggedStateMachineProps {
  readonly definitionBody: sfn.DefinitionBody;
  readonly comment: string;
  readonly timeout?: sfn.StateMachineProps['timeout'];
  /** Whether the log shows what states are given and answer. */
  readonly includeExecutionData: boolean;
  readonly options?: RootAccessFunctionOptions;
}

/**
 * A state machine of this library, with a retained log group.
 *
 * For a log group of any other name, Step Functions would add its ARN to a policy of the whole account that holds 5,120 characters, and never take it out:
 * after some deployments, no state machine of the account could have a log.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
 */
export function loggedStateMachine(scope: Construct, id: string, props: LoggedStateMachineProps): sfn.StateMachine {
  const { includeExecutionData, options, ...rest } = props;
  const destination = logGroupFor(scope, 'Logs', options);
  const stateMachine = new sfn.StateMachine(scope, id, {
    ...rest, tracingEnabled: false, logs: { destination, level: sfn.LogLevel.ALL, includeExecutionData },
  });
  (destination.node.defaultChild as logs.CfnLogGroup).logGroupName = `/aws/vendedlogs/states/${nameOfLog(scope, stateMachine)}`;
  return stateMachine;
}

/**
 * A name that no retained log group has: it contains the ID of the role, which is new after a rollback or when the construct is removed and added again,
 * and that of the stack. The role has no ID when it is not made by the app (`iam.Role.customizeRoles`).
 */
function nameOfLog(scope: Construct, stateMachine: sfn.StateMachine): string {
  const role = stateMachine.role.node.defaultChild as iam.CfnRole | undefined;
  const ofStack = Fn.select(2, Fn.split('/', Stack.of(scope).stackId));
  return [Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }), ...role ? [role.attrRoleId] : [], ofStack].join('-');
}

/** An error that a state has caught, and its message once it has been found. */
export interface CaughtError extends StateError {
  readonly function?: unknown;
  readonly message?: string;
}

/**
 * Finds the message of an error that a state has caught, and continues with it at `<caught>.message`.
 *
 * A state catches the error of a function as JSON with a stack trace, of which people need one sentence. Errors of services are text.
 *
 * @param caught path of the error in the state
 */
export function withMessage(scope: Construct, caught: string, next: sfn.IChainable): sfn.Choice {
  const failure = pathsIn<CaughtError>(caught);
  const found = (id: string, inputPath: string) => new sfn.Pass(scope, id, { inputPath, resultPath: failure('message') }).next(next);
  const parse = new sfn.Pass(scope, 'ParseCause', {
    parameters: { error: sfn.JsonPath.stringToJson(sfn.JsonPath.stringAt(failure('Cause'))) }, resultPath: failure('function'),
  });
  return new sfn.Choice(scope, 'FailedInFunction?')
    .when(sfn.Condition.stringMatches(failure('Cause'), '{*"errorMessage":*}'), parse.next(found('MessageOfFunction', `${failure('function')}.error.errorMessage`)))
    .otherwise(found('MessageOfService', failure('Cause')));
}

/** Ends an execution with an error that a state has caught, where its message is at hand. */
export function failAsCaught(scope: Construct, id: string, caught: string): sfn.Fail {
  const failure = pathsIn<CaughtError>(caught);
  return new sfn.Fail(scope, id, { errorPath: failure('Error'), causePath: failure('message') });
}

/** Ends an execution with the name and the message of an error that a state has caught: one sentence. */
export function failWithMessage(scope: Construct, id: string, caught: string): sfn.Choice {
  return withMessage(scope, caught, failAsCaught(scope, id, caught));
}

/** ARN of all executions of a state machine. */
export function executionsOf({ stack, stateMachineName }: sfn.StateMachine): string {
  return stack.formatArn({ service: 'states', resource: 'execution', resourceName: `${stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

/** Errors of the Lambda service, which are no fault of the function. The CDK's own list lacks the first. */
const LAMBDA_ERRORS = [
  'TooManyRequestsException', 'ServiceException', 'AWSLambdaException', 'SdkClientException', 'ClientExecutionTimeoutException',
].map((name) => `Lambda.${name}`);

/** Retries errors of the Lambda service. Throttling lasts as long as other functions of the account are busy. */
export const RETRY_LAMBDA_SERVICE: sfn.RetryProps = {
  errors: LAMBDA_ERRORS,
  interval: Duration.seconds(1),
  maxAttempts: 8,
  backoffRate: 2,
  maxDelay: Duration.seconds(60),
  jitterStrategy: sfn.JitterType.FULL,
};

/** Retries crashes of a function, and no errors that it returns. The next attempt continues from what it finds. */
export const RETRY_CRASHES: sfn.RetryProps = {
  errors: ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'],
  interval: Duration.seconds(5),
  maxAttempts: 2,
  backoffRate: 2,
  jitterStrategy: sfn.JitterType.FULL,
};

export interface InvokeProps<Event> {
  /** The state as it is, if absent. */
  readonly payload?: Rendered<NoInfer<Event>>;
  /** Path that the answer goes to. It replaces the state if absent. */
  readonly resultPath?: string;
  /** The first that names an error counts. */
  readonly retries: sfn.RetryProps[];
}

/** A state that invokes a function. Its output is what the function answers. */
export function invoke<Event>(
  scope: Construct, id: string, handler: Handler<Event>, { payload, resultPath, retries }: InvokeProps<Event>,
): tasks.LambdaInvoke {
  const task = new tasks.LambdaInvoke(scope, id, {
    lambdaFunction: handler.function,
    payload: payload && sfn.TaskInput.fromObject(payload),
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    resultPath,
  });
  retries.forEach((retry) => task.addRetry(retry));
  return task;
}
