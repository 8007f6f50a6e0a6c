import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct, IConstruct } from 'constructs';
import { RootAccessFunctionOptions } from '../function-options';
import { GO_FILE, GoFile, Prepared, RunbookEvent, RunbookSettings } from './contract';
import { Approvals } from '../private/approvals';
import { ApprovalRequest, Selection } from '../private/contract';
import { ControlFiles, RUN } from '../private/control-files';
import { Handler } from '../private/handler';
import { pathsIn, Rendered } from '../private/rendered';
import { failWithMessage, invoke, loggedStateMachine, RETRY_CRASHES, RETRY_LAMBDA_SERVICE } from '../private/state-machine';
import { organizationsArn, useKeyOfTopic } from '../private/statements';

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

/** A parameter of a document, and by its name in camel case a key of the state machine's input. */
export interface RunbookParameter {
  readonly description: string;
  /**
   * A pattern of the whole value: one of this module, or narrower. Systems Manager puts the text
   * of the value into JSON as it is, so a pattern admits no quote, backslash, brace or control character.
   */
  readonly pattern: string;
  /** Makes it optional; an empty text stands for nothing. */
  readonly default?: string;
}

/** Text without anything that JSON, a shell or Systems Manager's own `{{ }}` would read. */
export const text = (least: number, most: number) => `^[^"\\\\{}\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{${least},${most}}$`;

/** An account's id. */
export const ACCOUNT_ID: RunbookParameter = { description: 'Id of the member account', pattern: '^\\d{12}$' };

export interface RunbookProps {
  /** One sentence for operators. */
  readonly description: string;
  /** Names in Pascal case. `Reason` and `DryRun` are every runbook's, and come from here. */
  readonly parameters: Record<string, RunbookParameter>;
  /** The function that looks, plans and acts. */
  readonly fn: Handler<RunbookEvent>;
  /** Settings of the function, in addition to the input. No start can change them. */
  readonly settings: Omit<RunbookSettings, 'approvalHours'>;
  readonly approvals: Approvals;
  /** Bucket for the control files of the state machine. */
  readonly bucket: s3.IBucket;
  /** How long it may work, waiting for approval not counted. @default one hour */
  readonly timeout?: Duration;
  /** Permissions that a starter needs in addition to the start. */
  readonly grantInput?: (grantee: iam.IGrantable) => iam.Grant;
  readonly options?: RootAccessFunctionOptions;
}

/** The state: the automation that started the execution; then what the function prepared, and the answer of an approver. */
const state = pathsIn<Pick<RunbookEvent, 'automation' | 'account'> & { readonly answer: unknown }>();
const prepared = pathsIn<Prepared>();
const request = pathsIn<ApprovalRequest>(prepared('approval'));

const REASON: RunbookParameter = { description: 'Why: it is kept in the record, such as the number of a ticket', pattern: text(3, 256) };
const DRY_RUN: RunbookParameter = { description: 'true: change nothing, and say what would be done', pattern: '^(true|false)$', default: 'false' };

/** Path of the error that a state caught. */
const FAILURE = '$.failure';

/**
 * The frame of every runbook.
 *
 * ```
 * WriteRun ──► WhoStarted ──► WhichAccount (if approvers) ──► UnitOfAccount… (if units are selected) ──► Prepare ──► done? ── yes ──► Succeeded
 *                                                                                      └─ no ──┐
 *   Succeeded ◄── Act ◄── WriteGo ◄── UnitOfAccountNow… ◄── AskForApproval (if approvers) ◄────┘
 * ```
 *
 * The contract with the function, which `lambda/session/runbook.ts` keeps (`RunbookEvent`, `Prepared` in `contract.ts`):
 *
 * - It is asked twice, with `step` `prepare` and `act`, and given the name of the execution. Both times it reads what the state machine has written of it: the
 *   execution from the context, the `input` of the start as it came, and the `settings` of the definition. It checks the input itself, since a direct start
 *   has passed no pattern of the document, and that the execution runs.
 *   The input has the keys of the parameters in camel case (`AccountId` is `accountId`), all of them texts, in addition to `reason` and `dryRun`.
 * - `prepare` changes nothing. It answers `{ done: true, result }`, which a dry run always does, and `result` is the output of the execution. Or it
 *   answers `{ done: false, plan, approval }`, and there is no other way to `act`: with approvers, an answer to the request must name the
 *   digest of the plan, however the state machine was started.
 * - `act` reads the plan, which the state machine writes when it may be carried out. It may be asked again when the function has died, and goes on from what it finds. What it answers is the output.
 * - An error of the function is the error of the execution, and so that of the automation: its message, and nothing around it, is what people read.
 *
 * The execution's name is the id of the automation that started it, by which the state machine finds out who did; the function judges what it found.
 */
export class Runbook extends Construct implements IRootSessionRunbook {
  public readonly stateMachine: sfn.StateMachine;
  public readonly documentName: string;
  private readonly approvals: Approvals;

