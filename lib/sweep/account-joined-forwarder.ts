import { Annotations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AlarmOptions } from '../alarm-options';
import { ACCOUNT_JOINED } from './joined-events';
import { ALARMS, anEventBus } from '../private/cdk-shapes';
import { DeadLetterQueue } from '../private/dead-letter-queue';
import { checkShape, options, Shape } from '../private/shape';
import { isInRegionOfOrganizations, warnOfPartition } from '../private/stack-region';
import { addActions, warnOfKeysOfAws } from '../private/topic-for-alarms';

/** Properties of AccountJoinedForwarder. */
export interface AccountJoinedForwarderProps {
  /**
   * Event bus that receives the events: `joinedAccountsBus` of the RootCredentialsAudit or RootCredentialsPurge in
   * the other account or Region.
   *
   * Within one app, pass the property of the construct. Otherwise import the bus with
   * `events.EventBus.fromEventBusArn()`. Its policy allows the management account to put events if the other
   * construct has the ID of this account as `joinedAccountsForwarderAccountId`.
   */
  readonly bus: events.IEventBus;

  /**
   * Actions of the alarm for an event that cannot be delivered.
   *
   * @default - the alarm has no actions
   */
  readonly alarms?: AlarmOptions;
}

const PROPS: Shape<AccountJoinedForwarderProps> = { needed: { bus: anEventBus }, optional: { alarms: options(ALARMS) } };

/**
 * Forwards the event of an account that joins the organization to the account or Region in which sweeps are
 * deployed.
 *
 * AWS sends this event only to the default event bus of the management account in us-east-1. Deploy the forwarder
 * there (us-gov-west-1 and cn-northwest-1 in their partitions); in other Regions synthesis fails. It forwards
 * `AccountJoinedOrganization` only. An event that cannot be delivered within 24 hours is kept in a queue for 14
 * days, with an alarm.
 *
 * Adds an EventBridge rule, a role, an SQS queue and a CloudWatch alarm. Permissions: the role can call
 * `events:PutEvents` on the bus; EventBridge can call `sqs:SendMessage` on the queue, for this rule.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 *
 * @example
 * declare const securityPurge: RootCredentialsPurge; // in the stack of the delegated administrator
 * new AccountJoinedForwarder(this, 'JoinedAccounts', { bus: securityPurge.joinedAccountsBus! });
 */
export class AccountJoinedForwarder extends Construct {
  /** The alarm that is triggered if an event cannot be delivered, for further actions or a composite alarm. */
  public readonly alarms: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: AccountJoinedForwarderProps) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOfPartition(this);
    warnOfKeysOfAws(this, 'alarms.actions', props.alarms?.actions);
    this.checkRegion();
    const undelivered = new DeadLetterQueue(this, 'Undelivered', 'events not forwarded', 'Root credentials: the event of an account that joined the organization was not forwarded. This queue holds it');
    const role = new iam.Role(this, 'Role', {
      description: 'Root credentials: forwards events of accounts that join the organization',
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com'),
    });
    new events.Rule(this, 'Rule', {
      description: 'Root credentials: an account joins the organization',
      eventPattern: ACCOUNT_JOINED,
      targets: [new targets.EventBus(props.bus, { role, deadLetterQueue: undelivered.queue })],
    });
    this.alarms = [undelivered.alarm];
    addActions(this.alarms, props.alarms);
  }

  private checkRegion() {
    const there = 'in the management account in us-east-1 (us-gov-west-1, cn-northwest-1 in their partitions): AWS sends the event of an account that joins to no other bus';
    switch (isInRegionOfOrganizations(this)) {
      case true:
        return;
      case false:
        throw new Error(`AccountJoinedForwarder must be deployed ${there}`);
      case undefined:
        Annotations.of(this).addWarningV2('cdk-root-access:forwarderRegion', `AccountJoinedForwarder does nothing unless it is deployed ${there}`);
    }
  }
}
