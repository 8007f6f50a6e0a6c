import type { CredentialKind, MachineEvent, Selection } from '../private/contract';

/** What the sweeps in templates and their handlers agree on. */

/** What a sweep came to before its report. */
export const END_FILE = 'end.json';

export const SWEEP_RESOURCE_TYPE = 'Custom::RootCredentialsSweep';

/** An audit looks and reports; a purge deletes, or says what it would delete. */
export type SweepWork = 'audit' | 'purge';

/** What a purge leaves on purpose: credentials of these kinds in these accounts, of all kinds or in all accounts where a list is missing. */
export interface KeptCredentials {
  readonly accounts?: string[];
  readonly credentials?: CredentialKind[];
  readonly reason: string;
}

/** What a purge keeps although its kind is to be deleted. */
export interface Protection {
  readonly keep: KeptCredentials[];
  /** Passwords and access keys that may have been used, or were created, within so many seconds. */
  readonly usedWithinSeconds?: number;
  /** AWS does not say when a certificate was last used. */
  readonly keepCertificates: boolean;
  /** Where the password recoveries are recorded; an account with an open one keeps its password and MFA. */
  readonly recoveriesBucket?: string;
}

/** How a construct's sweeps are done. It is part of the state machine's definition, so no start can change it. */
export interface SweepSettings {
  readonly work: SweepWork;
  readonly selection: Selection;
  /** Kinds that a purge deletes; of the others it reports what is there. An audit has none. */
  readonly credentials: CredentialKind[];
  readonly dryRun: boolean;
  readonly protection: Protection;
  readonly tolerateFailedAccounts: boolean;
  /** Whether a credential that an audit finds fails the sweep. */
  readonly failOnFindings: boolean;
  readonly accountsPerBatch: number;
  readonly accountsInFlight: number;
}

/** What a batch is asked. */
export interface BatchEvent extends MachineEvent {
  /** SHA-256 of `selection.json`, as the state machine was told it. */
  readonly digest: string;
  readonly batch: number;
}

/** What the selection hands on through the state machine: nothing in it grows with the number of accounts. */
export interface RunReference {
  /** SHA-256 of `selection.json`: nobody may widen it between its writing and its reading. */
  readonly digest: string;
  /** Key of the list that the Map reads: numbers of batches, which carry no authority of their own. */
  readonly batchesKey: string;
}

/** An error that a state of a machine caught. */
export interface StateError {
  readonly Error?: string;
  /** JSON of the function's error, or text. */
  readonly Cause?: string;
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

/** `end.json`: the selection, unless that failed, and the error that ended the sweep, if one did. */
export interface EndFile {
  readonly run: Partial<RunReference> & { readonly error?: StateError };
}

/**
 * What decides whether a deployment has anything to sweep. A setting that is added must do nothing while it is false, empty or absent: then a deployment
 * that only brings a newer version of this library sweeps nothing.
 */
export const SWEPT = ['work', 'selection', 'credentials', 'dryRun', 'protection', 'failOnFindings'] as const;

export type SweptSettings = Pick<SweepSettings, typeof SWEPT[number]>;

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

/** What a sweep that succeeded says of itself: the output of its execution, beside the verdict. */
export interface SweepSummary {
  /** Accounts by outcome. */
  readonly accounts: Readonly<Record<string, number>>;
  readonly credentials: { readonly found: number; readonly deleted: number; readonly kept: number };
  /** Address of the report. */
  readonly report: string;
}

/** Names of the environment variables of the sweep's functions. */
export const BUCKET_VARIABLE = 'REPORTS_BUCKET';
export const MACHINE_VARIABLE = 'STATE_MACHINE_ARN';
/** `true` where the batch function may read service control policies. */
export const READ_POLICIES_VARIABLE = 'READ_SERVICE_CONTROL_POLICIES';
/** Key of the record of what a deployment has accepted. */
export const ACCEPTED_VARIABLE = 'ACCEPTED_KEY';
export const TIMEOUT_VARIABLE = 'SWEEP_TIMEOUT_SECONDS';
export const JOINED_PURGE_VARIABLE = 'PURGE_JOINED_ACCOUNTS';

/** Below what the folders of a sweep are, in a bucket that others may use too; absent where they are at the top. */
export const REPORTS_PREFIX_VARIABLE = 'REPORTS_PREFIX';

/** The folders of the reports bucket. */
export const RUNS_PREFIX = 'runs/';
export const LATEST_PREFIX = 'latest/';
export const ACCEPTED_PREFIX = 'accepted/';

/** Names of the environment variables of the function that reports. */
export const SWEEP_NAME_VARIABLE = 'SWEEP_NAME';
export const TOPIC_VARIABLE = 'NOTIFICATIONS_TOPIC_ARN';

/** What an event of a sweep says it is, on the account's default bus. */
export const EVENT_SOURCE = 'cdk-root-access';
export const SWEEP_FINISHED = 'Root Credentials Sweep Finished';

/** Where the metrics of sweeps are. Their one dimension is the path of the construct. */
export const METRIC_NAMESPACE = 'CdkRootAccess';
export const SWEEP_DIMENSION = 'Sweep';

/** Metrics of a sweep, as the function that reports emits them and the constructs read them. */
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
  signalsFailed: 'SignalsFailed',
} as const;
export type MetricName = keyof typeof METRICS;
