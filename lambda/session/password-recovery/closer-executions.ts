import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { closerName, type Closer, type RecoveryRecord, type Request } from './record';
import { isNamed } from '../../aws/errors';

/** After this time a closer that stands by looks whether the closing that began is done. */
const STAND_BY_MS = 10 * 60_000;

/** Closes a recovery, also when its opener is gone. */
export interface RecoveryClosers {
  /** Closes the recovery at its end, and reminds of it. */
  atEnd(record: RecoveryRecord, request: Pick<Request, 'id'>): Promise<void>;
  /** Closes the recovery in some minutes, unless it was closed by then. */
  standBy(record: RecoveryRecord, request: Pick<Request, 'id'>): Promise<void>;
  /** Closes a recovery at once that was not opened as it should have been. */
  afterFailure(record: RecoveryRecord, request: Pick<Request, 'id'>): Promise<void>;
}

/** Starts executions that no run waits for: stopping the run that started them does not stop them. */
export class Closers implements RecoveryClosers {
  constructor(
    private readonly sfn: SFNClient,
    private readonly stateMachineArn: string,
    private readonly recordsBucket: string,
    private readonly clock: () => number = Date.now,
  ) {}

  atEnd(record: RecoveryRecord, request: Pick<Request, 'id'>): Promise<void> {
    return this.start(closerName(record.accountId, request), record, false, 0);
  }

  standBy(record: RecoveryRecord, request: Pick<Request, 'id'>): Promise<void> {
    return this.start(closerName(record.accountId, request), record, true, STAND_BY_MS);
  }

  afterFailure(record: RecoveryRecord, request: Pick<Request, 'id'>): Promise<void> {
    return this.start(`${closerName(record.accountId, request)}-failed`, record, true, 0);
  }

  private async start(name: string, record: RecoveryRecord, atOnce: boolean, inMs: number): Promise<void> {
    const now = new Date(this.clock()).toISOString();
    const { accountId, recoveryId } = record;
    const input: Closer = {
      accountId,
      recoveryId,
      atOnce,
      wakeAt: new Date(this.clock() + inMs).toISOString(),
      remindedUntil: now,
      recordsBucket: this.recordsBucket,
      record,
    };
    try {
      await this.sfn.send(new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, name, input: JSON.stringify(input) }));
    } catch (error) {
      if (!isNamed(error, 'ExecutionAlreadyExists')) { // by an attempt whose answer was lost, or which died
        throw error;
      }
    }
  }
}
