import { CustomResource, Duration, Names, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Reports } from './reports-bucket';
import { Sweep } from './sweep';
import { readAccepted } from './sweep-functions';
import { RootAccessFunctionOptions } from '../function-options';
import {
  ACCEPTED_PREFIX, APPROVAL, ASKED_FILE, COUNT_ATTRIBUTES, DEPLOYMENT, LIMITS, PASSWORD_RECOVERIES, PLAN, REPORT_ATTRIBUTE,
  SCHEDULE_FROM_ATTRIBUTE, SUMMARY_ATTRIBUTE, SWEEP_RESOURCE_TYPE, SweepProperties, SweptSettings, USE_WINDOW, withoutNotes,
} from './contract';
import { Handler } from '../private/handler';
import { handlerProvider, ownStackEnvironment } from '../private/handler-provider';
import { reservePrefixes } from '../private/reserved-prefixes';
import { useKey } from '../private/retained-bucket';
import { readOwnStack } from '../private/statements';

/** Counts of the latest successful sweep of a deployment, for stack outputs. Each is `none` until there is one. */
export interface DeploymentCounts {
  /** Number of accounts that the sweep read, or should have read. */
  readonly accountsSwept: string;

  /** Number of accounts that failed, if failed accounts are tolerated. */
  readonly accountsFailed: string;

  /** Number of root credentials that were found, except those that are kept. */
  readonly credentialsFound: string;

  /** Number of root credentials that were deleted and verified as gone. */
  readonly credentialsDeleted: string;

  /** Number of root credentials that were intentionally kept. */
  readonly credentialsKept: string;
}

export interface SweepOnDeployProps {
  readonly sweep: Sweep;
  readonly swept: SweptSettings;
  readonly reports: Reports;
  /** Names of protections that an update may remove. */
  readonly release?: string[];
  /** How long a deployment waits for the sweep; an hour by default. */
  readonly timeout?: Duration;
  /** A change of it starts a sweep. */
  readonly nonce?: string;
  /** Expression of a schedule that must not start a sweep before `scheduleFrom`. */
  readonly schedule?: string;
  /** Whether the sweep may ask people, whom a deployment does not wait for. */
  readonly asks: boolean;
  readonly options?: RootAccessFunctionOptions;
}

/** The sweep itself waits up to 5 minutes for permissions and switches that take effect late. */
const SHORTEST_TIMEOUT = Duration.minutes(10);
const LONGEST_TIMEOUT = Duration.hours(1);

const QUERY_INTERVAL = Duration.seconds(5);

/** The timeout of the framework neither names the sweep nor stops it, so the function gives up a little earlier. */
const GIVE_UP_EARLIER = Duration.seconds(90);

/** How long a deployment waits for its sweep, from the start of the execution. */
export const deploymentWait = (timeout = LONGEST_TIMEOUT) => Duration.seconds(timeout.toSeconds() - GIVE_UP_EARLIER.toSeconds());

/** Starts a sweep in a deployment, which succeeds or fails with it. */
export class SweepOnDeploy extends Construct {
  /** Depend on it to run after the sweep of the deployment. */
  public readonly resource: CustomResource;
  /** A time shortly after the sweep of the latest deployment, for `schedule`. */
  public readonly scheduleFrom: string;
  /** Result of the latest sweep of a deployment, and the address of its report. */
  public readonly summary: string;
  public readonly report: string;
  public readonly counts: DeploymentCounts;

