import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { failure, isRefusal } from '../../../aws/errors';
import type { Closer, RecoveryRecord } from '../record';
import type { RecoveryRecords, RecoveryStore } from '../store';

/** An execution of the closer's state machine. */
export interface RunningCloser {
  readonly name: string;
  /** The input of the execution. */
  readonly closer: Closer;
}

/**
 * A closer as Step Functions knows it: whoever may invoke the function could say anything, and the role of the function may ask for executions of the
 * closer alone. No file says it, because the bucket of the records may be another one by the time it wakes up.
 */
export async function runningCloser(stepFunctions: SFNClient, executionArn: string): Promise<RunningCloser> {
  const { status, name, input } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  if (status !== 'RUNNING') {
    throw failure('RunEnded', `nothing was done for this execution: ${executionArn} is ${status}, not RUNNING`);
  }
  return { name: name!, closer: JSON.parse(input!) as Closer };
}

/**
 * The record of a closer's recovery. The runbooks may have got another bucket while it slept: what is not found there, or cannot be reached, is as it was
 * when the closer was started. It closes in any case.
 */
export class RecordOfCloser implements RecoveryRecords {
  private own: RecoveryRecord;

  constructor(private readonly store: RecoveryStore, private readonly closer: Closer) {
    this.own = closer.record;
  }

  async read(accountId: string): Promise<RecoveryRecord> {
    return this.orOwn(async () => await this.store.read(accountId) ?? this.own, () => this.own);
  }

  change(accountId: string, change: (record: RecoveryRecord | undefined) => RecoveryRecord): Promise<RecoveryRecord> {
    return this.orOwn(() => this.store.change(accountId, (record) => change(record ?? this.own)), () => change(this.own));
  }

  /** In the bucket that it was started with, a refusal passes or is mended: it tries on. */
  private async orOwn(operation: () => Promise<RecoveryRecord>, own: () => RecoveryRecord): Promise<RecoveryRecord> {
    try {
      return await operation();
    } catch (error) {
      if (this.store.bucket === this.closer.recordsBucket || !isRefusal(error)) {
        throw error;
      }
      return this.own = own();
    }
  }
}
