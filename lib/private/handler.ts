import { join } from 'path';
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';
import { HandlerContract } from './contract';
import { viaService } from './statements';
import { checkWholeNumber } from './validate';
import { allowNetworkInterfaces, CalledService, checkReach } from './vpc';
import { RootAccessFunctionOptions } from '../function-options';

const OLDEST_NODE = 22;

export interface HandlerProps<Environment extends object, Event> {
  readonly contract: HandlerContract<Environment, Event>;
  readonly description: string;
  readonly timeout: Duration;
  /** MiB */
  readonly memorySize: number;
  readonly environment: NoInfer<Environment>;
  /** The services that it calls, those of its root sessions included. */
  readonly calls: CalledService[];
  readonly options?: RootAccessFunctionOptions;
}

/**
 * A function of this library, with a role that can write to the function's own log group and do nothing else, and a log group that is retained.
 *
 * It is not a construct: function, role and log group are siblings in the scope, so that their logical IDs are those of the scope's own children.
 *
 * Depend on it to come after its permissions: the function itself does not wait for policies that are attached later.
 */
export class Handler<Event = unknown, Environment extends object = object> implements IDependable {
  public readonly contract: HandlerContract<Environment, Event>;
  public readonly function: lambda.Function;
  public readonly role: iam.Role;
  private readonly policies: DependencyGroup;

  constructor(scope: Construct, id: string, props: HandlerProps<Environment, Event>) {
    const { contract, description, timeout, memorySize, environment, calls, options = {} } = props;
    checkRuntime(options.runtime);
    if (options.memorySize !== undefined) {
      checkWholeNumber('functionOptions.memorySize', options.memorySize, 512, 10_240);
    }
    this.contract = contract;
    const logGroup = options.logGroup ?? logGroupFor(scope, `${id}Logs`, options);
    this.role = functionRole(scope, `${id}Role`, description, logGroup, options);
    this.function = new lambda.Function(scope, id, {
      description,
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', contract.asset)),
      handler: `index.${contract.entry}`,
      runtime: options.runtime ?? lambda.Runtime.NODEJS_22_X,
      architecture: options.architecture ?? lambda.Architecture.ARM_64,
      memorySize: options.memorySize ?? memorySize,
      timeout,
      environment: Object.fromEntries(Object.entries(environment)),
      environmentEncryption: options.environmentEncryption,
      role: this.role,
      logGroup,
      vpc: options.vpc,
      vpcSubnets: options.vpcSubnets,
      securityGroups: options.securityGroups,
    });
    checkReach(this.function, options, calls);
    this.policies = new DependencyGroup(this.role);
    Dependable.implement(this, Dependable.of(this.policies));
  }

  /** Adds permissions to the role's own policy, which is there before the function is. */
  public allow(...statements: iam.PolicyStatement[]) {
    statements.forEach((statement) => this.role.addToPolicy(statement));
  }

  /** Attaches a policy that stands alone: several roles share it, or it is about a resource that itself depends on the function. */
  public attach(policy: iam.Policy | iam.ManagedPolicy) {
    policy.attachToRole(this.role);
    this.policies.add(policy);
  }
}

/** A role for a function: it can write to the log group, read the environment and run where the options say. */
export function functionRole(
  scope: Construct, id: string, description: string, logGroup: logs.ILogGroup, options: RootAccessFunctionOptions,
): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
  logGroup.grantWrite(role);
  allowNetworkInterfaces(role, options);
  if (options.environmentEncryption) {
    role.addToPolicy(viaService(scope, options.environmentEncryption, 'lambda', ['kms:Decrypt']));
  }
  return role;
}

/** A log group for a function or a state machine. It is retained by default, so that the reason of a failure can still be read. */
export function logGroupFor(scope: Construct, id: string, options: RootAccessFunctionOptions = {}): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    retention: options.logRetention ?? logs.RetentionDays.ONE_YEAR,
    removalPolicy: options.logRemovalPolicy ?? RemovalPolicy.RETAIN,
  });
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
