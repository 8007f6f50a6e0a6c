import { failure } from './failure';
import { PolicyRecords } from './policy-records';
import { RECORDS_VARIABLE, STS_REGION_VARIABLE, type PolicySettings } from '../../lib/private/contract';
import { s3, sts } from '../aws/clients';
import { RootSessions } from '../aws/root-sessions';

/** What the functions of buckets and queues share, by their environment. */
export const policyRecords = () => new PolicyRecords(s3(), process.env[RECORDS_VARIABLE]!);

/** Sessions for one run, in the partition of an ARN. A denial is not waited for: people wait for the answer. */
export function rootSessions(): (arn: string) => RootSessions {
  const client = sts(process.env[STS_REGION_VARIABLE]!);
  return (arn) => new RootSessions(client, partitionOf(arn), 0);
}

export const partitionOf = (arn: string) => arn.split(':')[1];

/** Fails for what is protected by name or ARN. IAM cannot: the permission to change a policy is the root session's, not the role's. */
export function checkProtected({ protectedResources }: PolicySettings, what: string, ...names: string[]) {
  if (names.some((name) => protectedResources.includes(name))) {
    throw failure('TargetProtected', `${what} is protected; nothing was changed`);
  }
}
