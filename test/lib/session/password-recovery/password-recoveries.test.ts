import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { PasswordRecoveries, RootCredentialsPurge, RootSessionRunbooks } from '../../../../lib';
import { testApp } from '../../../support/apps';

const env = { account: '111111111111', region: 'us-east-1' };
const SWEEP = 'arn:aws:iam::222222222222:role/Purge';

test('records of the runbooks of another app are read by a purge, in the bucket that is named and nowhere else', () => {
  const stack = new Stack(testApp(), 'Sweep', { env });
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Records', {
    bucketName: 'records', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/of-records'),
  });
  new RootCredentialsPurge(stack, 'Purge', { passwordRecoveries: PasswordRecoveries.fromBucket(stack, 'Recoveries', bucket) });
  const [, { Properties }] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).find(([id]) => id.includes('PurgeRoleDefaultPolicy'))!;
  const inRecords = (path: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::records${path}`]] });
  expect(Properties.PolicyDocument.Statement).toEqual(expect.arrayContaining([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: inRecords('/recoveries/*') },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: inRecords(''), Condition: { StringLike: { 's3:prefix': ['recoveries/*'] } } },
    {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:us-east-1:111111111111:key/of-records',
      Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
    },
  ]));
});

test('a purge of another account is let in by the policies of the bucket and of its key, to the records of recoveries alone', () => {
  const stack = new Stack(testApp(), 'Runbooks', { env });
  const encryptionKey = new kms.Key(stack, 'Key');
  new RootSessionRunbooks(stack, 'Runbooks', { encryptionKey }).passwordRecoveries.grantRead(new iam.ArnPrincipal(SWEEP));
  const template = Template.fromStack(stack);
  const allowing = (...statements: object[]) => ({
    Statement: Match.arrayWith(statements.map((statement) => Match.objectLike({ ...statement, Effect: 'Allow', Principal: { AWS: SWEEP } }))),
  });
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: allowing({ Action: 's3:GetObject' }, { Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': ['recoveries/*'] } } }),
  });
  template.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: allowing({ Action: 'kms:Decrypt', Resource: '*', Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } }),
  });
});
