import { closers, recoveryStore, rootSessions } from '../password-recovery-functions';
import { closePasswordRecovery } from '../password-recovery-runbooks';
import { runbook } from '../runbook';

const aws = { store: recoveryStore(), closers: closers() };
const sessionsOf = rootSessions();

/** Both steps of the runbook that closes a password recovery. */
export const handler = runbook(closePasswordRecovery(({ execution }) => ({ ...aws, sessions: sessionsOf(execution.id) })));
