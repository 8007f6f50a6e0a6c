import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { aBucket } from '../../private/cdk-shapes';
import { RECOVERIES_PREFIX } from '../../private/contract';
import { grantReadPrefixes } from '../../private/read-prefixes';
import { checkValue } from '../../private/shape';

/** Records of password recoveries: the member accounts that may currently have a root password, until when and why. */
export interface IPasswordRecoveries extends IConstruct {
  /** Bucket that contains the records, below `recoveries/`: one file for each account, with its latest recovery. */
  readonly bucket: s3.IBucket;

  /**
   * Grants the given identity permission to read the records.
   *
   * Allows `s3:GetObject` and `s3:ListBucket` below `recoveries/`. If the bucket has a key, also allows
   * `kms:Decrypt` through S3. For an identity in another account, or one whose policies are not part of the app,
   * adds the permissions to the policies of the bucket and the key.
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/**
 * Imports records of password recoveries that a RootSessionRunbooks of another app writes.
 *
 * Within one app, use the `passwordRecoveries` of the construct.
 *
 * @example
 * const records = s3.Bucket.fromBucketName(this, 'Records', 'records-of-the-runbooks');
 * new RootCredentialsPurge(this, 'Purge', {
 *   passwordRecoveries: PasswordRecoveries.fromBucket(this, 'Recoveries', records),
 * });
 */
export class PasswordRecoveries {
  /**
   * Imports the records in a bucket: the `recordsBucket` of the runbooks. If the bucket has a key, import it with
   * its key.
   *
   * For a bucket in another account, the app of the runbooks must also grant access to the sweep: call
   * `runbooks.passwordRecoveries.grantRead()` with an `iam.ArnPrincipal` of the ARN of the purge's
   * `rootSessionRoles`.
   */
  public static fromBucket(scope: Construct, id: string, bucket: s3.IBucket): IPasswordRecoveries {
    checkValue('bucket', bucket, aBucket);
    class Import extends Construct implements IPasswordRecoveries {
      public readonly bucket = bucket;

      public grantRead(grantee: iam.IGrantable): iam.Grant {
        return grantReadPrefixes(bucket, grantee, RECOVERIES_PREFIX);
      }
    }
    return new Import(scope, id);
  }

  private constructor() {}
}
