import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { AccountSelection } from './account-selection';
import { FailedAccounts } from './failed-accounts';
import { grantReports, reportsBucket } from './reports-bucket';
import { RootCredential } from './root-credential';
import { Sweep } from './sweep';
import { SweepOnDeploy } from './sweep-on-deploy';
import { HandlerOptions } from '../handler-options';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { CredentialKind, SweepSettings } from '../private/contract';
import { defaultStsRegion } from '../private/sts-region';
import { checkWholeNumber } from '../private/validate';

/** How many accounts a sweep works on at once. The defaults fit a new account's quota of 10 concurrent Lambda functions. */
export interface SweepConcurrency {
  /**
   * Accounts in one batch, which one invocation of a function works through: 1 to 100.
   *
   * @default 25
   */
  readonly accountsPerBatch?: number;

  /**
   * Batches, and so functions, at once: 1 to 1,000.
   *
   * @default 4
   */
  readonly batchesAtOnce?: number;

  /**
   * Accounts at once within a batch: 1 to 100.
   *
   * @default 10
   */
  readonly accountsInFlight?: number;
}

/** What RootCredentialsAudit and RootCredentialsPurge have in common. */
export interface RootCredentialsSweepProps {
  /**
   * The organization's centralized root access. The sweep waits for it to be deployed.
   *
   * Adds a Deny of `sts:AssumeRoot` on the management account to the sweep's role.
   *
   * @default - it is expected to be on already; a sweep fails with the remedy when it is not
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * The member accounts to look after. The management account is never among them.
   *
   * @default AccountSelection.organization()
   */
  readonly accounts?: AccountSelection;

  /**
   * Whether an account that could not be cleaned fails the sweep, and the deployment with it.
   *
   * @default FailedAccounts.FAIL
   */
  readonly failedAccounts?: FailedAccounts;

  /**
   * How many accounts are worked on at once.
   *
   * @default - batches of 25, 4 batches at once, 10 accounts at once in each
   */
  readonly concurrency?: SweepConcurrency;

  /**
   * Sweep on every deployment, and not only when what is swept has changed.
   *
   * The template then holds the time of its synthesis, so that `cdk diff` shows a change every time.
   *
   * @default false
   */
  readonly runOnEveryDeploy?: boolean;

  /**
   * How long a deployment waits for the sweep: 10 minutes to 1 hour, which is CloudFormation's own limit, in whole multiples of
   * 5 seconds. After that the sweep is stopped and the deployment fails.
   *
   * @default Duration.hours(1)
   */
  readonly deploymentTimeout?: Duration;

  /**
   * Bucket for plans, results and reports.
   *
   * Adds a Deny for everybody but the sweep's roles to write below `runs/` and `latest/` to the bucket's policy.
   *
   * @default - a new bucket: versioned, encrypted, TLS only, kept when the stack is deleted
   */
  readonly reportsBucket?: s3.IBucket;

  /**
   * Key that encrypts the new bucket. Not together with `reportsBucket`.
   *
   * Adds, on the key and by way of S3, `kms:Decrypt` to the roles of the functions that read and of the state machine, and
   * `kms:GenerateDataKey` to those of the functions that write.
   *
   * @default - keys that S3 manages
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Region whose STS issues the root sessions. It must be one that is enabled in every account.
   *
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
   *
   * @default - the stack's Region if it is known and enabled by default, else us-east-1
   */
  readonly stsRegion?: string;

  /**
   * How the functions run.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

/** The sweep itself waits up to 5 minutes for permissions and switches that take effect late. */
const SHORTEST_DEPLOYMENT = Duration.minutes(10);
const LONGEST_DEPLOYMENT = Duration.hours(1);

/** What a sweep does with the credentials that it finds. */
export interface RootCredentialsSweepWork {
  /** Kinds of credentials to delete. */
  readonly credentials: RootCredential[];

  /** Delete nothing, and report what would be deleted. */
  readonly dryRun: boolean;
}

/** A sweep over the root credentials of member accounts: what RootCredentialsAudit and RootCredentialsPurge have in common. */
export abstract class RootCredentialsSweep extends Construct {
  /** Where the reports are: `latest/report.json`, `latest/report.csv`, and one folder for each sweep below `runs/`. */
  public readonly reportsBucket: s3.IBucket;