  constructor(scope: Construct, id: string, props: SweepOnDeployProps) {
    super(scope, id);
    const { sweep, swept, reports: { bucket, prefix, acceptedKey }, release, timeout = LONGEST_TIMEOUT, nonce, schedule, asks, options } = props;
    checkTimeout(timeout);
    checkRelease(swept, release);
    const { stateMachine } = sweep;
    const handler = new Handler(this, 'Handler', {
      contract: DEPLOYMENT,
      description: 'Root credentials sweep: starts with a deployment, which waits for its end',
      timeout: Duration.minutes(5), // it waits until sweeps have stopped, and until permissions have taken effect
      memorySize: 256,
      environment: {
        ...ownStackEnvironment(this),
        STATE_MACHINE_ARN: stateMachine.stateMachineArn,
        REPORTS_BUCKET: bucket.bucketName,
        ACCEPTED_KEY: acceptedKey,
        SWEEP_TIMEOUT_SECONDS: String(deploymentWait(timeout).toSeconds()),
      },
      calls: ['cloudformation', 's3', 'states'],
      options,
    });
    handler.allow(
      new iam.PolicyStatement({ actions: ['states:StartExecution', 'states:ListExecutions'], resources: [stateMachine.stateMachineArn] }),
      new iam.PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [sweep.executions] }),
      ...readAccepted(bucket, acceptedKey),
      new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(acceptedKey)] }),
      ...readOwnStack(this),
    );
    if (asks) {
      sweep.control.letReadFile(handler, ASKED_FILE);
    }
    const roles = [handler.role];
    const reserved = reservePrefixes(this, bucket, {
      property: 'reportsBucket',
      prefixes: [{ prefix: `${prefix}${ACCEPTED_PREFIX}`, sid: `OnlyDeploymentsAccept${prefix && Names.uniqueId(this)}`, writers: roles }],
    });
    const key = useKey(this, 'KeyPolicy', bucket, ['kms:Decrypt', 'kms:GenerateDataKey'], roles);

    const provider = handlerProvider(this, 'Provider', {
      onEvent: handler,
      isComplete: handler,
      queryInterval: QUERY_INTERVAL,
      totalTimeout: timeout,
      options,
    });
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      serviceTimeout: timeout,
      resourceType: SWEEP_RESOURCE_TYPE,
      properties: {
        Sweep: inOrder(withoutNotes(swept)), Nonce: nonce, Schedule: schedule, Release: release, Accepted: bucket.s3UrlForObject(acceptedKey),
      } satisfies SweepProperties,
    });
    this.resource.node.addDependency(handler, reserved, key, sweep);
    this.scheduleFrom = this.resource.getAttString(SCHEDULE_FROM_ATTRIBUTE);
    this.summary = this.resource.getAttString(SUMMARY_ATTRIBUTE);
    this.report = this.resource.getAttString(REPORT_ATTRIBUTE);
    this.counts = {
      accountsSwept: this.resource.getAttString(COUNT_ATTRIBUTES.accountsSwept),
      accountsFailed: this.resource.getAttString(COUNT_ATTRIBUTES.accountsFailed),
      credentialsFound: this.resource.getAttString(COUNT_ATTRIBUTES.credentialsFound),
      credentialsDeleted: this.resource.getAttString(COUNT_ATTRIBUTES.credentialsDeleted),
      credentialsKept: this.resource.getAttString(COUNT_ATTRIBUTES.credentialsKept),
    };
  }
}

/** In the order of deployed templates. */
const inOrder = ({ work, selection, credentials, dryRun, protection, failOnFindings, limits, plan, approvalHours }: SweptSettings): SweptSettings => (
  { work, selection, credentials, dryRun, protection, failOnFindings, limits, plan, approvalHours });

function checkTimeout(timeout: Duration) {
  const seconds = timeout.toSeconds();
  if (seconds < SHORTEST_TIMEOUT.toSeconds() || seconds > LONGEST_TIMEOUT.toSeconds() || seconds % 5 !== 0) {
    throw new Error(`deploymentTimeout must be from 10 minutes to 1 hour, in whole multiples of 5 seconds, got ${timeout.toHumanString()}`);
  }
}

/** An account cannot be excluded and released at once. */
function checkRelease({ selection: { exclude } }: SweptSettings, release: string[] = []) {
  release.forEach((name, i) => {
    if (!Token.isUnresolved(name) && (name.trim() === '' || name.length > 200)) {
      throw new Error(`release[${i}] must be the id of an account, the reason of a rule of keep, '${USE_WINDOW}', '${PASSWORD_RECOVERIES}', '${LIMITS}', '${PLAN}' or '${APPROVAL}', got ${JSON.stringify(name.slice(0, 300))}`);
    }
    if (!Token.isUnresolved(name) && exclude.includes(name)) {
      throw new Error(`release[${i}] must not name an account that is excluded, got '${name}': remove it from exclude to release it, or from release`);
    }
  });
}
