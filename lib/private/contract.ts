/**
 * Names and shapes that `lib/` writes into templates and `lambda/` reads back. Nothing here needs the CDK or the SDK.
 */

/**
 * A handler: where its bundle is, and by its types the environment variables that its template sets and it reads, and the event that a state machine sends.
 */
export interface HandlerContract<Environment extends object, Event = unknown> {
  /** Folder below `assets/`. */
  readonly asset: string;
  /** Name of the exported function. */
  readonly entry: string;
  /** For the compiler alone. */
  readonly types?: { readonly environment: Environment; readonly event: Event };
}

/** CloudFormation turns every scalar of a custom resource's properties into a string. */
export type Flag = 'true' | 'false';

/** What happens to a switch when it leaves the stack. */
export type Removal = 'retain' | 'destroy';

/**
 * The folder in which a state machine says what it does: `control/<state machine>/<execution>/<file>`. The bucket lets nobody else write there,
 * so a function believes these files, and nothing of the event with which it is invoked: a permission to invoke it is not one to start anything.
 */
export const CONTROL_PREFIX = 'control/';

/** Environment of a function that belongs to a state machine. */
export interface ControlEnvironment {
  /** The folder of the state machine. */
  readonly CONTROL_PREFIX: string;
}

/** The file in which the first state writes what an execution is about. */
export const RUN_FILE = 'run.json';

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
  /** The input of the start. It is untrusted. */
  readonly input: unknown;
  /** From the definition of the state machine. */
  readonly settings: Settings;
  /** Seconds that the state machine gives an execution. It may be redriven later, and must not go on then. */
  readonly timeoutSeconds: number;
}

/** The event of every function of a state machine. Everything else is in its control files. */
export interface MachineEvent {
  /** Name of the execution. */
  readonly run: string;
}

/** Kinds of root credentials, in the order in which a sweep deletes them: MFA goes last, when the password is gone. */
export const CREDENTIAL_KINDS = ['Password', 'AccessKey', 'SigningCertificate', 'MfaDevice'] as const;
export type CredentialKind = typeof CREDENTIAL_KINDS[number];

/** Why something is left alone, who answers for it, and its last day in UTC. It is for the reports: what has ended protects like before. */
export interface ExceptionNote {
  readonly reason: string;
  readonly owner?: string;
  /** `2027-01-31` */
  readonly until?: string;
}

/** Which accounts a construct selects: those of one of the lists, without one the whole organization; `exclude` takes away. */
export interface Selection {
  readonly accounts?: string[];
  readonly organizationalUnits?: string[];
  readonly exclude: string[];
  /** Notes on accounts of `exclude`; nothing that is done depends on them. */
  readonly exclusions?: ExcludedAccounts[];
}

export interface ExcludedAccounts extends ExceptionNote {
  readonly accounts: string[];
}

/** Environment of a function that CloudFormation invokes: it believes requests about this stack alone. */
export interface OwnStackEnvironment {
  readonly STACK_ID: string;
}

/** Environment of a function that takes root sessions. */
export interface RootSessionEnvironment {
  readonly STS_REGION: string;
}

/** An error that a state of a machine caught. */
export interface StateError {
  readonly Error?: string;
  /** JSON of the function's error, or text. */
  readonly Cause?: string;
}

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

/** AWS's task policies, by what they are for: each limits a root session to one task. */
export const TASK_POLICIES = {
  auditCredentials: 'IAMAuditRootUserCredentials',
  createPassword: 'IAMCreateRootUserPassword',
  deleteCredentials: 'IAMDeleteRootUserCredentials',
  unlockBucket: 'S3UnlockBucketPolicy',
  unlockQueue: 'SQSUnlockQueuePolicy',
} as const;
export type TaskPolicyName = typeof TASK_POLICIES[keyof typeof TASK_POLICIES];

/** The request to an approver. The state machine puts a task token after each of the two texts. */
export interface ApprovalRequest {
  /** SHA-256 of the plan: an answer approves this and nothing else. */
  readonly digest: string;
  readonly subject: string;
  readonly approve: string;
  readonly refuse: string;
}
