import { Duration } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AccountSelection } from './account-selection';
import { FailedAccounts } from './failed-accounts';
import { JoinedAccounts } from './joined-accounts';
import { SweepAlarmOptions } from './sweep-alarm-options';
import { SweepConcurrency } from './sweep-concurrency';
import { HandlerOptions } from '../handler-options';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';

/** How RootCredentialsAudit and RootCredentialsPurge sweep, whatever accounts they look after. */
export interface RootCredentialsSweepOptions {
  /**
   * Whether the sweep reads the service and resource control policies that can deny a root session, or a call in one, after AWS has denied it. The first of the
   * report's remedies then names the policy, where it is attached and what to change. What is swept, and how it ends, is the same with and without it.
   *
   * Adds, to the role of the function that sweeps a batch, `organizations:ListParents`, and for service and resource control policies only
   * `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy`. A delegated administrator needs the organization's delegation policy to allow them,
   * too. Where the policies cannot be read, the report has the usual remedies and says so.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
   *
   * @default - true where the construct is known to be in the management account: in the stack, or in the account, of `features`; otherwise false
   */
  readonly readServiceControlPolicies?: boolean;

  /**
   * Whether an account that could not be read or cleaned fails the sweep, and the deployment with it.
   *
   * @default FailedAccounts.FAIL
   */
  readonly failedAccounts?: FailedAccounts;

  /**
   * How many accounts are worked on at once.
   *
   * @default - batches of 30, 4 batches at once, 10 accounts at once in each
   */
  readonly concurrency?: SweepConcurrency;

  /**
   * Sweep on every deployment, and not only when what is swept has changed.
   *
   * The template then holds the time of its synthesis, so that `cdk diff` shows a change every time.
   *
   * @default false
   */
  readonly runOnEveryDeploy?: boolean;

  /**
   * When to sweep again and again: a rate or a cron expression, in its time zone, not more often than every hour.
   *
   * The first sweep is the deployment's own; the schedule begins after it, and a rate counts from there. A start that finds a
   * sweep of all selected accounts at work ends at once, as succeeded and skipped. A change of the schedule alone sweeps nothing.
   *
   * Adds an EventBridge schedule, its role, an SQS queue for starts that failed for 24 hours, and two alarms: for that queue, and
   * for a sweep that is missing. The second looks back over the longest time between two starts, 6 hours for the sweep and
   * `scheduleTimeWindow`, but no more than 7 days, which is CloudWatch's limit: for schedules with more than a week between
   * two starts there is none. Permissions: the role may call `states:StartExecution` on the sweep and `sqs:SendMessage` on the queue.
   *
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   *
   * @default - sweeps start with deployments and by hand only
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * Within how long after its time a scheduled sweep may begin: 1 minute to 24 hours. Only with `schedule`.
   *
   * @default - within the minute
   */
  readonly scheduleTimeWindow?: Duration;

  /**
   * What happens to an account that joins the organization, created or invited. It is swept alone, and only if the construct
   * selects it: an account that is outside of the selection, or excluded, is reported as skipped. An account that cannot be
   * used yet is tried again for an hour.
   *
   * AWS sends the event to the management account in us-east-1 only: elsewhere `joinedAccountsForwardedFrom` is needed. Events
   * are not guaranteed, so have a `schedule` too.
   *
   * Adds an EventBridge rule, a state machine, a function, their roles and log groups, an SQS queue for events that could not be
   * delivered for 24 hours, and two alarms: for that queue, and for an account that was not swept. Permissions: the function may
   * call `organizations:DescribeAccount`; the state machine may call the function, `states:StartExecution` on the sweep,
   * `states:DescribeExecution` and `states:StopExecution` on its executions, and `events:PutRule`, `events:PutTargets` and
   * `events:DescribeRule` on the rule by which Step Functions learns of their ends; the rule's role may call
   * `states:StartExecution` on the state machine; EventBridge may call `sqs:SendMessage` on the queue, for this rule.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
   *
   * @default - nothing, until the next sweep
   */
  readonly joinedAccounts?: JoinedAccounts;

