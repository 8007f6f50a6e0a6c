import { runbook } from '../../runbook';
import { closers, recoveryStore, rootSessions } from '../functions';
import { closePasswordRecovery } from './runbook';

const aws = { store: recoveryStore(), closers: closers() };
const sessionsOf = rootSessions();

/** Both steps of the runbook that closes a password recovery. */
export const handler = runbook(closePasswordRecovery(({ execution }) => ({ ...aws, sessions: sessionsOf(execution.id) })));
