import type { PolicySettings } from '../../../lib/private/contract';
import { findBucket } from '../bucket';
import { checkProtected, policyRecords, rootSessions } from '../policy-functions';
import { restore, RESTORE_FIELDS } from '../restore';
import { runbook } from '../runbook';
import type { Start } from '../start';
import { unlock, UNLOCK_FIELDS } from '../unlock';

const BUCKET = { bucket: { pattern: /^[A-Za-z0-9][\w.-]{2,254}$/, allowed: 'the name of a bucket' } } as const;

const records = policyRecords();
const sessionsOf = rootSessions();

async function find({ execution, input: { accountId, bucket }, settings }: Start<typeof BUCKET, PolicySettings>) {
  checkProtected(settings, `bucket ${bucket}`, bucket);
  return findBucket(sessionsOf(execution.id), { accountId, bucket });
}

/** Both steps of the runbook that unlocks a bucket. */
export const unlockHandler = runbook(unlock({ ...BUCKET, ...UNLOCK_FIELDS }, find, records));

/** Both steps of the runbook that restores a bucket's policy. */
export const restoreHandler = runbook(restore({ ...BUCKET, ...RESTORE_FIELDS }, find, records));
