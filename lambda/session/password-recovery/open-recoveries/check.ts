import { paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import { failure, isNamed } from '../../../aws/errors';
import { everyItem } from '../../../aws/pages';
import { recoveryKey } from '../../../root-user/recovery-record';
import { RecordOfCloser, runningCloser } from '../closer/running-closer';
import type { RecoveryRecord } from '../record';
import type { RecoveryStore } from '../store';

export interface OpenAws {
  readonly store: RecoveryStore;
  readonly stepFunctions: SFNClient;
}

/** The runbooks that are about to be deleted. */
export interface Runbooks {
  /** ARN of the state machine that closes recoveries. */
  readonly closer: string;
  /** ARN of the one that opens them. */
  readonly opener: string;
  /** Name of the document that closes one. */
  readonly closeDocument: string;
}

/** A recovery that is not closed, and the bucket that has its record. */
interface Open extends RecoveryRecord {
  readonly bucket: string;
}

/** As many as an error names. */
const MOST_NAMED = 5;

/** Fails while a recovery that these runbooks opened is not closed: when they are gone, nothing deletes the password at its end. */
export async function checkNoneOpen(runbooks: Runbooks, aws: OpenAws): Promise<void> {
  const open = await openRecoveries(runbooks, aws);
  if (open.length > 0) {
    throw failure('RecoveryOpen', [
      `${open.length === 1 ? 'a password recovery is' : `${open.length} password recoveries are`} not closed, and without these runbooks nothing deletes the password:`,
      `${open.slice(0, MOST_NAMED).map(named).join(', ')}${open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : ''}.`,
      'Close each, then delete again:',
      `aws ssm start-automation-execution --document-name ${runbooks.closeDocument} --parameters "AccountId=${open[0].accountId},Reason=the runbooks are deleted".`,
      ...open.some(({ bucket }) => bucket !== aws.store.bucket) ? [`To close one whose record is not in ${aws.store.bucket}, deploy with its bucket as recordsBucket before, or wait for its end.`] : [],
    ].join(' '));
  }
}

const named = ({ accountId, endsAt, bucket }: Open) => `account ${accountId} until ${endsAt} (s3://${bucket}/${recoveryKey(accountId)})`;

/**
 * By the records, since a closer may have given up, and by the closers, since the record of one that sleeps may be in an older bucket. Other runbooks may
 * share the bucket: those have an opener of their own.
 */
async function openRecoveries({ opener, closer }: Runbooks, aws: OpenAws): Promise<Open[]> {
  const executions = `${opener.replace(':stateMachine:', ':execution:')}:`;
  const recorded = (await aws.store.all()).filter(({ recoveryId }) => recoveryId.startsWith(executions));
  const awaited = await ofClosers(closer, aws);
  const open = [...recorded.map((record) => ({ ...record, bucket: aws.store.bucket })), ...awaited].filter(({ closedAt }) => closedAt === undefined);
  return [...new Map(open.map((record) => [record.recoveryId, record])).values()];
}

async function ofClosers(closer: string, { store, stepFunctions }: OpenAws): Promise<Open[]> {
  const pages = paginateListExecutions({ client: stepFunctions }, { stateMachineArn: closer, statusFilter: 'RUNNING' });
  const running = await everyItem('states:ListExecutions', pages, ({ executions }) => executions);
  const found: Open[] = [];
  for (const { executionArn } of running) {
    found.push(...await ofCloser(executionArn!, store, stepFunctions));
  }
  return found;
}

/** Nothing of a closer that has ended meanwhile, or whose recovery was followed by another one. */
async function ofCloser(executionArn: string, store: RecoveryStore, stepFunctions: SFNClient): Promise<Open[]> {
  try {
    const { closer } = await runningCloser(stepFunctions, executionArn);
    const record = await new RecordOfCloser(store, closer).read(closer.accountId);
    const bucket = record === closer.record ? closer.recordsBucket : store.bucket;
    return record.recoveryId === closer.recoveryId ? [{ ...record, bucket }] : [];
  } catch (error) {
    if (isNamed(error, 'RunEnded')) {
      return [];
    }
    throw error;
  }
}
