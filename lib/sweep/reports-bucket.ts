import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LATEST_PREFIX, RUNS_PREFIX } from '../private/contract';

/** A bucket for reports: it outlives the stack, keeps older versions and speaks TLS only. */
export function reportsBucket(scope: Construct, id: string, encryptionKey?: kms.IKey): s3.Bucket {
  const bucket = new s3.Bucket(scope, id, {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  bucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN); // what protects the reports stays as long as they do
  return bucket;
}

/**
 * Lets those who read and those who write use the bucket's key, by way of S3, which uses it in their name.
 *
 * @returns what must exist before the bucket is used
 */
export function grantKey(scope: Construct, bucket: s3.IBucket, readers: iam.IRole[], writers: iam.IRole[]): Construct[] {
  const key = bucket.encryptionKey;
  const policy = (id: string, action: string, roles: iam.IRole[]) => key === undefined ? [] : [new iam.Policy(scope, id, {
    roles,
    statements: [new iam.PolicyStatement({
      actions: [action],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(scope).region}.amazonaws.com` } },
    })],
  })];
  return [...policy('DecryptPolicy', 'kms:Decrypt', readers), ...policy('EncryptPolicy', 'kms:GenerateDataKey', writers)];
}

/** Lets somebody read what sweeps wrote, and nothing else that is in the bucket. */
export function grantReports(bucket: s3.IBucket, grantee: iam.IGrantable): iam.Grant {
  const prefixes = [LATEST_PREFIX, RUNS_PREFIX].map((prefix) => `${prefix}*`);
  const objects = iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: prefixes.map((prefix) => bucket.arnForObjects(prefix)) });
  const list = iam.Grant.addToPrincipal({
    grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': prefixes } },
  });
  const key = bucket.encryptionKey?.grantDecrypt(grantee);
  return key ? objects.combine(list).combine(key) : objects.combine(list);
}

/**
 * Only the sweep's own roles may write what a sweep goes by: its selection, its plans and its results. Even an
 * administrator's put is refused, so a report is what the sweep wrote.
 *
 * @returns what must exist before the bucket is written to
 */
export function reserveForSweeps(bucket: s3.IBucket, roles: iam.IRole[]): Construct[] {
  const { statementAdded, policyDependable } = bucket.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'OnlySweepsWriteRuns',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
    resources: [RUNS_PREFIX, LATEST_PREFIX].map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': roles.map((role) => role.roleArn) } },
  }));
  if (!statementAdded) {
    Annotations.of(bucket).addWarningV2('cdk-root-access:reportsBucketPolicy',
      `the policy of the imported bucket ${bucket.bucketName} is not managed here: deny everybody but the sweep's roles to write below ${RUNS_PREFIX} and ${LATEST_PREFIX}`);
  }
  return policyDependable ? [policyDependable as Construct] : [];
}
