import { Annotations, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LATEST_PREFIX, RUNS_PREFIX } from '../private/contract';

/** A bucket for reports: it outlives the stack, keeps older versions and speaks TLS only. */
export function reportsBucket(scope: Construct, id: string, encryptionKey?: kms.IKey): s3.Bucket {
  return new s3.Bucket(scope, id, {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
  });
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
