import type { Start } from '../start';
import { findBucket } from './bucket/bucket-policy';
import { findQueue, queueReference } from './queue/queue-policy';
import type { PolicyRecord, PolicyRecords } from './records';
import { restore, RESTORE_FIELDS } from './restore';
import { unlock, UNLOCK_FIELDS } from './unlock';
import { REGION_PATTERN } from '../../../lib/private/partitions';
import type { PolicySettings } from '../../../lib/session/contract';
import { failure } from '../../aws/errors';
import type { Patience } from '../../aws/patience';
import type { RootSessions } from '../../root-user/sessions';

export interface PolicyAws {
  readonly records: PolicyRecords;
  /** Sessions for one run, in the partition of an ARN. */
  readonly sessionsOf: (arn: string) => RootSessions;
  /** For reads that lag; that of the service when absent. */
  readonly patience?: Patience;
}

const BUCKET = { bucket: { pattern: /^[A-Za-z0-9][\w.-]{2,254}$/, allowed: 'the name of a bucket' } } as const;

const QUEUE = {
  queue: { pattern: /^[\w:/.-]{1,256}$/, allowed: 'the URL, the ARN or the name of an SQS queue' },
  region: { pattern: new RegExp(`^${REGION_PATTERN}$`), allowed: 'a Region, which a URL and an ARN have already', optional: true },
} as const;

export const unlockBucket = (aws: PolicyAws) => unlock({ ...BUCKET, ...UNLOCK_FIELDS }, bucketOf(aws), aws.records);
export const restoreBucket = (aws: PolicyAws) => restore({ ...BUCKET, ...RESTORE_FIELDS }, bucketOf(aws), aws.records);
export const unlockQueue = (aws: PolicyAws) => unlock({ ...QUEUE, ...UNLOCK_FIELDS }, queueOf(aws), aws.records);
export const restoreQueue = (aws: PolicyAws) => restore({ ...QUEUE, ...RESTORE_FIELDS }, queueOf(aws), aws.records);

const partitionOf = (arn: string) => arn.split(':')[1];

function bucketOf({ sessionsOf, patience }: PolicyAws) {
  return async ({ execution, input: { accountId, bucket }, settings }: Start<typeof BUCKET, PolicySettings>) => {
    const arn = `arn:${partitionOf(execution.id)}:s3:::${bucket}`;
    checkProtected(settings, arn, bucket);
    return findBucket(sessionsOf(execution.id), { accountId, bucket, arn }, patience);
  };
}

function queueOf({ sessionsOf, patience }: PolicyAws) {
  return async ({ execution, input, settings }: Start<typeof QUEUE, PolicySettings>, record?: PolicyRecord) => {
    const isName = !/[:/]/.test(input.queue);
    const reference = queueReference(input.queue, input.accountId, input.region ?? (isName ? record?.region : undefined));
    const arn = `arn:${partitionOf(execution.id)}:sqs:${reference.region}:${reference.accountId}:${reference.name}`;
    checkProtected(settings, arn, reference.name);
    return findQueue(sessionsOf(execution.id), reference, arn, patience);
  };
}

/** Fails for what is protected by name or ARN. IAM cannot: the permission to change a policy is the root session's, not the role's. */
function checkProtected({ protectedResources }: PolicySettings, arn: string, name: string) {
  if ([arn, name].some((known) => protectedResources.includes(known))) {
    throw failure('TargetProtected', `${arn} is protected; nothing was changed`);
  }
}
