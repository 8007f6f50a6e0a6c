import { Closers } from './closer-executions';
import { RecoveryStore } from './store';
import type { RootSessionEnvironment } from '../../../lib/private/contract';
import { partitionIdOf } from '../../../lib/private/partitions';
import type { ClosersEnvironment, RecordsEnvironment } from '../../../lib/session/contract';
import { s3, stepFunctions, sts } from '../../aws/clients';
import { environment } from '../../aws/environment';
import { RootSessions } from '../../root-user/sessions';

/** A role or a feature that was made seconds ago takes effect late. */
const LATE_MS = 30_000;

/** Clients that the functions of password recovery share, by their environment. */
export const recoveryStore = () => new RecoveryStore(s3(), environment<RecordsEnvironment>().RECORDS_BUCKET);

export function closers(): Closers {
  const { CLOSER_STATE_MACHINE_ARN, RECORDS_BUCKET } = environment<ClosersEnvironment>();
  return new Closers(stepFunctions(), CLOSER_STATE_MACHINE_ARN, RECORDS_BUCKET);
}

/** Sessions for one run, in the partition of an ARN. */
export function rootSessions(): (arn: string) => RootSessions {
  const client = sts(environment<RootSessionEnvironment>().STS_REGION);
  return (arn) => new RootSessions(client, partitionIdOf(arn), Date.now() + LATE_MS);
}
