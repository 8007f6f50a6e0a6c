import { runbook } from '../../runbook';
import { policyAws } from '../functions';
import { restoreBucket, unlockBucket } from './runbook';

const aws = policyAws();

/** Both steps of the runbook that unlocks a bucket. */
export const unlockHandler = runbook(unlockBucket(aws));

/** Both steps of the runbook that restores a bucket's policy. */
export const restoreHandler = runbook(restoreBucket(aws));
