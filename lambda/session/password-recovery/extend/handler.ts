import { runbook } from '../../runbook';
import { closers, recoveryStore } from '../functions';
import { extendPasswordRecovery } from './runbook';

const aws = { store: recoveryStore(), closers: closers() };

/** Both steps of the runbook that extends a password recovery. It takes no root session. */
export const handler = runbook(extendPasswordRecovery(() => aws));
