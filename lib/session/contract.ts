import type { ApprovalRequest, MachineEvent, Selection } from '../private/contract';

/** What the runbooks in templates and their handlers agree on. */

/** What a runbook may go on with. */
export const GO_FILE = 'go.json';

/** Name of the environment variable with the bucket of the runbooks' records. */
export const RECORDS_VARIABLE = 'RECORDS_BUCKET';

/** The folders of the records bucket: policies as they were before a runbook changed them, and policies that may be put in their place. */
export const POLICIES_PREFIX = 'policies/';
export const REPLACEMENTS_PREFIX = 'replacements/';

/** What every runbook knows of its targets. It is part of the state machine's definition, so no start can change it. */
export interface RunbookSettings {
  readonly selection: Selection;
  readonly protectedAccounts: string[];
  /** Hours that an approval is waited for; absent when none is needed. */
  readonly approvalHours?: number;
}

/** What the state machine of a runbook asks its function: to look and to plan, or to do what was planned. */
export interface RunbookEvent extends MachineEvent {
  readonly step: 'prepare' | 'act';
  /**
   * For `prepare`: what Systems Manager says of the automation by whose id the execution is named; an error when there is none. It decides
   * what `prepare` answers, and nothing that is done.
   */
  readonly automation?: RunbookAutomation;
}

/** `go.json`: what `act` may do, written when the plan was approved, or needed no approval. */
export interface GoFile<Plan = unknown> {
  readonly plan: Plan;
  /** SHA-256 of the plan, which an approval names. */
  readonly digest: string;
  /** ARN; null when nobody started the document. */
  readonly startedBy: string | null;
  /** What the approver answered; absent where there are no approvers. */
  readonly approval?: unknown;
  /** ISO 8601: when it was written. */
  readonly at: string;
  /** Seconds that it holds from then on: what was checked and approved is not done days later. */
  readonly timeoutSeconds: number;
}

/** An execution of the runbook's document. */
export interface RunbookAutomation {
  readonly status?: string;
  readonly executedBy?: string;
  readonly steps?: readonly { readonly StepStatus?: string; readonly Inputs?: Readonly<Record<string, string>> }[];
}

/** What `prepare` answers: either it is done, or a plan that `act` is given when it may go on. */
export type Prepared<Plan = unknown> = Done | Planned<Plan>;

export interface Done {
  readonly done: true;
  /** The output of the execution. */
  readonly result: object;
}

export interface Planned<Plan = unknown> {
  readonly done: false;
  readonly plan: Plan;
  /** ARN; null when nobody started the document. */
  readonly startedBy: string | null;
  readonly approval: ApprovalRequest;
}

/** What the runbooks of buckets and queues know beside. */
export interface PolicySettings extends RunbookSettings {
  /** Names of buckets, names or ARNs of queues. */
  readonly protectedResources: string[];
  readonly allowReplacement: boolean;
}

/** What the runbooks that allow and extend password recovery know beside. */
export interface RecoverySettings extends RunbookSettings {
  /** How long a recovery is open, and by how much it is extended, when a start does not say. */
  readonly hours: number;
  /** Longest time from the opening to the end, extensions included. */
  readonly longestHours: number;
}

/** Names of the environment variables of the password recovery's functions. */
export const CLOSER_VARIABLE = 'CLOSER_STATE_MACHINE_ARN';
export const REMINDERS_VARIABLE = 'REMINDERS_MINUTES';

/** Type of the custom resource that keeps the runbooks from being deleted while a recovery is open. */
export const OPEN_RECOVERIES_RESOURCE_TYPE = 'Custom::OpenPasswordRecoveries';
export const OPENER_VARIABLE = 'ALLOW_STATE_MACHINE_ARN';
export const CLOSE_DOCUMENT_VARIABLE = 'CLOSE_DOCUMENT';
