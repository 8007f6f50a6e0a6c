import type { RecoveryClosers } from '../closer-executions';
import { extended, type Extension, type RecoveryRecord } from '../record';
import type { RecoveryRecords } from '../store';

export interface ExtendingAws {
  readonly store: RecoveryRecords;
  readonly closers: RecoveryClosers;
  readonly clock?: () => number;
}

/** Whether a recovery could be extended now. Nothing is changed. */
export async function checkExtension(extension: Extension, { store, clock = Date.now }: ExtendingAws): Promise<RecoveryRecord> {
  return extended(await store.read(extension.accountId), extension, clock());
}

/** Moves the end of a recovery. It brings a closer of its own, in case that somebody has stopped the one before. */
export async function extendRecovery(extension: Extension, { store, closers, clock = Date.now }: ExtendingAws): Promise<RecoveryRecord> {
  const record = await store.change(extension.accountId, (before) => extended(before, extension, clock()));
  await closers.atEnd(record, extension);
  return record;
}
