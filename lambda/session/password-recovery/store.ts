import { randomUUID } from 'crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type { RecoveryRecord } from './record';
import { RECOVERIES_PREFIX } from '../../../lib/private/contract';
import { failure, isNamed } from '../../aws/errors';
import { keysOf, readObject } from '../../aws/objects';
import { readRecovery, recoveryKey } from '../../root-user/recovery-record';

/** As it stands in the bucket. */
interface StoredRecord {
  readonly record: RecoveryRecord;
  readonly etag: string;
}

/** How often a change is made again because somebody else's came first. */
const ATTEMPTS = 5;

/** Records that are read at once. */
const READS = 20;

/** The latest recovery of each account. */
export interface RecoveryRecords {
  read(accountId: string): Promise<RecoveryRecord | undefined>;
  /** Changes the record of an account; the change may throw, and is asked again when the record was changed meanwhile. */
  change(accountId: string, change: (record: RecoveryRecord | undefined) => RecoveryRecord): Promise<RecoveryRecord>;
}

/** The records of password recoveries. S3 refuses a change that is not made to the latest version, so that none is lost. */
export class RecoveryStore implements RecoveryRecords {
  constructor(private readonly s3: S3Client, readonly bucket: string) {}

  async read(accountId: string): Promise<RecoveryRecord | undefined> {
    return (await this.stored(accountId))?.record;
  }

  /** The latest of every account that ever had one. */
  async all(): Promise<RecoveryRecord[]> {
    const keys = await keysOf(this.s3, this.bucket, RECOVERIES_PREFIX);
    const reading = pLimit(READS);
    return Promise.all(keys.map((Key) => reading(() => (
      readObject(this.s3, { Bucket: this.bucket, Key }, (text) => JSON.parse(text) as RecoveryRecord)))));
  }

  async change(accountId: string, change: (record: RecoveryRecord | undefined) => RecoveryRecord): Promise<RecoveryRecord> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.stored(accountId);
      const record = change(before?.record);
      if (record === before?.record || await this.replace(before, record)) {
        return record;
      }
      if (attempt === ATTEMPTS) {
        throw failure('RecoveryContended', `the record of account ${accountId} was changed by others ${ATTEMPTS} times: run it again`);
      }
    }
  }

  /** Whether it was replaced: the SDK repeats what may have had its effect, so a refusal is not believed unread. */
  private async replace(before: StoredRecord | undefined, record: RecoveryRecord): Promise<boolean> {
    const revision = randomUUID();
    const condition = before ? { IfMatch: before.etag } : { IfNoneMatch: '*' };
    try {
      await this.s3.send(new PutObjectCommand({
        Bucket: this.bucket, Key: recoveryKey(record.accountId), Body: JSON.stringify({ ...record, revision }, undefined, 2), ContentType: 'application/json', ...condition,
      }));
      return true;
    } catch (error) {
      if (isNamed(error, 'PreconditionFailed', 'ConditionalRequestConflict')) {
        return (await this.stored(record.accountId))?.record.revision === revision;
      }
      throw error;
    }
  }

  private stored(accountId: string): Promise<StoredRecord | undefined> {
    return readRecovery(this.s3, this.bucket, accountId, (text, etag) => ({ record: JSON.parse(text) as RecoveryRecord, etag }));
  }
}
