import { runSimulation } from '@cloud-copilot/iam-simulate';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { everyPart, everythingInOne, MANAGEMENT, stackOf } from './every-construct';
import { OrgRootAccessFeatures, RootActivityMonitor, RootCredentialsAudit, RootSessionRunbooks } from '../../lib';
import { testApp, warningsOf } from '../support/apps';
import { expectAbout } from '../support/expect-about';

type Functions = Record<string, { Properties: { VpcConfig?: { SubnetIds: unknown[]; SecurityGroupIds: unknown[] }; Role: { 'Fn::GetAtt': [string, string] } } }>;

const PRIVATE = [{ name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }, { name: 'public', subnetType: ec2.SubnetType.PUBLIC }];
const ISOLATED = [{ name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }];

const functionsOf = (template: Template) => template.findResources('AWS::Lambda::Function') as Functions;
const vpcIn = (stack: Stack, subnetConfiguration = PRIVATE) => new ec2.Vpc(stack, 'Vpc', { subnetConfiguration, restrictDefaultSecurityGroup: false });
/** Those of the library: a newer CDK has others of its own. */
const warnings = (stack: Stack) => warningsOf(stack).filter((text) => text.includes('cdk-root-access:'));

/** The Lambda developer guide, "Using condition keys for VPC settings". */
const VPC_FUNCTIONS_ONLY = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Allow', Effect: 'Allow', Action: '*', Resource: '*' },
    { Sid: 'DenyOutsideOfVpc', Effect: 'Deny', Action: ['lambda:CreateFunction', 'lambda:UpdateFunctionConfiguration'], Resource: '*', Condition: { Null: { 'lambda:VpcIds': 'true' } } },
  ],
};

async function mayCreate(inVpc: boolean): Promise<boolean> {
  const decision = await runSimulation({
    request: {
      principal: `arn:aws:iam::${MANAGEMENT}:role/deploy`,
      action: 'lambda:CreateFunction',
      resource: { resource: `arn:aws:lambda:us-east-1:${MANAGEMENT}:function:f`, accountId: MANAGEMENT },
      contextVariables: inVpc ? { 'lambda:VpcIds': ['vpc-1'] } : {},
    },
    identityPolicies: [{ name: 'deploy', policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }],
    serviceControlPolicies: [{ orgIdentifier: 'r-root', policies: [{ name: 'vpc', policy: VPC_FUNCTIONS_ONLY }] }],
    resourceControlPolicies: [],
  }, {});
  if (decision.resultType === 'error') {
    throw new Error(JSON.stringify(decision.errors));
  }
  return decision.overallResult === 'Allowed';
}

describe('with functionOptions.vpc', () => {
  const stack = stackOf(testApp());
  everyPart(stack, { vpc: vpcIn(stack) });
  const template = Template.fromStack(stack);
  const functions = Object.entries(functionsOf(template));

  test('every function can be created under a service control policy that demands a VPC, those of the Provider framework too', async () => {
    expect(functions.length).toBeGreaterThan(20);
    for (const [id, { Properties }] of functions) {
      expectAbout(id, await mayCreate(Properties.VpcConfig !== undefined)).toBe(true);
    }
    expect(await mayCreate(false)).toBe(false);
  });

  test('so is every function of CentralizedRootAccess', () => {
    const whole = stackOf(testApp());
    everythingInOne(whole, { vpc: vpcIn(whole) });
    const outside = Object.entries(functionsOf(Template.fromStack(whole))).filter(([, { Properties }]) => !Properties.VpcConfig).map(([id]) => id);
    expect(outside).toEqual([]);
  });

  test('every role of a function may have network interfaces before the function is made', () => {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    for (const [id, { Properties, DependsOn }] of Object.entries(template.findResources('AWS::Lambda::Function'))) {
      const [role] = Properties.Role['Fn::GetAtt'];
      const [policy] = policies.filter(([, each]) => each.Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role) && JSON.stringify(each).includes('ec2:CreateNetworkInterface'));
      expectAbout(id, policy).toBeDefined();
      expectAbout(id, DependsOn).toContain(policy[0]);
    }
  });

  test('the framework has the security groups of the function that it calls', () => {
    const framework = functions.filter(([, { Properties }]) => JSON.stringify(Properties).includes('framework.'));
    const called = functions.filter((each) => !framework.includes(each));
    const groups = called.map(([, { Properties }]) => JSON.stringify(Properties.VpcConfig!.SecurityGroupIds));
    expect(framework.length).toBeGreaterThanOrEqual(5);
    for (const [id, { Properties }] of framework) {
      expectAbout(id, groups).toContain(JSON.stringify(Properties.VpcConfig!.SecurityGroupIds));
    }
  });

  test('subnets and security groups that are given are those of all functions', () => {
    const other = stackOf(testApp());
    const vpc = vpcIn(other, [...PRIVATE, { name: 'root', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }]);
    const securityGroup = new ec2.SecurityGroup(other, 'Group', { vpc });
    new RootCredentialsAudit(other, 'Audit', { functionOptions: { vpc, vpcSubnets: { subnetGroupName: 'root' }, securityGroups: [securityGroup] } });
    new OrgRootAccessFeatures(other, 'Features', { functionOptions: { vpc, vpcSubnets: { subnetGroupName: 'root' }, securityGroups: [securityGroup] } });
    const configs = Object.values(functionsOf(Template.fromStack(other))).map(({ Properties }) => JSON.stringify(Properties.VpcConfig));
    expect(new Set(configs).size).toBe(1);
    expect(configs[0]).toContain('VpcrootSubnet1');
  });

  test('and subnets with a route to the internet, nothing is warned of', () => {
    expect(warnings(stack).filter((text) => text.includes('isolated'))).toEqual([]);
  });
});

