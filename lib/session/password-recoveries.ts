import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RECOVERIES_PREFIX } from '../private/contract';

/** The records of password recoveries: which member accounts may have a root password now, until when and why. */
export interface IPasswordRecoveries {
  /** Bucket that holds them, below `recoveries/`: a file for each account, that of its latest recovery. */
  readonly bucket: s3.IBucket;

  /**
   * Lets somebody read the records: `s3:GetObject` and `s3:ListBucket` below `recoveries/`, and `kms:Decrypt` if the bucket has
   * a key.
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/** Without the permission to list, S3 would call a record that is not there denied. */
export function grantReadRecoveries(bucket: s3.IBucket, grantee: iam.IGrantable): iam.Grant {
  const records = iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: [bucket.arnForObjects(`${RECOVERIES_PREFIX}*`)] });
  const list = iam.Grant.addToPrincipal({
    grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${RECOVERIES_PREFIX}*` } },
  });
  const key = bucket.encryptionKey?.grantDecrypt(grantee);
  return key ? records.combine(list).combine(key) : records.combine(list);
}
