import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { ApprovalRequest } from './contract';
import { pathsIn } from './rendered';
import { StartersAndApprovers } from './starters-and-approvers';

/** The topic for requests for approval, and how long the state machine waits. */
export interface ApproversAndTimeout {
  readonly topic: sns.ITopic;
  readonly timeout?: Duration;
}

const DEFAULT_TIMEOUT = Duration.hours(4);
const SHORTEST = Duration.minutes(5);
const LONGEST = Duration.days(7);

/** Approval of the changes of a construct. */
export class Approvals {
  /** Where requests are sent; absent when nothing has to be approved. */
  public readonly topic?: sns.ITopic;
  public readonly timeout: Duration;

  /** @param property the one that names the approvers */
  constructor({ topic, timeout = DEFAULT_TIMEOUT }: Partial<ApproversAndTimeout> = {}, property = 'approvers') {
    this.topic = topic;
    this.timeout = timeout;
    const minutes = timeout.toMinutes({ integral: false });
    if (minutes < SHORTEST.toMinutes() || minutes > LONGEST.toMinutes() || !Number.isInteger(minutes)) {
      throw new Error(`${property}.timeout must be from 5 minutes to 7 days, in whole minutes, got ${timeout.toHumanString()}`);
    }
  }

  /** Without approvers, a starter cannot be an approver. */
  public addStarter(runbook: Construct, grantee: iam.IGrantable) {
    if (this.topic) {
      StartersAndApprovers.of(runbook).addStarter(runbook, grantee);
    }
  }

  /**
   * Lets a principal answer. Fails when there is nothing to approve.
   *
   * @param remedy the property that is missing then
   */
  public grantApprove(runbook: Construct, grantee: iam.IGrantable, remedy: string): iam.Grant {
    if (this.topic === undefined) {
      throw new Error(`grantApprove needs approvers: give ${remedy}, or leave the grant out`);
    }
    StartersAndApprovers.of(runbook).addApprover(runbook, grantee);
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
      resourceArns: ['*'], // IAM knows no resource for them; the task token is what limits them
    });
  }

  /**
   * The states that ask and wait for an answer that names the digest of the request. What comes next is only reached with it.
   *
   * @param request path to an `ApprovalRequest` in the state
   * @param answer path to which the answer goes
   */
  public ask(scope: Construct, { request, answer, timedOut, refused, failed }: ApprovalStates): sfn.Chain {
    const path = pathsIn<ApprovalRequest>(request);
    const at = (field: Parameters<typeof path>[0]) => sfn.JsonPath.stringAt(path(field));
    const ask = new tasks.SnsPublish(scope, 'AskForApproval', {
      topic: this.topic!,
      subject: at('subject'),
      message: sfn.TaskInput.fromText(sfn.JsonPath.format('{}{}{}{}', at('approve'), sfn.JsonPath.taskToken, at('refuse'), sfn.JsonPath.taskToken)),
      integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      taskTimeout: sfn.Timeout.duration(this.timeout),
      resultPath: answer,
    });
    ask.addRetry({ errors: SNS_ERRORS, maxAttempts: 5, backoffRate: 2, jitterStrategy: sfn.JitterType.FULL });
    ask.addCatch(timedOut, { errors: [sfn.Errors.TIMEOUT] });
    if (failed) {
      ask.addCatch(failed, { resultPath: '$.error' });
    }
    const approved = sfn.Condition.and(
      sfn.Condition.isString(`${answer}.approved`),
      sfn.Condition.stringEqualsJsonPath(`${answer}.approved`, path('digest')),
    );
    return ask.next(new sfn.Choice(scope, 'Approved?').when(approved, new sfn.Pass(scope, 'Approved')).otherwise(refused).afterwards());
  }
}

/** The states that follow when no approval is given. */
export interface ApprovalStates {
  readonly request: string;
  readonly answer: string;
  readonly timedOut: sfn.IChainable;
  readonly refused: sfn.IChainable;
  /** Where nothing is given, a refusal ends the execution. */
  readonly failed?: sfn.IChainable;
}

/** Errors of SNS that are not the request's fault. `sns:publish` has them as `SNS.…`; `Sns.…` they are in the integration of the SDK. */
const SNS_ERRORS = ['InternalErrorException', 'ThrottledException', 'AmazonSNSException', 'SdkClientException'].map((name) => `SNS.${name}`);
