import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { METRICS, SweptSettings } from './contract';
import { PurgeApproval } from './purge-approval';
import { PurgePlan } from './purge-plan';
import { reportsOf } from './reports-bucket';
import { SweepBase } from './root-credentials-sweep';
import { RootCredentialsSweepProps } from './root-credentials-sweep-props';
import { Sweep } from './sweep';
import { DeploymentCounts, deploymentWait, SweepOnDeploy } from './sweep-on-deploy';
import { SweepOnJoin } from './sweep-on-join';
import { startsAtOnce, SweepSchedule } from './sweep-schedule';
import { SweepSignals } from './sweep-signals';
import { isInManagementAccount } from '../organization/management-account';
import { Approvals } from '../private/approvals';
import { stsRegion, warnOfPartition } from '../private/stack-region';
import { addActions, addActionsBeyond, warnOfKeyOfAws, warnOfKeysOfAws, warnOfSilentAlarms } from '../private/topic-for-alarms';
import { IPasswordRecoveries } from '../session/password-recovery/password-recoveries';

/** How an audit and a purge differ. */
export interface SweepTask {
  readonly swept: SweptSettings;
  readonly plan?: PurgePlan;
  readonly approval?: PurgeApproval;
  readonly passwordRecoveries?: IPasswordRecoveries;
  /** Names of protections that an update may remove. */
  readonly release?: string[];
}

/**
 * A sweep that this app deploys.
 *
 * @internal
 */
export abstract class DeployedSweep extends SweepBase {
  public readonly sweepName: string;
  public readonly reportsBucket: s3.IBucket;
  public readonly reportsPrefix: string;
  public readonly stateMachine: sfn.IStateMachine;
  public readonly rootSessionRoles: iam.IRole[];

  /** Role that takes root sessions to read credentials, with the task policy `IAMAuditRootUserCredentials` and no other. */
  public readonly lookRole: iam.IRole;

  /**
   * Role that takes root sessions to delete the credentials of a plan and to verify that they are gone.
   *
   * An audit and a dry run have none.
   */
  public readonly purgeRole?: iam.IRole;

  public readonly alarms: cloudwatch.Alarm[];

  /** Event bus for the events of an AccountJoinedForwarder, if `joinedAccountsForwarderAccountId` is set. */
  public readonly joinedAccountsBus?: events.IEventBus;

  /**
   * Summary of the latest sweep of a deployment, in one line: accounts by outcome, and credentials found, deleted
   * and kept.
   *
   * It is available after that sweep has succeeded. A deployment that does not sweep leaves it unchanged. Print it
   * with a `CfnOutput`.
   *
   * @attribute
   */
  public readonly deploymentSummary: string;

  /**
   * S3 URI of the report of the latest sweep of a deployment (`s3://…/report.html`), or `none` until there is one.
   *
   * @attribute
   */
  public readonly deploymentReport: string;

  /** Counts of the latest sweep of a deployment, for a pipeline that reads the outputs of the stack. */
  public readonly deploymentCounts: DeploymentCounts;

  /**
   * Depend on this to run after the sweep of the deployment.
   *
   * @internal
   */
  public readonly _sweptOnDeploy: IConstruct;

  private readonly approvals: Approvals;

