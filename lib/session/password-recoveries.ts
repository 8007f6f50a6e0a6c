import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RECOVERIES_PREFIX } from '../private/contract';
import { byWayOf } from '../private/key-use';

/** The records of password recoveries: which member accounts may have a root password now, until when and why. */
export interface IPasswordRecoveries {
  /** Bucket that holds them, below `recoveries/`: a file for each account, that of its latest recovery. */
  readonly bucket: s3.IBucket;

  /**
   * Lets somebody read the records: `s3:GetObject` and `s3:ListBucket` below `recoveries/`, and `kms:Decrypt` by way of S3 if the bucket
   * has a key. Somebody whose policies are not part of the app is let in by the policy of the bucket.
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
    return { bucket, grantRead: (grantee) => grantReadRecoveries(bucket, grantee) };
  }

  private constructor() {}
}

/** Without the permission to list, S3 would call a record that is not there denied. */
function grantReadRecoveries(bucket: s3.IBucket, grantee: iam.IGrantable): iam.Grant {
  const below = { StringLike: { 's3:prefix': `${RECOVERIES_PREFIX}*` } };
  const grants = [
    grantOn(bucket, grantee, { actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${RECOVERIES_PREFIX}*`)] }),
    grantOn(bucket, grantee, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: below }),
    ...bucket.encryptionKey ? [grantDecrypt(bucket, bucket.encryptionKey, grantee)] : [],
  ];
  return grants.reduce((all, grant) => all.combine(grant));
}

/** By the policy of the bucket where the grantee is somebody whose own policies are not at hand. */
function grantOn(bucket: s3.IBucket, grantee: iam.IGrantable, statement: iam.PolicyStatementProps): iam.Grant {
  const { actions = [], resources = [], conditions } = statement;
  const grant = iam.Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions });
  return grant.success ? grant : iam.Grant.addStatementToResourcePolicy({
    grantee,
    actions,
    resourceArns: resources,
    resource: bucket,
    statement: new iam.PolicyStatement({ ...statement, principals: [grantee.grantPrincipal] }),
  });
}

/** By way of S3, which uses the key in the name of who reads. */
function grantDecrypt(bucket: s3.IBucket, key: kms.IKey, grantee: iam.IGrantable): iam.Grant {
  const { actions, resources: resourceArns, conditions } = byWayOf(bucket, key, 's3', ['kms:Decrypt']);
  const grant = iam.Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
  return grant.success ? grant : key.grantDecrypt(grantee);
}
