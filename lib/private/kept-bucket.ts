import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { byWayOf } from './key-use';

/** A bucket that outlives the stack, keeps older versions and speaks TLS only. */
export function keptBucket(scope: Construct, id: string, encryptionKey?: kms.IKey): s3.Bucket {
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
  bucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN); // what protects the files stays as long as they do
  return bucket;
}

/**
 * Lets roles use the bucket's key, by way of S3, which uses it in the name of who reads and writes.
 *
 * @returns what must exist before the bucket is used
 */
export function useKey(scope: Construct, id: string, { encryptionKey }: s3.IBucket, actions: string[], roles: iam.IRole[]): Construct[] {
  return encryptionKey === undefined ? [] : [new iam.Policy(scope, id, { roles, statements: [byWayOf(scope, encryptionKey, 's3', actions)] })];
}