describe('of isolated subnets', () => {
  const handlerIn = (stack: Stack) => ({ vpc: vpcIn(stack, ISOLATED) });
  const endpointsFor = (vpc: ec2.IVpc, ...services: ec2.InterfaceVpcEndpointAwsService[]) => (
    services.forEach((service, i) => new ec2.InterfaceVpcEndpoint(Stack.of(vpc), `Endpoint${i}`, { vpc, service })));

  test('synth says once for a stack which services the functions do not reach', () => {
    const stack = stackOf(testApp());
    const functionOptions = handlerIn(stack);
    new OrgRootAccessFeatures(stack, 'Features', { functionOptions });
    new RootSessionRunbooks(stack, 'Runbooks', { functionOptions });
    expect(warnings(stack)).toEqual([expect.stringMatching(
      /^functionOptions\.vpcSubnets of 'Stack\/Vpc' are isolated.*no endpoint there for: cloudformation, iam, lambda, organizations, s3, sqs, states, sts\. Add these endpoints.*The endpoints of iam and organizations exist in us-east-1 alone/,
    )]);
  });

  test('it names those that are missing beside the endpoints of the app, whenever these were added', () => {
    const stack = stackOf(testApp());
    const functionOptions = handlerIn(stack);
    new OrgRootAccessFeatures(stack, 'Features', { functionOptions });
    const { IAM, STS, LAMBDA } = ec2.InterfaceVpcEndpointAwsService;
    endpointsFor(functionOptions.vpc, IAM, STS, LAMBDA);
    functionOptions.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    expect(warnings(stack)).toEqual([expect.stringContaining('no endpoint there for: cloudformation, organizations. ')]);
    expect(warnings(stack)).toEqual([expect.stringContaining('The endpoints of organizations exist')]);
  });

  test('nothing is said when none is missing, also in a stack whose Region is not known', () => {
    const stack = new Stack(testApp(), 'Stack');
    const functionOptions = handlerIn(stack);
    new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: new logs.LogGroup(stack, 'Trail'), functionOptions });
    endpointsFor(functionOptions.vpc, ec2.InterfaceVpcEndpointAwsService.SNS, ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE);
    expect(warnings(stack)).toEqual([]);
  });

  test('endpoints of another VPC are none of this one', () => {
    const stack = stackOf(testApp());
    new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: new logs.LogGroup(stack, 'Trail'), functionOptions: handlerIn(stack) });
    const other = new ec2.Vpc(stack, 'Other', { subnetConfiguration: ISOLATED, restrictDefaultSecurityGroup: false });
    endpointsFor(other, ec2.InterfaceVpcEndpointAwsService.SNS, ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE);
    expect(warnings(stack)).toEqual([expect.stringContaining('no endpoint there for: events, sns. ')]);
  });

  test.each<[string, (stack: Stack) => ec2.IVpc]>([
    ['is imported', (stack) => ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetRouteTableIds: ['rtb-1'] })],
    ['is of another stack', (stack) => vpcIn(stackOf(stack.node.root as App, 'Network'), ISOLATED)],
  ])('synth says it of a VPC that %s', (_what, vpc) => {
    const stack = stackOf(testApp());
    new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: new logs.LogGroup(stack, 'Trail'), functionOptions: { vpc: vpc(stack) } });
    expect(warnings(stack)).toEqual([expect.stringContaining('no endpoint there for: events, sns. ')]);
  });

  test('which a selection mixes with others, synth says it, since Lambda takes any of them', () => {
    const stack = stackOf(testApp());
    const vpc = vpcIn(stack, [...PRIVATE, ...ISOLATED]);
    new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: new logs.LogGroup(stack, 'Trail'), functionOptions: { vpc, vpcSubnets: { subnets: [...vpc.privateSubnets, ...vpc.isolatedSubnets] } } });
    expect(warnings(stack)).toEqual([expect.stringContaining('are isolated')]);
  });
});

test('a function says of every service that its role may use that it calls it', () => {
  const stack = stackOf(testApp());
  everyPart(stack, { vpc: vpcIn(stack, ISOLATED) });
  const [told] = warnings(stack).filter((text) => text.includes('isolated')).map((text) => /there for: ([\w, ]+)\./.exec(text)![1].split(', '));
  const template = Template.fromStack(stack);
  const roles = new Set(Object.values(functionsOf(template)).map(({ Properties }) => Properties.Role['Fn::GetAtt'][0]));
  const used = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.values(template.findResources(type)))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => roles.has(Ref)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action) as string[])
    .map((action) => action.split(':')[0])
    .filter((service) => !['ec2', 'logs', 'kms'].includes(service)); // Lambda itself, and by way of another service
  expect(told).toEqual(expect.arrayContaining([...new Set(used)]));
});
