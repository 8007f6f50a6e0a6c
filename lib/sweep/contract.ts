import type {
  ApprovalRequest, CredentialKind, ExceptionNote, HandlerContract, MachineEvent, OwnStackEnvironment, RootSessionEnvironment, Selection, StateError,
} from '../private/contract';

/** Names, events and settings on which the sweeps in templates and their handlers agree. */

/** The control files of a sweep beside that of its run. */
export const LOOKED_FILE = 'looked.json';
export const ASKED_FILE = 'asked.json';
/** Of all executions together: the plan that asked last. An older one is void. */
export const LATEST_ASKED_FILE = 'latest-asked.json';
export const GO_FILE = 'go.json';
export const END_FILE = 'end.json';

/** The files of a run: which accounts, what was decided of each, and what is to be deleted. */
export const SELECTION_FILE = 'selection.json';
export const DECISION_FILE = 'decision.json';
export const PLAN_FILE = 'plan.json';

export const SWEEP_RESOURCE_TYPE = 'Custom::RootCredentialsSweep';

/** An audit looks and reports; a purge deletes, or says what it would delete. */
export type SweepWork = 'audit' | 'purge';

/** A rule that keeps credentials: those of these kinds in these accounts, of all kinds or in all accounts where a list is missing. */
export interface KeptCredentials extends ExceptionNote {
  readonly accounts?: string[];
  readonly credentials?: CredentialKind[];
}

/** Credentials that a purge keeps although their kind is to be deleted. */
export interface Protection {
  readonly keep: KeptCredentials[];
  /** Passwords and access keys that may have been used, or were created, within so many seconds. */
  readonly usedWithinSeconds?: number;
  /** Access keys that AWS says were used within the last 30 days are deleted like others. A key in use is a production job, so it is kept otherwise. */
  readonly deleteAccessKeysInUse?: boolean;
  /** AWS does not say when a certificate was last used. */
  readonly keepCertificates: boolean;
  /** Where the password recoveries are recorded; an account with an open one keeps its password and MFA. */
  readonly recoveriesBucket?: string;
}

/** The most that one plan may delete. */
export interface Limits {
  readonly credentials?: number;
  /** Accounts that lose a credential. */
  readonly accounts?: number;
  /** Said on purpose, where there is no limit: an update that leaves one out in silence is refused. */
  readonly none?: boolean;
}

/** Version of the plan's format, as its published schema names it. */
export const PLAN_SCHEMA = 'https://raw.githubusercontent.com/cdk-root-access/cdk-root-access/main/schema/plan-1.json';

/** A plan that was reviewed, as an asset of the app. */
export interface PlanAsset {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the file. */
  readonly digest: string;
  /** A plan that is older deletes nothing. */
  readonly maxAgeSeconds: number;
}

/** Settings of the sweeps of a construct. They are part of the state machine's definition, so no start can change it. */
export interface SweepSettings {
  readonly work: SweepWork;
  readonly selection: Selection;
  /** Kinds that a purge deletes; of the others it reports what is there. An audit has none. */
  readonly credentials: CredentialKind[];
  readonly dryRun: boolean;
  /** How much a plan may delete: one that would delete more deletes nothing. */
  readonly limits?: Limits;
  /** Only what is on this plan is deleted. */
  readonly plan?: PlanAsset;
  /** Hours that an approval of a plan is waited for; absent when none is needed. */
  readonly approvalHours?: number;
  readonly protection: Protection;
  readonly tolerateFailedAccounts: boolean;
  /** Whether a credential that an audit finds fails the sweep. */
  readonly failOnFindings: boolean;
  /** Domains of the mailboxes of root users: one of another is a finding. */
  readonly allowedEmailDomains?: string[];
  readonly accountsPerBatch: number;
  readonly accountsInFlight: number;
  readonly batchesAtOnce?: number;
  /** Seconds from the start of an execution for which a deployment waits for it, where one waits for the end: with approval none does. */
  readonly deploymentSeconds?: number;
}

/** The event of a batch, in either walk. */
export interface BatchEvent extends MachineEvent {
  /** SHA-256 of `selection.json`, as the state machine was told it. */
  readonly digest: string;
  readonly batch: number;
}

/** The answer of the selection, which the state machine hands on. */
export interface RunReference {
  /** SHA-256 of `selection.json`: nobody may widen it between its writing and its reading. */
  readonly digest: string;
  /** Numbers of the batches, which carry no authority of their own. */
  readonly batches: number[];
}

/** Why a start does not become a sweep. */
export interface Skipped {
  readonly skipped: string;
}

/** The answer of the decision, which the state machine hands on. */
export interface DecisionReference {
  /** SHA-256 of `decision.json`. */
  readonly digest: string;
  /** Digest of the plan: of what is deleted, and of nothing else. */
  readonly plan: string;
  /** Numbers of the batches of the purge: none where nothing is to be deleted. */
  readonly batches: number[];
  /** Where people have to approve the plan. */
  readonly approval?: ApprovalRequest;
}

