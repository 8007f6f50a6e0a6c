import { Annotations, Duration, Names } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as eventTargets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { JoinedAccounts, RootCredentialsSweepOptions } from './root-credentials-sweep-props';
import { Sweep } from './sweep';
import { RootAccessFunctionOptions } from '../function-options';
import { JOINED, JoinedAnswer, JoinedEvent } from './contract';
import { ACCOUNT_JOINED, ORGANIZATIONS_SOURCE } from './joined-events';
import { alarmName } from '../private/alarm-name';
import { DeadLetterQueue } from '../private/dead-letter-queue';
import { Handler } from '../private/handler';
import { pathsIn } from '../private/rendered';
import { isInRegionOfOrganizations } from '../private/stack-region';
import { failWithMessage, invoke, loggedStateMachine, RETRY_LAMBDA_SERVICE } from '../private/state-machine';
import { organizationsArn } from '../private/statements';
import { checkAccountId } from '../private/validate';

export interface SweepOnJoinProps {
  readonly sweep: Sweep;
  readonly reaction: JoinedAccounts;
  /** Whether its sweeps delete nothing, whatever the reaction is. */
  readonly dryRun?: boolean;
  /** Account ID of the management account, if its events are forwarded. */
  readonly forwardedFrom?: string;
  readonly options?: RootAccessFunctionOptions;
}

/** An hour of waiting for the account, and the longest sweep. */
const MACHINE_TIMEOUT = Duration.hours(8);

/** The events of the first state, and what is found about the account. */
const state = pathsIn<Pick<JoinedEvent, 'event' | 'failure'> & { readonly found: JoinedAnswer }>();
const found = pathsIn<JoinedAnswer>(state('found'));

/** Sweeps an account that joins the organization, on its own, as soon as it is usable. */
export class SweepOnJoin extends Construct {
  /** Checks the properties of the construct that are about accounts that join. There is nothing without a reaction. */
  public static from(
    scope: Construct, id: string,
    { joinedAccounts, joinedAccountsForwarderAccountId }: Pick<RootCredentialsSweepOptions, 'joinedAccounts' | 'joinedAccountsForwarderAccountId'>,
    props: Omit<SweepOnJoinProps, 'reaction' | 'forwardedFrom'>,
  ): SweepOnJoin | undefined {
    if (joinedAccounts) {
      return new SweepOnJoin(scope, id, { ...props, reaction: joinedAccounts, forwardedFrom: joinedAccountsForwarderAccountId });
    }
    if (joinedAccountsForwarderAccountId !== undefined) {
      throw new Error('joinedAccountsForwarderAccountId must not be given without joinedAccounts');
    }
    return undefined;
  }

  /** Receives forwarded events. */
  public readonly bus?: events.EventBus;
  public readonly alarms: cloudwatch.Alarm[];

  private constructor(scope: Construct, id: string, { sweep, dryRun = false, reaction, forwardedFrom, options }: SweepOnJoinProps) {
    super(scope, id);
    if (forwardedFrom !== undefined) {
      checkAccountId('joinedAccountsForwarderAccountId', forwardedFrom);
    }
    this.bus = forwardedFrom === undefined ? undefined : this.busFor(forwardedFrom);
    if (!this.bus) {
      this.checkRegion();
    }
    const machine = this.stateMachine(sweep, reaction === JoinedAccounts.PURGE && !dryRun, options);
    const undelivered = new DeadLetterQueue(this, 'Undelivered', 'events not delivered', 'Root credentials: an account joined the organization and its sweep could not be started. Sweep it yourself; this queue holds the event');
    new events.Rule(this, 'Rule', {
      description: 'Root credentials: an account joins the organization',
      eventBus: this.bus,
      eventPattern: ACCOUNT_JOINED,
      targets: [new eventTargets.SfnStateMachine(machine, { deadLetterQueue: undelivered.queue })],
    });
    this.alarms = [undelivered.alarm, this.notSwept(machine)];
  }

