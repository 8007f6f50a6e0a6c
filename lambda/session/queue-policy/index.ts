import type { PolicySettings } from '../../../lib/private/contract';
import { checkProtected, partitionOf, policyRecords, rootSessions } from '../policy-functions';
import type { PolicyRecord } from '../policy-records';
import { findQueue, queueReference } from '../queue';
import { restore, RESTORE_FIELDS } from '../restore';
import { runbook } from '../runbook';
import type { Start } from '../start';
import { unlock, UNLOCK_FIELDS } from '../unlock';

const QUEUE = {
  queue: { pattern: /^[\w:/.-]{1,256}$/, allowed: 'the URL, the ARN or the name of an SQS queue' },
  region: { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: 'a Region, which a URL and an ARN have already', optional: true },
} as const;

const records = policyRecords();
const sessionsOf = rootSessions();

/** The Region of a record is for a queue that is named and no more. */
async function find({ execution, input, settings }: Start<typeof QUEUE, PolicySettings>, record?: PolicyRecord) {
  const isName = !/[:/]/.test(input.queue);
  const reference = queueReference(input.queue, input.accountId, input.region ?? (isName ? record?.region : undefined));
  const partition = partitionOf(execution.id);
  const arn = `arn:${partition}:sqs:${reference.region}:${reference.accountId}:${reference.name}`;
  checkProtected(settings, `queue ${arn}`, reference.name, arn);
  return findQueue(sessionsOf(execution.id), reference, arn);
}

/** Both steps of the runbook that unlocks a queue. */
export const unlockHandler = runbook(unlock({ ...QUEUE, ...UNLOCK_FIELDS }, find, records));

/** Both steps of the runbook that restores a queue's policy. */
export const restoreHandler = runbook(restore({ ...QUEUE, ...RESTORE_FIELDS }, find, records));
