import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { RootCredentialsAudit, RootCredentialsDashboard, RootCredentialsPurge, type IRootCredentialsSweep, type RootCredentialsSweepAttributes } from '../../../lib';
import { testApp } from '../../support/apps';

const HERE = { account: '111111111111', region: 'eu-west-1' };
const MACHINE = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Purge';
const KEY = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555';

const stackIn = (env = HERE) => new Stack(testApp(), 'People', { env });

function imported(stack: Stack, attrs: Partial<RootCredentialsSweepAttributes> = {}): IRootCredentialsSweep {
  return RootCredentialsPurge.fromRootCredentialsPurgeAttributes(stack, 'Purge', {
    sweepName: 'Security/Purge',
    stateMachine: sfn.StateMachine.fromStateMachineArn(stack, 'Machine', MACHINE),
    reportsBucket: s3.Bucket.fromBucketAttributes(stack, 'Reports', { bucketName: 'reports', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY) }),
    ...attrs,
  });
}

describe('a sweep of another app', () => {
  test('adds nothing to the template', () => {
    const stack = stackIn();
    imported(stack);
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
  });

  test('can be started and followed, and its reports can be read, as those of a sweep of the app', () => {
    const statements = (sweepIn: (stack: Stack) => IRootCredentialsSweep) => {
      const stack = stackIn();
      const role = new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() });
      const sweep = sweepIn(stack);
      sweep.grantStart(role).assertSuccess();
      sweep.grantReadReports(role).assertSuccess();
      const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^Person') }] } }));
      return policy.Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown; Condition?: unknown }[];
    };
    const own = statements((stack) => new RootCredentialsPurge(stack, 'Own', { encryptionKey: new kms.Key(stack, 'Key') }));
    const others = statements((stack) => imported(stack, { reportsPrefix: '222222222222/Purge/' }));
    expect(others.map(({ Action }) => Action)).toEqual(own.map(({ Action }) => Action));
    const within = (path: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::reports${path}`]] });
    expect(others).toEqual(expect.arrayContaining([
      expect.objectContaining({ Action: 'states:StartExecution', Resource: MACHINE }),
      expect.objectContaining({ Action: ['states:DescribeExecution', 'states:GetExecutionHistory'] }),
      expect.objectContaining({ Action: 's3:GetObject', Resource: [within('/222222222222/Purge/latest/*'), within('/222222222222/Purge/runs/*')] }),
      expect.objectContaining({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': ['222222222222/Purge/latest/*', '222222222222/Purge/runs/*'] } } }),
      expect.objectContaining({ Action: 'kms:Decrypt', Resource: KEY }),
    ]));
  });

  test('sends its events to rules of its own account and Region only', () => {
    const stack = stackIn();
    const target = new targets.SnsTopic(new sns.Topic(stack, 'Topic'));
    imported(stack).onCredentialsFound('Found', { target });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { EventPattern: { detail: { sweep: ['Security/Purge'], credentials: Match.anyValue() } } });
    const elsewhere = stackIn({ account: '222222222222', region: 'us-east-1' });
    expect(() => imported(elsewhere).onSweepFinished('Finished'))
      .toThrow("the sweep 'Security/Purge' sends its events to the default event bus of 111111111111 in eu-west-1, got a rule in 222222222222 in us-east-1: create the rule there");
  });

  test('has its metrics in its own account and Region, and can be on a dashboard', () => {
    const stack = stackIn({ account: '222222222222', region: 'us-east-1' });
    const sweep = imported(stack);
    expect(sweep.metricAccountsFailed()).toMatchObject({ account: '111111111111', region: 'eu-west-1', metricName: 'AccountsFailed', dimensions: { Sweep: 'Security/Purge' } });
    expect(sweep.alarms).toEqual([]);
    new RootCredentialsDashboard(stack, 'Dashboard', { sweeps: [sweep] });
    const [{ Properties: { DashboardBody } }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
    expect(JSON.stringify(DashboardBody)).toContain('# Security/Purge');
  });

  test('has the roles that take root sessions only if they are named', () => {
    const stack = stackIn();
    expect(() => imported(stack).rootSessionRoles).toThrow("the roles of the imported sweep 'People/Purge' are not known: import it with rootSessionRoles");
    const role = iam.Role.fromRoleName(stack, 'Role', 'sweep');
    const attrs = { sweepName: 'Security/Audit', stateMachine: sfn.StateMachine.fromStateMachineArn(stack, 'Other', MACHINE), reportsBucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'reports') };
    expect(RootCredentialsAudit.fromRootCredentialsAuditAttributes(stack, 'Audit', { ...attrs, rootSessionRoles: [role] }).rootSessionRoles).toEqual([role]);
  });

  test('has a prefix that ends with a slash', () => {
    expect(() => imported(stackIn(), { reportsPrefix: 'reports' })).toThrow("reportsPrefix must be empty, or the reportsPrefix of the sweep, which ends with '/', got 'reports'");
    expect(() => imported(stackIn(), { reportsPrefix: Token.asString({ Ref: 'Prefix' }) })).not.toThrow();
  });
});

describe('metric()', () => {
  const audit = new RootCredentialsAudit(stackIn(), 'Audit');

  test.each(['AccountsSwept', 'AccountsClean', 'AccountsFailed', 'CredentialsFound', 'CredentialsDeleted', 'CredentialsKept', 'SweepsFinished', 'SweepsIncomplete', 'SweepDuration'] as const)(
    'is what metric%s is', (name) => {
      expect(audit.metric(name)).toEqual(audit[`metric${name}`]());
      expect(audit.metric(name, { label: 'x', statistic: 'Average' })).toMatchObject({ label: 'x', statistic: 'Average', metricName: name });
    });

  test('refuses a name that no sweep emits', () => {
    expect(() => audit.metric('AccountsFaild')).toThrow(/^metricName must be one of AccountsSwept, .*, got 'AccountsFaild'$/);
  });
});

describe('the removal policy of the reports', () => {
  test('is RETAIN by default', () => {
    const stack = stackIn();
    new RootCredentialsAudit(stack, 'Audit');
    const template = Template.fromStack(stack);
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResource('AWS::S3::BucketPolicy', { DeletionPolicy: 'Retain' });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  test('empties the bucket before it is deleted, which the bucket policy allows to nothing else', () => {
    const stack = stackIn();
    new RootCredentialsAudit(stack, 'Audit', { removalPolicy: RemovalPolicy.DESTROY });
    const template = Template.fromStack(stack);
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.hasResource('AWS::S3::BucketPolicy', { DeletionPolicy: 'Delete' });
    const [emptying] = Object.keys(template.findResources('Custom::S3AutoDeleteObjects'));
    const [{ DependsOn: dependencies }] = Object.values(template.findResources('Custom::RootCredentialsSweep'));
    expect(dependencies).toContain(emptying); // so the sweep is deleted first
  });

  test('is that of the bucket where one is given', () => {
    const stack = stackIn();
    const reportsBucket = new s3.Bucket(stack, 'Bucket');
    expect(() => new RootCredentialsAudit(stack, 'Audit', { reportsBucket, removalPolicy: RemovalPolicy.DESTROY }))
      .toThrow('removalPolicy must not be given together with reportsBucket: the bucket has its own removal policy');
  });
});