  private checkRegion() {
    const remedy = 'deploy an AccountJoinedForwarder there, and set joinedAccountsForwarderAccountId to the account ID of the management account';
    const there = 'AWS sends the event of an account that joins to the management account in us-east-1 only';
    switch (isInRegionOfOrganizations(this)) {
      case true:
        return;
      case false:
        throw new Error(`joinedAccounts needs joinedAccountsForwarderAccountId in this Region: ${there}; ${remedy}`);
      case undefined:
        Annotations.of(this).addWarningV2('cdk-root-access:joinedAccountsRegion', `joinedAccounts does nothing unless this stack is there: ${there}; else ${remedy}`);
    }
  }

  private busFor(managementAccountId: string): events.EventBus {
    const bus = new events.EventBus(this, 'Bus', {
      eventBusName: Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }), // known at synthesis, since a forwarder in another account names it
      description: 'Root credentials: events of accounts that join the organization',
    });
    bus.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'ManagementAccount',
      principals: [new iam.AccountPrincipal(managementAccountId)],
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      conditions: { 'ForAllValues:StringEquals': { 'events:source': ORGANIZATIONS_SOURCE } },
    }));
    return bus;
  }

  /** Finds the account, waits until it is usable and sweeps it, and retries for an hour. */
  private stateMachine(sweep: Sweep, purge: boolean, options: RootAccessFunctionOptions | undefined): sfn.StateMachine {
    const find = new Handler(this, 'Find', {
      contract: JOINED,
      description: 'Root credentials sweep: finds the account that joined the organization',
      timeout: Duration.minutes(2),
      memorySize: 256,
      environment: { PURGE_JOINED_ACCOUNTS: `${purge}` },
      calls: ['organizations'],
      options,
    });
    find.allow(new iam.PolicyStatement({ actions: ['organizations:DescribeAccount'], resources: [organizationsArn(this, 'account', '*')] }));

    const begin = new sfn.Pass(this, 'Begin', { parameters: { event: sfn.JsonPath.objectAt('$'), failure: {} } });
    const findAccount = invoke(this, 'FindAccount', find, {
      payload: {
        event: sfn.JsonPath.objectAt(state('event')),
        failure: sfn.JsonPath.objectAt(state('failure')),
        startedAt: sfn.JsonPath.stringAt('$$.Execution.StartTime'),
        now: sfn.JsonPath.stringAt('$$.State.EnteredTime'),
      },
      resultPath: state('found'),
      retries: [RETRY_LAMBDA_SERVICE],
    }).addCatch(failWithMessage(this, 'AccountNotSwept', state('failure')), { resultPath: state('failure') });
    const wait = new sfn.Wait(this, 'WaitForAccount', { time: sfn.WaitTime.secondsPath(found('waitSeconds')) });
    const sweepAccount = new tasks.StepFunctionsStartExecution(this, 'SweepAccount', {
      stateMachine: sweep.stateMachine,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      name: sfn.JsonPath.format('joined-{}-{}', sfn.JsonPath.stringAt(found('accountId')), sfn.JsonPath.uuid()),
      input: sfn.TaskInput.fromJsonPathAt(found('start')),
      resultPath: sfn.JsonPath.DISCARD,
    }).addCatch(wait, { resultPath: state('failure') });

    begin.next(findAccount).next(
      new sfn.Choice(this, 'Ready?')
        .when(sfn.Condition.booleanEquals(found('ready'), true), sweepAccount.next(new sfn.Succeed(this, 'Swept')))
        .otherwise(wait.next(findAccount)),
    );
    return loggedStateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(begin),
      timeout: MACHINE_TIMEOUT,
      comment: 'An account that joins the organization: find it, wait for it, sweep it alone',
      includeExecutionData: false,
      options,
    });
  }

  private notSwept(machine: sfn.StateMachine): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, 'NotSwept', {
      alarmName: alarmName(this, 'joined account not swept'),
      alarmDescription: `Root credentials: an account joined the organization and was not swept. The failed executions say why: aws stepfunctions list-executions --status-filter FAILED --state-machine-arn ${machine.stateMachineArn}`,
      metric: machine.metricFailed({ period: Duration.minutes(5) }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
