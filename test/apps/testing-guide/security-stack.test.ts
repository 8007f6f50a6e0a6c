import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { BREAK_GLASS, SecurityStack } from './security-stack';

const templateOf = (purge: boolean) => Template.fromStack(new SecurityStack(new App(), 'Security', { purge }));

/** What roles of the stack may do with root users, or must not. */
const statements = (template: Template, effect: 'Allow' | 'Deny') => Object.values(template.findResources('AWS::IAM::ManagedPolicy'))
  .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
  .filter(({ Action, Effect }) => [Action].flat().includes('sts:AssumeRoot') && Effect === effect)
  .map((statement) => JSON.stringify(statement));

test('IAM denies the sweep every root session in the break-glass account', () => {
  expect(statements(templateOf(true), 'Deny').join()).toContain(`:iam::${BREAK_GLASS}:root`);
});

test('nothing is deleted unless the deployment says so', () => {
  expect(statements(templateOf(false), 'Allow').join()).not.toContain('IAMDeleteRootUserCredentials');
  expect(statements(templateOf(true), 'Allow').join()).toContain('IAMDeleteRootUserCredentials');
});

test('both features are enabled, and stay when the stack is deleted', () => {
  templateOf(true).hasResourceProperties('Custom::OrgRootAccessFeatures', {
    Features: ['RootCredentialsManagement', 'RootSessions'],
    RemovalPolicy: 'retain',
  });
});

test('reports are kept', () => {
  templateOf(true).hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', Properties: { VersioningConfiguration: { Status: 'Enabled' } } });
});

test('synthesis warns of nothing', () => {
  const stack = new SecurityStack(new App(), 'Security');
  Template.fromStack(stack);
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});
