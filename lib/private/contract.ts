/**
 * What `lib/` writes into templates and `lambda/` reads back: names and shapes, and nothing that needs the CDK or the SDK.
 */

/** CloudFormation turns every scalar of a custom resource's properties into a string. */
export type Flag = 'true' | 'false';

/** What happens to a switch when it leaves the stack. */
export type Removal = 'retain' | 'destroy';

/**
 * The folder in which a state machine says what it does: `control/<state machine>/<execution>/<file>`. The bucket lets nobody else write there,
 * so a function believes these files, and nothing of the event with which it is invoked: a permission to invoke it is not one to start anything.
 */
export const CONTROL_PREFIX = 'control/';

/** Name of the environment variable with the folder of the state machine that a function belongs to. */
export const CONTROL_VARIABLE = 'CONTROL_PREFIX';

/** What an execution is about, written by its first state. */
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

/** Kinds of root credentials, in the order in which a sweep deletes them: MFA goes last, when the password is gone. */
export const CREDENTIAL_KINDS = ['Password', 'AccessKey', 'SigningCertificate', 'MfaDevice'] as const;
export type CredentialKind = typeof CREDENTIAL_KINDS[number];

/** Which accounts a construct selects: those of one of the lists, without one the whole organization; `exclude` takes away. */
export interface Selection {
  readonly accounts?: string[];
  readonly organizationalUnits?: string[];
  readonly exclude: string[];
}

/** Name of the environment variable with the id of the stack: a function that CloudFormation asks believes no other. */
export const STACK_VARIABLE = 'STACK_ID';
export const STS_REGION_VARIABLE = 'STS_REGION';

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

/** What an approver is asked. The state machine puts a task token after each of the two texts. */
export interface ApprovalRequest {
  /** SHA-256 of the plan: an answer approves this and nothing else. */
  readonly digest: string;
  readonly subject: string;
  readonly approve: string;
  readonly refuse: string;
}
