import { GetQueueAttributesCommand, GetQueueUrlCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TASK_POLICIES } from '../../../../lib/private/contract';
import { partitionOfRegion, REGION_PATTERN } from '../../../../lib/private/partitions';
import { sqsOfRootSession } from '../../../aws/clients';
import { failure, isNamed } from '../../../aws/errors';
import { seconds, type Patience } from '../../../aws/patience';
import type { RootSession, RootSessions } from '../../../root-user/sessions';
import { explained } from '../../remedies';
import { refused } from '../../start-input';
import type { PolicyHolder } from '../holder';

export interface QueueReference {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** A change takes up to 60 seconds to take effect (SQS API reference, SetQueueAttributes). */
export const QUEUE_PATIENCE = seconds(120);

const NAME = '[A-Za-z0-9_-]{1,80}(?:\\.fifo)?';
const ARN = new RegExp(`^arn:aws[a-z-]*:sqs:(?<region>${REGION_PATTERN}):(?<accountId>\\d{12}):(?<name>${NAME})$`);
/** The endpoints of SQS: as they are now, for FIPS, for IPv6, and as they were; that of the first Region has not its name. */
const URL = new RegExp(
  `^https://(?:(?:sqs(?:-fips)?\\.(?<region>${REGION_PATTERN})|(?<older>${REGION_PATTERN})\\.queue)\\.(?<suffix>[a-z0-9.-]+)|queue\\.amazonaws\\.com)`
  + `/(?<accountId>\\d{12})/(?<name>${NAME})$`,
);
const JUST_NAME = new RegExp(`^(?<name>${NAME})$`);

/** Reads a queue's URL, ARN or name. The URL is taken apart and never called: SQS is asked for it again. */
export function queueReference(queue: string, accountId: string, region?: string): QueueReference {
  const found = (ARN.exec(queue) ?? URL.exec(queue) ?? JUST_NAME.exec(queue))?.groups;
  if (found === undefined || !isEndpoint(found)) {
    throw refused(`queue must be the URL, the ARN or the name of an SQS queue, got '${queue}'`);
  }
  const named = found.region ?? found.older ?? (found.accountId && 'us-east-1'); // queue.amazonaws.com is of the first Region
  if (named !== undefined && region !== undefined && named !== region) {
    throw refused(`queue ${queue} is in ${named}, and region is ${region}`);
  }
  if (found.accountId !== undefined && found.accountId !== accountId) {
    throw refused(`queue ${queue} is of account ${found.accountId}, and accountId is ${accountId}`);
  }
  const where = named ?? region;
  if (where === undefined) {
    throw refused(`region must be given with the name of a queue: '${queue}' may be in any`);
  }
  return { accountId, region: where, name: found.name };
}

/** Whether the name of a host ends as those of its Region do. */
function isEndpoint({ region, older, suffix }: Record<string, string | undefined>): boolean {
  return suffix === undefined || partitionOfRegion((region ?? older)!).dnsSuffixes.includes(suffix);
}

/** Finds a queue of an account. */
export async function findQueue(
  sessions: RootSessions, { accountId, region, name }: QueueReference, arn: string, patience: Patience = QUEUE_PATIENCE,
): Promise<PolicyHolder> {
  const session = sessions.of(accountId, TASK_POLICIES.unlockQueue);
  try {
    const command = new GetQueueUrlCommand({ QueueName: name });
    const { QueueUrl } = await explained(() => session.useAs(sqsOfRootSession(region), (sqs) => sqs.send(command)));
    return new LockedQueue(session, accountId, region, name, arn, QueueUrl!, patience);
  } catch (error) {
    if (isNamed(error, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')) {
      throw failure('NoSuchQueue', `account ${accountId} has no queue ${name} in ${region}: correct the account, the Region or the name; nothing was changed`);
    }
    throw error;
  }
}

class LockedQueue implements PolicyHolder {
  readonly kind = 'queue';

  constructor(
    private readonly session: RootSession, readonly accountId: string, readonly region: string, readonly name: string, readonly arn: string,
    private readonly url: string, readonly patience: Patience,
  ) {}

  async read(): Promise<string | undefined> {
    const { Attributes } = await this.call((sqs) => sqs.send(new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ['Policy'] })));
    return Attributes?.Policy || undefined;
  }

  async write(policy: string) {
    await this.call((sqs) => sqs.send(new SetQueueAttributesCommand({ QueueUrl: this.url, Attributes: { Policy: policy } })));
  }

  /** An empty text removes it. */
  async remove() {
    await this.write('');
  }

  private call<T>(operation: (sqs: SQSClient) => Promise<T>): Promise<T> {
    return explained(() => this.session.useAs(sqsOfRootSession(this.region), operation));
  }
}
