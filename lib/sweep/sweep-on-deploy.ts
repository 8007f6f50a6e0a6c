import { CustomResource, Duration, Names } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DeploymentCounts } from './deployment-counts';
import { Sweep } from './sweep';
import { readAccepted } from './sweep-functions';
import { RootAccessFunctionOptions } from '../function-options';
import {
  ACCEPTED_PREFIX, ACCEPTED_VARIABLE, BUCKET_VARIABLE, COUNT_ATTRIBUTES, MACHINE_VARIABLE, REPORT_ATTRIBUTE, SCHEDULE_FROM_ATTRIBUTE,
  SUMMARY_ATTRIBUTE, SWEEP_RESOURCE_TYPE, SweepProperties, SweepSettings, SWEPT, TIMEOUT_VARIABLE,
} from './contract';
import { Handler } from '../private/handler';
import { handlerProvider, ownStackEnvironment } from '../private/handler-provider';
import { reservePrefixes } from '../private/reserved-prefixes';
import { useKey } from '../private/retained-bucket';
import { readOwnStack, readStackStatus } from '../private/statements';

export interface SweepOnDeployProps {
  readonly sweep: Sweep;
  readonly settings: SweepSettings;
  readonly bucket: s3.IBucket;
  /** The part of the bucket that is the sweep's. */
  readonly reportsPrefix: string;
  /** Key of the record of what a deployment has accepted. */
  readonly acceptedKey: string;
  /** What a deployment may let go of. */
  readonly release?: string[];
  /** The longest that a deployment waits for the sweep. */
  readonly timeout: Duration;
  /** A sweep runs when it changes. */
  readonly nonce?: string;
  /** Expression of a schedule that needs to know from when on it may start sweeps. */
  readonly schedule?: string;
  readonly options?: RootAccessFunctionOptions;
}

const QUERY_INTERVAL = Duration.seconds(5);

/** The framework's own timeout says nothing of the sweep and does not stop it, so the function gives up a little earlier. */
const GIVE_UP_EARLIER = Duration.seconds(90);

/** What decides whether a deployment has anything to sweep. */
const sweepOf = (settings: SweepSettings) => Object.fromEntries(SWEPT.map((name) => [name, settings[name]])) as unknown as SweepProperties['Sweep'];

/** Starts a sweep in a deployment, and lets the deployment succeed or fail with it. */
export class SweepOnDeploy extends Construct {
  /** It exists when the deployment's own sweep has ended. */
  public readonly resource: CustomResource;
  /** A time shortly after the last deployment's sweep, for the schedule that was given. */
  public readonly scheduleFrom: string;
  /** What the latest sweep of a deployment did, and the address of its report. */
  public readonly summary: string;
  public readonly report: string;
  public readonly counts: DeploymentCounts;

  constructor(scope: Construct, id: string, props: SweepOnDeployProps) {
    super(scope, id);
    const { sweep, settings, bucket, reportsPrefix, acceptedKey, release, timeout, nonce, schedule, options } = props;
    const { stateMachine } = sweep;
    const handler = (name: string, entry: string, description: string, environment: Record<string, string>) => new Handler(this, name, {
      asset: 'sweep-deployment',
      entry,
      description,
      timeout: Duration.minutes(5), // it waits for sweeps that it stops, and for permissions that take effect late
      memorySize: 256,
      environment: {
        ...ownStackEnvironment(this),
        [MACHINE_VARIABLE]: stateMachine.stateMachineArn,
        [BUCKET_VARIABLE]: bucket.bucketName,
        [ACCEPTED_VARIABLE]: acceptedKey,
        ...environment,
      },
      calls: ['cloudformation', 's3', 'states'],
      options,
    });
    const accept = [
      ...readAccepted(bucket, acceptedKey),
      new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(acceptedKey)] }),
    ];

    const start = handler('Start', 'onEvent', 'Root credentials sweep: starts with a deployment', {});
    const startPolicy = new iam.Policy(this, 'StartPolicy', {
      roles: [start.role],
      statements: [
        new iam.PolicyStatement({ actions: ['states:StartExecution', 'states:ListExecutions'], resources: [stateMachine.stateMachineArn] }),
        new iam.PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [sweep.executions] }),
        ...accept,
        ...readOwnStack(this),
      ],
    });

    const await_ = handler('Await', 'isComplete', 'Root credentials sweep: a deployment waits for its end', {
      [TIMEOUT_VARIABLE]: String(timeout.toSeconds() - GIVE_UP_EARLIER.toSeconds()),
    });
    const awaitPolicy = new iam.Policy(this, 'AwaitPolicy', {
      roles: [await_.role],
      statements: [
        new iam.PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [sweep.executions] }),
        ...accept,
        ...readStackStatus(this),
      ],
    });
    const roles = [start.role, await_.role];
    const writing = [
      ...reservePrefixes(this, bucket, {
        property: 'reportsBucket',
        prefixes: [{ prefix: `${reportsPrefix}${ACCEPTED_PREFIX}`, sid: `OnlyDeploymentsAccept${reportsPrefix && Names.uniqueId(this)}`, writers: roles }],
      }),
      ...useKey(this, 'KeyPolicy', bucket, ['kms:Decrypt', 'kms:GenerateDataKey'], roles),
    ];

    const provider = handlerProvider(this, 'Provider', {
      onEvent: start,
      isComplete: await_,
      queryInterval: QUERY_INTERVAL,
      totalTimeout: timeout,
      options,
    });
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      serviceTimeout: timeout,
      resourceType: SWEEP_RESOURCE_TYPE,
      properties: {
        Sweep: sweepOf(settings), Nonce: nonce, Schedule: schedule, Release: release, Accepted: bucket.s3UrlForObject(acceptedKey),
      } satisfies SweepProperties,
    });
    this.resource.node.addDependency(startPolicy, awaitPolicy, ...writing, ...sweep.ready);
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
