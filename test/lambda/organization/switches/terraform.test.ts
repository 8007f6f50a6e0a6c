import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { delegates, delegateTo, IAM, ORGANIZATION_ID, SECURITY, switchesOf, world } from './testing';
import * as delegation from '../../../../lambda/organization/switches/delegation';
import * as features from '../../../../lambda/organization/switches/features';
import { AccountSelection, OrgRootAccessFeatures, RootAccessDelegation, RootCredentialsPurge, RootUserGuardrail } from '../../../../lib';
import type { DelegationProperties, FeaturesProperties } from '../../../../lib/organization/contract';
import { FEATURES } from '../../../../local-aws/organization';
import { testApp } from '../../../support/apps';

const ALL_ON = { trustedAccess: true, features: [...FEATURES] };
const FEATURES_RETAINED: FeaturesProperties = { Features: [...FEATURES], RemovalPolicy: 'retain' };
const DELEGATION_RETAINED: DelegationProperties = { AccountId: SECURITY, Exclusive: 'false', RemovalPolicy: 'retain' };

const imported = (stack: Stack) => OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'RootAccess', {
  organizationId: 'o-abcdefghij', managementAccountId: '111111111111',
});

describe('where Terraform keeps the switches', () => {
  test('imported features add nothing to the template', () => {
    const stack = new Stack(testApp(), 'Stack');
    imported(stack);
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });

  test('what uses imported features gets neither a switch nor a permission to work one', () => {
    const stack = new Stack(testApp(), 'Stack');
    const given = imported(stack);
    new RootCredentialsPurge(stack, 'Purge', { features: given, accounts: AccountSelection.organization() });
    new RootUserGuardrail(stack, 'Guardrail', { features: given, targets: ['ou-abcd-11111111'] });
    const template = Template.fromStack(stack);
    template.resourceCountIs('Custom::OrgRootAccessFeatures', 0);
    template.resourceCountIs('Custom::RootAccessDelegation', 0);
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toMatch(/(Enable|Disable|Register|Deregister)[A-Z]/);
  });

  test('the management account of imported features is still protected from a root session', () => {
    const stack = new Stack(testApp(), 'Stack');
    new RootCredentialsPurge(stack, 'Purge', { features: imported(stack) });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny', Action: 'sts:AssumeRoot', Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:root']] } })] },
    });
  });
});

describe('from Terraform to the CDK', () => {
  test('the features are adopted without a write', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    await features.create(FEATURES_RETAINED, aws);
    expect(turned()).toEqual([]);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('the delegated administrator is adopted without a write', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    delegateTo(organization, SECURITY);
    await delegation.create(DELEGATION_RETAINED, aws);
    expect(turned()).toEqual([]);
    expect(delegates(organization)).toEqual([SECURITY]);
  });
});

describe('from the CDK to Terraform', () => {
  test('under RETAIN the features that leave the stack stay as they are', async () => {
    const { organization, aws, turned } = await world();
    const { PhysicalResourceId } = await features.create(FEATURES_RETAINED, aws);
    const before = turned().length;
    await features.remove(FEATURES_RETAINED, PhysicalResourceId, aws);
    expect(turned()).toHaveLength(before);
    expect(switchesOf(organization)).toEqual(ALL_ON);
    expect(PhysicalResourceId).toBe(ORGANIZATION_ID); // the id that `terraform import` takes
  });

  test('under RETAIN the delegation that leaves the stack stays as it is', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    const { PhysicalResourceId } = await delegation.create(DELEGATION_RETAINED, aws);
    await delegation.remove(DELEGATION_RETAINED, PhysicalResourceId, aws);
    expect(turned()).toEqual(['RegisterDelegatedAdministrator']);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('under RETAIN CloudFormation keeps the policy of a guardrail', () => {
    const stack = new Stack(testApp(), 'Stack');
    new RootUserGuardrail(stack, 'Guardrail', { targets: ['ou-abcd-11111111'], removalPolicy: RemovalPolicy.RETAIN });
    Template.fromStack(stack).hasResource('AWS::Organizations::Policy', { DeletionPolicy: 'Retain' });
  });

  test('the default of the delegation lets go only after RETAIN was deployed', () => {
    const removalOf = (removalPolicy?: RemovalPolicy) => {
      const stack = new Stack(testApp(), 'Stack');
      new RootAccessDelegation(stack, 'Delegation', { accountId: SECURITY, removalPolicy });
      return Object.values(Template.fromStack(stack).findResources('Custom::RootAccessDelegation'))[0].Properties.RemovalPolicy;
    };
    expect([removalOf(), removalOf(RemovalPolicy.RETAIN)]).toEqual(['destroy', 'retain']);
  });
});

describe('an apply that lacks iam.amazonaws.com in aws_service_access_principals', () => {
  test('is put right by a creation with one write: the features come back with trusted access', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    organization.distrust(IAM); // as Terraform does for every service that its list lacks
    await features.create(FEATURES_RETAINED, aws);
    expect(turned()).toEqual(['EnableAWSServiceAccess']);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });
});
