import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { POLICIES_PREFIX } from './contract';
import { deniedAccounts } from './protected-accounts';
import { RootSessionApprovers } from './root-session-approvers';
import { AlarmOptions } from '../alarm-options';
import { RootAccessFunctionOptions } from '../function-options';
import { OpenRecoveries } from './password-recovery/open-recoveries';
import { IPasswordRecoveries, PasswordRecoveries } from './password-recovery/password-recoveries';
import { PasswordRecovery, PasswordRecoveryOptions } from './password-recovery/password-recovery-runbooks';
import { PolicyRunbooks } from './resource-policy/resource-policy-runbooks';
import { IRootSessionRunbook } from './runbook';
import { AccountSelection } from '../organization/account-selection';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { Approvals } from '../private/approvals';
import { SharedAssumeRoot } from '../private/assume-root';
import { aBucket, aKey, ALARMS, anAccountSelection, aTopic, someFeatures, someFunctionOptions, someTexts } from '../private/cdk-shapes';
import { RECOVERIES_PREFIX } from '../private/contract';
import { reserveControlFiles } from '../private/control-files';
import { grantReadPrefixes } from '../private/read-prefixes';
import { checkBucket, reservePrefixes } from '../private/reserved-prefixes';
import { retainedBucket, useKey } from '../private/retained-bucket';
import { aBoolean, aDuration, aText, checkShape, listOf, options, Shape } from '../private/shape';
import { stsRegion, warnOfPartition } from '../private/stack-region';
import { useKeyOfTopic } from '../private/statements';
import { addActions, warnOfKeysOfAws, warnOfSilentAlarms } from '../private/topic-for-alarms';
import { checkAccountId, checkSomeAccountIsLeft } from '../private/validate';

/** Properties of RootSessionRunbooks. */
export interface RootSessionRunbooksProps {
  /**
   * Centralized root access of the organization. The runbooks are deployed after it.
   *
   * Adds a statement that denies `sts:AssumeRoot` on the management account to the roles of the runbooks.
   *
   * @default - centralized root access is already enabled; otherwise a runbook fails and names the remedy
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * Member accounts in which the runbooks can be used.
   *
   * With organizational units, adds `organizations:ListParents`: the runbooks check the unit of an account
   * themselves, because IAM cannot.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * IDs of accounts in which no runbook can be used.
   *
   * Adds a statement that denies `sts:AssumeRoot` on each of these accounts to managed policies that the roles of
   * the runbooks share. This allows up to 1,305 accounts with the default IAM quota of 10 managed policies per
   * role, and up to 2,320 with a quota of 17, including the accounts that the selection excludes. With
   * `AccountSelection.accounts`, the number is not limited: beyond that quota, the statement names only the
   * accounts in the selection, and no statement allows any other account.
   *
   * @default - only the accounts that the selection excludes
   */
  readonly protectedAccounts?: string[];

  /**
   * Names of buckets whose policy no runbook changes.
   *
   * The runbooks check this; IAM does not enforce it. The permission to change a policy belongs to the root
   * session, which AWS limits to a task and not to a bucket. To protect a bucket with IAM, too, protect its
   * account.
   *
   * @default - none
   */
  readonly protectedBuckets?: string[];

  /**
   * Names or ARNs of queues whose policy no runbook changes. The runbooks check this, as with `protectedBuckets`.
   *
   * @default - none
   */
  readonly protectedQueues?: string[];

  /**
   * Whether an unlock can replace the policy, instead of only removing it. Requires `approvers`.
   *
   * The replacement is a file of the records bucket, `replacements/<SHA-256 of its bytes>.json`. The start names
   * its SHA-256, and the approval refers to it. Adds `s3:GetObject` and `s3:ListBucket` on these files to the roles
   * that unlock, and `s3:PutObject` to `grantStart`.
   *
   * @default false
   */
  readonly allowReplacement?: boolean;

  /**
   * Approval that is required before a runbook changes anything. Closing a password recovery requires no approval.
   *
   * @default - no approval is required
   */
  readonly approvers?: RootSessionApprovers;

  /**
   * Options of the password recovery.
   *
   * @default - recoveries last 24 hours, at most 7 days, without reminders
   */
  readonly passwordRecovery?: PasswordRecoveryOptions;

