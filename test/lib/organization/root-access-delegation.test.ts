import { Lazy, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import { statementsOf } from './statements';
import { OrgRootAccessFeatures, RootAccessDelegation, type RootAccessDelegationProps } from '../../../lib';
import { madeOnce, testApp } from '../../support/apps';

const SECURITY = '222222222222';
const FOR_IAM = { StringEquals: { 'organizations:ServicePrincipal': 'iam.amazonaws.com' } };

function stackWith(props: Partial<RootAccessDelegationProps> = {}): Stack {
  const stack = new Stack(testApp(), 'Stack');
  new RootAccessDelegation(stack, 'Delegation', { accountId: SECURITY, ...props });
  return stack;
}

const templateWith = madeOnce((props?: Partial<RootAccessDelegationProps>) => Template.fromStack(stackWith(props)));

const accountArn = (accountId: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:organizations::*:account/o-*/${accountId}`]],
});

describe('the custom resource', () => {
  test('names the account, is not exclusive and is deregistered by default', () => {
    templateWith().hasResourceProperties('Custom::RootAccessDelegation', { AccountId: SECURITY, Exclusive: 'false', RemovalPolicy: 'destroy' });
  });

  test('takes what is given', () => {
    templateWith({ exclusive: true, removalPolicy: RemovalPolicy.RETAIN })
      .hasResourceProperties('Custom::RootAccessDelegation', { AccountId: SECURITY, Exclusive: 'true', RemovalPolicy: 'retain' });
  });

  test('waits for the features that it is given', () => {
    const stack = new Stack(testApp(), 'Stack');
    const features = new OrgRootAccessFeatures(stack, 'RootAccess');
    new RootAccessDelegation(stack, 'Delegation', { accountId: SECURITY, features });
    const template = Template.fromStack(stack);
    const [resource] = Object.keys(template.findResources('Custom::OrgRootAccessFeatures'));
    template.hasResource('Custom::RootAccessDelegation', { DependsOn: Match.arrayWith([resource]) });
  });

  test('gives the account to others only when it is registered', () => {
    const stack = stackWith();
    const [logicalId] = Object.keys(Template.fromStack(stack).findResources('Custom::RootAccessDelegation'));
    expect(stack.resolve((stack.node.findChild('Delegation') as RootAccessDelegation).accountId)).toEqual({ 'Fn::GetAtt': [logicalId, 'AccountId'] });
  });

  test('takes an account that is known only when the stack is deployed', () => {
    const stack = stackWith({ accountId: Lazy.string({ produce: () => SECURITY }) });
    Template.fromStack(stack).hasResourceProperties('Custom::RootAccessDelegation', { AccountId: SECURITY });
  });
});

describe('the function', () => {
  test('knows what the template says of each switch, and of no request', () => {
    const stack = stackWith();
    new OrgRootAccessFeatures(stack, 'RootAccess');
    const template = Template.fromStack(stack);
    const [features] = Object.keys(template.findResources('Custom::OrgRootAccessFeatures'));
    const [delegation] = Object.keys(template.findResources('Custom::RootAccessDelegation'));
    const [{ Properties: { Environment: { Variables } } }] = Object.values(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.handler' } }));
    expect(Variables.STACK_ID).toEqual({ Ref: 'AWS::StackId' });
    expect(JSON.parse(Variables.SWITCHES)).toEqual({
      [delegation]: { AccountId: SECURITY, Exclusive: 'false', RemovalPolicy: 'destroy' },
      [features]: { Features: ['RootCredentialsManagement', 'RootSessions'], RemovalPolicy: 'retain' },
    });
  });

  test('of a nested stack may ask for the state of the stack around it', () => {
    const outer = new Stack(testApp(), 'Outer');
    const nested = new NestedStack(outer, 'Nested');
    new RootAccessDelegation(nested, 'Delegation', { accountId: SECURITY });
    const [{ Parameters }] = Object.values(Template.fromStack(outer).findResources('AWS::CloudFormation::Stack')).map(({ Properties }) => Properties);
    const [parameter] = Object.keys(Parameters).filter((name) => Parameters[name].Ref === 'AWS::StackId');
    Template.fromStack(nested).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([{ Effect: 'Allow', Action: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'], Resource: { Ref: parameter } }]) },
    });
  });
});

describe('permissions', () => {
  const read = [
    { Effect: 'Allow', Action: 'organizations:DescribeOrganization', Resource: '*' },
    { Effect: 'Allow', Action: 'organizations:ListDelegatedAdministrators', Resource: '*', Condition: FOR_IAM },
  ];
  const register = { Effect: 'Allow', Action: 'organizations:RegisterDelegatedAdministrator', Resource: accountArn(SECURITY), Condition: FOR_IAM };
  const deregister = { Effect: 'Allow', Action: 'organizations:DeregisterDelegatedAdministrator', Resource: accountArn('*'), Condition: FOR_IAM };

  test('are to register this account for IAM, and to deregister also the one that it replaced', () => {
    expect(statementsOf(templateWith(), 'DelegationPermissions')).toEqual([...read, register, deregister]);
  });

  test('under RETAIN are to deregister no account but this one, whose registration may fail on the way', () => {
    const template = templateWith({ removalPolicy: RemovalPolicy.RETAIN });
    expect(statementsOf(template, 'DelegationPermissions')).toEqual([...read, register, { ...deregister, Resource: accountArn(SECURITY) }]);
  });
});

describe('the handler', () => {
  test('is one for all switches of a stack, with the permissions of each in a policy of its own', () => {
    const stack = stackWith();
    new RootAccessDelegation(stack, 'Second', { accountId: '333333333333' });
    new OrgRootAccessFeatures(stack, 'RootAccess');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 2);
    for (const id of ['DelegationPermissions', 'SecondPermissions', 'RootAccessPermissions']) {
      expect(statementsOf(template, id)).not.toEqual([]);
    }
  });

  test('cannot have different options: synth names the construct and the option', () => {
    const stack = stackWith();
    expect(() => new OrgRootAccessFeatures(stack, 'RootAccess', { functionOptions: { logRetention: logs.RetentionDays.ONE_DAY } }))
      .toThrow("functionOptions.logRetention of 'Stack/RootAccess' must be the same as that of the other switches in stack 'Stack'");
  });

  test('is shared when the options are equal', () => {
    const stack = stackWith({ functionOptions: { logRetention: logs.RetentionDays.ONE_DAY } });
    new OrgRootAccessFeatures(stack, 'RootAccess', { functionOptions: { logRetention: logs.RetentionDays.ONE_DAY } });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 2);
  });
});

describe('synth fails for', () => {
  test('an account id that cannot be', () => {
    expect(() => stackWith({ accountId: '12345' })).toThrow("accountId must be a 12-digit AWS account id, got '12345'");
  });

  test('the management account, when it is known', () => {
    const stack = new Stack(testApp(), 'Stack');
    const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'RootAccess', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' });
    expect(() => new RootAccessDelegation(stack, 'Delegation', { accountId: '111111111111', features })).toThrow("accountId must be a member account: '111111111111'");
  });

  test("the management account's attribute", () => {
    const stack = new Stack(testApp(), 'Stack');
    const features = new OrgRootAccessFeatures(stack, 'RootAccess');
    expect(() => new RootAccessDelegation(stack, 'Delegation', { accountId: features.managementAccountId, features })).toThrow('accountId must be a member account');
  });

  test('a removal policy that a switch cannot have', () => {
    expect(() => stackWith({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow('removalPolicy must be');
  });
});
