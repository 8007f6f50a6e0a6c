import { Duration, Names } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct, IDependable } from 'constructs';
import { CONTROL_PREFIX, ControlEnvironment, MachineEvent, RUN_FILE } from './contract';
import { Handler } from './handler';
import { Rendered } from './rendered';
import { Reservation, reservePrefixes } from './reserved-prefixes';
import { executionsOf } from './state-machine';
import { listBelow } from './statements';

/** Retries for about three minutes: a permission may take effect late, and S3 may be unavailable for a moment. */
const RETRY_S3: sfn.RetryProps = {
  errors: [sfn.Errors.ALL], interval: Duration.seconds(2), backoffRate: 2, maxDelay: Duration.seconds(30), maxAttempts: 9,
};

/** From the context, never from what a start says. */
const execution = {
  id: sfn.JsonPath.stringAt('$$.Execution.Id'),
  name: sfn.JsonPath.stringAt('$$.Execution.Name'),
  startTime: sfn.JsonPath.stringAt('$$.Execution.StartTime'),
  machine: sfn.JsonPath.stringAt('$$.StateMachine.Id'),
};

/** The event of a function: the execution whose control files it reads. */
export const RUN = { run: sfn.JsonPath.stringAt('$$.Execution.Name') } satisfies Rendered<MachineEvent>;

/**
 * The control files of one state machine. It writes them with its own role and without a function, and the bucket allows no other principal to write them:
 * so its functions can tell its instructions from those of any principal that can invoke them.
 *
 * Several state machines share a bucket, and the principal that starts an execution chooses its name, so each has a folder of its own.
 */
export class ControlFiles {
  private readonly prefix: string;

  /** @param part of the bucket that the state machine writes to: empty, or with a slash at its end */
  constructor(private readonly scope: Construct, private readonly bucket: s3.IBucket, part = '') {
    this.prefix = `${part}${CONTROL_PREFIX}${Names.uniqueResourceName(scope, { maxLength: 64, separator: '-' })}/`;
  }

  /** The first state: what this execution is about. It hands on its input as it is. */
  public writeRun(settings: object, timeout: Duration): sfn.TaskStateBase {
    return this.write('WriteRun', RUN_FILE, {
      execution, input: sfn.JsonPath.objectAt('$$.Execution.Input'), settings, timeoutSeconds: timeout.toSeconds(),
    });
  }

  /** A state that writes a file of its execution. It hands on its input as it is. */
  public write(id: string, file: string, body: object): sfn.TaskStateBase {
    return this.put(id, sfn.JsonPath.format(`${this.prefix}{}/${file}`, sfn.JsonPath.stringAt('$$.Execution.Name')), body);
  }

  /** A state that writes the one file for all executions, in place of what an earlier one has written. It hands on its input as it is. */
  public writeLatest(id: string, file: string, body: object): sfn.TaskStateBase {
    return this.put(id, `${this.prefix}${file}`, body);
  }

  private put(id: string, key: string, body: object): sfn.TaskStateBase {
    const task = new tasks.CallAwsService(this.scope, id, {
      service: 's3',
      action: 'putObject',
      iamAction: 's3:PutObject',
      iamResources: [this.bucket.arnForObjects(`${this.prefix}*`)],
      parameters: {
        Bucket: this.bucket.bucketName,
        Key: key,
        ContentType: 'application/json',
        Body: body,
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    task.addRetry(RETRY_S3);
    return task;
  }

  /** Lets a function read one file of each execution. */
  public letReadFile(handler: Handler, file: string) {
    this.setPrefix(handler);
    handler.allow(
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket.arnForObjects(`${this.prefix}*/${file}`)] }),
      listBelow(this.bucket, this.prefix),
    );
  }

  /**
   * Lets functions read the files, and see whether the execution runs.
   *
   * @returns what must exist before an execution starts: it depends on the state machine
   */
  public readBy(stateMachine: sfn.StateMachine, ...handlers: Handler[]): IDependable {
    handlers.forEach((handler) => this.setPrefix(handler));
    return new iam.Policy(this.scope, 'ControlPolicy', {
      roles: handlers.map(({ role }) => role),
      statements: [
        new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket.arnForObjects(`${this.prefix}*`)] }),
        listBelow(this.bucket, this.prefix),
        new iam.PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executionsOf(stateMachine)] }),
      ],
    });
  }

  private setPrefix({ function: fn }: Handler) {
    fn.addEnvironment('CONTROL_PREFIX' satisfies keyof ControlEnvironment, this.prefix);
  }
}

/**
 * Reserves the control files of a bucket to state machines.
 *
 * @returns what must exist before one is started
 */
export function reserveControlFiles(
  scope: Construct, bucket: s3.IBucket, property: Reservation['property'], stateMachines: sfn.StateMachine[], part = '',
): IDependable {
  const writers = stateMachines.map(({ role }) => role);
  const sid = `OnlyStateMachinesWriteControl${part && Names.uniqueId(scope)}`;
  return reservePrefixes(scope, bucket, { property, prefixes: [{ prefix: `${part}${CONTROL_PREFIX}`, sid, writers }] });
}
