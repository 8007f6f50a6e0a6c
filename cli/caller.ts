import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { iam, organizations, sts } from '../lambda/aws/clients';
import { partitionIdOf } from '../lib/private/partitions';

export interface ConnectionOptions {
  readonly region?: string;
  readonly profile?: string;
}

/** The identity whose credentials the shell has, and its clients. Member accounts are never reached with them. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  readonly partition: string;
  /** STS answers there; IAM and Organizations are global. */
  readonly region: string;
  readonly iam: ReturnType<typeof iam>;
  readonly organizations: ReturnType<typeof organizations>;
  readonly sts: ReturnType<typeof sts>;
}

/** Credentials are found as the AWS CLI finds them. The Region is that of the option or of the environment: it decides only where STS is called. */
export async function caller({ region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1', profile }: ConnectionOptions): Promise<Caller> {
  process.env.AWS_REGION = region;
  if (profile !== undefined) {
    process.env.AWS_PROFILE = profile;
    // the SDK prefers them to a profile, and another profile was asked for
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    delete process.env.AWS_SESSION_TOKEN;
  }
  const clients = { iam: iam(), organizations: organizations(), sts: sts(region) };
  const { Account, Arn } = await clients.sts.send(new GetCallerIdentityCommand({}));
  return { ...clients, accountId: Account!, arn: Arn!, partition: partitionIdOf(Arn!), region };
}
