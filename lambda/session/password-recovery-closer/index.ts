import { REMINDERS_VARIABLE } from '../../../lib/private/contract';
import type { RunbookExecution } from '../../../lib/private/contract';
import { log } from '../../log';
import { closeAsCloser, type Closing } from '../password-recovery-closing';
import { recoveryStore, rootSessions } from '../password-recovery-functions';
import { awake, type AwakeCloser, type Closer } from '../password-recovery-record';
import { explained } from '../remedies';

interface CloserEvent {
  /** From the context of the state machine. */
  readonly execution: Pick<RunbookExecution, 'id' | 'name'>;
  readonly closer: Closer;
}

const store = recoveryStore();

/** A closer that has woken up reads the record. It takes no root session. */
export async function look({ execution, closer }: CloserEvent): Promise<AwakeCloser> {
  const reminders = JSON.parse(process.env[REMINDERS_VARIABLE]!) as number[];
  const next = awake(await store.read(closer.accountId), closer, execution.name, reminders, Date.now());
  log.info('closer', { accountId: closer.accountId, step: next.step, wakeAt: next.wakeAt });
  return next;
}

/** What a closer is there for. */
export async function close({ execution, closer }: CloserEvent): Promise<Closing> {
  const closing = await explained(() => closeAsCloser(closer, { store, sessions: rootSessions()(execution.id) }));
  log.info('closing', { accountId: closer.accountId, state: closing.state, left: closing.left?.length });
  return closing;
}
