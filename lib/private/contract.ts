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

/** Which accounts a construct selects: exactly one of the first three decides, `exclude` takes away. */
export interface Selection {
  readonly organization?: boolean;
  readonly accounts?: string[];
  readonly organizationalUnits?: string[];
  readonly exclude: string[];
}

/** How a construct's sweeps are done. It is part of the state machine's definition, so no start can change it. */
export interface SweepSettings {
  readonly selection: Selection;
  /** Kinds that the sweep deletes; of the others it reports what is there. */
  readonly credentials: CredentialKind[];
  readonly dryRun: boolean;
  readonly tolerateFailedAccounts: boolean;
  readonly accountsPerBatch: number;
  readonly accountsInFlight: number;
}

/** What decides whether a deployment has anything to sweep: CloudFormation calls the function for other changes too. */
export interface SweepProperties {
  readonly Sweep: Pick<SweepSettings, 'selection' | 'credentials' | 'dryRun'>;
  readonly Nonce?: string;
}

/** Names of the environment variables of the sweep's functions. */
export const BUCKET_VARIABLE = 'REPORTS_BUCKET';
export const MACHINE_VARIABLE = 'STATE_MACHINE_ARN';
export const STS_REGION_VARIABLE = 'STS_REGION';
export const TIMEOUT_VARIABLE = 'SWEEP_TIMEOUT_SECONDS';

/** The folders of the reports bucket. */
export const RUNS_PREFIX = 'runs/';
export const LATEST_PREFIX = 'latest/';

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
