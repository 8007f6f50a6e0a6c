import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RECOVERIES_PREFIX } from '../private/contract';
import { grantReadPrefixes } from '../private/read-prefixes';
import { checkValue } from '../private/shape';
import { aBucket } from '../private/shapes';

/** The records of password recoveries: which member accounts may have a root password now, until when and why. */
export interface IPasswordRecoveries {
  /** Bucket that holds them, below `recoveries/`: a file for each account, that of its latest recovery. */
  readonly bucket: s3.IBucket;

  /**
   * Lets somebody read the records: `s3:GetObject` and `s3:ListBucket` below `recoveries/`, and `kms:Decrypt` by way of S3 if the bucket
   * has a key. Somebody of another account, or whose policies are not part of the app, is let in by the policies of the bucket and the key.
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/**
 * Records of password recoveries that a `RootSessionRunbooks` of another app writes. Within one app, give its `passwordRecoveries`.
 *
 * @example
 * const records = s3.Bucket.fromBucketName(this, 'Records', 'records-of-the-runbooks');
 * new RootCredentialsPurge(this, 'Purge', {
 *   passwordRecoveries: PasswordRecoveries.fromBucket(records),
 * });
 */
export class PasswordRecoveries {
  /**
   * The records in a bucket: the `recordsBucket` of the runbooks. If it has a key, import it with that.
   *
   * If it is in another account, the runbooks' side has to let the sweep in as well: `runbooks.passwordRecoveries.grantRead()` for an
   * `iam.ArnPrincipal` with the ARN of the purge's `rootSessionRole`.
   */
  public static fromBucket(bucket: s3.IBucket): IPasswordRecoveries {
    checkValue('bucket', bucket, aBucket);
    return { bucket, grantRead: (grantee) => grantReadPrefixes(bucket, grantee, RECOVERIES_PREFIX) };
  }

  private constructor() {}
}
