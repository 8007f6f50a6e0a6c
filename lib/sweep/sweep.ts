import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { BatchEvent, END_FILE, EndFile, RUNS_PREFIX, SweepSettings, SweptSettings } from './contract';
import { FailedAccounts, SweepConcurrency } from './root-credentials-sweep-props';
import { SweepFunctions, SweepFunctionsProps } from './sweep-functions';
import { ControlFiles, reserveControlFiles, RUN } from '../private/control-files';
import { Rendered } from '../private/rendered';
import { useKey } from '../private/retained-bucket';
import { executionsOf, loggedStateMachine, RETRY_CRASHES, RETRY_LAMBDA_SERVICE } from '../private/state-machine';
import { checkWholeNumber } from '../private/validate';

export interface SweepProps extends SweepFunctionsProps {
  readonly swept: SweptSettings;
  readonly failedAccounts?: FailedAccounts;
  readonly concurrency?: SweepConcurrency;
}

/** The largest organizations take minutes. */
const MACHINE_TIMEOUT = Duration.hours(6);

/** After a crash, and after any other error: the batch and the report continue from the files in the bucket. */
const RETRY: sfn.RetryProps = { ...RETRY_CRASHES, errors: [sfn.Errors.ALL] };

/** Reads the batches of a run. The CDK's own reader would be allowed to read the whole bucket. */
class BatchesReader extends sfn.S3JsonItemReader {
  constructor(private readonly runs: string, props: sfn.S3FileItemReaderProps) {
    super(props);
  }

  public providePolicyStatements(): iam.PolicyStatement[] {
    return [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket!.arnForObjects(`${this.runs}*/batches.json`)] })];
  }
}

/**
 * A state machine that selects the accounts, sweeps them in batches, and reports.
 *
 * It reports after every failure: a batch that fails for good does not affect the others, and the report completes its results.
 * Only an execution that is stopped, times out or cannot write its control files ends without a report.
 */
export class Sweep extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  public readonly rootSessionRoles: iam.IRole[];
  public readonly reportFunction: lambda.IFunction;
  /** Constructs that must exist before a sweep begins. */
  public readonly ready: Construct[];

  /** ARN of all its executions. */
  public get executions(): string {
    return executionsOf(this.stateMachine);
  }

  constructor(scope: Construct, id: string, props: SweepProps) {
    super(scope, id);
    const { swept, failedAccounts, concurrency = {}, reports: { bucket, prefix }, options } = props;
    const { accountsPerBatch = 30, batchesAtOnce = 4, accountsInFlight = 10 } = concurrency;
    checkWholeNumber('concurrency.accountsPerBatch', accountsPerBatch, 1, 100);
    checkWholeNumber('concurrency.batchesAtOnce', batchesAtOnce, 1, 1_000);
    checkWholeNumber('concurrency.accountsInFlight', accountsInFlight, 1, 100);
    const tolerateFailedAccounts = failedAccounts === FailedAccounts.TOLERATE;
    const settings: SweepSettings = { ...swept, tolerateFailedAccounts, accountsPerBatch, accountsInFlight };
    const functions = new SweepFunctions(this, 'Functions', props);
    const control = new ControlFiles(this, bucket, prefix);

    const report = control.write('WriteEnd', END_FILE, { run: sfn.JsonPath.objectAt('$') } satisfies Rendered<EndFile>).next(
      this.task('Report', functions.report, RUN).addRetry(RETRY).next(
        new sfn.Choice(this, 'Succeeded?')
          .when(sfn.Condition.booleanEquals('$.succeeded', true), new sfn.Succeed(this, 'Succeeded'))
          .otherwise(new sfn.Fail(this, 'Failed', { errorPath: '$.error', causePath: '$.cause' })),
      ),
    );

    const selectionFailed = new sfn.Pass(this, 'SelectionFailed', { parameters: { error: sfn.JsonPath.objectAt('$') } });
    const begin = this.task('Begin', functions.begin, RUN).addCatch(selectionFailed);
    const begins = new sfn.Choice(this, 'Begins?').when(sfn.Condition.isPresent('$.skipped'), new sfn.Succeed(this, 'Skipped'));
    const select = this.task('SelectAccounts', functions.select, RUN).addCatch(selectionFailed.next(report));

    // the functions write batches and results, so that no payload grows with the number of accounts
    const sweepBatches = new sfn.DistributedMap(this, 'SweepBatches', {
      itemReader: new BatchesReader(`${prefix}${RUNS_PREFIX}`, { bucket, key: sfn.JsonPath.stringAt('$.batchesKey') }),
      itemSelector: { ...RUN, digest: sfn.JsonPath.stringAt('$.digest'), batch: sfn.JsonPath.numberAt('$$.Map.Item.Value.batch') } satisfies Rendered<BatchEvent>,
      maxConcurrency: batchesAtOnce,
      mapExecutionType: sfn.StateMachineType.STANDARD, // an Express child ends after 5 minutes, a batch may take 14
      resultPath: sfn.JsonPath.DISCARD,
    });
    sweepBatches.itemProcessor(
      this.task('SweepBatch', functions.batch)
        .addRetry(RETRY)
        .addCatch(new sfn.Pass(this, 'BatchFailed', { result: sfn.Result.fromObject({}) })),
    );

    const run = control.writeRun(settings, MACHINE_TIMEOUT);
    this.stateMachine = loggedStateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(run.next(begin).next(begins.otherwise(select.next(sweepBatches.addCatch(report, { resultPath: '$.error' })).next(report)))),
      timeout: MACHINE_TIMEOUT,
      comment: 'Root credentials of member accounts: look, plan, act, look again',
      includeExecutionData: true,
      options,
    });
    this.reportFunction = functions.report.function;
    this.rootSessionRoles = [functions.batch.role];
    const roles = (...them: { role: iam.IRole }[]) => them.map(({ role }) => role!);
    const readers = roles(functions.begin, functions.select, functions.batch, functions.report, this.stateMachine); // the machine reads batches.json
    const writers = roles(functions.select, functions.batch, functions.report, this.stateMachine);
    const permissions = [
      ...functions.permissions,
      ...control.readBy(this.stateMachine, functions.begin, functions.select, functions.batch, functions.report),
      ...reserveControlFiles(this, bucket, 'reportsBucket', [this.stateMachine], prefix),
      ...useKey(this, 'DecryptPolicy', bucket, ['kms:Decrypt'], readers),
      ...useKey(this, 'EncryptPolicy', bucket, ['kms:GenerateDataKey'], writers),
      this.runningPolicy(functions),
    ];
    this.ready = [functions, ...permissions, this.stateMachine];
  }

  /** Lets functions list the running sweeps. The state machine depends on the functions, so this is separate from both. */
  private runningPolicy({ begin, select }: SweepFunctions): Construct {
    return new iam.Policy(this, 'BeginPolicy', {
      roles: [begin.role, select.role],
      statements: [new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: [this.stateMachine.stateMachineArn] })],
    });
  }

  private task(id: string, fn: SweepFunctions['select'], payload?: Record<string, unknown>): sfn.TaskStateBase {
    const task = new tasks.LambdaInvoke(this, id, {
      lambdaFunction: fn.function,
      payload: payload && sfn.TaskInput.fromObject(payload), // the default is the item of the Map
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
    });
    return task.addRetry(RETRY_LAMBDA_SERVICE);
  }
}
