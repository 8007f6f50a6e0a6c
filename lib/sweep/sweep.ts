import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';
import {
  ASKED_FILE, AskedFile, BatchEvent, DecisionReference, END_FILE, EndFile, GO_FILE, GoFile, LATEST_ASKED_FILE, LOOKED_FILE, LookedFile, Skipped,
  SweepSettings, SweptSettings, Verdict,
} from './contract';
import { FailedAccounts, SweepConcurrency } from './root-credentials-sweep-props';
import { SweepFunctions, SweepFunctionsProps } from './sweep-functions';
import { Approvals } from '../private/approvals';
import { ControlFiles, reserveControlFiles, RUN } from '../private/control-files';
import { Handler } from '../private/handler';
import { pathsIn, Rendered } from '../private/rendered';
import { useKey } from '../private/retained-bucket';
import { executionsOf, failWithMessage, invoke, loggedStateMachine, RETRY_CRASHES, RETRY_LAMBDA_SERVICE } from '../private/state-machine';
import { useKeyOfTopic } from '../private/statements';
import { checkDomains, checkWholeNumber } from '../private/validate';

export interface SweepProps extends SweepFunctionsProps {
  readonly swept: SweptSettings;
  readonly failedAccounts?: FailedAccounts;
  readonly concurrency?: SweepConcurrency;
  /** How long a deployment waits for its sweep. */
  readonly deploymentWait: Duration;
  readonly allowedEmailDomains?: string[];
  /** Of what is deleted. */
  readonly approvals: Approvals;
}

/** The state after the selection: it grows with what comes after it. */
const state = pathsIn<EndFile['run'] & Skipped>();
const decision = pathsIn<DecisionReference>(state('decision'));
const verdict = pathsIn<Verdict>();

const ERROR = { resultPath: state('error') };

/** By the clock of the state machine. */
const NOW = sfn.JsonPath.stringAt('$$.State.EnteredTime');

/** The largest organizations take minutes. */
const MACHINE_TIMEOUT = Duration.hours(6);

/** After a crash, and after any other error: the batch and the report continue from the files in the bucket. */
const RETRY: sfn.RetryProps = { ...RETRY_CRASHES, errors: [sfn.Errors.ALL] };

/**
 * A state machine that looks at every selected account, decides once, carries out the plan, and reports.
 *
 * Depend on it to come after all that a sweep needs.
 *
 * It reports after every failure: a batch that fails for good does not affect the others, and the report completes its results.
 * Only an execution that is stopped, times out or cannot write its control files ends without a report.
 */
