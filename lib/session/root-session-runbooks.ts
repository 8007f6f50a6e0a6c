import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Approvals } from './approvals';
import { OpenRecoveries } from './open-recoveries';
import { IPasswordRecoveries, PasswordRecoveries } from './password-recoveries';
import { PasswordRecovery, PasswordRecoveryOptions } from './password-recovery';
import { PolicyRunbooks } from './policy-runbooks';
import { deniedAccounts } from './protected-accounts';
import { IRootSessionRunbook, RootSessionApprovers } from './root-session-runbook';
import { RunbookParameter } from './runbook';
import { HandlerOptions } from '../handler-options';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { SharedAssumeRoot } from '../private/assume-root';
import { POLICIES_PREFIX, RECOVERIES_PREFIX, TASK_POLICIES } from '../private/contract';
import { REGION_PATTERN } from '../private/contract-partitions';
import { reserveControlFiles } from '../private/control-files';
import { keptBucket, useKey } from '../private/kept-bucket';
import { useKeyOfTopic } from '../private/key-use';
import { warnOutsideOfAws } from '../private/partition';
import { grantReadPrefixes } from '../private/read-prefixes';
import { checkBucket, reservePrefixes } from '../private/reserved-prefixes';
import { aBoolean, aDuration, aText, checkShape, listOf, options, Shape } from '../private/shape';
import { aBucket, aHandler, aKey, anAccountSelection, aTopic, someFeatures, someTexts } from '../private/shapes';
import { stsRegion } from '../private/sts-region';
import { checkAccountId, checkBucketName, checkQueue, checkSomeAccountIsLeft } from '../private/validate';
import { AccountSelection } from '../sweep/account-selection';

/** Properties of RootSessionRunbooks. */
export interface RootSessionRunbooksProps {
  /**
   * The organization's centralized root access. The runbooks wait for it to be deployed.
   *
   * Adds a Deny of `sts:AssumeRoot` on the management account to the runbooks' roles.
   *
   * @default - it is expected to be on already; a runbook fails with the remedy when it is not
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * The member accounts for which the runbooks are.
   *
   * With organizational units, adds `organizations:ListParents`: the runbooks check the units of an account themselves, since IAM cannot.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * Ids of accounts that no runbook touches.
   *
   * Adds a Deny of `sts:AssumeRoot` on each of them to the runbooks' roles, in policies that the roles share: up to 1,305 accounts with IAM's default
   * quota of 10 managed policies for a role, and up to 2,320 with a quota of 17, those that the selection excludes included. With
   * `AccountSelection.accounts` there may be any number: beyond that quota, the Deny is of those in the selection, and nothing allows any other.
   *
   * @default - none but those that the selection excludes
   */
  readonly protectedAccounts?: string[];

  /**
   * Names of buckets whose policy no runbook touches.
   *
   * It is a check of the runbooks and no matter of IAM: the permission to change a policy is the root session's, and AWS limits that to a task, not to a
   * bucket. To keep a bucket safe from IAM's side too, protect its account.
   *
   * @default - none
   */
  readonly protectedBuckets?: string[];

  /**
   * Names or ARNs of queues whose policy no runbook touches. A check of the runbooks, as with buckets.
   *
   * @default - none
   */
  readonly protectedQueues?: string[];

  /**
   * Let an unlock put another policy in the place of the one that locks, and not only remove it. Needs `approvers`.
   *
   * The other policy is a file of the records bucket, `replacements/<SHA-256 of its bytes>.json`, and the start names its SHA-256, which is what is
   * approved. Adds `s3:GetObject` and `s3:ListBucket` there to the unlocking roles, and `s3:PutObject` to `grantStart`.
   *
   * @default false
   */
  readonly allowReplacement?: boolean;

  /**
   * Who has to agree before a runbook changes anything. Closing a password recovery needs no approval.
   *
   * @default - who may start a runbook needs nobody's approval
   */
  readonly approvers?: RootSessionApprovers;

  /**
   * How root passwords are recovered.
   *
   * @default - for 24 hours, at most 7 days, without reminders
   */
  readonly passwordRecovery?: PasswordRecoveryOptions;

