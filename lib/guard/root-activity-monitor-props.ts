import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RootActivity } from './root-activity';
import { HandlerOptions } from '../handler-options';

/** Root activity in one account that is expected, and is neither told nor counted. */
export interface IgnoredRootActivity {
  /** Id of the account in which it is expected. */
  readonly accountId: string;

  /** The activities that are expected there. The others are noticed as everywhere. */
  readonly activities: RootActivity[];

  /** Why: up to 200 characters. It is written to the function's log with each event that is ignored. */
  readonly reason: string;
}

/** Properties of RootActivityMonitor. */
export interface RootActivityMonitorProps {
  /**
   * The log group of the organization's trail: a trail of all accounts and all Regions, with management events.
   *
   * It must be in the account and the Region of the stack, since a log group can call a function there only.
   * Adds about twenty metric filters and one of the two subscription filters that a log group may have.
   */
  readonly trailLogGroup: logs.ILogGroup;

  /**
   * Topic that gets one message for each event, and the alarms.
   *
   * Adds the permission to publish to it (`sns:Publish`) to the function's role; for a topic that the CDK knows to have a key also
   * `kms:Decrypt` and `kms:GenerateDataKey` on it, by way of SNS.
   * The policy of a topic of yours must let `cloudwatch.amazonaws.com` publish, and so must its key: with AWS's own key `alias/aws/sns`
   * CloudWatch cannot send an alarm.
   *
   * @default - a new topic without subscribers
   */
  readonly topic?: sns.ITopic;

  /**
   * Key that encrypts the new topic. Not together with `topic`. Its policy is extended so that alarms can use it.
   *
   * Adds `kms:Decrypt` and `kms:GenerateDataKey` on the key, by way of SNS, to the function's role.
   *
   * @default - the messages are not encrypted with a key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Event bus that gets one event for each event noticed. Adds the permission `events:PutEvents` on it to the function's role.
   *
   * @default - the default event bus of the account
   */
  readonly eventBus?: events.IEventBus;

  /**
   * Roles that take root sessions as their duty, such as the `rootSessionRole` of a RootCredentialsPurge.
   *
   * @default - none: every root session is told
   */
  readonly allowedPrincipals?: iam.IRole[];

  /**
   * ARNs of further roles and users that may take root sessions, without wildcards. That of a role has its path:
   * `arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_BreakGlass_0123456789abcdef`.
   *
   * @default - none
   */
  readonly allowedPrincipalArns?: string[];

  /**
   * Ids of service control policies and resource control policies that guard root users, or that root sessions depend on: `p-` and letters.
   * It is told when one is attached, detached, deleted or changed, when any other resource control policy is changed, and when one of the
   * two types is switched off.
   *
   * @default - policies are not watched
   */
  readonly guardrailPolicyIds?: string[];

  /**
   * Activities that are expected in some accounts, each with the reason.
   *
   * A metric filter holds the accounts of its activity, so there can be a few only; synth fails when there are too many.
   *
   * @default - nothing is ignored
   */
  readonly ignore?: IgnoredRootActivity[];

  /**
   * Namespace of the metrics. Two monitors in one account and Region need two.
   *
   * @default 'CdkRootAccess'
   */
  readonly metricNamespace?: string;

  /**
   * What the alarms do.
   *
   * @default - they publish to the topic
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * How the function runs.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

/** Options of RootActivityMonitor.onRootActivity(). */
export interface OnRootActivityOptions extends events.OnEventOptions {
  /**
   * The activities that the rule is for.
   *
   * @default - all, and also events that could not be read
   */
  readonly activities?: RootActivity[];
}
