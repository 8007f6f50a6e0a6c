import type { HandlerContract } from '../private/contract';

/** Names and settings on which `RootActivityMonitor` and its function agree. */

/** Kinds of activity, in order: a message is about the first that applies. They are also the names of the metrics. */
export const ACTIVITY_KINDS = [
  'RootSignIn', 'RootSignInFailed', 'RootCredentialChange', 'RootApiUse', 'UnexpectedRootSession', 'RootAccessDisabled', 'DelegateChange', 'GuardrailChange',
  'AccountChange',
] as const;
export type ActivityKind = typeof ACTIVITY_KINDS[number];

/** An event that the function cannot read as an event of CloudTrail. */
export const UNREADABLE = 'UnreadableEvent';
/** Every root session that is requested, expected or not. */
export const ROOT_SESSIONS = 'RootSessions';

export type FindingKind = ActivityKind | typeof UNREADABLE;

/** Expected activity, and the policies to watch. */
export interface MonitorSettings {
  /** ARNs of the roles and users that may take root sessions. */
  readonly allowedPrincipals: string[];
  /** IDs of service control policies and resource control policies. */
  readonly guardrailPolicies: string[];
  readonly exemptions: ActivityExemption[];
}

export interface ActivityExemption {
  readonly accountId: string;
  readonly activities: ActivityKind[];
  readonly reason: string;
}

/** Source and type of the events that the function puts on the event bus. */
export const EVENT_SOURCE = 'cdk-root-access';
export const EVENT_DETAIL_TYPE = 'Root Activity';

/** The kinds that the function counts: a list of allowed principals does not fit a filter pattern. */
export const COUNTED_BY_FUNCTION: readonly FindingKind[] = ['UnexpectedRootSession', UNREADABLE];
/** Dimension of these metrics: the specification of the embedded metric format does not cover metrics without one. */
export const FUNCTION_DIMENSION = { service: 'cdk-root-access' };

export interface ActivityEnvironment {
  /** JSON of `MonitorSettings`. */
  readonly MONITOR_SETTINGS: string;
  readonly TOPIC_ARN: string;
  readonly EVENT_BUS_NAME: string;
  readonly METRIC_NAMESPACE: string;
}

export const REPORT_ACTIVITY: HandlerContract<ActivityEnvironment> = { asset: 'monitor-activity', entry: 'handler' };
