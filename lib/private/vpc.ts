import { Annotations, ArnFormat, Aspects, CfnResource, Names, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { singleton } from './stack-singleton';
import { RootAccessFunctionOptions } from '../function-options';

/** A service that functions call, as the name of its endpoint ends. */
export type CalledService = 'cloudformation' | 'events' | 'iam' | 'lambda' | 'organizations' | 's3' | 'sns' | 'sqs' | 'states' | 'sts';

/** Their endpoints exist in the Region of their control plane alone. */
const IN_ONE_REGION: CalledService[] = ['iam', 'organizations'];

/**
 * Allows a function with this role to run in the VPC of the options, if there is one.
 *
 * Lambda requires these actions, and none of them can be limited to a resource before it exists. Lambda uses them before the code runs, so calls of
 * the code are denied: these have the ARN of the function in their context, calls of Lambda itself do not.
 *
 * The Deny names every function of the account, since the ARN of this one would make a circle of function and role.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function allowNetworkInterfaces(role: iam.Role, { vpc }: RootAccessFunctionOptions) {
  if (vpc === undefined) {
    return;
  }
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const functions = Stack.of(role).formatArn({ service: 'lambda', resource: 'function', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
  role.addToPolicy(new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: [...actions, 'ec2:DetachNetworkInterface'],
    resources: ['*'],
    conditions: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
  }));
}

/** Says at synthesis which services functions in isolated subnets do not reach: each call of these would end in a timeout. */
export function checkReach(scope: Construct, { vpc, vpcSubnets }: RootAccessFunctionOptions, calls: CalledService[]) {
  const selected = vpc?.selectSubnets(vpcSubnets);
  if (!vpc || selected?.isPendingLookup || !selected?.subnets.some((subnet) => vpc.isolatedSubnets.includes(subnet))) {
    return;
  }
  const stack = Stack.of(scope);
  const id = `RootAccessIn${Names.nodeUniqueId(vpc.node)}`;
  const isolated = singleton(stack, id, () => new Isolated(stack, id, vpc));
  calls.forEach((service) => isolated.calls.add(service));
}

/** The functions of a stack that run in isolated subnets of a VPC. It has no resources. */
class Isolated extends Construct {
  public readonly calls = new Set<CalledService>();

  constructor(private readonly stack: Stack, id: string, private readonly vpc: ec2.IVpc) {
    super(stack, id);
    Aspects.of(this).add({ visit: () => this.warn() }); // endpoints and other constructs may come later
  }

  private warn() {
    const endpoints = this.endpoints();
    const missing = [...this.calls].filter((service) => !endpoints.some((name) => name.endsWith(`.${service}`))).sort();
    if (missing.length === 0) {
      return;
    }
    const elsewhere = IN_ONE_REGION.filter((service) => missing.includes(service));
    const only = elsewhere.length === 0 ? '' : ` The endpoints of ${elsewhere.join(' and ')} exist in us-east-1 alone: a VPC elsewhere needs a route to them, such as a transit gateway.`;
    Annotations.of(this.stack).addWarningV2('cdk-root-access:isolatedSubnets',
      `functionOptions.vpcSubnets of '${this.vpc.node.path}' are isolated, and the functions in them reach only endpoints of the VPC. This app makes no endpoint there for: ${missing.join(', ')}. Add these endpoints, or use subnets with a route to the internet, such as SubnetType.PRIVATE_WITH_EGRESS.${only}`);
  }

  /** Names of the services whose endpoints the app puts into the VPC. */
  private endpoints(): string[] {
    const { CFN_RESOURCE_TYPE_NAME: type } = ec2.CfnVPCEndpoint;
    return this.node.root.node.findAll()
      .filter((node): node is ec2.CfnVPCEndpoint => CfnResource.isCfnResource(node) && node.cfnResourceType === type)
      .filter(({ vpcId }) => vpcId === this.vpc.vpcId)
      .map(({ stack, serviceName }) => JSON.stringify(stack.resolve(serviceName)).replaceAll(/["\]}]/g, ''));
  }
}
