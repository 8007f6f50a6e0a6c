import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { viaService } from './statements';

/** A bucket that keeps older versions and accepts TLS only. It is retained when the stack is deleted, unless `DESTROY` empties and deletes it. */
export function retainedBucket(scope: Construct, id: string, encryptionKey?: kms.IKey, removalPolicy = RemovalPolicy.RETAIN): s3.Bucket {
  const bucket = new s3.Bucket(scope, id, {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY || undefined,
  });
  bucket.policy!.applyRemovalPolicy(removalPolicy); // it protects the files as long as they exist
  return bucket;
}

/**
 * Allows roles to use the key of the bucket, if it has one, through S3 only.
 *
 * @returns what must exist before the bucket is used
 */
export function useKey(scope: Construct, id: string, { encryptionKey }: s3.IBucket, actions: string[], roles: iam.IRole[]): IDependable {
  const key = encryptionKey && new iam.Policy(scope, id, { roles, statements: [viaService(scope, encryptionKey, 's3', actions)] });
  return new DependencyGroup(...key ? [key] : []);
}
