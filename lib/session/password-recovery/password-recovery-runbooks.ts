import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { PasswordRecoveryCloser } from './password-recovery-closer';
import { RootAccessFunctionOptions } from '../../function-options';
import { Approvals } from '../../private/approvals';
import { SharedAssumeRoot } from '../../private/assume-root';
import { HandlerContract, RECOVERIES_PREFIX } from '../../private/contract';
import { Handler } from '../../private/handler';
import { listBelow, readPoliciesAbove } from '../../private/statements';
import {
  ALLOW_RECOVERY, CLOSE_RECOVERY, CLOSER_CLOSE, CLOSER_LOOK, EXTEND_RECOVERY, RecordsEnvironment, RecoverySettings, RunbookEnvironment, RunbookEvent,
  RunbookSettings,
} from '../contract';
import { RootTaskPolicy } from '../root-task-policy';
import { ACCOUNT_ID, Runbook, RunbookParameter, RunbookProps } from '../runbook';

/** Options of the runbooks that allow, extend and close password recoveries. */
export interface PasswordRecoveryOptions {
  /**
   * Default duration of a recovery and of an extension, from 1 hour to 7 days in whole hours.
   *
   * @default Duration.hours(24)
   */
  readonly duration?: Duration;

  /**
   * Maximum time from the opening to the end of a recovery, including extensions, from `duration` to 7 days in
   * whole hours.
   *
   * @default Duration.days(7)
   */
  readonly longestDuration?: Duration;

  /**
   * Topic notified when a recovery is about to end, and when it could not be closed.
   *
   * Adds `sns:Publish` on the topic to the role of the state machine that closes recoveries. If the topic has a
   * known key, also adds `kms:Decrypt` and `kms:GenerateDataKey` on it, through SNS.
   *
   * @default - no reminders; a recovery that could not be closed is a failed execution of `passwordRecoveryCloser`
   */
  readonly topic?: sns.ITopic;

  /**
   * When to remind `topic` before the end of a recovery, in whole minutes. At most 10 reminders.
   *
   * A reminder that is longer than the recovery lasts is omitted.
   *
   * @default - 1 hour before
   */
  readonly reminders?: Duration[];
}

export interface PasswordRecoveryProps {
  readonly recovery?: PasswordRecoveryOptions;
  readonly settings: RunbookSettings;
  readonly approvals: Approvals;
  readonly bucket: s3.IBucket;
  readonly rootSessions: SharedAssumeRoot;
  readonly stsRegion: string;
  readonly options?: RootAccessFunctionOptions;
}

const HOURS: RunbookParameter = {
  description: 'Whole hours; the usual number of hours when it is empty', pattern: '^([1-9][0-9]{0,2})?$', default: '',
};

/** Its own deadline for opening (`OPENER_MS` in lambda/session) is made for this timeout. */
const OPENER_TIMEOUT = Duration.minutes(5);

/** For a permission that comes late, for a password that IAM will not have changed just now, and for reads that lag. */
const CLOSER_TIMEOUT = Duration.minutes(10);

interface FunctionProps<Environment extends object, Event> {
  readonly contract: HandlerContract<Environment, Event>;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment: NoInfer<Environment>;
  /** The one task policy that its root sessions may have; without it takes none. */
  readonly task?: RootTaskPolicy;
  readonly writes: boolean;
}

/**
 * The runbooks that allow, extend and close the recovery of a root password, and the state machine that closes it in any case.
 *
 * Each function has a role of its own: one may create passwords, two may delete them, and no other can take a root session.
 */
export class PasswordRecovery extends Construct {
  public readonly allow: Runbook;
  public readonly extend: Runbook;
  public readonly close: Runbook;
  public readonly closer: sfn.StateMachine;
  public readonly alarms: cloudwatch.Alarm[];
  /** Roles that read and write below `recoveries/`. */
  public readonly writers: iam.IRole[] = [];
  /** Roles that only read there. */
  public readonly readers: iam.IRole[] = [];

