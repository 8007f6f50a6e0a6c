import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, paginateListBuckets, PutBucketPolicyCommand, type Bucket, type S3Client } from '@aws-sdk/client-s3';
import { TASK_POLICIES } from '../../../../lib/private/contract';
import { partitionOfArn } from '../../../../lib/private/partitions';
import { UnreadableAnswer } from '../../../aws/answers';
import { s3OfRootSession } from '../../../aws/clients';
import { failure, isNamed, messageOf } from '../../../aws/errors';
import { everyItem } from '../../../aws/pages';
import { seconds, type Patience } from '../../../aws/patience';
import type { RootSession, RootSessions } from '../../../root-user/sessions';
import { explained } from '../../remedies';
import type { PolicyHolder } from '../holder';

export interface BucketReference {
  readonly accountId: string;
  readonly bucket: string;
  readonly arn: string;
}

/** S3 answers reads as they are; a cache on the way may not know it yet. */
export const BUCKET_PATIENCE = seconds(60);

/**
 * Finds a bucket of an account. Its Region is in the account's list of buckets: the task policy denies the calls that are meant for it.
 * AWS names it only if the request has a parameter.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
 */
export async function findBucket(
  sessions: RootSessions, { accountId, bucket: name, arn }: BucketReference, patience: Patience = BUCKET_PATIENCE,
): Promise<PolicyHolder> {
  const session = sessions.of(accountId, TASK_POLICIES.unlockBucket);
  const anyRegion = partitionOfArn(arn).globalRegion; // where ListBuckets and redirects begin
  const found = (await explained(() => session.useAs(s3OfRootSession(anyRegion), (s3) => bucketsNamed(s3, name)))).find(({ Name }) => Name === name);
  if (found === undefined) {
    throw failure('NoSuchBucket', `account ${accountId} has no bucket ${name}, directory buckets left out: correct the account or the name; nothing was changed`);
  }
  return new LockedBucket(session, accountId, found.BucketRegion ?? anyRegion, name, arn, patience);
}

function bucketsNamed(client: S3Client, Prefix: string): Promise<Bucket[]> {
  return everyItem('s3:ListBuckets', paginateListBuckets({ client, pageSize: 1_000 }, { Prefix }), (page) => page.Buckets);
}

/** The answer is the policy itself, so nothing but its JSON shows that all of it has arrived. What is saved must be all of it. */
function whole(policy: string | undefined): string | undefined {
  try {
    JSON.parse((policy ?? '').replace(/\p{Cc}/gu, ' ')); // a control character in a text is no JSON, and no sign of a missing part
  } catch (error) {
    throw new UnreadableAnswer('GetBucketPolicy', messageOf(error));
  }
  return policy;
}

/** Every call names the owner: S3 refuses it when the bucket is another account's. */
class LockedBucket implements PolicyHolder {
  readonly kind = 'bucket';

  constructor(
    private readonly session: RootSession, readonly accountId: string, readonly region: string, readonly name: string, readonly arn: string,
    readonly patience: Patience,
  ) {}

  async read(): Promise<string | undefined> {
    try {
      return await this.call(async (s3) => whole((await s3.send(new GetBucketPolicyCommand(this.reference))).Policy));
    } catch (error) {
      if (isNamed(error, 'NoSuchBucketPolicy')) {
        return undefined;
      }
      throw error;
    }
  }

  async write(policy: string) {
    await this.call((s3) => s3.send(new PutBucketPolicyCommand({ ...this.reference, Policy: policy })));
  }

  async remove() {
    await this.call((s3) => s3.send(new DeleteBucketPolicyCommand(this.reference)));
  }

  private get reference() {
    return { Bucket: this.name, ExpectedBucketOwner: this.accountId };
  }

  private call<T>(operation: (s3: S3Client) => Promise<T>): Promise<T> {
    return explained(() => this.session.useAs(s3OfRootSession(this.region), operation));
  }
}
