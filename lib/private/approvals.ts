import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { StartersAndApprovers } from './starters-and-approvers';

/** Options of the approval that is required before a runbook changes anything. */
export interface RootSessionApprovers {
  /**
   * Topic for requests for approval. A request contains the change, the reason, the principal that started the
   * runbook, and the two commands that respond to it.
   *
   * Subscribe approvers only. Adds `sns:Publish` on the topic to the roles of the state machines. If the topic has
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

const DEFAULT_TIMEOUT = Duration.hours(4);
const SHORTEST = Duration.minutes(5);
const LONGEST = Duration.days(7);

/** How the runbooks of one `RootSessionRunbooks` are approved. */
export class Approvals {
  /** Where requests are sent; absent when nothing has to be approved. */
  public readonly topic?: sns.ITopic;
  public readonly timeout: Duration;

  constructor({ topic, timeout = DEFAULT_TIMEOUT }: Partial<RootSessionApprovers> = {}) {
    this.topic = topic;
    this.timeout = timeout;
    const minutes = timeout.toMinutes({ integral: false });
    if (minutes < SHORTEST.toMinutes() || minutes > LONGEST.toMinutes() || !Number.isInteger(minutes)) {
      throw new Error(`approvers.timeout must be from 5 minutes to 7 days, in whole minutes, got ${timeout.toHumanString()}`);
    }
  }

  /** Without approvers, a starter cannot be an approver. */
  public addStarter(runbook: Construct, grantee: iam.IGrantable) {
    if (this.topic) {
      StartersAndApprovers.of(runbook).addStarter(runbook, grantee);
    }
  }

  /** Fails when there is nothing to approve. */
  public addApprover(runbook: Construct, grantee: iam.IGrantable) {
    if (this.topic === undefined) {
      throw new Error('grantApprove needs approvers: give RootSessionRunbooks the property approvers, or leave the grant out');
    }
    StartersAndApprovers.of(runbook).addApprover(runbook, grantee);
  }
}
