import { Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';

/** Options of the approval that is required before a runbook changes anything. */
export interface RootSessionApprovers {
  /**
   * Topic for requests for approval. A request contains the change, the account with its name, organizational unit
   * and root mailbox, the reason, the principal that started the runbook, and the two commands that respond to it.
   *
   * Subscribe approvers only. Adds `sns:Publish` on the topic and `organizations:DescribeAccount` to the roles of the
   * state machines. If the topic has
   * a known key, also adds `kms:Decrypt` and `kms:GenerateDataKey` on it, through SNS.
   */
  readonly topic: sns.ITopic;

  /**
   * How long to wait for an approval, from 5 minutes to 7 days in whole minutes. After this time, the runbook ends
   * without a change.
   *
   * @default Duration.hours(4)
   */
  readonly timeout?: Duration;
}
