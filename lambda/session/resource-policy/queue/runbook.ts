import { findQueue, queueReference } from './queue-policy';
import { partitionIdOf, REGION_PATTERN } from '../../../../lib/private/partitions';
import type { PolicySettings } from '../../../../lib/session/contract';
import type { Start } from '../../start';
import { checkResource } from '../../target';
import type { PolicyAws } from '../functions';
import type { PolicyRecord } from '../records';
import { restore, RESTORE_FIELDS } from '../restore';
import { unlock, UNLOCK_FIELDS } from '../unlock';

const QUEUE = {
  queue: { pattern: /^[\w:/.-]{1,256}$/, allowed: 'the URL, the ARN or the name of an SQS queue' },
  region: { pattern: new RegExp(`^${REGION_PATTERN}$`), allowed: 'a Region, which a URL and an ARN have already', optional: true },
} as const;

export const unlockQueue = (aws: PolicyAws) => unlock({ ...QUEUE, ...UNLOCK_FIELDS }, queueOf(aws), aws.records);
export const restoreQueue = (aws: PolicyAws) => restore({ ...QUEUE, ...RESTORE_FIELDS }, queueOf(aws), aws.records);

function queueOf({ sessionsOf, patience }: PolicyAws) {
  return async ({ execution, input, settings }: Start<typeof QUEUE, PolicySettings>, record?: PolicyRecord) => {
    const isName = !/[:/]/.test(input.queue);
    const reference = queueReference(input.queue, input.accountId, input.region ?? (isName ? record?.region : undefined));
    const arn = `arn:${partitionIdOf(execution.id)}:sqs:${reference.region}:${reference.accountId}:${reference.name}`;
    checkResource(arn, reference.name, settings);
    return findQueue(sessionsOf(execution.id), reference, arn, patience);
  };
}
