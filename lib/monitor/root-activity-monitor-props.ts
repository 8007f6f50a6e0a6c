import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AlarmOptions } from '../alarm-options';
import { RootAccessFunctionOptions } from '../function-options';
import { IRootUserGuardrail } from '../guardrail/root-user-guardrail';

/**
 * Kinds of root activity that a RootActivityMonitor reports.
 *
 * The kinds are ordered: if several apply to an event, the message is about the first.
 */
export enum RootActivity {
  /** A root user signed in to the console or with `aws login`, in a member account or in the management account. */
  ROOT_SIGN_IN = 'RootSignIn',

  /** An attempt to sign in as a root user failed. */
  ROOT_SIGN_IN_FAILED = 'RootSignInFailed',

  /**
   * A root credential or the email address of a root user was created or changed, or the MFA device of a root user
   * was removed, or an attempt to do so was made.
   *
   * Includes root sessions that allow password recovery. Does not include deletions in a root session.
   */
  ROOT_CREDENTIAL_CHANGE = 'RootCredentialChange',

  /** A root user called an API with long-term credentials: an access key or the console, not a root session. */
  ROOT_API_USE = 'RootApiUse',

  /** A principal that is not allowed took a root session in a member account, or tried to. */
  UNEXPECTED_ROOT_SESSION = 'UnexpectedRootSession',

  /** A feature of centralized root access, or trusted access for IAM, was disabled. */
  ROOT_ACCESS_DISABLED = 'RootAccessDisabled',

  /** A delegated administrator for IAM or for Account Management (`account.amazonaws.com`) was registered or deregistered. */
  DELEGATE_CHANGE = 'DelegateChange',

  /**
   * A watched policy was attached, detached, deleted or changed, another resource control policy was changed, or
   * service control policies or resource control policies were disabled.
   */
  GUARDRAIL_CHANGE = 'GuardrailChange',

  /**
   * An account was moved to another organizational unit, left the organization or was closed, or an attempt to do
   * so was made.
   */
  ACCOUNT_CHANGE = 'AccountChange',
}

/** Exempts activities in one account, where they are expected, from reports and metrics. */
export interface RootActivityExemption {
  /** Account ID of the account in which the activity is expected. */
  readonly accountId: string;

  /** Activities that are expected in the account. All other activities are still reported. */
  readonly activities: RootActivity[];

  /** Reason for the exemption, at most 200 characters. The function logs it with each exempt event. */
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
   * Principals that are expected to take root sessions: roles, such as the `rootSessionRoles` of a
   * RootCredentialsPurge, and users.
   *
   * Use `iam.ArnPrincipal` for a role or user of another account. The ARN of a role includes its path, such as
   * `arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_BreakGlass_0123456789abcdef`, and
   * has no wildcards.
   *
   * @default - none; every root session is reported
   */
  readonly allowedPrincipals?: iam.IPrincipal[];

  /**
   * Policies that restrict root users or on which root sessions depend. Use `RootUserGuardrail.fromPolicyId` for a
   * service control policy or resource control policy that is managed elsewhere.
   *
   * Reports when one of these policies is attached, detached, deleted or changed, when any other resource control
   * policy is changed, and when one of the two policy types is disabled.
   *
   * @default - policies are not watched
   */
  readonly guardrails?: IRootUserGuardrail[];

  /**
   * Activities that are expected in some accounts, each with a reason.
   *
   * The metric filter of an activity contains the accounts of its exemptions, so only a few are possible. Synthesis fails
   * if there are too many.
   *
   * @default - no exemptions
   */
  readonly exemptions?: RootActivityExemption[];

  /**
   * Namespace of the metrics. Two monitors in the same account and Region need different namespaces, because the
   * metrics of metric filters have no dimension for the monitor.
   *
   * @default 'CdkRootAccess'
   */
  readonly metricNamespace?: string;

  /**
   * Actions of the alarms. Without `actions`, every alarm publishes to the topic.
   *
   * @default - every alarm publishes to the topic when it enters the ALARM state
   */
  readonly alarms?: AlarmOptions;

  /**
   * Options of the Lambda function.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

/** Attributes of a RootActivityMonitor that another app deploys. */
export interface RootActivityMonitorAttributes {
  /** Topic of the monitor. */
  readonly topic: sns.ITopic;

  /**
   * Event bus of the monitor.
   *
   * @default - the default event bus of the account
   */
  readonly eventBus?: events.IEventBus;

  /**
   * Namespace of the metrics of the monitor.
   *
   * @default 'CdkRootAccess'
   */
  readonly metricNamespace?: string;
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
