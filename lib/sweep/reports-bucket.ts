import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ACCEPTED_PREFIX, LATEST_PREFIX, RUNS_PREFIX } from './contract';
import { CONTROL_PREFIX } from '../private/contract';
import { checkBucket } from '../private/reserved-prefixes';
import { retainedBucket } from '../private/retained-bucket';

/** The part of a bucket that belongs to one sweep. */
export interface Reports {
  readonly bucket: s3.IBucket;
  /** Prefix of all folders of the sweep: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Key of the record of the settings that a deployment has accepted. */
  readonly acceptedKey: string;
}

export interface ReportsProps {
  readonly reportsBucket?: s3.IBucket;
  readonly removalPolicy?: RemovalPolicy;
  readonly encryptionKey?: kms.IKey;
  readonly reportRetention?: Duration;
}

/** Reports in `latest/` are in `runs/` too. */
const NONCURRENT_LATEST_EXPIRATION = Duration.days(90);

/** S3 counts the age of objects in days. */
const DAY = Duration.days(1);

/** Checks the properties for the reports, and creates a bucket unless there is one. */
export function reportsOf(scope: Construct, id: string, props: ReportsProps): Reports {
  checkReports(props);
  const { reportsBucket } = props;
  if (reportsBucket) {
    checkBucket(scope, 'reportsBucket', reportsBucket);
  }
  const prefix = reportsBucket ? prefixOf(scope) : '';
  return {
    bucket: reportsBucket ?? newBucket(scope, id, props),
    prefix,
    acceptedKey: `${prefix}${ACCEPTED_PREFIX}${scope.node.addr}.json`, // unique to the construct, whatever else uses the bucket
  };
}

/** A bucket that is provided has its own encryption, lifecycle and removal policy. */
function checkReports({ reportsBucket, encryptionKey, reportRetention, removalPolicy }: ReportsProps) {
  if (reportsBucket && encryptionKey) {
    throw new Error('encryptionKey must not be given together with reportsBucket: the bucket has its own encryption');
  }
  if (reportsBucket && reportRetention) {
    throw new Error('reportRetention must not be given together with reportsBucket: the bucket has its own lifecycle');
  }
  if (reportsBucket && removalPolicy) {
    throw new Error('removalPolicy must not be given together with reportsBucket: the bucket has its own removal policy');
  }
  const retention = reportRetention?.toSeconds() ?? DAY.toSeconds();
  if (retention < DAY.toSeconds() || retention % DAY.toSeconds() !== 0) {
    throw new Error(`reportRetention must be whole days, 1 at least, got ${reportRetention!.toHumanString()}`);
  }
}

function newBucket(scope: Construct, id: string, { encryptionKey, reportRetention, removalPolicy }: ReportsProps): s3.Bucket {
  const bucket = retainedBucket(scope, id, encryptionKey, removalPolicy);
  bucket.addLifecycleRule({ id: 'OlderLatest', prefix: LATEST_PREFIX, noncurrentVersionExpiration: NONCURRENT_LATEST_EXPIRATION });
  if (reportRetention) {
    const expired = { expiration: reportRetention, noncurrentVersionExpiration: DAY };
    bucket.addLifecycleRule({ id: 'Runs', prefix: RUNS_PREFIX, ...expired });
    bucket.addLifecycleRule({ id: 'Control', prefix: CONTROL_PREFIX, ...expired }); // a day is longer than any sweep
  }
  bucket.addLifecycleRule({ id: 'Uploads', abortIncompleteMultipartUploadAfter: DAY });
  return bucket;
}

/** Unique among the sweeps of this app and of other apps and accounts. Characters that have a meaning in S3 or IAM are escaped. */
function prefixOf(scope: Construct): string {
  return `${Stack.of(scope).account}/${scope.node.path.replaceAll(/[^\w./-]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}/`;
}
