import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { everyPart, stackOf } from './every-construct';
import { RootCredentialsAudit } from '../../lib';
import { testApp } from '../support/apps';
import { expectAbout } from '../support/expect-about';

type Resources = Record<string, any>;

describe('functionOptions', () => {
  const stack = stackOf(testApp());
  const key = new kms.Key(stack, 'Key');
  const logGroup = new logs.LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.RETAIN });
  const keyArn = stack.resolve(key.keyArn);
  everyPart(stack, {
    memorySize: 2_048, architecture: lambda.Architecture.X86_64, environmentEncryption: key, logGroup, logRemovalPolicy: RemovalPolicy.DESTROY,
  });
  const template = Template.fromStack(stack);
  const functions = Object.entries(template.findResources('AWS::Lambda::Function') as Resources);

  test('are those of every function, also of the Provider framework', () => {
    expect(functions.filter(([, { Properties }]) => JSON.stringify(Properties).includes('framework.')).length).toBeGreaterThanOrEqual(5);
    for (const [id, { Properties }] of functions) {
      expectAbout(id, Properties).toMatchObject({
        MemorySize: 2_048, Architectures: ['x86_64'], KmsKeyArn: keyArn, LoggingConfig: { LogGroup: stack.resolve(logGroup.logGroupName) },
      });
    }
  });

  test('every role of a function can decrypt the environment, through Lambda only', () => {
    const statements = Object.values(template.findResources('AWS::IAM::Policy') as Resources)
      .flatMap(({ Properties: { Roles, PolicyDocument } }) => (
        PolicyDocument.Statement.map((statement: object) => ({ roles: Roles.map(({ Ref }: any) => Ref), statement }))));
    for (const [id, { Properties }] of functions) {
      const [role] = Properties.Role['Fn::GetAtt'];
      const decrypts = statements.filter(({ roles, statement }) => roles.includes(role) && JSON.stringify(statement).includes('kms:'));
      expectAbout(id, decrypts.map(({ statement }) => statement)).toEqual([{
        Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn, Condition: { StringEquals: { 'kms:ViaService': 'lambda.us-east-1.amazonaws.com' } },
      }]);
    }
  });

  test('only the log group that is given is retained, and the state machines have the others', () => {
    const own = Object.entries(template.findResources('AWS::Logs::LogGroup') as Resources)
      .filter(([id]) => id !== stack.resolve(logGroup.logGroupName).Ref && !id.startsWith('Trail'));
    expect(own.length).toBe(Object.keys(template.findResources('AWS::StepFunctions::StateMachine', { Properties: { LoggingConfiguration: {} } })).length);
    expect(own.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(own.map(() => 'Delete'));
  });

  test.each([511, 10_241, 600.5])('memorySize cannot be %p', (memorySize) => {
    const other = stackOf(testApp());
    expect(() => new RootCredentialsAudit(other, 'Audit', { functionOptions: { memorySize } }))
      .toThrow(`functionOptions.memorySize must be a whole number from 512 to 10240, got ${memorySize}`);
  });
});
