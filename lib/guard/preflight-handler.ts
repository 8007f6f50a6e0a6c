import { isDeepStrictEqual } from 'util';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { HandlerOptions } from '../handler-options';
import { GUARDRAIL_PREFLIGHT_RESOURCE_TYPE, type GuardrailPreflightProperties } from '../private/contract';
import { HandlerFunction } from '../private/handler-function';
import { handlerProvider } from '../private/handler-provider';

const ID = 'RootUserGuardrailPreflight';

/** It reads every service control policy of the organization, of which there are some hundreds at most, against AWS's throttling. */
const HANDLER_TIMEOUT = Duration.minutes(10);
const SERVICE_TIMEOUT = Duration.minutes(12);

/** The one function of a stack that looks at the organization's policies before a guardrail is attached. It only reads. */
export class PreflightHandler extends Construct {
  /** The handler of the stack: it is found in the construct tree, so two apps in one process do not share it. */
  static of(scope: Construct, options: HandlerOptions = {}): PreflightHandler {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID) as PreflightHandler | undefined;
    if (existing && !isDeepStrictEqual(existing.options, options)) {
      throw new Error(`handler of '${scope.node.path}' must be the same as that of the other guardrails in stack '${stack.node.path}': they share one function`);
    }
    return existing ?? new PreflightHandler(stack, options);
  }

  private readonly serviceToken: string;
  private readonly permissions: iam.Policy;

  private constructor(stack: Stack, private readonly options: HandlerOptions) {
    super(stack, ID);
    const handler = new HandlerFunction(this, 'Handler', {
      asset: 'guard-preflight',
      handler: 'handler',
      description: 'Centralized root access: reads the service control policies before a guardrail is attached',
      timeout: HANDLER_TIMEOUT,
      memorySize: 256,
      options,
    });
    this.permissions = new iam.Policy(this, 'Permissions', { roles: [handler.role!], statements: reading(stack) });
    this.serviceToken = handlerProvider(this, 'Provider', { onEventHandler: handler }, options).serviceToken;
  }

  addPreflight(scope: Construct, properties: GuardrailPreflightProperties): CustomResource {
    const resource = new CustomResource(scope, 'Preflight', {
      serviceToken: this.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType: GUARDRAIL_PREFLIGHT_RESOURCE_TYPE,
      properties: { ...properties },
    });
    resource.node.addDependency(this.permissions);
    return resource;
  }
}

/** Ids of the organization and of its management account are in the ARNs, and are known only when the stack is deployed. */
function reading(stack: Stack): iam.PolicyStatement[] {
  const arn = (resource: string, account = '*') => `arn:${stack.partition}:organizations::${account}:${resource}`;
  const [ours, ofAws] = [arn('policy/o-*/service_control_policy/p-*'), arn('policy/service_control_policy/p-*', 'aws')];
  const ofScps = { StringEquals: { 'organizations:PolicyType': 'SERVICE_CONTROL_POLICY' } };
  return [
    new iam.PolicyStatement({ actions: ['organizations:DescribeOrganization', 'organizations:ListRoots'], resources: ['*'] }), // IAM knows no resource for them
    new iam.PolicyStatement({ actions: ['organizations:ListPolicies'], resources: ['*'], conditions: ofScps }), // nor for this one
    new iam.PolicyStatement({ actions: ['organizations:ListParents'], resources: [arn('account/o-*/*'), arn('ou/o-*/*')] }),
    new iam.PolicyStatement({
      actions: ['organizations:ListPoliciesForTarget'], resources: [arn('account/o-*/*'), arn('ou/o-*/*'), arn('root/o-*/*')], conditions: ofScps,
    }),
    new iam.PolicyStatement({ actions: ['organizations:DescribePolicy'], resources: [ours, ofAws], conditions: ofScps }),
    new iam.PolicyStatement({ actions: ['organizations:ListTargetsForPolicy'], resources: [ours], conditions: ofScps }), // AWS's own denies nothing
    new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] }), // whether it is rolling back
  ];
}