  /**
   * Bucket for the records. It must be versioned; do not take the bucket of the reports, which others read.
   *
   * Adds a Deny for everybody but the runbooks' roles to write below `policies/` and `recoveries/` to the bucket's policy.
   *
   * @default - a new bucket: versioned, encrypted, TLS only, kept when the stack is deleted
   */
  readonly recordsBucket?: s3.IBucket;

  /**
   * Key that encrypts the new bucket. Not together with `recordsBucket`.
   *
   * Adds `kms:Decrypt` on the key, by way of S3, to the roles of the functions, and `kms:GenerateDataKey` to those that write.
   *
   * @default - keys that S3 manages
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Region whose STS issues the root sessions. It must be one that is enabled in every account.
   *
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
   *
   * @default - the stack's Region if it is known and enabled by default, else us-east-1; in another partition than `aws` the stack's Region
   */
  readonly stsRegion?: string;

  /**
   * How the functions run. In a VPC, S3's endpoint policy must allow what the runbooks do in buckets of other accounts.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
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
    recordsBucket: aBucket,
    encryptionKey: aKey,
    stsRegion: aText,
    handler: aHandler,
  },
};

const BUCKET: Record<string, RunbookParameter> = { Bucket: { description: 'Name of the bucket', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{2,254}$' } };

const QUEUE: Record<string, RunbookParameter> = {
  Queue: { description: 'URL, ARN or name of the queue', pattern: '^[A-Za-z0-9_:/.-]{1,256}$' },
  Region: { description: 'Region of the queue, if it is given by name', pattern: `^(${REGION_PATTERN})?$`, default: '' },
};

/**
 * Runbooks for what people else log in as root for: unlock an S3 bucket or an SQS queue whose policy denies everybody, restore the policy that was there
 * before, allow the recovery of a root password and close it again.
 *
 * Each is an Automation document of AWS Systems Manager, where operators look for it, in front of a state machine, which checks everything itself: starting that
 * directly passes no check by. Each asks for a reason, has a dry run, and says what it has seen to be so, never what it hopes.
 * What a runbook is about to change is saved before, with the reason, the starter and the SHA-256. Nobody may start anything until he is
 * given `grantStart`.
 *
 * While a password recovery is open, the deletion of the stack fails with the command that closes it: without these runbooks nothing deletes the password.
 *
 * It is deployed to the management account, or to a delegated administrator for IAM. Nothing is deployed to the member accounts.
 *
 * Permissions: each runbook has a function and a role of its own, which may call `sts:AssumeRoot` with a single task policy, in the selected accounts and
 * never in the protected ones, `ssm:GetAutomationExecution` to find out who started it, and read and write its own records. Extending a password recovery needs no root
 * session. The function that allows one reads the service and resource control policies above the account, to say which of them still stop the root user:
 * `organizations:ListParents`, `organizations:ListPoliciesForTarget` and `organizations:DescribePolicy`. Where they cannot be read, it says so and goes on.
 * The function that refuses the deletion reads the records below `recoveries/`, the closers (`states:ListExecutions`, `states:DescribeExecution`) and the state of
 * this stack. The state machines may call their function, write their log and publish to the topics.
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
  /** Unlocks an S3 bucket: parameters `AccountId`, `Bucket`, `Reason`, `DryRun`, and with `allowReplacement` `ReplacementSha256`. */
  public readonly unlockBucket: IRootSessionRunbook;

  /** Unlocks an SQS queue: parameters `AccountId`, `Queue`, `Region`, `Reason`, `DryRun`, and with `allowReplacement` `ReplacementSha256`. */
  public readonly unlockQueue: IRootSessionRunbook;

  /** Restores the policy of a bucket: parameters `AccountId`, `Bucket`, `Record`, `Reason`, `DryRun`. */
  public readonly restoreBucketPolicy: IRootSessionRunbook;

  /** Restores the policy of a queue: parameters `AccountId`, `Queue`, `Region`, `Record`, `Reason`, `DryRun`. */
  public readonly restoreQueuePolicy: IRootSessionRunbook;

  /** Allows the recovery of a root password for some hours: parameters `AccountId`, `Hours`, `Reason`, `DryRun`. */
  public readonly allowPasswordRecovery: IRootSessionRunbook;

  /** Moves the end of a password recovery: parameters `AccountId`, `Hours`, `Reason`, `DryRun`. */
  public readonly extendPasswordRecovery: IRootSessionRunbook;