  /**
   * Actions of the alarm for a password recovery that could not be closed.
   *
   * The alarm exists with and without actions. Synthesis warns about `alarms` without `actions`.
   *
   * @default - the alarm has no actions
   */
  readonly alarms?: AlarmOptions;

  /**
   * Bucket for the records. It must be versioned. Do not use the bucket of the reports, which has other readers.
   *
   * Adds a statement to the bucket policy that denies write access below `policies/` and `recoveries/` to all
   * principals except the roles of the runbooks.
   *
   * @default - a new bucket: versioned, encrypted, TLS only, retained when the stack is deleted
   */
  readonly recordsBucket?: s3.IBucket;

  /**
   * KMS key that encrypts the new bucket. Cannot be combined with `recordsBucket`.
   *
   * Adds permissions on the key, limited to requests through S3: `kms:Decrypt` to the roles of the functions, and
   * `kms:GenerateDataKey` to the roles of the functions that write.
   *
   * @default - keys managed by S3
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Region of the STS endpoint that issues the root sessions. The Region must be enabled in every account.
   *
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
   *
   * @default - the Region of the stack if it is known and enabled by default, otherwise us-east-1; in partitions
   * other than `aws`, the Region of the stack
   */
  readonly stsRegion?: string;

  /**
   * Options of the Lambda functions. In a VPC, the policy of the S3 endpoint must allow the requests of the
   * runbooks to buckets of other accounts.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

const APPROVERS: Shape<RootSessionApprovers> = { needed: { topic: aTopic }, optional: { timeout: aDuration } };

const RECOVERY: Shape<PasswordRecoveryOptions> = {
  needed: {},
  optional: { duration: aDuration, longestDuration: aDuration, topic: aTopic, reminders: listOf(aDuration) },
};

const PROPS: Shape<RootSessionRunbooksProps> = {
  needed: {},
  optional: {
    features: someFeatures,
    accounts: anAccountSelection,
    protectedAccounts: someTexts,
    protectedBuckets: someTexts,
    protectedQueues: someTexts,
    allowReplacement: aBoolean,
    approvers: options(APPROVERS),
    passwordRecovery: options(RECOVERY),
    alarms: options(ALARMS),
    recordsBucket: aBucket,
    encryptionKey: aKey,
    stsRegion: aText,
    functionOptions: someFunctionOptions,
  },
};

/**
 * Runbooks for tasks that otherwise need a root login.
 *
 * They unlock an S3 bucket or an SQS queue whose policy denies all principals, restore the previous policy, and
 * allow and close the recovery of a root password.
 *
 * Each runbook is an Automation document of AWS Systems Manager that starts a state machine. The state machine
 * makes all checks, so that starting it directly does not bypass any. Each runbook requires a reason, supports a
 * dry run, and reports only results that it has verified. Before a change, it saves the current state with the
 * reason, the principal that started it and the SHA-256. No principal can start a runbook until you call
 * `grantStart`.
 *
 * While a password recovery is open, deletion of the stack fails with the command that closes the recovery, because
 * nothing deletes the password without these runbooks.
 *
 * Deploy it to the management account or to a delegated administrator for IAM. Nothing is deployed to the member
 * accounts.
 *
 * Permissions: each runbook has a function and a role of its own. The role can call `sts:AssumeRoot` with a single
 * task policy, in the selected accounts and never in the protected accounts, call `ssm:GetAutomationExecution` to
 * identify the principal that started the runbook, and read and write the records of the runbook. Extending a
 * password recovery needs no root session. The function that allows a recovery reads the service and resource
 * control policies above the account, to report those that still deny the root user: `organizations:ListParents`,
 * `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy`. If it cannot read them, it reports that
 * and continues. The function that prevents the deletion reads the records below `recoveries/`, the executions that
 * close recoveries (`states:ListExecutions`, `states:DescribeExecution`) and the status of this stack. The state
 * machines can invoke their function, write their log and publish to the topics, and with
 * `approvers` call `organizations:DescribeAccount`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
 *
 * @example
 * declare const operators: iam.Role;
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * const runbooks = new RootSessionRunbooks(this, 'Runbooks', {
 *   features,
 *   protectedAccounts: ['333333333333'],
 * });
 * runbooks.unlockBucket.grantStart(operators);
 */
export class RootSessionRunbooks extends Construct {
  /**
   * Runbook that unlocks an S3 bucket.
   *
   * Parameters: `AccountId`, `Bucket`, `Reason`, `DryRun`, and with `allowReplacement` also `ReplacementSha256`.
   */
  public readonly unlockBucket: IRootSessionRunbook;

