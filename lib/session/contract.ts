import type {
  ApprovalRequest, HandlerContract, MachineEvent, OwnStackEnvironment, RootSessionEnvironment, Selection,
} from '../private/contract';

/** Names, events and settings on which the runbooks in templates and their handlers agree. */

/** The file without which a runbook changes nothing. */
export const GO_FILE = 'go.json';

/** The folders of the records bucket: policies as they were before a runbook changed them, and policies that may be put in their place. */
export const POLICIES_PREFIX = 'policies/';
export const REPLACEMENTS_PREFIX = 'replacements/';

/** Settings of every runbook: its targets. They are part of the state machine's definition, so no start can change them. */
export interface RunbookSettings {
  readonly selection: Selection;
  readonly protectedAccounts: string[];
  /** Hours that an approval is waited for; absent when none is needed. */
  readonly approvalHours?: number;
}

/** The event of a runbook's function: to look and to plan, or to carry out the plan. */
export interface RunbookEvent extends MachineEvent {
  readonly step: 'prepare' | 'act';
  /**
   * For `prepare`: what Systems Manager says of the automation by whose id the execution is named; an error when there is none. It decides
   * what `prepare` answers, and nothing that is done.
   */
  readonly automation?: RunbookAutomation;
  /** For `prepare` where people are asked: the answer to DescribeAccount, or an error. It is shown to them, and decides nothing. */
  readonly account?: RunbookAccount;
}

/** The answer that approves: the digest of the request, and who says so, if they do. It is text of others. */
export interface ApprovalAnswer {
  readonly approved: string;
  readonly by?: unknown;
}

/** `go.json`: what `act` may do, written when the plan was approved, or needed no approval. */
export interface GoFile<Plan = unknown> {
  readonly plan: Plan;
  /** SHA-256 of the plan, which an approval names. */
  readonly digest: string;
  /** ARN; null when nobody started the document. */
  readonly startedBy: string | null;
  /** The answer of the approver; absent without approvers. */
  readonly approval?: ApprovalAnswer;
  /** ISO 8601: when it was written. */
  readonly at: string;
  /** Seconds that it holds from then on: what was checked and approved is not done days later. */
  readonly timeoutSeconds: number;
}

/** The account as approvers see it, as far as AWS tells. */
export interface RunbookAccount {
  readonly Account?: { readonly Name?: string; readonly Email?: string; readonly Paths?: readonly string[] };
}

/** An execution of the runbook's document. */
export interface RunbookAutomation {
  readonly status?: string;
  readonly executedBy?: string;
  readonly steps?: readonly { readonly StepStatus?: string; readonly Inputs?: Readonly<Record<string, string>> }[];
}

/** The answer of `prepare`: a result, or a plan for `act`. */
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

/** Settings of the runbooks of buckets and queues, in addition to `RunbookSettings`. */
export interface PolicySettings extends RunbookSettings {
  /** Names of buckets, names or ARNs of queues. */
  readonly protectedResources: string[];
  readonly allowReplacement: boolean;
}

/** Settings of the runbooks that allow and extend password recovery, in addition to `RunbookSettings`. */
export interface RecoverySettings extends RunbookSettings {
  /** How long a recovery is open, and by how much it is extended, when a start does not say. */
  readonly hours: number;
  /** Longest time from the opening to the end, extensions included. */
  readonly longestHours: number;
}

/** Type of the custom resource that keeps the runbooks from being deleted while a recovery is open. */
export const OPEN_RECOVERIES_RESOURCE_TYPE = 'Custom::OpenPasswordRecoveries';

/** The event of both functions of the state machine that closes a recovery. */
export interface CloserEvent {
  /** ARN of the execution. */
  readonly execution: string;
  /** The state. Only its record of reminders is believed: the rest comes from the input of the execution. */
  readonly closer: { readonly remindedUntil: string };
}

/** The fields of its state that this state machine reads. The state has more, which it hands on. */
export interface CloserState {
  readonly accountId: string;
  /** ISO 8601: it sleeps until then. */
  readonly wakeAt: string;
  readonly step: 'sleep' | 'remind' | 'close' | 'end';
  /** Of a reminder. */
  readonly subject?: string;
  readonly message?: string;
}

/** The result of closing a recovery: `open` if it was extended at the last moment. */
export type ClosingState = 'closed' | 'would-close' | 'open';

export interface ClosingAnswer {
  readonly state: ClosingState;
}

/** Environment of every function of the runbooks. */
export interface RecordsEnvironment {
  /** Bucket of the records. */
  readonly RECORDS_BUCKET: string;
}

/** Environment of a runbook's function that takes root sessions. */
export interface RunbookEnvironment extends RecordsEnvironment, RootSessionEnvironment {}

/** Environment of a function that starts or looks for closers. */
export interface ClosersEnvironment extends RecordsEnvironment {
  readonly CLOSER_STATE_MACHINE_ARN: string;
}

export interface CloserLookEnvironment extends RecordsEnvironment {
  /** JSON of numbers: minutes before the end of a recovery. */
  readonly REMINDERS_MINUTES: string;
}

export interface OpenRecoveriesEnvironment extends ClosersEnvironment, OwnStackEnvironment {
  readonly ALLOW_STATE_MACHINE_ARN: string;
  /** Name of the document. */
  readonly CLOSE_DOCUMENT: string;
}

/** The handlers of the runbooks. */
export const UNLOCK_BUCKET: HandlerContract<RunbookEnvironment, RunbookEvent> = { asset: 'session-resource-policy-bucket', entry: 'unlockHandler' };
export const RESTORE_BUCKET: HandlerContract<RunbookEnvironment, RunbookEvent> = { asset: 'session-resource-policy-bucket', entry: 'restoreHandler' };
export const UNLOCK_QUEUE: HandlerContract<RunbookEnvironment, RunbookEvent> = { asset: 'session-resource-policy-queue', entry: 'unlockHandler' };
export const RESTORE_QUEUE: HandlerContract<RunbookEnvironment, RunbookEvent> = { asset: 'session-resource-policy-queue', entry: 'restoreHandler' };
export const ALLOW_RECOVERY: HandlerContract<ClosersEnvironment & RootSessionEnvironment, RunbookEvent> = { asset: 'session-password-recovery-allow', entry: 'handler' };
export const EXTEND_RECOVERY: HandlerContract<ClosersEnvironment, RunbookEvent> = { asset: 'session-password-recovery-extend', entry: 'handler' };
export const CLOSE_RECOVERY: HandlerContract<ClosersEnvironment & RootSessionEnvironment, RunbookEvent> = { asset: 'session-password-recovery-close', entry: 'handler' };

/** The handlers of the state machine that closes recoveries. */
export const CLOSER_LOOK: HandlerContract<CloserLookEnvironment, CloserEvent> = { asset: 'session-password-recovery-closer', entry: 'look' };
export const CLOSER_CLOSE: HandlerContract<RunbookEnvironment, CloserEvent> = { asset: 'session-password-recovery-closer', entry: 'close' };

/** The handler of the custom resource. */
export const OPEN_RECOVERIES: HandlerContract<OpenRecoveriesEnvironment> = { asset: 'session-password-recovery-open-recoveries', entry: 'handler' };
