import { CfnResource, CustomResource, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from '../function-options';
import { IAM_SERVICE_PRINCIPAL, SWITCHES } from './contract';
import { type Removal } from '../private/contract';
import { Handler } from '../private/handler';
import { handlerProvider, ownStackEnvironment } from '../private/handler-provider';
import { stackSingleton } from '../private/stack-singleton';
import { readOwnStack } from '../private/statements';

const ID = 'RootAccessSwitches';

/** Each wait of the handler takes a minute at most; this covers all of them and undoing a failed creation. */
const HANDLER_TIMEOUT = Duration.minutes(10);
/** CloudFormation waits a little longer than the handler runs, instead of its default of an hour. */
const SERVICE_TIMEOUT = Duration.minutes(12);

export interface SwitchProps {
  readonly resourceType: string;
  readonly properties: object;
  readonly statements: iam.PolicyStatement[];
}

/** The function of a stack that enables and disables features. It has no permissions until a switch adds them. */
export class SwitchesHandler extends Construct {
  /** The handler of the stack. */
  public static of(scope: Construct, options: RootAccessFunctionOptions = {}): SwitchesHandler {
    return stackSingleton(scope, ID, options, 'switches', (stack) => new SwitchesHandler(stack, options));
  }

  private readonly role: iam.IRole;
  private readonly serviceToken: string;
  private readonly switches: { readonly resource: CustomResource; readonly properties: object }[] = [];

  private constructor(stack: Stack, readonly options: RootAccessFunctionOptions) {
    super(stack, ID);
    const handler = new Handler(this, 'Handler', {
      contract: SWITCHES,
      description: 'Centralized root access: trusted access, features and delegated administrators of the organization',
      timeout: HANDLER_TIMEOUT,
      memorySize: 256,
      environment: { ...ownStackEnvironment(this), SWITCHES: Lazy.string({ produce: () => this.propertiesByLogicalId() }) },
      calls: ['cloudformation', 'iam', 'organizations', 'sts'],
      options,
    });
    this.role = handler.role;
    handler.allow(...readOwnStack(this));
    this.serviceToken = handlerProvider(this, 'Provider', { onEvent: handler, options }).serviceToken;
  }

  /** Adds a custom resource and its permissions. The permissions outlive it, so that it can still be deleted. */
  public addSwitch(scope: Construct, { resourceType, properties, statements }: SwitchProps): CustomResource {
    const permissions = new iam.Policy(scope, 'Permissions', { roles: [this.role], statements });
    const resource = new CustomResource(scope, 'Resource', {
      serviceToken: this.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType,
      properties: { ...properties },
    });
    resource.node.addDependency(permissions);
    this.switches.push({ resource, properties });
    return resource;
  }

  private propertiesByLogicalId(): string {
    const stack = Stack.of(this);
    return stack.toJsonString(Object.fromEntries(this.switches.map(({ resource, properties }) => (
      [stack.getLogicalId(resource.node.defaultChild as CfnResource), properties]))));
  }
}

/** The removal policy in the properties of a switch. The checks of props reject all others. */
export const removalOf = (policy: RemovalPolicy): Removal => policy === RemovalPolicy.DESTROY ? 'destroy' : 'retain';

/** Allows actions that IAM cannot limit to the service principal. */
export function allow(...actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources: ['*'] });
}

/** Allows actions of AWS Organizations for IAM only, and not for trusted access and delegated administrators of other services. */
export function allowForIam(actions: string[], resources: string[] = ['*']): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions,
    resources,
    conditions: { StringEquals: { 'organizations:ServicePrincipal': IAM_SERVICE_PRINCIPAL } },
  });
}