  /**
   * Id of the management account whose AccountJoinedForwarder brings the events of `joinedAccounts` here: for a delegated
   * administrator, and for every Region but us-east-1.
   *
   * Adds an event bus on which that account, and no other, may put events of AWS Organizations.
   *
   * @default - the events are those of this account and Region
   */
  readonly joinedAccountsForwardedFrom?: string;

  /**
   * How long a deployment waits for the sweep: 10 minutes to 1 hour, which is CloudFormation's own limit, in whole multiples of
   * 5 seconds. After that the sweep is stopped and the deployment fails.
   *
   * @default Duration.hours(1)
   */
  readonly deploymentTimeout?: Duration;

  /**
   * Bucket for plans, results and reports.
   *
   * A bucket that is given may be shared: the sweep writes below a prefix of its own in it, `reportsPrefix`. It must be in the Region of the stack.
   *
   * Adds a Deny for everybody but the sweep's roles to write below `runs/`, `latest/` and `control/` to the bucket's policy. The policy of a bucket that is imported
   * or of another stack is not changed: synth warns with the statements to add.
   *
   * @default - a new bucket: versioned, encrypted, TLS only, kept when the stack is deleted
   */
  readonly reportsBucket?: s3.IBucket;

  /**
   * Key that encrypts the new bucket. Not together with `reportsBucket`.
   *
   * Adds, on the key and by way of S3, `kms:Decrypt` to the roles of the functions that read and of the state machine, and
   * `kms:GenerateDataKey` to those of the functions that write.
   *
   * @default - keys that S3 manages
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the reports, results and plans of each sweep are kept below `runs/`: whole days. Those of `latest/` stay. Not together
   * with `reportsBucket`.
   *
   * Adds a lifecycle rule to the new bucket, which expires objects and costs nothing.
   *
   * @default - they are kept; older versions of what is in `latest/` go after 90 days in any case
   */
  readonly reportRetention?: Duration;

  /**
   * Topic that hears of sweeps with something to tell: failed accounts, credentials that were found or deleted, a sweep that did
   * not come to its end. A sweep that found nothing is silent; `onSweepFinished` hears of every one.
   *
   * The message is text for people, with accounts, likely causes and remedies: whoever subscribes learns which accounts have root
   * credentials. A topic with a key needs one of yours, whose policy lets `events.amazonaws.com` use it: with the key that AWS
   * manages, events never reach it.
   *
   * Adds `sns:Publish` on the topic (and `kms:Decrypt`, `kms:GenerateDataKey` on its key) to the role of the function that reports;
   * an EventBridge rule for sweeps that were stopped or ran into their timeout, which make no report; and, to the policy of a topic
   * of this app, `sns:Publish` for that rule's service and for the alarms of this account and Region.
   *
   * @default - nobody is told
   */
  readonly notifications?: sns.ITopic;

  /**
   * Alarms for failed accounts, for found credentials and for sweeps that did not come to their end. `{}` takes the defaults; synth warns of alarms without `actions`.
   *
   * Adds three CloudWatch alarms, of which the last looks at five metrics (0.10 USD a month for each metric looked at, in most
   * Regions), and no permissions.
   *
   * @default - no alarms
   */
  readonly alarms?: SweepAlarmOptions;

  /**
   * Region whose STS issues the root sessions. It must be one that is enabled in every account.
   *
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
   *
   * @default - the stack's Region if it is known and enabled by default, else us-east-1; in another partition than `aws` the stack's Region
   */
  readonly stsRegion?: string;

  /**
   * How the functions run.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

/** What RootCredentialsAudit and RootCredentialsPurge have in common. */
export interface RootCredentialsSweepProps extends RootCredentialsSweepOptions {
  /**
   * The organization's centralized root access. The sweep waits for it to be deployed.
   *
   * Adds a Deny of `sts:AssumeRoot` on the management account to the sweep's role.
   *
   * @default - it is expected to be on already; a sweep fails with the remedy when it is not
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * The member accounts to look after. The management account is never among them.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;
}