  /** Closes a password recovery now: parameters `AccountId`, `Reason`, `DryRun`. */
  public readonly closePasswordRecovery: IRootSessionRunbook;

  /** Closes password recoveries at their end: an execution for each, which nobody's cancel of a runbook stops. */
  public readonly passwordRecoveryCloser: sfn.IStateMachine;

  /** Which accounts may have a root password now, for sweeps that shall keep it. */
  public readonly passwordRecoveries: IPasswordRecoveries;

  /** What the runbooks saved: policies below `policies/`, password recoveries below `recoveries/`. */
  public readonly recordsBucket: s3.IBucket;

  constructor(scope: Construct, id: string, props: RootSessionRunbooksProps = {}) {
    super(scope, id);
    checkShape(PROPS, props);
    const { protectedBuckets = [], protectedQueues = [], allowReplacement = false } = props;
    check(props);
    if (props.recordsBucket) {
      checkBucket(this, 'recordsBucket', props.recordsBucket);
    }
    const bucket = props.recordsBucket ?? keptBucket(this, 'Records', props.encryptionKey);
    const approvals = new Approvals(props.approvers);
    const selection = (props.accounts ?? AccountSelection.organization())._selection();
    const protectedAccounts = [...props.protectedAccounts ?? [], ...props.features ? [props.features.managementAccountId] : []];
    checkSomeAccountIsLeft(selection, protectedAccounts);
    const denied = deniedAccounts(this, selection, protectedAccounts);
    const settings = { selection, protectedAccounts: denied.filter((id) => !selection.exclude.includes(id)) };
    const rootSessions = new SharedAssumeRoot(this, 'AssumeRoot', { accounts: selection.accounts, exclude: denied });
    warnOutsideOfAws(this);
    const common = { approvals, bucket, rootSessions, stsRegion: stsRegion(this, props.stsRegion), options: props.handler };

    const buckets = new PolicyRunbooks(this, 'Bucket', {
      ...common, kind: 'bucket', task: TASK_POLICIES.unlockBucket, parameters: BUCKET, settings: { ...settings, protectedResources: protectedBuckets, allowReplacement },
    });
    const queues = new PolicyRunbooks(this, 'Queue', {
      ...common, kind: 'queue', task: TASK_POLICIES.unlockQueue, parameters: QUEUE, settings: { ...settings, protectedResources: protectedQueues, allowReplacement },
    });
    const passwords = new PasswordRecovery(this, 'PasswordRecovery', { ...common, settings, recovery: props.passwordRecovery });
    const open = new OpenRecoveries(this, 'OpenRecoveries', { recoveries: passwords, bucket, options: props.handler });
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
    open.keep(buckets, queues, passwords, ...reserved, ...decrypting, ...encrypting);
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
    this.passwordRecoveries = PasswordRecoveries.fromBucket(bucket);
  }

  /** Lets somebody start every runbook, as each one's `grantStart` does. */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.all.map((runbook) => runbook.grantStart(grantee)).reduce((all, grant) => all.combine(grant));
  }

  /** Lets somebody answer requests for approval, as each runbook's `grantApprove` does. */
  public grantApprove(grantee: iam.IGrantable): iam.Grant {
    return this.unlockBucket.grantApprove(grantee);
  }

  /**
   * Lets somebody read the records: `s3:GetObject` and `s3:ListBucket` below `policies/` and `recoveries/`, and `kms:Decrypt` by way of S3 if
   * there is a key. Somebody of another account, or whose policies are not part of the app, is let in by the policies of the bucket and the key.
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

function check({ protectedAccounts = [], protectedBuckets = [], protectedQueues = [], ...props }: RootSessionRunbooksProps) {
  protectedAccounts.forEach((accountId, i) => checkAccountId(`protectedAccounts[${i}]`, accountId));
  protectedBuckets.forEach((name, i) => checkBucketName(`protectedBuckets[${i}]`, name));
  protectedQueues.forEach((queue, i) => checkQueue(`protectedQueues[${i}]`, queue));
  if (props.allowReplacement && !props.approvers) {
    throw new Error('allowReplacement must be given together with approvers: a replacement is approved by its SHA-256');
  }
  if (props.recordsBucket && props.encryptionKey) {
    throw new Error('encryptionKey must not be given together with recordsBucket: the bucket has its own encryption');
  }
}
