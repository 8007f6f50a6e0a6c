import { findBucket } from './bucket-policy';
import { partitionIdOf } from '../../../../lib/private/partitions';
import type { PolicySettings } from '../../../../lib/session/contract';
import type { Start } from '../../start';
import { checkResource } from '../../target';
import type { PolicyAws } from '../functions';
import { restore, RESTORE_FIELDS } from '../restore';
import { unlock, UNLOCK_FIELDS } from '../unlock';

const BUCKET = { bucket: { pattern: /^[A-Za-z0-9][\w.-]{2,254}$/, allowed: 'the name of a bucket' } } as const;

export const unlockBucket = (aws: PolicyAws) => unlock({ ...BUCKET, ...UNLOCK_FIELDS }, bucketOf(aws), aws.records);
export const restoreBucket = (aws: PolicyAws) => restore({ ...BUCKET, ...RESTORE_FIELDS }, bucketOf(aws), aws.records);

function bucketOf({ sessionsOf, patience }: PolicyAws) {
  return async ({ execution, input: { accountId, bucket }, settings }: Start<typeof BUCKET, PolicySettings>) => {
    const arn = `arn:${partitionIdOf(execution.id)}:s3:::${bucket}`;
    checkResource(arn, bucket, settings);
    return findBucket(sessionsOf(execution.id), { accountId, bucket, arn }, patience);
  };
}
