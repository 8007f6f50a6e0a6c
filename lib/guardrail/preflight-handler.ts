import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from '../function-options';
import { GUARDRAIL_PREFLIGHT_RESOURCE_TYPE, type GuardrailPreflightProperties, PREFLIGHT } from './contract';
import { Handler } from '../private/handler';
import { handlerProvider, ownStackEnvironment } from '../private/handler-provider';
import { stackSingleton } from '../private/stack-singleton';
import { CONTROL_POLICIES, describePolicies, onlyPolicyTypes, policiesOfOrganization, readOwnStack, readPoliciesAbove } from '../private/statements';

const ID = 'RootUserGuardrailPreflight';

/** It reads every service control policy of the organization, of which there are some hundreds at most, against AWS's throttling. */
const HANDLER_TIMEOUT = Duration.minutes(10);
const SERVICE_TIMEOUT = Duration.minutes(12);

/** The one function of a stack that looks at the organization's policies before a guardrail is attached. It only reads. */
export class PreflightHandler extends Construct {
  /** The handler of the stack. */
  public static of(scope: Construct, options: RootAccessFunctionOptions = {}): PreflightHandler {
    return stackSingleton(scope, ID, options, 'guardrails', (stack) => new PreflightHandler(stack, options));
  }

  private readonly serviceToken: string;

  private constructor(stack: Stack, readonly options: RootAccessFunctionOptions) {
    super(stack, ID);
    const handler = new Handler(this, 'Handler', {
      contract: PREFLIGHT,
      description: 'Centralized root access: reads the organization\'s policies before a guardrail is attached',
      timeout: HANDLER_TIMEOUT,
      memorySize: 256,
      environment: ownStackEnvironment(this),
      calls: ['cloudformation', 'organizations'],
      options,
    });
    handler.allow(...reading(stack));
    this.serviceToken = handlerProvider(this, 'Provider', { onEvent: handler, options }).serviceToken;
  }

  public addPreflight(scope: Construct, properties: GuardrailPreflightProperties): CustomResource {
    return new CustomResource(scope, 'Preflight', {
      serviceToken: this.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType: GUARDRAIL_PREFLIGHT_RESOURCE_TYPE,
      properties: { ...properties },
    });
  }
}

function reading(stack: Stack): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['organizations:DescribeOrganization', 'organizations:ListRoots'], resources: ['*'] }), // IAM knows no resource for them
    new iam.PolicyStatement({ actions: ['organizations:ListPolicies'], resources: ['*'], conditions: onlyPolicyTypes(...CONTROL_POLICIES) }), // nor for this one
    ...readPoliciesAbove(stack, ['service_control_policy']),
    describePolicies(stack, 'resource_control_policy'),
    ...CONTROL_POLICIES.map((type) => new iam.PolicyStatement({ // AWS's own deny nothing
      actions: ['organizations:ListTargetsForPolicy'], resources: [policiesOfOrganization(stack, type)], conditions: onlyPolicyTypes(type),
    })),
    ...readOwnStack(stack),
  ];
}
