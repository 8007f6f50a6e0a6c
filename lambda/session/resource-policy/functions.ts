import { PolicyRecords, type PolicyArchive } from './records';
import { partitionIdOf } from '../../../lib/private/partitions';
import type { RunbookEnvironment } from '../../../lib/session/contract';
import { s3, sts } from '../../aws/clients';
import { environment } from '../../aws/environment';
import type { Patience } from '../../aws/patience';
import { RootSessions } from '../../root-user/sessions';

export interface PolicyAws {
  readonly records: PolicyArchive;
  /** Sessions for one run, in the partition of an ARN. */
  readonly sessionsOf: (arn: string) => RootSessions;
  /** For reads that lag; that of the service when absent. */
  readonly patience?: Patience;
}

/** Clients of the functions of buckets and queues, by their environment. A denial is not waited for: people wait for the answer. */
export function policyAws(): PolicyAws {
  const { RECORDS_BUCKET, STS_REGION } = environment<RunbookEnvironment>();
  const client = sts(STS_REGION);
  return {
    records: new PolicyRecords(s3(), RECORDS_BUCKET),
    sessionsOf: (arn) => new RootSessions(client, partitionIdOf(arn), 0),
  };
}