  constructor(scope: Construct, id: string, props: RootCredentialsSweepProps, { passwordRecoveries, release, ...task }: SweepTask) {
    super(scope, id);
    const { asset, plan } = task.plan?._bind(this) ?? {};
    this.approvals = new Approvals(task.approval, 'approval');
    const approvalHours = task.approval && this.approvals.timeout.toMinutes() / 60;
    const swept: SweptSettings = { ...task.swept, plan, approvalHours };
    const { features, notifications, alarms, functionOptions: options } = props;
    const neverAccounts = features ? [features.managementAccountId] : [];
    warnOfPartition(this);
    warnOfKeyOfAws(this, 'notifications', notifications);
    warnOfKeysOfAws(this, 'alarms.actions', alarms?.actions);
    this.sweepName = this.node.path;
    const reports = reportsOf(this, 'Reports', props);
    this.reportsBucket = reports.bucket;
    this.reportsPrefix = reports.prefix;

    const sweep = new Sweep(this, 'Sweep', {
      name: this.sweepName,
      swept,
      failedAccounts: props.failedAccounts,
      concurrency: props.concurrency,
      deploymentWait: deploymentWait(props.deploymentTimeout),
      allowedEmailDomains: props.allowedEmailDomains,
      approvals: this.approvals,
      neverAccounts,
      passwordRecoveries,
      readPolicies: props.readServiceControlPolicies ?? isInManagementAccount(this, features),
      reports,
      stsRegion: stsRegion(this, props.stsRegion),
      plan: asset,
      notifications,
      notify: props.notify,
      options,
    });
    this.stateMachine = sweep.stateMachine;
    this.lookRole = sweep.lookRole;
    this.purgeRole = sweep.purgeRole;
    this.rootSessionRoles = [sweep.lookRole, ...sweep.purgeRole ? [sweep.purgeRole] : []];
    const signals = new SweepSignals(this, 'Signals', { name: this.sweepName, reports, sweep, notifications });

    const onDeploy = new SweepOnDeploy(this, 'OnDeploy', {
      sweep,
      swept,
      reports,
      release,
      timeout: props.deploymentTimeout,
      nonce: props.runOnEveryDeploy ? new Date().toISOString() : undefined,
      schedule: props.schedule && startsAtOnce(props.schedule) ? props.schedule.expressionString : undefined,
      asks: this.approvals.topic !== undefined,
      options,
    });
    this._sweptOnDeploy = onDeploy.resource;
    this.deploymentSummary = onDeploy.summary;
    this.deploymentReport = onDeploy.report;
    this.deploymentCounts = onDeploy.counts;
    if (features) {
      onDeploy.node.addDependency(features);
    }
    const onSchedule = SweepSchedule.from(this, 'Schedule', props, {
      sweep,
      onDeploy,
      dryRun: plan !== undefined,
      ...task.approval
        ? { ran: () => this.metric(METRICS.plansMade), done: 'made its plan' }
        : { ran: () => this.metricSweepsFinished(), done: 'come to its end' },
    });
    const onJoin = SweepOnJoin.from(this, 'OnJoin', props, { sweep, dryRun: plan !== undefined, options });
    this.joinedAccountsBus = onJoin?.bus;

    this.alarms = [...alarms ? signals.alarms(alarms) : [], ...onSchedule?.alarms ?? [], ...onJoin?.alarms ?? []];
    addActionsBeyond(notifications, signals.told, alarms);
    addActions(this.alarms.filter((alarm) => !signals.told.includes(alarm)), alarms);
    if (alarms) {
      warnOfSilentAlarms(this, 'alarms', this.alarms);
    }
  }

  /**
   * Grants the given identity permission to start a sweep manually, with or without limits, and to follow it.
   *
   * Allows `states:StartExecution` on the state machine, and `states:DescribeExecution` and, unless the plan requires
   * approval, `states:GetExecutionHistory` on its executions. The history of a sweep that requires approval contains
   * the task token with which an approver responds.
   *
   * If the plan requires approval, synthesis fails for an identity that can approve any purge or runbook of the app.
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    if (this.approvals.topic === undefined) {
      return super.grantStart(grantee);
    }
    this.approvals.addStarter(this, grantee);
    return this.stateMachine.grantStartExecution(grantee).combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution'));
  }

  /**
   * Lets an identity respond to requests for approval of a plan.
   *
   * @internal
   */
  protected _grantApprove(grantee: iam.IGrantable): iam.Grant {
    return this.approvals.grantApprove(this, grantee, 'RootCredentialsPurge the property approval');
  }
}
