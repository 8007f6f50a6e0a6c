import { RecordOfCloser, runningCloser } from './running-closer';
import type { CloserEvent, CloserLookEnvironment } from '../../../../lib/session/contract';
import { stepFunctions } from '../../../aws/clients';
import { environment } from '../../../aws/environment';
import { failure, messageOf, nameOf } from '../../../aws/errors';
import { log } from '../../../log';
import { inert } from '../../../text';
import { explained } from '../../remedies';
import { closeAsCloser, type Closing } from '../close/closing';
import { recoveryStore, rootSessions } from '../functions';
import { awake, type AwakeCloser } from '../record';

/** A mail has more to say. */
const LONGEST_MESSAGE = 2_000;

const store = recoveryStore();
const client = stepFunctions();

/** A closer that has woken up reads the record. It takes no root session. */
export const look = mailed(async ({ execution, closer: { remindedUntil } }: CloserEvent): Promise<AwakeCloser> => {
  const { name, closer } = await runningCloser(client, execution);
  const reminders = JSON.parse(environment<CloserLookEnvironment>().REMINDERS_MINUTES) as number[];
  const record = await new RecordOfCloser(store, closer).read(closer.accountId);
  const next = awake(record, { ...closer, remindedUntil }, name, reminders, Date.now());
  log.info('closer', { accountId: closer.accountId, step: next.step, wakeAt: next.wakeAt });
  return next;
});

/** Closes the recovery when the time has come. */
export const close = mailed(async ({ execution }: CloserEvent): Promise<Closing> => {
  const { closer } = await runningCloser(client, execution);
  if (Date.now() < Date.parse(closer.wakeAt)) {
    throw failure('CloserAsleep', `the closer sleeps until ${closer.wakeAt}: nothing was done`);
  }
  const closing = await explained(() => closeAsCloser(closer, { store: new RecordOfCloser(store, closer), sessions: rootSessions()(execution) }));
  log.info('closing', { accountId: closer.accountId, state: closing.state, left: closing.left?.length });
  return closing;
});

/** The message of an error goes into a mail, and AWS quotes names that others have chosen. */
function mailed<Answer>(step: (event: CloserEvent) => Promise<Answer>): (event: CloserEvent) => Promise<Answer> {
  return (event) => step(event).catch((error: unknown) => {
    throw failure(nameOf(error), inert(messageOf(error), LONGEST_MESSAGE));
  });
}
