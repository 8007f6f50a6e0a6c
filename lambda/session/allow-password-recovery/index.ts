import { organizations, ssm } from '../../aws/clients';
import { closers, recoveryStore, rootSessions } from '../password-recovery-functions';
import { allowPasswordRecovery } from '../password-recovery-runbooks';
import { runbook } from '../runbook';

const clients = { organizations: organizations(), ssm: ssm() };
const aws = { store: recoveryStore(), closers: closers() };
const sessionsOf = rootSessions();

/** Both steps of the runbook that allows password recovery. */
export const handler = runbook(clients, allowPasswordRecovery(({ execution }) => ({ ...aws, sessions: sessionsOf(execution.id) })));
