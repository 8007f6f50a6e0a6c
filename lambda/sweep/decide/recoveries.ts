import type { S3Client } from '@aws-sdk/client-s3';
import type { PasswordRecovery } from '../../../lib/private/contract';
import { failure, textOf } from '../../aws/errors';
import { readRecovery, recoveryKey } from '../../root-user/recovery-record';
import { CODES } from '../remedies';

/** The records of password recoveries. */
export interface Recoveries {
  /** The latest of an account, open or not. It throws when that cannot be told: nobody may take it for none. */
  of(accountId: string): Promise<PasswordRecovery | undefined>;
}

/** The records in a bucket, or none where a construct knows of no bucket. */
export function recoveriesIn(s3: S3Client, bucket: string | undefined): Recoveries {
  return { of: async (accountId) => bucket === undefined ? undefined : read(s3, bucket, accountId) };
}

async function read(s3: S3Client, bucket: string, accountId: string): Promise<PasswordRecovery | undefined> {
  try {
    return await readRecovery(s3, bucket, accountId, (text) => parse(text, accountId));
  } catch (error) {
    throw failure(CODES.recoveryUnknown, `whether a password recovery is open in the account could not be read: ${textOf(error)}`);
  }
}

/** It stands in reports, beside every credential that is kept. */
const LONGEST_REASON = 500;

/** A record that is not understood may be one of an open recovery. */
function parse(text: string, accountId: string): PasswordRecovery {
  const record = JSON.parse(text) as Partial<Record<keyof PasswordRecovery, unknown>> | null;
  const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));
  if (record?.accountId !== accountId || typeof record.reason !== 'string' || !isTime(record.openedAt) || !isTime(record.endsAt)) {
    throw new Error(`${recoveryKey(accountId)} is not the record of a recovery in this account`);
  }
  const closedAt = isTime(record.closedAt) ? record.closedAt : undefined;
  return { accountId, reason: record.reason.slice(0, LONGEST_REASON), openedAt: record.openedAt, endsAt: record.endsAt, closedAt };
}
