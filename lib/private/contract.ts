/**
 * What `lib/` writes into templates and `lambda/` reads back: names and shapes, and nothing that needs the CDK or the SDK.
 */

/** CloudFormation turns every scalar of a custom resource's properties into a string. */
export type Flag = 'true' | 'false';

/** What happens to a switch when it leaves the stack. */
export type Removal = 'retain' | 'destroy';

// --- organization ------------------------------------------------------------------------------

export const FEATURES_RESOURCE_TYPE = 'Custom::OrgRootAccessFeatures';
export const DELEGATION_RESOURCE_TYPE = 'Custom::RootAccessDelegation';

/** The service principal of IAM, in whose name trusted access and delegation are given. */
export const IAM_SERVICE_PRINCIPAL = 'iam.amazonaws.com';

export type FeatureName = 'RootCredentialsManagement' | 'RootSessions';

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

/** What decides whether a deployment has anything to sweep: CloudFormation calls the function for other changes too. */
export interface SweepProperties {
  readonly Sweep: Pick<SweepSettings, 'work' | 'selection' | 'credentials' | 'dryRun' | 'protection' | 'failOnFindings'>;
  readonly Nonce?: string;
  /** The schedule that asks from when on it may start sweeps; a change of it alone starts none. */
  readonly Schedule?: string;
}

/** Attribute of the custom resource: a time shortly after its own sweep has ended. */
export const SCHEDULE_FROM_ATTRIBUTE = 'ScheduleFrom';

/** Names of the environment variables of the sweep's functions. */
export const BUCKET_VARIABLE = 'REPORTS_BUCKET';
export const MACHINE_VARIABLE = 'STATE_MACHINE_ARN';
export const STS_REGION_VARIABLE = 'STS_REGION';
export const TIMEOUT_VARIABLE = 'SWEEP_TIMEOUT_SECONDS';
export const JOINED_PURGE_VARIABLE = 'PURGE_JOINED_ACCOUNTS';

/** The folders of the reports bucket. */
export const RUNS_PREFIX = 'runs/';
export const LATEST_PREFIX = 'latest/';

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
}
