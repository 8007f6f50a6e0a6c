import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from '../../function-options';
import { alarmName } from '../../private/alarm-name';
import { Handler } from '../../private/handler';
import { pathsIn } from '../../private/rendered';
import { CaughtError, executionsOf, failAsCaught, invoke, loggedStateMachine, withMessage } from '../../private/state-machine';
import { CloserEvent, CloserState, ClosingAnswer, ClosingState } from '../contract';

export interface PasswordRecoveryCloserProps {
  /** Reads the record: has the recovery ended, and if not, until when is there nothing to do? */
  readonly look: Handler<CloserEvent>;
  readonly close: Handler<CloserEvent>;
  readonly topic?: sns.ITopic;
  readonly options?: RootAccessFunctionOptions;
}

/** Errors that a person must look at: a retry would not help. */
const NOT_RETRYABLE = ['PasswordNotOfRecovery', 'PasswordAfterRecovery', 'WrongIdentity'];

/** 1, 2, 4 … minutes, then every hour: a day in all. */
const FOR_A_DAY: sfn.RetryProps = {
  errors: [sfn.Errors.ALL], interval: Duration.minutes(1), backoffRate: 2, maxDelay: Duration.hours(1), maxAttempts: 29,
};

const state = pathsIn<CloserState & { readonly closing: ClosingAnswer; readonly failure: CaughtError }>();
const closed = pathsIn<ClosingAnswer>(state('closing'));
const failure = pathsIn<CaughtError>(state('failure'));

/** The next step of the closer after it has woken up. */
const next = (step: CloserState['step']) => sfn.Condition.stringEquals(state('step'), step);

const execution = sfn.JsonPath.stringAt('$$.Execution.Id');

/**
 * The state machine that closes a recovery. It is started before anything is opened, and nobody waits for it: what started it may be
 * cancelled or die.
 *
 * ```
 * Sleep ──► Look ──► Remind ──► Look        a reminder that cannot be sent keeps nothing from being closed
 *   ▲         ├─ sleep: the end has moved
 *   └─────────┤
 *             ├──► Close ──► Closed | Look  it was extended in the last moment
 *             │      └─ a day long ──► TellThatItIsOpen ──► NotClosed
 *             └──► Ended                    somebody has closed it
 * ```
 *
 * It has no timeout, which would be an end without closing.
 */
export class PasswordRecoveryCloser extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  /** An execution that failed or was stopped leaves a recovery open. */
  public readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { look, close, topic, options }: PasswordRecoveryCloserProps) {
    super(scope, id);
    const failed = this.failed(topic);
    const looking = this.task('Look', look, failed);
    const closing = this.task('Close', close, failed, state('closing'));
    const sleep = new sfn.Wait(this, 'Sleep', { time: sfn.WaitTime.timestampPath(state('wakeAt')) });
    const woken = new sfn.Choice(this, 'What next?').when(next('sleep'), sleep).when(next('close'), closing);
    if (topic) {
      woken.when(next('remind'), this.reminder(topic, looking));
    }
    sleep.next(looking);
    looking.next(woken.otherwise(new sfn.Succeed(this, 'Ended')));
    closing.next(new sfn.Choice(this, 'Closed?')
      .when(sfn.Condition.stringEquals(closed('state'), 'closed' satisfies ClosingState), new sfn.Succeed(this, 'Closed'))
      .otherwise(looking));

    this.stateMachine = loggedStateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(sleep),
      comment: 'Waits for the end of a password recovery, and closes it',
      includeExecutionData: true,
      options,
    });
    this.stateMachine.node.addDependency(look, close);
    this.letDescribe(look, close);
    this.alarm = this.notClosed(this.stateMachine);
  }

  private notClosed(machine: sfn.StateMachine): cloudwatch.Alarm {
    const sum = { statistic: cloudwatch.Stats.SUM, period: Duration.minutes(5) };
    return new cloudwatch.Alarm(this, 'NotClosedAlarm', {
      alarmName: alarmName(this.node.scope!.node.scope!, 'password recovery not closed'),
      alarmDescription: 'Root access: the execution that closes a password recovery failed or was stopped, so a root user may still have a password. '
        + `Run the runbook that closes the recovery. The executions name the account: aws stepfunctions list-executions --state-machine-arn ${machine.stateMachineArn}`,
      metric: new cloudwatch.MathExpression({
        expression: 'FILL(failed, 0) + FILL(aborted, 0)',
        usingMetrics: { failed: machine.metricFailed(sum), aborted: machine.metricAborted(sum) },
        label: 'Password recoveries that were not closed',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /** Its functions ask Step Functions what it was started with, and believe nobody else. */
  private letDescribe(...handlers: Handler[]) {
    new iam.Policy(this, 'ControlPolicy', {
      roles: handlers.map(({ role }) => role),
      statements: [new iam.PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executionsOf(this.stateMachine)] })],
    });
  }

  private task(id: string, handler: Handler<CloserEvent>, failed: sfn.IChainable, resultPath?: string): sfn.TaskStateBase {
    const task = invoke(this, id, handler, {
      payload: { execution, closer: sfn.JsonPath.objectAt('$') }, resultPath, retries: [{ errors: NOT_RETRYABLE, maxAttempts: 0 }, FOR_A_DAY],
    });
    return task.addCatch(failed, { resultPath: state('failure') });
  }

  private reminder(topic: sns.ITopic, after: sfn.IChainable): sfn.IChainable {
    const remind = new tasks.SnsPublish(this, 'Remind', {
      topic,
      subject: sfn.JsonPath.stringAt(state('subject')),
      message: sfn.TaskInput.fromJsonPathAt(state('message')),
      resultPath: sfn.JsonPath.DISCARD,
    });
    remind.addRetry({ errors: [sfn.Errors.ALL], interval: Duration.seconds(10), maxAttempts: 3 });
    remind.addCatch(after, { resultPath: sfn.JsonPath.DISCARD });
    return remind.next(after);
  }

  /** Loud: by mail if there is a topic, and by an execution that fails in any case. */
  private failed(topic?: sns.ITopic): sfn.IChainable {
    const fail = failAsCaught(this, 'NotClosed', state('failure'));
    return withMessage(this, state('failure'), topic ? this.notice(topic, fail) : fail);
  }

  private notice(topic: sns.ITopic, fail: sfn.IChainable): sfn.IChainable {
    const tell = new tasks.SnsPublish(this, 'TellThatItIsOpen', {
      topic,
      subject: sfn.JsonPath.format('A root password of {} could not be deleted', sfn.JsonPath.stringAt(state('accountId'))),
      message: sfn.TaskInput.fromText(sfn.JsonPath.format(
        'The password recovery of account {} has ended and could not be closed. Its root user may still have a password, and nobody tries to delete it any more. '
        + 'The last error was {}: {}\n\nRemove its cause and run the runbook that closes the recovery. To delete the password without it, with credentials of the management account:\n\n'
        + 'npx cdk-root-access close-recovery {}\n\nExecution: {}',
        sfn.JsonPath.stringAt(state('accountId')), sfn.JsonPath.stringAt(failure('Error')), sfn.JsonPath.stringAt(failure('message')),
        sfn.JsonPath.stringAt(state('accountId')), execution,
      )),
      resultPath: sfn.JsonPath.DISCARD,
    });
    tell.addRetry({ errors: [sfn.Errors.ALL], interval: Duration.seconds(10), maxAttempts: 8, backoffRate: 2 });
    tell.addCatch(fail, { resultPath: sfn.JsonPath.DISCARD });
    return tell.next(fail);
  }
}
