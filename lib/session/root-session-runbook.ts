import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { IConstruct } from 'constructs';

/**
 * A runbook: an Automation document of AWS Systems Manager with a state machine behind it, which does all of the work and makes
 * all of the checks. Both ways of starting it are the same start.
 */
export interface IRootSessionRunbook extends IConstruct {
  /** The state machine. A direct start passes no check by: its input is what the document would make of its parameters. */
  readonly stateMachine: sfn.IStateMachine;

  /** Name of the Automation document, for `aws ssm start-automation-execution` and the Systems Manager console. */
  readonly documentName: string;

  /**
   * Lets somebody start the runbook in both ways, follow it and cancel it: `ssm:StartAutomationExecution` on the document,
   * `ssm:GetAutomationExecution` on automations, `states:StartExecution` on the state machine, `states:DescribeExecution` and
   * `states:StopExecution` on its executions. The document has no role of its own: it starts the state machine in the name of
   * whoever started it.
   *
   * To cancel a runbook, stop its execution in Step Functions, whose name is the id of the automation: the automation ends with it.
   * `ssm:StopAutomationExecution` is left out, because IAM cannot limit it to the automations of a document.
   *
   * `states:GetExecutionHistory` is left out, because the history shows the task token with which an approver answers.
   *
   * A principal that may approve in any runbooks of the app fails at synth, unless nobody has to approve this runbook. Where it is known only when it is
   * deployed who a principal is, synth warns.
   */
  grantStart(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets somebody answer a request for approval, with `states:SendTaskSuccess` and `states:SendTaskFailure`. IAM can limit neither to a state
   * machine: what limits them is the task token, which only the subscribers of the approvers' topic are sent.
   *
   * Fails when the runbooks have no approvers, and at synth for a principal that may start any runbook of the app that needs an approval.
   */
  grantApprove(grantee: iam.IGrantable): iam.Grant;
}

/** Who has to agree before a runbook changes anything. */
export interface RootSessionApprovers {
  /**
   * Topic to which a request for approval is sent: what is to be done, why, by whom, and the two commands that answer it.
   *
   * Subscribe only approvers. Adds `sns:Publish` on the topic to the state machines' roles, and `kms:Decrypt` and `kms:GenerateDataKey` on its key, by way of SNS,
   * if it has one that is known.
   */
  readonly topic: sns.ITopic;

  /**
   * How long an approval is waited for, 5 minutes to 7 days in whole minutes. After that the runbook ends, and nothing was changed.
   *
   * @default Duration.hours(4)
   */
  readonly timeout?: Duration;
}
