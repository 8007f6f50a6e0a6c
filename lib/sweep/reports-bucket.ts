import { Duration, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LATEST_PREFIX, RUNS_PREFIX } from './contract';
import { CONTROL_PREFIX } from '../private/contract';
import { retainedBucket } from '../private/retained-bucket';

/** Each report of `latest/` is kept below `runs/` too. */
const OLDER_LATEST_KEPT = Duration.days(90);

/** A bucket for reports, which drops what is older than anybody asked to keep. */
export function reportsBucket(scope: Construct, id: string, encryptionKey?: kms.IKey, retention?: Duration): s3.Bucket {
  const bucket = retainedBucket(scope, id, encryptionKey);
  bucket.addLifecycleRule({ id: 'OlderLatest', prefix: LATEST_PREFIX, noncurrentVersionExpiration: OLDER_LATEST_KEPT });
  if (retention) {
    const dropped = { expiration: retention, noncurrentVersionExpiration: Duration.days(1) };
    bucket.addLifecycleRule({ id: 'Runs', prefix: RUNS_PREFIX, ...dropped });
    bucket.addLifecycleRule({ id: 'Control', prefix: CONTROL_PREFIX, ...dropped }); // a day is longer than any sweep
  }
  bucket.addLifecycleRule({ id: 'Uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) });
  return bucket;
}

/**
 * The part of a bucket that is one sweep's, whoever else uses the bucket: other sweeps of the app, and those of other apps and accounts.
 * What S3 or IAM could read otherwise is escaped.
 */
export function reportsPrefix(scope: Construct): string {
  return `${Stack.of(scope).account}/${scope.node.path.replaceAll(/[^\w./-]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}/`;
}
