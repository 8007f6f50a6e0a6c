import { organizations } from '../../aws/clients';
import { policiesThatStop } from '../password-recovery-blockers';
import { closers, recoveryStore, rootSessions } from '../password-recovery-functions';
import { allowPasswordRecovery } from '../password-recovery-runbooks';
import { runbook } from '../runbook';

const aws = { store: recoveryStore(), closers: closers() };
const sessionsOf = rootSessions();
const blockersOf = policiesThatStop(organizations());

/** Both steps of the runbook that allows password recovery. */
export const handler = runbook(allowPasswordRecovery(({ execution }) => ({ ...aws, sessions: sessionsOf(execution.id) }), blockersOf));
