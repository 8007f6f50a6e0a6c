import { policiesThatStop } from './blockers';
import { organizations } from '../../../aws/clients';
import { runbook } from '../../runbook';
import { closers, recoveryStore, rootSessions } from '../functions';
import { allowPasswordRecovery } from './runbook';

const aws = { store: recoveryStore(), closers: closers() };
const sessionsOf = rootSessions();
const blockersOf = policiesThatStop(organizations());

/** Both steps of the runbook that allows password recovery. */
export const handler = runbook(allowPasswordRecovery(({ execution }) => ({ ...aws, sessions: sessionsOf(execution.id) }), blockersOf));
