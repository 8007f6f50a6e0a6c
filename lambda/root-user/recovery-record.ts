import type { S3Client } from '@aws-sdk/client-s3';
import { RECOVERIES_PREFIX, type PasswordRecovery } from '../../lib/private/contract';
import { hasObject, readObject } from '../aws/objects';

/** Key of the record of an account's latest password recovery. */
export const recoveryKey = (accountId: string) => `${RECOVERIES_PREFIX}${accountId}.json`;

/**
 * Reads the record of an account's latest password recovery, if it had one. The key is listed first: where the permission to list is limited to a prefix, S3
 * answers that access to a missing key is denied.
 */
export async function readRecovery<Record>(
  s3: S3Client, bucket: string, accountId: string, parse: (text: string, etag: string) => Record,
): Promise<Record | undefined> {
  const object = { Bucket: bucket, Key: recoveryKey(accountId) };
  return await hasObject(s3, object) ? readObject(s3, object, parse) : undefined;
}

export const isOver = ({ endsAt }: Pick<PasswordRecovery, 'endsAt'>, now: number) => now >= Date.parse(endsAt);

/** Whether the account may have a root password now. */
export const isOpen = (recovery: PasswordRecovery, now: number) => recovery.closedAt === undefined && !isOver(recovery, now);
