import { join } from 'path';
import { ArnFormat, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CalledService, checkReach } from './vpc';
import { RootAccessFunctionOptions } from '../function-options';

const OLDEST_NODE = 22;

export interface HandlerFunctionProps {
  /** Folder below `assets/`. */
  readonly asset: string;
  /** Which export of the bundle. */
  readonly handler: string;
  readonly description: string;
  readonly timeout: Duration;
  /** MiB */
  readonly memorySize: number;
  readonly environment?: Record<string, string>;
  /** The services that it calls, those of its root sessions included. */
  readonly calls: CalledService[];
  readonly options?: RootAccessFunctionOptions;
}

/**
 * A function of this library: a bundle that is built with the package, a role that may write to its own log group and
 * nothing else, and a log group that outlives the stack.
 */
export class HandlerFunction extends lambda.Function {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const { options = {} } = props;
    checkRuntime(options.runtime);
    const logGroup = handlerLogGroup(scope, `${id}Logs`, options);
    const role = new iam.Role(scope, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    super(scope, id, {
      description: props.description,
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', props.asset)),
      handler: `index.${props.handler}`,
      runtime: options.runtime ?? lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: props.environment,
      role,
      logGroup,
      vpc: options.vpc,
      vpcSubnets: options.vpcSubnets,
      securityGroups: options.securityGroups,
    });
    logGroup.grantWrite(role);
    letRunInVpc(role, options);
    checkReach(this, options, props.calls);
  }
}

/** A log group for a function or a state machine. It stays when the stack goes, so the reason of a failure can still be read. */
export function handlerLogGroup(scope: Construct, id: string, options: RootAccessFunctionOptions = {}): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    retention: options.logRetention ?? logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Lets a function with this role run where the options say. */
export function letRunInVpc(role: iam.Role, { vpc }: RootAccessFunctionOptions = {}) {
  if (vpc) {
    networkInterfaces(Stack.of(role)).forEach((statement) => role.addToPolicy(statement));
  }
}

/**
 * Lambda's own requirement for functions in a VPC; none of these actions can be limited to a resource before it exists. Lambda uses them before the
 * code runs, so calls of the code are denied them: these have the ARN of the function in their context, calls of Lambda itself have not.
 *
 * The Deny names every function of the account, since the ARN of this one would make a circle of function and role.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function networkInterfaces(stack: Stack): iam.PolicyStatement[] {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const functions = stack.formatArn({ service: 'lambda', resource: 'function', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  return [
    new iam.PolicyStatement({ actions, resources: ['*'] }),
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: [...actions, 'ec2:DetachNetworkInterface'],
      resources: ['*'],
      conditions: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
    }),
  ];
}

function checkRuntime(runtime?: lambda.Runtime) {
  if (runtime === undefined || Token.isUnresolved(runtime.name)) {
    return;
  }
  const version = /^nodejs(\d+)\.x$/.exec(runtime.name)?.[1];
  if (version === undefined || Number(version) < OLDEST_NODE) {
    throw new Error(`runtime must be nodejs${OLDEST_NODE}.x or newer, got '${runtime.name}'`);
  }
}
