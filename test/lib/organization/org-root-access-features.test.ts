import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { statementsOf } from './statements';
import { OrgRootAccessFeatures, RootAccessFeature, type OrgRootAccessFeaturesProps } from '../../../lib';
import { madeOnce, testApp } from '../../support/apps';

const FOR_IAM = { StringEquals: { 'organizations:ServicePrincipal': 'iam.amazonaws.com' } };

/** Every permission of the switches, and why. */
const READ = ['organizations:DescribeOrganization', 'organizations:ListAWSServiceAccessForOrganization', 'iam:ListOrganizationsFeatures'];
const TRUST = ['organizations:EnableAWSServiceAccess', 'organizations:DisableAWSServiceAccess'];
const TURN = [
  'iam:EnableOrganizationsRootCredentialsManagement', 'iam:DisableOrganizationsRootCredentialsManagement',
  'iam:EnableOrganizationsRootSessions', 'iam:DisableOrganizationsRootSessions',
];
const WITHDRAW = 'organizations:ListDelegatedAdministrators';

function stackWith(props?: OrgRootAccessFeaturesProps): Stack {
  const stack = new Stack(testApp(), 'Stack');
  new OrgRootAccessFeatures(stack, 'RootAccess', props);
  return stack;
}

const templateWith = madeOnce((props?: OrgRootAccessFeaturesProps) => Template.fromStack(stackWith(props)));

describe('the custom resource', () => {
  test('asks for both features and keeps them by default', () => {
    templateWith().hasResourceProperties('Custom::OrgRootAccessFeatures', {
      Features: ['RootCredentialsManagement', 'RootSessions'],
      RemovalPolicy: 'retain',
    });
  });

  test('takes the features and the removal policy that are given', () => {
    templateWith({ features: [RootAccessFeature.ROOT_SESSIONS], removalPolicy: RemovalPolicy.DESTROY }).hasResourceProperties('Custom::OrgRootAccessFeatures', {
      Features: ['RootSessions'],
      RemovalPolicy: 'destroy',
    });
  });

  test('fails soon after the handler must have ended, not after the hour that CloudFormation waits by default', () => {
    const template = templateWith();
    const [timeout] = Object.values(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.handler' } })).map(({ Properties }) => Properties.Timeout);
    const [serviceTimeout] = Object.values(template.findResources('Custom::OrgRootAccessFeatures')).map(({ Properties }) => Number(Properties.ServiceTimeout));
    expect(serviceTimeout).toBeGreaterThan(timeout);
    expect(serviceTimeout).toBeLessThan(timeout + 300);
  });

  test('depends on its permissions, so that they are still there while it is deleted', () => {
    const stack = stackWith();
    const template = Template.fromStack(stack);
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp('RootAccessPermissions') } }));
    template.hasResource('Custom::OrgRootAccessFeatures', { DependsOn: Match.arrayWith([policy]) });
  });

  test('gives the ids of the organization and of its management account to others', () => {
    const stack = stackWith();
    const features = stack.node.findChild('RootAccess') as OrgRootAccessFeatures;
    const [logicalId] = Object.keys(Template.fromStack(stack).findResources('Custom::OrgRootAccessFeatures'));
    expect(stack.resolve(features.organizationId)).toEqual({ 'Fn::GetAtt': [logicalId, 'OrganizationId'] });
    expect(stack.resolve(features.managementAccountId)).toEqual({ 'Fn::GetAtt': [logicalId, 'ManagementAccountId'] });
  });

  test('is the primary child', () => {
    expect(stackWith().node.findChild('RootAccess').node.defaultChild?.node.id).toBe('Resource');
  });
});

describe('permissions', () => {
  test('are to read, to switch on, and to take that back', () => {
    expect(statementsOf(templateWith(), 'RootAccessPermissions')).toEqual([
      { Effect: 'Allow', Action: READ, Resource: '*' },
      { Effect: 'Allow', Action: TRUST, Resource: '*', Condition: FOR_IAM },
      { Effect: 'Allow', Action: TURN, Resource: '*' },
    ]);
  });

  test('are to switch on only the features that are asked for', () => {
    const [, , turn] = statementsOf(templateWith({ features: [RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT] }), 'RootAccessPermissions');
    expect(turn.Action).toEqual(TURN.slice(0, 2));
  });

  test('under DESTROY are also to switch off the other feature, which may be in the older template only', () => {
    const statements = statementsOf(templateWith({ features: [RootAccessFeature.ROOT_SESSIONS], removalPolicy: RemovalPolicy.DESTROY }), 'RootAccessPermissions');
    expect(statements.slice(3)).toEqual([
      { Effect: 'Allow', Action: 'iam:DisableOrganizationsRootCredentialsManagement', Resource: '*' },
      { Effect: 'Allow', Action: WITHDRAW, Resource: '*', Condition: FOR_IAM },
    ]);
  });

  test('of the functions besides these are to read their own stack, to write their own logs and to invoke one another', () => {
    const template = templateWith();
    const others = Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => !id.startsWith('RootAccessPermissions'));
    const actions = others.flatMap((id) => statementsOf(template, id)).flatMap(({ Action }) => Action).sort();
    expect(actions).toEqual([
      'cloudformation:DescribeStackEvents', 'cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks',
      'lambda:GetFunction', 'lambda:InvokeFunction', 'logs:CreateLogStream', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:PutLogEvents',
    ]);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });
});

describe('the handler', () => {
  test('keeps its logs for a year, also when the stack is gone, the framework its own too', () => {
    const template = templateWith();
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
    template.allResources('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 365 }, DeletionPolicy: 'Retain' });
    template.allResourcesProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: Match.anyValue() } });
  });

  test('runs as its options say', () => {
    const stack = new Stack(testApp(), 'Stack');
    const vpc = new ec2.Vpc(stack, 'Vpc');
    new OrgRootAccessFeatures(stack, 'RootAccess', { functionOptions: { vpc, runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS), logRetention: logs.RetentionDays.TWO_YEARS } });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.handler', Runtime: 'nodejs24.x', VpcConfig: Match.anyValue() });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 731 });
  });

  test('is made anew for each stack, also of two apps in one process', () => {
    for (const stack of [stackWith(), stackWith()]) {
      Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 2);
    }
  });
});

describe('synth fails for', () => {
  test('no features', () => {
    expect(() => stackWith({ features: [] })).toThrow('features must name at least one RootAccessFeature, got an empty list');
  });

  test('a feature that is named twice', () => {
    expect(() => stackWith({ features: [RootAccessFeature.ROOT_SESSIONS, RootAccessFeature.ROOT_SESSIONS] }))
      .toThrow("features must name each RootAccessFeature once, got 'RootSessions', 'RootSessions'");
  });

  test('a removal policy that a switch cannot have', () => {
    expect(() => stackWith({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow("removalPolicy must be RemovalPolicy.RETAIN or RemovalPolicy.DESTROY, got 'snapshot'");
  });
});

describe('imported features', () => {
  const attributes = { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' };

  test('add nothing to the template and keep what they were given', () => {
    const stack = new Stack(testApp(), 'Stack');
    const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'RootAccess', attributes);
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
    expect(features).toMatchObject(attributes);
  });

  test.each([
    [{ organizationId: 'abc' }, "organizationId must be the id of an organization ('o-abcdefghij'), got 'abc'"],
    [{ managementAccountId: '1111' }, "managementAccountId must be a 12-digit AWS account id, got '1111'"],
  ])('are refused with %j', (wrong, message) => {
    const stack = new Stack(testApp(), 'Stack');
    expect(() => OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'RootAccess', { ...attributes, ...wrong })).toThrow(message);
  });
});