export class Sweep extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  /** Takes root sessions that read. */
  public readonly lookRole: iam.IRole;
  /** Takes root sessions that delete; there is none where nothing may be deleted. */
  public readonly purgeRole?: iam.IRole;
  public readonly reportFunction: lambda.IFunction;
  /** Control files of its executions. */
  public readonly control: ControlFiles;

  /** ARN of all its executions. */
  public get executions(): string {
    return executionsOf(this.stateMachine);
  }

  constructor(scope: Construct, id: string, props: SweepProps) {
    super(scope, id);
    const { swept, failedAccounts, concurrency = {}, deploymentWait, allowedEmailDomains, approvals, reports: { bucket, prefix }, options } = props;
    const { accountsPerBatch = 50, batchesAtOnce = 4, accountsInFlight = 25 } = concurrency;
    checkWholeNumber('concurrency.accountsPerBatch', accountsPerBatch, 1, 100);
    checkWholeNumber('concurrency.batchesAtOnce', batchesAtOnce, 1, 1_000);
    checkWholeNumber('concurrency.accountsInFlight', accountsInFlight, 1, 100);
    checkDomains('allowedEmailDomains', allowedEmailDomains);
    const tolerateFailedAccounts = failedAccounts === FailedAccounts.TOLERATE;
    const settings: SweepSettings = {
      ...swept,
      tolerateFailedAccounts,
      allowedEmailDomains,
      accountsPerBatch,
      accountsInFlight,
      batchesAtOnce,
      ...approvals.topic ? {} : { deploymentSeconds: deploymentWait.toSeconds() },
    };
    const functions = new SweepFunctions(this, 'Functions', props);
    const control = new ControlFiles(this, bucket, prefix);

    const report = control.write('WriteEnd', END_FILE, { run: sfn.JsonPath.objectAt('$') } satisfies Rendered<EndFile>).next(
      invoke(this, 'Report', functions.report, { payload: RUN, retries: [RETRY_LAMBDA_SERVICE, RETRY] }).addCatch(failWithMessage(this, 'NotReported', ERROR.resultPath), ERROR).next(
        new sfn.Choice(this, 'Succeeded?')
          .when(sfn.Condition.booleanEquals(verdict('succeeded'), true), new sfn.Succeed(this, 'Succeeded'))
          .otherwise(new sfn.Fail(this, 'Failed', { errorPath: verdict('error'), causePath: verdict('cause') })),
      ),
    );

    const selectionFailed = new sfn.Pass(this, 'SelectionFailed', { parameters: { error: sfn.JsonPath.objectAt('$') } });
    const select = invoke(this, 'SelectAccounts', functions.select, { payload: RUN, retries: [RETRY_LAMBDA_SERVICE] }).addCatch(selectionFailed.next(report));
    const begins = new sfn.Choice(this, 'Begins?').when(sfn.Condition.isPresent(state('skipped')), new sfn.Succeed(this, 'Skipped'));
    const look = this.walk('Look', functions.look, state('batches'), batchesAtOnce).addCatch(report, ERROR)
      .next(control.write('WriteLooked', LOOKED_FILE, { digest: sfn.JsonPath.stringAt(state('digest')) } satisfies Rendered<LookedFile>));
    const decide = invoke(this, 'Decide', functions.decide, { payload: RUN, resultPath: state('decision'), retries: [RETRY_LAMBDA_SERVICE, RETRY] })
      .addCatch(report, ERROR);
    const go = functions.purge && control
      .write('WriteGo', GO_FILE, { plan: sfn.JsonPath.stringAt(decision('plan')), at: NOW } satisfies Rendered<GoFile>)
      .next(this.walk('Purge', functions.purge, decision('batches'), batchesAtOnce).addCatch(report, ERROR))
      .next(report);
    const carryOut = go && new sfn.Choice(this, 'Purges?')
      .when(sfn.Condition.isPresent(`${decision('batches')}[0]`), approvals.topic ? this.approval(approvals, control, report).next(go) : go)
      .otherwise(report);

    const timeout = approvals.topic ? MACHINE_TIMEOUT.plus(approvals.timeout) : MACHINE_TIMEOUT;
    const run = control.writeRun(settings, timeout);
    this.stateMachine = loggedStateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(
        run.next(select).next(begins.otherwise(look.next(decide).next(carryOut ?? report))),
      ),
      timeout,
      comment: 'Root credentials of member accounts: look everywhere, decide once, carry out the plan',
      includeExecutionData: approvals.topic === undefined, // what a state is given shows the task token, with which an approver answers
      options,
    });
    useKeyOfTopic(this, approvals.topic).forEach((statement) => this.stateMachine.addToRolePolicy(statement));
    this.control = control;
    this.reportFunction = functions.report.function;
    this.lookRole = functions.look.role;
    this.purgeRole = functions.purge?.role;
    const workers = [functions.select, functions.look, functions.decide, ...functions.purge ? [functions.purge] : [], functions.report];
    const writers = [...workers, this.stateMachine].map(({ role }) => role);
    const readers = workers.map(({ role }) => role);
    Dependable.implement(this, Dependable.of(new DependencyGroup(
      functions,
      functions.reserved,
      control.readBy(this.stateMachine, ...workers),
      reserveControlFiles(this, bucket, 'reportsBucket', [this.stateMachine], prefix),
      useKey(this, 'DecryptPolicy', bucket, ['kms:Decrypt'], readers),
      useKey(this, 'EncryptPolicy', bucket, ['kms:GenerateDataKey'], writers),
      this.runningPolicy(functions),
      this.stateMachine,
    )));
  }

  /** Lets the function that selects list the running sweeps. The state machine depends on the functions, so this is separate from both. */
  private runningPolicy({ select }: SweepFunctions): IDependable {
    return new iam.Policy(this, 'RunningSweepsPolicy', {
      roles: [select.role],
      statements: [new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: [this.stateMachine.stateMachineArn] })],
    });
  }

  /** Asks people, and says for whom and in the name of which plan: a later plan voids it. What is not approved is reported. */
  private approval(approvals: Approvals, control: ControlFiles, report: sfn.IChainable): sfn.Chain {
    const asked = {
      execution: sfn.JsonPath.stringAt('$$.Execution.Id'), plan: sfn.JsonPath.stringAt(decision('plan')), at: NOW,
    } satisfies Rendered<AskedFile>;
    const ended = (id: string, Cause: string) => (
      new sfn.Pass(this, id, { result: sfn.Result.fromObject({ Error: id, Cause }), ...ERROR }).next(report));
    const ask = approvals.ask(this, {
      request: decision('approval'),
      answer: '$.answer',
      timedOut: ended('ApprovalTimedOut', `nothing was deleted: nobody approved the plan within ${approvals.timeout.toHumanString()}`),
      refused: ended('ApprovalRefused', 'nothing was deleted: the answer does not name the digest of this plan'),
      failed: report,
    });
    return control.write('WriteAsked', ASKED_FILE, asked).next(control.writeLatest('WriteLatestAsked', LATEST_ASKED_FILE, asked)).next(ask);
  }

  /** A Map over batches. Its functions write results to the bucket, so that no payload grows with the number of accounts. */
  private walk(name: string, handler: Handler<BatchEvent>, batches: string, batchesAtOnce: number): sfn.DistributedMap {
    const map = new sfn.DistributedMap(this, `${name}Accounts`, {
      itemsPath: batches,
      itemSelector: { ...RUN, digest: sfn.JsonPath.stringAt(state('digest')), batch: sfn.JsonPath.numberAt('$$.Map.Item.Value') } satisfies Rendered<BatchEvent>,
      maxConcurrency: batchesAtOnce,
      mapExecutionType: sfn.StateMachineType.STANDARD, // an Express child ends after 5 minutes, a batch may take 14
      resultPath: sfn.JsonPath.DISCARD,
    });
    return map.itemProcessor(
      invoke(this, `${name}Batch`, handler, { retries: [RETRY_LAMBDA_SERVICE, RETRY] }) // its input is the item
        .addCatch(new sfn.Pass(this, `${name}BatchFailed`, { result: sfn.Result.fromObject({}) })),
    );
  }
}
