import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { IConstruct } from 'constructs';

/**
 * A runbook: an Automation document of AWS Systems Manager that starts a state machine.
 *
 * The state machine does all of the work and makes all of the checks, so that starting either has the same effect.
 */
export interface IRootSessionRunbook extends IConstruct {
  /**
   * State machine of the runbook. Its input contains the parameters of the document.
   *
   * Starting the state machine directly does not bypass any check.
   */
  readonly stateMachine: sfn.IStateMachine;

  /** Name of the Automation document, for `aws ssm start-automation-execution` and the Systems Manager console. */
  readonly documentName: string;

  /**
   * Grants the given identity permission to start the runbook in both ways, to follow it and to cancel it.
   *
   * Allows `ssm:StartAutomationExecution` on the document, `ssm:GetAutomationExecution` on automations,
   * `states:StartExecution` on the state machine, and `states:DescribeExecution` and `states:StopExecution` on its
   * executions. The document has no role of its own: it starts the state machine with the permissions of the
   * identity that starts it.
   *
   * To cancel a runbook, stop its execution in Step Functions. The name of the execution is the ID of the
   * automation, which ends with it. Does not allow `ssm:StopAutomationExecution`, because IAM cannot limit it to
   * the automations of a document. Does not allow `states:GetExecutionHistory`, because the history contains the
   * task token with which an approver responds.
   *
   * If the runbook requires approval, synthesis fails for an identity that can approve any runbook of the app. If
   * an identity is known only at deployment, synthesis warns.
   */
  grantStart(grantee: iam.IGrantable): iam.Grant;

  /**
   * Grants the given identity permission to respond to a request for approval.
   *
   * Allows `states:SendTaskSuccess` and `states:SendTaskFailure`. IAM cannot limit these to a state machine: they
   * are limited by the task token, which only the subscribers of the approval topic receive.
   *
   * Fails if the runbooks have no approvers. Synthesis fails for an identity that can start any runbook of the app
   * that requires approval.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
   */
  grantApprove(grantee: iam.IGrantable): iam.Grant;
}

/** Options of the approval that is required before a runbook changes anything. */
export interface RootSessionApprovers {
  /**
   * Topic for requests for approval. A request contains the change, the reason, the principal that started the
   * runbook, and the two commands that respond to it.
   *
   * Subscribe approvers only. Adds `sns:Publish` on the topic to the roles of the state machines. If the topic has
   * a known key, also adds `kms:Decrypt` and `kms:GenerateDataKey` on it, through SNS.
   */
  readonly topic: sns.ITopic;

  /**
   * How long to wait for an approval, from 5 minutes to 7 days in whole minutes. After this time, the runbook ends
   * without a change.
   *
   * @default Duration.hours(4)
   */
  readonly timeout?: Duration;
}