/** Input of the function that finds an account that joined the organization. */
export interface JoinedEvent {
  /** The event, whose shape AWS does not document. */
  readonly event: unknown;
  /** ISO 8601, by the clock of the state machine: the start of the execution. */
  readonly startedAt: string;
  /** ISO 8601, by the clock of the state machine. */
  readonly now: string;
  /** The error of the latest sweep of the account. */
  readonly failure?: StateError;
}

/** The answer of that function: the state machine waits, or sweeps the account by this start. */
export interface JoinedAnswer {
  readonly ready: boolean;
  readonly waitSeconds: number;
  readonly accountId: string;
  readonly start: StartInput;
}

/** The input of a start: it can narrow the selection of the construct, and nothing else. */
export interface StartInput {
  /** Only these of the selected accounts: one at least. */
  readonly accounts?: string[];
  /** Delete nothing this time. `false` does not undo the construct's own dry run. */
  readonly dryRun?: boolean;
  /** With `accounts`: those that the construct does not select are reported as skipped. Without it they are an error. */
  readonly ifSelected?: boolean;
  /** Not while another sweep of the whole selection is at work. */
  readonly unlessRunning?: boolean;
  /** Not before this time (ISO 8601, UTC). */
  readonly notBefore?: string;
}

/** `looked.json`, written when every account has been looked at. */
export type LookedFile = Pick<RunReference, 'digest'>;

/** `asked.json`, written when people are asked whether the plan may be carried out. `latest-asked.json` is that of the latest execution that has asked. */
export interface AskedFile {
  /** ARN of the execution. */
  readonly execution: string;
  /** Digest of the plan. */
  readonly plan: string;
  /** ISO 8601, by the clock of the state machine. Executions of an older definition leave it out. */
  readonly at?: string;
}

/** `go.json`, written when the plan may be carried out: where people were asked, as soon as an answer has named its digest. */
export interface GoFile {
  /** Digest of the plan. */
  readonly plan: string;
  /** ISO 8601, by the clock of the state machine. Executions of an older definition leave it out. */
  readonly at?: string;
}

/** `end.json`: what the sweep came to, as far as it came, and the error that ended it, if one did. */
export interface EndFile {
  readonly run: Partial<RunReference> & { readonly decision?: DecisionReference; readonly error?: StateError };
}

/** How a sweep ends: a name and a text that fits a stack event. */
export interface Verdict {
  readonly succeeded: boolean;
  /** Absent when it succeeded. */
  readonly error?: string;
  readonly cause: string;
}

/**
 * Settings that decide whether a deployment has anything to sweep. A setting that is added must do nothing while it is false, empty or absent: then a deployment
 * that only brings a newer version of this library sweeps nothing.
 */
export const SWEPT = ['work', 'selection', 'credentials', 'dryRun', 'protection', 'failOnFindings', 'limits', 'plan', 'approvalHours'] as const;

export type SweptSettings = Pick<SweepSettings, typeof SWEPT[number]>;

/** The same without the notes that came with the exceptions. Who answers for one, and until when, changes nothing of what is swept, so a deployment that changes it sweeps nothing. */
export function withoutNotes<Settings extends Partial<Pick<SweepSettings, 'selection' | 'protection'>>>(settings: Settings): Settings {
  const { selection, protection } = settings;
  return {
    ...settings,
    ...selection && { selection: { ...selection, exclusions: undefined } },
    ...protection && { protection: { ...protection, keep: protection.keep?.map(({ owner, until, ...rule }) => rule) } },
  };
}

/** CloudFormation calls the function for other changes than that of `Sweep` too. */
export interface SweepProperties {
  readonly Sweep: SweptSettings;
  readonly Nonce?: string;
  /** Names of protections that this deployment may let go of: ids of accounts, reasons of rules, `USE_WINDOW`, `PASSWORD_RECOVERIES`. */
  readonly Release?: string[];
  /** Address of the record of what was accepted: another bucket has none yet. */
  readonly Accepted: string;
  /** The schedule that asks from when on it may start sweeps; a change of it alone starts none. */
  readonly Schedule?: string;
}

/** How `release` names protections that have no name of their own: those of the properties. */
export const USE_WINDOW = 'keepIfUsedWithin';
export const PASSWORD_RECOVERIES = 'passwordRecoveries';
export const LIMITS = 'limits';
export const PLAN = 'plan';
export const APPROVAL = 'approval';

/** Attribute of the custom resource: a time shortly after its own sweep has ended. */
export const SCHEDULE_FROM_ATTRIBUTE = 'ScheduleFrom';
/** Attributes of the custom resource: what its latest sweep did, in one line, and the address of that sweep's report. */
export const SUMMARY_ATTRIBUTE = 'Summary';
export const REPORT_ATTRIBUTE = 'Report';
export const COUNT_ATTRIBUTES = {
  accountsSwept: 'AccountsSwept',
  accountsFailed: 'AccountsFailed',
  credentialsFound: 'CredentialsFound',
  credentialsDeleted: 'CredentialsDeleted',
  credentialsKept: 'CredentialsKept',
} as const;

