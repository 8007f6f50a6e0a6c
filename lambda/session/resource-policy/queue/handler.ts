import { runbook } from '../../runbook';
import { policyAws } from '../functions';
import { restoreQueue, unlockQueue } from './runbook';

const aws = policyAws();

/** Both steps of the runbook that unlocks a queue. */
export const unlockHandler = runbook(unlockQueue(aws));

/** Both steps of the runbook that restores a queue's policy. */
export const restoreHandler = runbook(restoreQueue(aws));