  /**
   * Runbook that unlocks an SQS queue.
   *
   * Parameters: `AccountId`, `Queue`, `Region`, `Reason`, `DryRun`, and with `allowReplacement` also
   * `ReplacementSha256`.
   */
  public readonly unlockQueue: IRootSessionRunbook;

  /**
   * Runbook that restores the policy of a bucket.
   *
   * Parameters: `AccountId`, `Bucket`, `Record`, `Reason`, `DryRun`.
   */
  public readonly restoreBucketPolicy: IRootSessionRunbook;

  /**
   * Runbook that restores the policy of a queue.
   *
   * Parameters: `AccountId`, `Queue`, `Region`, `Record`, `Reason`, `DryRun`.
   */
  public readonly restoreQueuePolicy: IRootSessionRunbook;

  /**
   * Runbook that allows the recovery of a root password for a number of hours.
   *
   * Parameters: `AccountId`, `Hours`, `Reason`, `DryRun`.
   */
  public readonly allowPasswordRecovery: IRootSessionRunbook;

  /**
   * Runbook that extends a password recovery.
   *
   * Parameters: `AccountId`, `Hours`, `Reason`, `DryRun`.
   */
  public readonly extendPasswordRecovery: IRootSessionRunbook;

  /**
   * Runbook that closes a password recovery immediately.
   *
   * Parameters: `AccountId`, `Reason`, `DryRun`.
   */
  public readonly closePasswordRecovery: IRootSessionRunbook;

  /**
   * State machine that closes password recoveries at their end, with one execution for each recovery.
   *
   * Canceling a runbook does not stop the execution.
   */
  public readonly passwordRecoveryCloser: sfn.IStateMachine;

  /**
   * Alarm that is triggered when an execution of `passwordRecoveryCloser` fails or is stopped: the root user may still
   * have a password.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /** Records of the accounts that may currently have a root password. Pass them to a purge that should keep it. */
  public readonly passwordRecoveries: IPasswordRecoveries;

  /** Bucket for the records of the runbooks: policies below `policies/`, password recoveries below `recoveries/`. */
  public readonly recordsBucket: s3.IBucket;