/** The output of an execution that succeeded, in addition to the verdict. */
export interface SweepSummary {
  /** Accounts by outcome. */
  readonly accounts: Readonly<Record<string, number>>;
  readonly credentials: { readonly found: number; readonly deleted: number; readonly kept: number };
  /** Address of the report. */
  readonly report: string;
}

/** The folders of the reports bucket. */
export const RUNS_PREFIX = 'runs/';
export const LATEST_PREFIX = 'latest/';
export const ACCEPTED_PREFIX = 'accepted/';

/** Of what people are notified: what the report before does not have, or every sweep. */
export type NotifyWhen = 'NEW' | 'ALWAYS';

/** Source and detail type of the events of sweeps, on the account's default bus. */
export const EVENT_SOURCE = 'cdk-root-access';
export const SWEEP_FINISHED = 'Root Credentials Sweep Finished';

/** Where the metrics of sweeps are. Their one dimension is the path of the construct. */
export const METRIC_NAMESPACE = 'CdkRootAccess';
export const SWEEP_DIMENSION = 'Sweep';

/** Metrics of a sweep, as its functions emit them and the constructs read them: `plansMade` the function that decides, the others the function that reports. */
export const METRICS = {
  accountsSwept: 'AccountsSwept',
  accountsClean: 'AccountsClean',
  accountsFailed: 'AccountsFailed',
  credentialsFound: 'CredentialsFound',
  credentialsDeleted: 'CredentialsDeleted',
  credentialsKept: 'CredentialsKept',
  sweepsFinished: 'SweepsFinished',
  sweepsIncomplete: 'SweepsIncomplete',
  sweepDuration: 'SweepDuration',
  endedExceptions: 'EndedExceptions',
  foreignMailboxes: 'ForeignMailboxes',
  signalsFailed: 'SignalsFailed',
  plansMade: 'PlansMade',
} as const;
export type MetricName = keyof typeof METRICS;

/** Environment of every function of a sweep. */
export interface SweepEnvironment {
  readonly REPORTS_BUCKET: string;
  /** Prefix of the folders of a sweep in a bucket that others may use too; absent where they are at the top. */
  readonly REPORTS_PREFIX?: string;
}

/** Environment of a function that does nothing under settings which no deployment has accepted. */
export interface AcceptanceEnvironment extends SweepEnvironment {
  /** Key of the record of what a deployment has accepted. */
  readonly ACCEPTED_KEY: string;
}

export interface WalkEnvironment extends AcceptanceEnvironment, RootSessionEnvironment {
  /** Where the function may read service and resource control policies. */
  readonly READ_SERVICE_CONTROL_POLICIES?: 'true';
}

export interface DecideEnvironment extends AcceptanceEnvironment {
  /** Name of the sweep in metrics. */
  readonly SWEEP_NAME: string;
}

export interface ReportEnvironment extends SweepEnvironment {
  /** Name of the sweep in metrics and events. */
  readonly SWEEP_NAME: string;
  readonly NOTIFICATIONS_TOPIC_ARN?: string;
  /** `NEW` where it is absent. */
  readonly NOTIFY?: NotifyWhen;
}

export interface JoinedEnvironment {
  readonly PURGE_JOINED_ACCOUNTS: 'true' | 'false';
}

export interface DeploymentEnvironment extends AcceptanceEnvironment, OwnStackEnvironment {
  readonly STATE_MACHINE_ARN: string;
  readonly SWEEP_TIMEOUT_SECONDS: string;
}

/** The handlers of a sweep, by the names of its states. */
export const SELECT: HandlerContract<AcceptanceEnvironment, MachineEvent> = { asset: 'sweep-select', entry: 'handler' };
export const LOOK: HandlerContract<WalkEnvironment, BatchEvent> = { asset: 'sweep-look', entry: 'handler' };
export const DECIDE: HandlerContract<DecideEnvironment, MachineEvent> = { asset: 'sweep-decide', entry: 'handler' };
export const PURGE: HandlerContract<WalkEnvironment, BatchEvent> = { asset: 'sweep-purge', entry: 'handler' };
export const REPORT: HandlerContract<ReportEnvironment, MachineEvent> = { asset: 'sweep-report', entry: 'handler' };

/** The handlers that start sweeps: for an account that joined, and for a deployment, which waits for the end. */
export const JOINED: HandlerContract<JoinedEnvironment, JoinedEvent> = { asset: 'sweep-joined', entry: 'handler' };
export const DEPLOYMENT: HandlerContract<DeploymentEnvironment> = { asset: 'sweep-deployment', entry: 'handler' };