  constructor(scope: Construct, id: string, private readonly props: PasswordRecoveryProps) {
    super(scope, id);
    const { recovery = {}, settings, approvals, bucket, stsRegion, options } = props;
    const hours = hoursOf(recovery);
    const records: RecordsEnvironment = { RECORDS_BUCKET: bucket.bucketName };
    const sessions: RunbookEnvironment = { ...records, STS_REGION: stsRegion };
    const look = this.function('Look', {
      contract: CLOSER_LOOK,
      description: 'Password recovery: looks whether it has ended',
      timeout: Duration.minutes(1),
      environment: { ...records, REMINDERS_MINUTES: JSON.stringify(remindersOf(recovery)) },
      writes: false,
    });
    const closeAtEnd = this.function('CloseAtEnd', {
      contract: CLOSER_CLOSE,
      description: 'Password recovery: deletes the root password when it has ended',
      timeout: CLOSER_TIMEOUT,
      environment: sessions,
      task: RootTaskPolicy.DELETE_CREDENTIALS,
      writes: true,
    });
    const closer = new PasswordRecoveryCloser(this, 'Closer', { look, close: closeAtEnd, topic: recovery.topic, options });
    this.closer = closer.stateMachine;
    this.alarms = [closer.alarm];

    const closers = { CLOSER_STATE_MACHINE_ARN: this.closer.stateMachineArn };
    const allow = this.starter('AllowFunction', {
      contract: ALLOW_RECOVERY,
      description: 'Password recovery: lets a root password be set',
      timeout: OPENER_TIMEOUT,
      environment: { ...sessions, ...closers },
      task: RootTaskPolicy.CREATE_PASSWORD,
    });
    allow.attach(new iam.Policy(allow.function, 'ServiceControlPolicies', { statements: readPoliciesAbove(this) })); // what still stops the root user

    const recoverySettings: RecoverySettings = { ...settings, ...hours };
    this.allow = this.runbook('Allow', {
      description: 'Allows the recovery of the root password of a member account for some hours',
      parameters: { AccountId: ACCOUNT_ID, Hours: HOURS },
      settings: recoverySettings,
      approvals,
      fn: allow,
    });
    this.extend = this.runbook('Extend', {
      description: 'Extends the recovery of the root password of a member account',
      parameters: { AccountId: ACCOUNT_ID, Hours: HOURS },
      settings: recoverySettings,
      approvals,
      fn: this.starter('ExtendFunction', {
        contract: EXTEND_RECOVERY,
        description: 'Password recovery: moves its end',
        timeout: Duration.minutes(1),
        environment: { ...records, ...closers },
      }),
    });
    this.close = this.runbook('Close', {
      description: 'Closes the recovery of the root password of a member account: deletes the password',
      parameters: { AccountId: ACCOUNT_ID },
      settings,
      approvals: new Approvals(), // it is the safe direction: nobody is asked
      fn: this.starter('CloseFunction', {
        contract: CLOSE_RECOVERY,
        description: 'Password recovery: deletes the root password',
        timeout: CLOSER_TIMEOUT,
        environment: { ...sessions, ...closers },
        task: RootTaskPolicy.DELETE_CREDENTIALS,
      }),
    });
  }

  private runbook(id: string, props: Omit<RunbookProps, 'bucket' | 'options'>): Runbook {
    const { bucket, options } = this.props;
    return new Runbook(this, id, { ...props, bucket, options });
  }

  /** The function of a runbook, which starts closers. */
  private starter<Environment extends object>(id: string, props: Omit<FunctionProps<Environment, RunbookEvent>, 'writes'>): Handler<RunbookEvent> {
    const fn = this.function(id, { ...props, writes: true });
    fn.attach(new iam.Policy(fn.function, 'StartCloser', {
      statements: [new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [this.closer.stateMachineArn] })],
    }));
    return fn;
  }

  private function<Environment extends object, Event>(
    id: string, { contract, description, timeout, environment, task, writes }: FunctionProps<Environment, Event>,
  ): Handler<Event> {
    const { bucket, rootSessions, options } = this.props;
    const fn = new Handler(this, id, {
      contract,
      description,
      timeout,
      memorySize: 512,
      environment,
      calls: ['s3', 'states', ...task ? ['iam', 'sts'] as const : [], ...task === RootTaskPolicy.CREATE_PASSWORD ? ['organizations' as const] : []],
      options,
    });
    fn.attach(new iam.Policy(fn.function, 'Records', {
      statements: [
        new iam.PolicyStatement({
          actions: ['s3:GetObject', ...writes ? ['s3:PutObject'] : []], resources: [bucket.arnForObjects(`${RECOVERIES_PREFIX}*`)],
        }),
        listBelow(bucket, RECOVERIES_PREFIX),
      ],
    }));
    if (task) {
      rootSessions.grant(fn, task);
    }
    (writes ? this.writers : this.readers).push(fn.role);
    return fn;
  }
}

const LONGEST = Duration.days(7);
const MOST_REMINDERS = 10;

function hoursOf({ duration = Duration.hours(24), longestDuration = LONGEST }: PasswordRecoveryOptions) {
  const hours = checkHours('passwordRecovery.duration', duration, Duration.hours(1));
  return { hours, longestHours: checkHours('passwordRecovery.longestDuration', longestDuration, duration) };
}

function checkHours(property: string, duration: Duration, least: Duration): number {
  const hours = duration.toHours({ integral: false });
  if (!(Number.isInteger(hours) && hours >= least.toHours() && hours <= LONGEST.toHours())) {
    throw new Error(`${property} must be from ${least.toHumanString()} to ${LONGEST.toHumanString()}, in whole hours, got ${duration.toHumanString()}`);
  }
  return hours;
}

/** Minutes before the end. */
function remindersOf({ topic, reminders }: PasswordRecoveryOptions): number[] {
  if (topic === undefined) {
    if (reminders?.length) {
      throw new Error('passwordRecovery.reminders must be left out without passwordRecovery.topic: nobody would be reminded');
    }
    return [];
  }
  const minutes = (reminders ?? [Duration.hours(1)]).map((reminder) => reminder.toMinutes({ integral: false }));
  if (minutes.length > MOST_REMINDERS) {
    throw new Error(`passwordRecovery.reminders must list at most ${MOST_REMINDERS} times, got ${minutes.length}`);
  }
  minutes.forEach((each, i) => {
    if (!(Number.isInteger(each) && each >= 1 && each <= LONGEST.toMinutes())) {
      throw new Error(`passwordRecovery.reminders[${i}] must be from 1 minute to ${LONGEST.toHumanString()}, in whole minutes, got ${each} minutes`);
    }
  });
  return minutes;
}
