/**
 * What `lib/` writes into templates and `lambda/` reads back: names and shapes, and nothing that needs the CDK or the SDK.
 */

/** CloudFormation turns every scalar of a custom resource's properties into a string. */
export type Flag = 'true' | 'false';

/** What happens to a switch when it leaves the stack. */
export type Removal = 'retain' | 'destroy';

// --- control files -----------------------------------------------------------------------------

/**
 * The folder in which a state machine says what it does: `control/<state machine>/<execution>/<file>`. The bucket lets nobody else write there,
 * so a function believes these files, and nothing of the event with which it is invoked: a permission to invoke it is not one to start anything.
 */
export const CONTROL_PREFIX = 'control/';

/** Name of the environment variable with the folder of the state machine that a function belongs to. */
export const CONTROL_VARIABLE = 'CONTROL_PREFIX';

/** What an execution is about, written by its first state. */
export const RUN_FILE = 'run.json';
/** What a sweep came to before its report. */
export const END_FILE = 'end.json';
/** What a runbook may go on with. */
export const GO_FILE = 'go.json';

/** An execution, from the context of its state machine: nothing of it is what a start says. */
export interface MachineExecution {
  /** ARN */
  readonly id: string;
  readonly name: string;
  /** ISO 8601. A redrive does not change it. */
  readonly startTime: string;
  /** ARN of the state machine. */
  readonly machine: string;
}

/** `run.json`. */
export interface RunFile<Settings = unknown> {
  readonly execution: MachineExecution;
  /** What the start said: nothing of it is trusted. */
  readonly input: unknown;
  /** From the definition of the state machine. */
  readonly settings: Settings;
  /** Seconds that the state machine gives an execution. It may be redriven later, and must not go on then. */
  readonly timeoutSeconds: number;
}

/** What the functions of a state machine are asked: everything else is in its control files. */
export interface MachineEvent {
  /** Name of the execution. */
  readonly run: string;
}

// --- organization ------------------------------------------------------------------------------

export const FEATURES_RESOURCE_TYPE = 'Custom::OrgRootAccessFeatures';
export const DELEGATION_RESOURCE_TYPE = 'Custom::RootAccessDelegation';

/** The service principal of IAM, in whose name trusted access and delegation are given. */
export const IAM_SERVICE_PRINCIPAL = 'iam.amazonaws.com';

export type FeatureName = 'RootCredentialsManagement' | 'RootSessions';

/** Name of the environment variable with the properties of every switch of the stack, by logical id: a request is not believed what its own are. */
export const SWITCHES_VARIABLE = 'SWITCHES';

export interface FeaturesProperties {
  readonly Features: FeatureName[];
  readonly RemovalPolicy: Removal;
}

export interface DelegationProperties {
  readonly AccountId: string;
  readonly Exclusive: Flag;
  readonly RemovalPolicy: Removal;
}

// --- sweep -------------------------------------------------------------------------------------

export const SWEEP_RESOURCE_TYPE = 'Custom::RootCredentialsSweep';

/** Kinds of root credentials, in the order in which a sweep deletes them: MFA goes last, when the password is gone. */
export const CREDENTIAL_KINDS = ['Password', 'AccessKey', 'SigningCertificate', 'MfaDevice'] as const;
export type CredentialKind = typeof CREDENTIAL_KINDS[number];

/** Which accounts a construct selects: those of one of the lists, without one the whole organization; `exclude` takes away. */
export interface Selection {
  readonly accounts?: string[];
  readonly organizationalUnits?: string[];
  readonly exclude: string[];
}

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

/** `end.json`: the selection, unless that failed, and the error that ended the sweep, if one did. */
export interface EndFile {
  readonly run: Partial<RunReference> & { readonly error?: StateError };
}

/**
 * What decides whether a deployment has anything to sweep. A setting that is added must do nothing while it is false, empty or absent: then a deployment
 * that only brings a newer version of this library sweeps nothing.
 */
export const SWEPT = ['work', 'selection', 'credentials', 'dryRun', 'protection', 'failOnFindings'] as const;

/** CloudFormation calls the function for other changes than that of `Sweep` too. */
export interface SweepProperties {
  readonly Sweep: Pick<SweepSettings, typeof SWEPT[number]>;
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

/** Name of the environment variable with the id of the stack: a function that CloudFormation asks believes no other. */
export const STACK_VARIABLE = 'STACK_ID';

/** Names of the environment variables of the sweep's functions. */
export const BUCKET_VARIABLE = 'REPORTS_BUCKET';
export const MACHINE_VARIABLE = 'STATE_MACHINE_ARN';
export const STS_REGION_VARIABLE = 'STS_REGION';
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

// --- signals -----------------------------------------------------------------------------------

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

// --- password recovery -------------------------------------------------------------------------

/** The folder of the runbooks' records bucket with a file for each account, `recoveries/<accountId>.json`: its latest password recovery. */
export const RECOVERIES_PREFIX = 'recoveries/';

/**
 * That somebody may set a root password in an account until a time, as sweeps read it: open while `closedAt` is absent and
 * `endsAt` has not come. Times are ISO 8601 in UTC.
 */
export interface PasswordRecovery {
  readonly accountId: string;
  readonly reason: string;
  readonly startedBy?: string;
  readonly openedAt: string;
  readonly endsAt: string;
  readonly closedAt?: string;
}

// --- guard -------------------------------------------------------------------------------------

export const GUARDRAIL_PREFLIGHT_RESOURCE_TYPE = 'Custom::RootUserGuardrailPreflight';

export interface GuardrailPreflightProperties {
  readonly PolicyName: string;
  /** Ids of roots, organizational units and accounts. */
  readonly Targets: string[];
  readonly TolerateBlockedRootSessions: Flag;
  /** Absent in templates of older versions. */
  readonly Tolerations?: Toleration[];
}

/** A policy, a unit, or a policy in a unit by which root sessions may be blocked. */
export interface Toleration {
  readonly PolicyId?: string;
  readonly OrganizationalUnitId?: string;
  readonly Reason: string;
}

// --- session -----------------------------------------------------------------------------------

/** AWS's task policies, by what they are for: each limits a root session to one task. */
export const TASK_POLICIES = {
  auditCredentials: 'IAMAuditRootUserCredentials',
  createPassword: 'IAMCreateRootUserPassword',
  deleteCredentials: 'IAMDeleteRootUserCredentials',
  unlockBucket: 'S3UnlockBucketPolicy',
  unlockQueue: 'SQSUnlockQueuePolicy',
} as const;
export type TaskPolicyName = typeof TASK_POLICIES[keyof typeof TASK_POLICIES];

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

/** What an approver is asked. The state machine puts a task token after each of the two texts. */
export interface ApprovalRequest {
  /** SHA-256 of the plan: an answer approves this and nothing else. */
  readonly digest: string;
  readonly subject: string;
  readonly approve: string;
  readonly refuse: string;
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