  /**
   * The sweep. To start it by hand, give its execution the input `{}`, or narrow it by
   * `{"accounts": ["222222222222"], "dryRun": true}`.
   */
  public readonly stateMachine: sfn.IStateMachine;

  /** The one role that takes root sessions: the principal of every `AssumeRoot` in CloudTrail, for the allow-list of a SIEM. */
  public readonly rootSessionRole: iam.IRole;

  protected constructor(scope: Construct, id: string, props: RootCredentialsSweepProps, work: RootCredentialsSweepWork) {
    super(scope, id);
    const { concurrency = {}, deploymentTimeout = LONGEST_DEPLOYMENT } = props;
    const settings = settingsOf(props, work);
    checkConcurrency(concurrency);
    checkDeploymentTimeout(deploymentTimeout);
    if (props.reportsBucket && props.encryptionKey) {
      throw new Error('encryptionKey must not be given together with reportsBucket: the bucket has its own encryption');
    }

    this.reportsBucket = props.reportsBucket ?? reportsBucket(this, 'Reports', props.encryptionKey);
    const sweep = new Sweep(this, 'Sweep', {
      settings,
      taskPolicies: ['IAMAuditRootUserCredentials', ...settings.dryRun ? [] : ['IAMDeleteRootUserCredentials']],
      neverAccounts: props.features ? [props.features.managementAccountId] : [],
      batchesAtOnce: concurrency.batchesAtOnce ?? 4,
      bucket: this.reportsBucket,
      stsRegion: props.stsRegion ?? defaultStsRegion(this),
      options: props.handler,
    });
    this.stateMachine = sweep.stateMachine;
    this.rootSessionRole = sweep.rootSessionRole;
    const onDeploy = new SweepOnDeploy(this, 'OnDeploy', {
      sweep,
      settings,
      timeout: deploymentTimeout,
      nonce: props.runOnEveryDeploy ? new Date().toISOString() : undefined,
      options: props.handler,
    });
    if (props.features) {
      onDeploy.node.addDependency(props.features);
    }
  }

  /**
   * Lets somebody start a sweep by hand, narrowed or as it is, and follow it: `states:StartExecution` on the state machine,
   * `states:DescribeExecution` and `states:GetExecutionHistory` on its executions.
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee)
      .combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory'));
  }

  /** Lets somebody read the reports: `s3:GetObject` and `s3:ListBucket` below `latest/` and `runs/`, and `kms:Decrypt` if there is a key. */
  public grantReadReports(grantee: iam.IGrantable): iam.Grant {
    return grantReports(this.reportsBucket, grantee);
  }
}

function settingsOf(props: RootCredentialsSweepProps, { credentials, dryRun }: RootCredentialsSweepWork): SweepSettings {
  const { concurrency = {} } = props;
  return {
    selection: (props.accounts ?? AccountSelection.organization())._selection(),
    credentials: credentials as string[] as CredentialKind[],
    dryRun,
    tolerateFailedAccounts: props.failedAccounts === FailedAccounts.TOLERATE,
    accountsPerBatch: concurrency.accountsPerBatch ?? 25,
    accountsInFlight: concurrency.accountsInFlight ?? 10,
  };
}

function checkConcurrency({ accountsPerBatch = 1, batchesAtOnce = 1, accountsInFlight = 1 }: SweepConcurrency) {
  checkWholeNumber('concurrency.accountsPerBatch', accountsPerBatch, 1, 100);
  checkWholeNumber('concurrency.batchesAtOnce', batchesAtOnce, 1, 1_000);
  checkWholeNumber('concurrency.accountsInFlight', accountsInFlight, 1, 100);
}

function checkDeploymentTimeout(timeout: Duration) {
  const seconds = timeout.toSeconds();
  if (seconds < SHORTEST_DEPLOYMENT.toSeconds() || seconds > LONGEST_DEPLOYMENT.toSeconds() || seconds % 5 !== 0) {
    throw new Error(`deploymentTimeout must be from 10 minutes to 1 hour, in whole multiples of 5 seconds, got ${timeout.toHumanString()}`);
  }
}
