import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RootActivity } from './root-activity';
import { RootAccessFunctionOptions } from '../function-options';

/** Root activity in one account that is expected, and is neither reported nor counted. */
export interface IgnoredRootActivity {
  /** Account ID of the account in which the activity is expected. */
  readonly accountId: string;

  /** Activities that are expected in the account. All other activities are still reported. */
  readonly activities: RootActivity[];

  /** Reason for ignoring the activity, at most 200 characters. The function logs it with each ignored event. */
  readonly reason: string;
}

/** Properties of RootActivityMonitor. */
export interface RootActivityMonitorProps {
  /**
   * Log group of the trail of the organization. The trail must include all accounts, all Regions and management
   * events.
   *
   * The log group must be in the account and the Region of the stack, because a log group can invoke functions only
   * there. Adds about twenty metric filters and one of the two subscription filters that a log group can have.
   *
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
   */
  readonly trailLogGroup: logs.ILogGroup;

  /**
   * Topic that receives one message for each event, and the alarms.
   *
   * Adds `sns:Publish` on the topic to the role of the function. If the topic has a known key, also adds
   * `kms:Decrypt` and `kms:GenerateDataKey` on it, through SNS. The policy of a topic that you provide must allow
   * `cloudwatch.amazonaws.com` to publish, and so must the policy of its key: CloudWatch cannot send alarms to a
   * topic with the AWS managed key `alias/aws/sns`.
   *
   * @default - a new topic without subscriptions
   */
  readonly topic?: sns.ITopic;

  /**
   * KMS key that encrypts the new topic. Cannot be combined with `topic`.
   *
   * Adds a statement to the key policy so that alarms can use the key. Adds `kms:Decrypt` and `kms:GenerateDataKey`
   * on the key, through SNS, to the role of the function.
   *
   * @default - the topic is not encrypted with a key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Event bus that receives one event for each reported event. Adds `events:PutEvents` on it to the role of the
   * function.
   *
   * @default - the default event bus of the account
   */
  readonly eventBus?: events.IEventBus;

  /**
   * Roles that are expected to take root sessions, such as the `rootSessionRole` of a RootCredentialsPurge.
   *
   * @default - none; every root session is reported
   */
  readonly allowedPrincipals?: iam.IRole[];

  /**
   * ARNs of further roles and users that are expected to take root sessions, without wildcards.
   *
   * The ARN of a role includes its path, such as
   * `arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_BreakGlass_0123456789abcdef`.
   *
   * @default - none
   */
  readonly allowedPrincipalArns?: string[];

  /**
   * IDs (`p-` and letters) of service control policies and resource control policies that restrict root users or on
   * which root sessions depend.
   *
   * Reports when one of these policies is attached, detached, deleted or changed, when any other resource control
   * policy is changed, and when one of the two policy types is disabled.
   *
   * @default - policies are not watched
   */
  readonly guardrailPolicyIds?: string[];

  /**
   * Activities that are expected in some accounts, each with a reason.
   *
   * The metric filter of an activity contains the accounts to ignore, so only a few are possible. Synthesis fails
   * if there are too many.
   *
   * @default - no activity is ignored
   */
  readonly ignore?: IgnoredRootActivity[];

  /**
   * Namespace of the metrics. Two monitors in the same account and Region need different namespaces.
   *
   * @default 'CdkRootAccess'
   */
  readonly metricNamespace?: string;

  /**
   * Actions of the alarms.
   *
   * @default - publish to the topic
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * Options of the Lambda function.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

/** Options of RootActivityMonitor.onRootActivity(). */
export interface OnRootActivityOptions extends events.OnEventOptions {
  /**
   * Activities for which to create the rule.
   *
   * @default - all activities, and events that could not be read
   */
  readonly activities?: RootActivity[];
}
