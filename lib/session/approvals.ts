import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RootSessionApprovers } from './root-session-runbook';

const DEFAULT_TIMEOUT = Duration.hours(4);
const SHORTEST = Duration.minutes(5);
const LONGEST = Duration.days(7);

/**
 * Who may start and who may approve the runbooks of one `RootSessionRunbooks`: never the same principal. IAM cannot keep an
 * approver to one state machine, so it is not enough that it holds for each runbook alone.
 */
export class Approvals {
  /** Where requests are sent; absent when nothing has to be approved. */
  readonly topic?: sns.ITopic;
  readonly timeout: Duration;
  private readonly starters = new Set<iam.IPrincipal>();
  private readonly approvers = new Set<iam.IPrincipal>();

  constructor({ topic, timeout = DEFAULT_TIMEOUT }: Partial<RootSessionApprovers> = {}) {
    this.topic = topic;
    this.timeout = timeout;
    const minutes = timeout.toMinutes({ integral: false });
    if (minutes < SHORTEST.toMinutes() || minutes > LONGEST.toMinutes() || !Number.isInteger(minutes)) {
      throw new Error(`approvers.timeout must be from 5 minutes to 7 days, in whole minutes, got ${timeout.toHumanString()}`);
    }
  }

  /** Fails for somebody who may approve. */
  addStarter({ grantPrincipal }: iam.IGrantable) {
    this.starters.add(grantPrincipal);
    this.check(grantPrincipal);
  }

  /** Fails for somebody who may start, and when there is nothing to approve. */
  addApprover({ grantPrincipal }: iam.IGrantable) {
    if (this.topic === undefined) {
      throw new Error('grantApprove needs approvers: give RootSessionRunbooks the property approvers, or leave the grant out');
    }
    this.approvers.add(grantPrincipal);
    this.check(grantPrincipal);
  }

  private check(principal: iam.IPrincipal) {
    if (this.starters.has(principal) && this.approvers.has(principal)) {
      throw new Error(`'${principal}' must not be given both grantStart and grantApprove: who starts a runbook does not approve it`);
    }
  }
}
