import { closers, recoveryStore } from '../password-recovery-functions';
import { extendPasswordRecovery } from '../password-recovery-runbooks';
import { runbook } from '../runbook';

const aws = { store: recoveryStore(), closers: closers() };

/** Both steps of the runbook that extends a password recovery. It takes no root session. */
export const handler = runbook(extendPasswordRecovery(() => aws));
