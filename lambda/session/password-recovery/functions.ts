import { Closers } from './closers';
import { RecoveryStore } from './store';
import { STS_REGION_VARIABLE } from '../../../lib/private/contract';
import { partitionIdOf } from '../../../lib/private/partitions';
import { CLOSER_VARIABLE, RECORDS_VARIABLE } from '../../../lib/session/contract';
import { s3, stepFunctions, sts } from '../../aws/clients';
import { RootSessions } from '../../root-user/sessions';

/** A role or a feature that was made seconds ago takes effect late. */
const LATE_MS = 30_000;

/** What the functions of password recovery share, by their environment. */
export const recoveryStore = () => new RecoveryStore(s3(), process.env[RECORDS_VARIABLE]!);

export const closers = () => new Closers(stepFunctions(), process.env[CLOSER_VARIABLE]!, process.env[RECORDS_VARIABLE]!);

/** Sessions for one run, in the partition of an ARN. */
export function rootSessions(): (arn: string) => RootSessions {
  const client = sts(process.env[STS_REGION_VARIABLE]!);
  return (arn) => new RootSessions(client, partitionIdOf(arn), Date.now() + LATE_MS);
}