  constructor(scope: Construct, id: string, private readonly props: RunbookProps) {
    super(scope, id);
    const { fn, approvals, bucket, settings, timeout = Duration.hours(1) } = props;
    this.approvals = approvals;
    const { topic } = approvals;
    const whole = topic ? Duration.minutes(timeout.toMinutes() + approvals.timeout.toMinutes()) : timeout;
    const control = new ControlFiles(this, bucket);
    const failed = failWithMessage(this, 'Failed', FAILURE);
    const run = control.writeRun({ ...settings, ...topic && { approvalHours: approvals.timeout.toMinutes() / 60 } }, whole);
    const go = control.write('WriteGo', GO_FILE, {
      plan: sfn.JsonPath.objectAt(prepared('plan')),
      digest: sfn.JsonPath.stringAt(request('digest')),
      startedBy: sfn.JsonPath.stringAt(prepared('startedBy')),
      ...topic && { approval: sfn.JsonPath.objectAt(state('answer')) },
      at: sfn.JsonPath.stringAt('$$.State.EnteredTime'),
      timeoutSeconds: timeout.toSeconds(),
    } satisfies Rendered<GoFile>).next(this.task('Act', fn, { step: 'act', ...RUN }, failed));
    const notSelected = new sfn.Fail(this, 'NotSelected', {
      error: 'TargetProtected',
      causePath: sfn.JsonPath.format('account {} is not in the organizational units of these runbooks; nothing was changed', sfn.JsonPath.stringAt('$$.Execution.Input.accountId')),
    });
    const shown = topic && { account: sfn.JsonPath.objectAt(state('account')) };
    const prepare = this.task('Prepare', fn, { step: 'prepare', ...RUN, automation: sfn.JsonPath.objectAt(state('automation')), ...shown }, failed).next(
      new sfn.Choice(this, 'Done?')
        .when(sfn.Condition.booleanEquals(prepared('done'), true), new sfn.Pass(this, 'NothingToDo', { outputPath: prepared('result') }))
        // an approval takes up to a week, in which the account may have been moved
        .otherwise(topic ? this.approval(approvals).next(this.inUnits('Now', settings.selection, go, notSelected)) : go),
    );
    const selected = this.inUnits('', settings.selection, prepare, notSelected);
    this.stateMachine = loggedStateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(run.next(this.whoStarted(topic ? this.whichAccount(selected) : selected))),
      timeout: whole,
      comment: props.description,
      includeExecutionData: topic === undefined, // what a state is given shows the task token, with which an approver answers
      options: props.options,
    });
    this.stateMachine.node.addDependency(fn);
    control.readBy(this.stateMachine, fn);
    useKeyOfTopic(this, topic).forEach((statement) => this.stateMachine.addToRolePolicy(statement));
    this.documentName = this.document(props, whole).ref;
  }

  public grantStart(grantee: iam.IGrantable): iam.Grant {
    this.approvals.addStarter(this, grantee);
    const grant = (actions: string[], resourceArns: string[]) => iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    const document = Stack.of(this).formatArn({ service: 'ssm', resource: 'document', resourceName: this.documentName });
    const start = grant(['ssm:StartAutomationExecution'], [document, this.automations])
      .combine(grant(['ssm:GetAutomationExecution'], [this.automations])) // IAM can limit it by tags alone, which whoever starts an automation gives it
      .combine(this.stateMachine.grantStartExecution(grantee))
      .combine(this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:StopExecution'));
    return this.props.grantInput ? start.combine(this.props.grantInput(grantee)) : start;
  }

  public grantApprove(grantee: iam.IGrantable): iam.Grant {
    return this.approvals.grantApprove(this, grantee, 'RootSessionRunbooks the property approvers');
  }

  /** Automations have ids that are made when they start. */
  private get automations(): string {
    return Stack.of(this).formatArn({ service: 'ssm', resource: 'automation-execution', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }

  /** Asks Systems Manager for the automation of this name. A direct start has none, and that the starter is not known stops nothing. */
  private whoStarted(next: sfn.IChainable): sfn.Chain {
    const ask = new tasks.CallAwsService(this, 'WhoStarted', {
      service: 'ssm',
      action: 'getAutomationExecution',
      iamAction: 'ssm:GetAutomationExecution',
      parameters: { AutomationExecutionId: sfn.JsonPath.stringAt('$$.Execution.Name') },
      iamResources: [this.automations],
      resultSelector: {
        status: sfn.JsonPath.stringAt('$.AutomationExecution.AutomationExecutionStatus'),
        executedBy: sfn.JsonPath.stringAt('$.AutomationExecution.ExecutedBy'),
        steps: sfn.JsonPath.objectAt('$.AutomationExecution.StepExecutions'),
      },
      resultPath: state('automation'),
    });
    ask.addRetry({ errors: ['Ssm.InternalServerErrorException', 'Ssm.SsmException', 'Ssm.SdkClientException'], maxAttempts: 3, backoffRate: 2 });
    ask.addCatch(next, { resultPath: state('automation') });
    return ask.next(next);
  }

  /** Asks for name, place and root mailbox of the account, for approvers. That they are not known stops nothing. */
  private whichAccount(next: sfn.IChainable): sfn.Chain {
    const ask = new tasks.CallAwsService(this, 'WhichAccount', {
      service: 'organizations',
      action: 'describeAccount',
      iamAction: 'organizations:DescribeAccount',
      parameters: { AccountId: sfn.JsonPath.stringAt('$$.Execution.Input.accountId') },
      iamResources: [organizationsArn(this, 'account', '*')],
      resultPath: state('account'),
    });
    ask.addRetry({ errors: ['Organizations.TooManyRequestsException', 'Organizations.ServiceException', 'Organizations.SdkClientException'], maxAttempts: 3, backoffRate: 2 });
    ask.addCatch(next, { resultPath: state('account') });
    return ask.next(next);
  }

  /** Goes up from the account to the root of the organization, and on if a selected unit is on the way: IAM has no condition for it. */
  private inUnits(when: string, { organizationalUnits }: Selection, next: sfn.IChainable, notSelected: sfn.Fail): sfn.IChainable {
    if (organizationalUnits === undefined) {
      return next;
    }
    const arn = (resource: string) => Stack.of(this).formatArn({ service: 'organizations', region: '', account: '*', resource, resourceName: 'o-*/*' });
    const step = (id: string, path: string) => new sfn.Pass(this, `${id}${when}`, { inputPath: path, resultPath: '$.child' });
    const ask = new tasks.CallAwsService(this, `UnitOfAccount${when}`, {
      service: 'organizations',
      action: 'listParents',
      iamAction: 'organizations:ListParents',
      parameters: { ChildId: sfn.JsonPath.stringAt('$.child') },
      iamResources: [arn('account'), arn('ou')], // the ids of the organization and the account are known only when it is started
      resultSelector: { id: sfn.JsonPath.stringAt('$.Parents[0].Id') },
      resultPath: '$.parent',
    });
    ask.addRetry({ errors: ['Organizations.TooManyRequestsException', 'Organizations.ServiceException', 'Organizations.SdkClientException'], maxAttempts: 6, backoffRate: 2 });
    const isSelected = sfn.Condition.or(...organizationalUnits.map((id) => sfn.Condition.stringEquals('$.parent.id', id)));
    return step('Account', '$$.Execution.Input.accountId').next(ask).next(
      new sfn.Choice(this, `Selected${when}?`)
        .when(isSelected, next)
        .when(sfn.Condition.stringMatches('$.parent.id', 'ou-*'), step('Upwards', '$.parent.id').next(ask))
        .otherwise(notSelected),
    );
  }

  private task(id: string, fn: Handler<RunbookEvent>, payload: Rendered<RunbookEvent>, failed: sfn.IChainable): sfn.TaskStateBase {
    return invoke(this, id, fn, { payload, retries: [RETRY_LAMBDA_SERVICE, RETRY_CRASHES] }).addCatch(failed, { resultPath: FAILURE });
  }

  /** Waits for an answer that names the digest. Without one in time, or with another digest, the runbook fails, and nothing was changed. */
  private approval(approvals: Approvals): sfn.Chain {
    const { timeout } = approvals;
    return approvals.ask(this, {
      request: prepared('approval'),
      answer: state('answer'),
      timedOut: new sfn.Fail(this, 'ApprovalTimedOut', {
        error: 'ApprovalTimedOut', cause: `nobody approved it within ${timeout.toHumanString()}: nothing was changed; start it again and tell an approver`,
      }),
      refused: new sfn.Fail(this, 'ApprovalRefused', {
        error: 'ApprovalRefused', cause: 'the answer does not name the digest of this request: nothing was changed',
      }),
    });
  }

  /** Thin: it has the parameters by which operators find their way, and starts the state machine in their name. */
  private document({ description, parameters }: RunbookProps, timeout: Duration): ssm.CfnDocument {
    const all: Record<string, RunbookParameter> = { ...parameters, Reason: REASON, DryRun: DRY_RUN };
    const input = Object.fromEntries(Object.keys(all).map((name) => [name[0].toLowerCase() + name.slice(1), `{{ ${name} }}`]));
    return new ssm.CfnDocument(this, 'Document', {
      documentType: 'Automation',
      documentFormat: 'JSON',
      updateMethod: 'NewVersion',
      content: {
        schemaVersion: '0.3',
        description,
        parameters: Object.fromEntries(Object.entries(all).map(([name, { description: about, pattern, default: value }]) => [
          name, { type: 'String', description: about, allowedPattern: pattern, ...value !== undefined && { default: value } },
        ])),
        mainSteps: [{
          name: 'Run',
          action: 'aws:executeStateMachine',
          maxAttempts: 1,
          timeoutSeconds: timeout.toSeconds() + 60, // the state machine ends first, with its own words
          onFailure: 'Abort',
          inputs: {
            stateMachineArn: this.stateMachine.stateMachineArn,
            name: '{{ automation:EXECUTION_ID }}', // how the function finds out who started it
            input: JSON.stringify(input),
          },
        }],
        outputs: ['Run.output'],
      },
    });
  }
}
