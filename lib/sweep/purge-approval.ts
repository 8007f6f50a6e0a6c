import { Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { aTopic } from '../private/cdk-shapes';
import { aDuration, Shape } from '../private/shape';

/** Options of the approval that a purge requires before it deletes anything. */
export interface PurgeApproval {
  /**
   * Topic for requests for approval. A request contains the plan: its totals, its accounts, the most recently used
   * credentials and its digest, and the two commands that respond to it.
   *
   * Subscribe approvers only. Adds `sns:Publish` on the topic to the role of the state machine. If the topic has a
   * known key, also adds `kms:Decrypt` and `kms:GenerateDataKey` on it, through SNS.
   */
  readonly topic: sns.ITopic;

  /**
   * How long to wait for an approval, from 5 minutes to 7 days in whole minutes. After this time, the sweep ends and
   * has deleted nothing.
   *
   * @default Duration.hours(4)
   */
  readonly timeout?: Duration;
}

export const APPROVAL: Shape<PurgeApproval> = { needed: { topic: aTopic }, optional: { timeout: aDuration } };