  constructor(scope: Construct, id: string, props: RootSessionRunbooksProps = {}) {
    super(scope, id);
    checkShape(PROPS, props);
    const { protectedBuckets = [], protectedQueues = [], allowReplacement = false } = props;
    check(props);
    if (props.recordsBucket) {
      checkBucket(this, 'recordsBucket', props.recordsBucket);
    }
    const bucket = props.recordsBucket ?? retainedBucket(this, 'Records', props.encryptionKey);
    const approvals = new Approvals(props.approvers);
    const selection = (props.accounts ?? AccountSelection.organization())._selection();
    const protectedAccounts = [...props.protectedAccounts ?? [], ...props.features ? [props.features.managementAccountId] : []];
    checkSomeAccountIsLeft(selection, protectedAccounts);
    const denied = deniedAccounts(this, selection, protectedAccounts);
    const settings = { selection, protectedAccounts: denied.filter((account) => !selection.exclude.includes(account)) };
    const rootSessions = new SharedAssumeRoot(this, 'AssumeRoot', { accounts: selection.accounts, exclude: denied });
    warnOfPartition(this);
    const common = { approvals, bucket, rootSessions, stsRegion: stsRegion(this, props.stsRegion), options: props.functionOptions };

    const buckets = new PolicyRunbooks(this, 'Bucket', {
      ...common, kind: 'bucket', settings: { ...settings, protectedResources: protectedBuckets, allowReplacement },
    });
    const queues = new PolicyRunbooks(this, 'Queue', {
      ...common, kind: 'queue', settings: { ...settings, protectedResources: protectedQueues, allowReplacement },
    });
    const passwords = new PasswordRecovery(this, 'PasswordRecovery', { ...common, settings, recovery: props.passwordRecovery });
    const open = new OpenRecoveries(this, 'OpenRecoveries', { recoveries: passwords, bucket, options: props.functionOptions });
    const reserved = reservePrefixes(this, bucket, {
      property: 'recordsBucket',
      prefixes: [
        { prefix: POLICIES_PREFIX, sid: 'OnlyRunbooksWritePolicies', writers: [...buckets.roles, ...queues.roles] },
        { prefix: RECOVERIES_PREFIX, sid: 'OnlyRunbooksWriteRecoveries', writers: passwords.writers },
      ],
    });
    const writers = [...buckets.roles, ...queues.roles, ...passwords.writers];
    const decrypting = useKey(this, 'DecryptPolicy', bucket, ['kms:Decrypt'], [...writers, ...passwords.readers, open.role]);
    const runbooks = [buckets.unlock, queues.unlock, buckets.restore, queues.restore, passwords.allow, passwords.extend, passwords.close];
    const machines = runbooks.map(({ stateMachine }) => stateMachine);
    reserveControlFiles(this, bucket, 'recordsBucket', machines);
    const encrypting = useKey(this, 'EncryptPolicy', bucket, ['kms:GenerateDataKey'], [...writers, ...machines.map(({ role }) => role)]);
    useKeyOfTopic(this, props.passwordRecovery?.topic).forEach((statement) => passwords.closer.addToRolePolicy(statement));
    open.keep(buckets, queues, passwords, reserved, decrypting, encrypting);
    if (props.features) {
      this.node.addDependency(props.features);
    }

    this.recordsBucket = bucket;
    this.unlockBucket = buckets.unlock;
    this.unlockQueue = queues.unlock;
    this.restoreBucketPolicy = buckets.restore;
    this.restoreQueuePolicy = queues.restore;
    this.allowPasswordRecovery = passwords.allow;
    this.extendPasswordRecovery = passwords.extend;
    this.closePasswordRecovery = passwords.close;
    this.passwordRecoveryCloser = passwords.closer;
    this.alarms = passwords.alarms;
    addActions(this.alarms, props.alarms);
    warnOfKeysOfAws(this, 'alarms.actions', props.alarms?.actions);
    if (props.alarms) {
      warnOfSilentAlarms(this, 'alarms', this.alarms);
    }
    this.passwordRecoveries = PasswordRecoveries.fromBucket(this, 'PasswordRecoveries', bucket);
  }

  /** Grants the given identity permission to start every runbook. Calls `grantStart` of each runbook. */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.all.map((runbook) => runbook.grantStart(grantee)).reduce((all, grant) => all.combine(grant));
  }

  /** Grants the given identity permission to respond to requests for approval. Calls `grantApprove` of each runbook. */
  public grantApprove(grantee: iam.IGrantable): iam.Grant {
    return this.unlockBucket.grantApprove(grantee);
  }

  /**
   * Grants the given identity permission to read the records.
   *
   * Allows `s3:GetObject` and `s3:ListBucket` below `policies/` and `recoveries/`. If the bucket has a key, also
   * allows `kms:Decrypt` through S3. For an identity in another account, or one whose policies are not part of the
   * app, adds the permissions to the policies of the bucket and the key.
   */
  public grantReadRecords(grantee: iam.IGrantable): iam.Grant {
    return grantReadPrefixes(this.recordsBucket, grantee, POLICIES_PREFIX, RECOVERIES_PREFIX);
  }

  private get all(): IRootSessionRunbook[] {
    return [
      this.unlockBucket, this.unlockQueue, this.restoreBucketPolicy, this.restoreQueuePolicy,
      this.allowPasswordRecovery, this.extendPasswordRecovery, this.closePasswordRecovery,
    ];
  }
}

function check({ protectedAccounts = [], ...props }: RootSessionRunbooksProps) {
  protectedAccounts.forEach((accountId, i) => checkAccountId(`protectedAccounts[${i}]`, accountId));
  if (props.allowReplacement && !props.approvers) {
    throw new Error('allowReplacement must be given together with approvers: a replacement is approved by its SHA-256');
  }
  if (props.recordsBucket && props.encryptionKey) {
    throw new Error('encryptionKey must not be given together with recordsBucket: the bucket has its own encryption');
  }
}
