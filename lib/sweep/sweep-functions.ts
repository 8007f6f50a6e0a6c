import { Duration, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from '../function-options';
import {
  ACCEPTED_VARIABLE, BUCKET_VARIABLE, EVENT_SOURCE, LATEST_PREFIX, READ_POLICIES_VARIABLE, REPORTS_PREFIX_VARIABLE,
  RUNS_PREFIX, SWEEP_NAME_VARIABLE, SweepSettings, TOPIC_VARIABLE,
} from './contract';
import { grantAssumeRoot } from '../private/assume-root';
import { STS_REGION_VARIABLE } from '../private/contract';
import { Handler } from '../private/handler';
import { reservePrefixes } from '../private/reserved-prefixes';
import { listBelow, organizationsArn, putEvents, readPoliciesAbove, useKeyOfTopic } from '../private/statements';
import { IPasswordRecoveries } from '../session/password-recovery/password-recoveries';

export interface SweepFunctionsProps {
  /** What signals call the sweep. */
  readonly name: string;
  readonly settings: Pick<SweepSettings, 'selection' | 'protection'>;
  /** Names of the task policies that the sweep needs. */
  readonly taskPolicies: string[];
  /** Accounts in which no root session may be taken, whatever is selected. */
  readonly neverAccounts: string[];
  /** Records that a purge reads before it deletes. */
  readonly passwordRecoveries?: IPasswordRecoveries;
  /** Whether a batch says which policies denied its calls. */
  readonly readPolicies: boolean;
  readonly bucket: s3.IBucket;
  /** Below what its folders are in the bucket: empty, or with a slash at its end. */
  readonly reportsPrefix: string;
  /** Key of the record of what a deployment has accepted. */
  readonly acceptedKey: string;
  readonly stsRegion: string;
  readonly notifications?: sns.ITopic;
  readonly options?: RootAccessFunctionOptions;
}

/** A minute less than Lambda allows, as the framework's own functions have. The batch keeps a margin within it to write down what it did. */
const BATCH_TIMEOUT = Duration.minutes(14);

/** The functions of a sweep, each with no more than its own permissions. */
export class SweepFunctions extends Construct {
  public readonly begin: Handler;
  public readonly select: Handler;
  public readonly batch: Handler;
  public readonly report: Handler;
  /** What must exist before a sweep may begin. */
  public readonly permissions: Construct[];

  constructor(scope: Construct, id: string, props: SweepFunctionsProps) {
    super(scope, id);
    const { name, settings, taskPolicies, neverAccounts, passwordRecoveries, readPolicies, bucket, reportsPrefix } = props;
    const { acceptedKey, stsRegion, notifications, options } = props;
    const { selection } = settings;
    const runs = `${reportsPrefix}${RUNS_PREFIX}`;
    const latest = `${reportsPrefix}${LATEST_PREFIX}`;
    const environment = { [BUCKET_VARIABLE]: bucket.bucketName, ...reportsPrefix && { [REPORTS_PREFIX_VARIABLE]: reportsPrefix } };
    this.begin = new Handler(this, 'Begin', {
      asset: 'sweep-start',
      description: 'Root credentials sweep: begins, or gives way to one that is at work',
      timeout: BATCH_TIMEOUT,
      memorySize: 256,
      environment,
      calls: ['s3', 'states'],
      options,
    });
    this.select = new Handler(this, 'Select', {
      asset: 'sweep-select',
      description: 'Root credentials sweep: selects the accounts',
      timeout: BATCH_TIMEOUT,
      memorySize: 512,
      environment: { ...environment, [ACCEPTED_VARIABLE]: acceptedKey },
      calls: ['iam', 'organizations', 's3', 'states'],
      options,
    });
    this.batch = new Handler(this, 'Batch', {
      asset: 'sweep-batch',
      description: 'Root credentials sweep: looks at the accounts of a batch, and deletes what it is to delete',
      timeout: BATCH_TIMEOUT,
      memorySize: 1_024, // CPU comes with memory, and hundreds of signed requests are CPU
      environment: {
        ...environment, [ACCEPTED_VARIABLE]: acceptedKey, [STS_REGION_VARIABLE]: stsRegion, ...readPolicies && { [READ_POLICIES_VARIABLE]: 'true' },
      },
      calls: ['iam', 's3', 'states', 'sts', ...readPolicies ? ['organizations' as const] : []],
      options,
    });
    this.report = new Handler(this, 'Report', {
      asset: 'sweep-report',
      description: 'Root credentials sweep: reports one outcome for every account',
      timeout: Duration.minutes(5),
      memorySize: 1_024,
      environment: { ...environment, [SWEEP_NAME_VARIABLE]: name, ...notifications && { [TOPIC_VARIABLE]: notifications.topicArn } },
      calls: ['events', 's3', 'states', ...notifications ? ['sns' as const] : []],
      options,
    });

    passwordRecoveries?.grantRead(this.batch.role); // it goes into the default policy of the role, which is waited for with it

    const suffix = reportsPrefix && Names.uniqueId(this); // a bucket's policy has each sid once
    /** Files of any run: its folder is named when it begins. */
    const files = (...them: string[]) => them.map((file) => bucket.arnForObjects(`${runs}*/${file}`));
    this.permissions = [
      policy(this, 'SelectPolicy', this.select, [
        allow(['organizations:DescribeOrganization', 'iam:ListOrganizationsFeatures'], ['*']), // IAM has no resource for them
        ...listing(this, settings),
        allow(['organizations:DescribeOrganizationalUnit'], [organizationsArn(this, 'ou', 'ou-*')]), // names for the reports
        allow(['s3:GetObject'], files('selection.json')), // an attempt before this one may have written it
        allow(['s3:PutObject'], files('selection.json', 'batches.json')),
        ...readAccepted(bucket, acceptedKey),
      ]),
      policy(this, 'BatchPolicy', this.batch, [
        allow(['s3:GetObject'], [...files('selection.json', 'plans/*'), bucket.arnForObjects(acceptedKey)]),
        allow(['s3:PutObject'], files('batch-*.json', 'plans/*')),
        listBelow(bucket, runs),
        ...readPolicies ? readPoliciesAbove(this) : [],
      ]),
      policy(this, 'ReportPolicy', this.report, [
        allow(['s3:GetObject'], files('selection.json', 'batch-*.json', 'plans/*')),
        allow(['s3:PutObject'], [...files('report.*'), bucket.arnForObjects(`${latest}report.*`)]),
        listBelow(bucket, runs),
        ...signals(this, notifications),
      ]),
      ...grantAssumeRoot(this, this.batch.role, {
        tasks: taskPolicies, accounts: selection.accounts, exclude: [...selection.exclude, ...neverAccounts],
      }),
      ...reservePrefixes(this, bucket, {
        property: 'reportsBucket',
        prefixes: [
          { prefix: runs, sid: `OnlySweepsWriteRuns${suffix}`, writers: [this.select.role, this.batch.role, this.report.role] },
          { prefix: latest, sid: `OnlySweepsWriteLatest${suffix}`, writers: [this.report.role] },
        ],
      }),
    ];
  }
}

/** What it takes to read what a deployment has accepted, and to tell that there is nothing. */
export function readAccepted(bucket: s3.IBucket, key: string): iam.PolicyStatement[] {
  return [
    allow(['s3:GetObject'], [bucket.arnForObjects(key)]),
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringEquals: { 's3:prefix': key } } }),
  ];
}

/** What it takes to resolve a selection. */
function listing(scope: Construct, { selection: { organizationalUnits, exclude }, protection: { keep } }: SweepFunctionsProps['settings']): iam.PolicyStatement[] {
  if (organizationalUnits === undefined) {
    return [allow(['organizations:ListAccounts'], ['*'])]; // IAM has no resource for it
  }
  const namesAccounts = exclude.length > 0 || keep.some(({ accounts }) => accounts !== undefined);
  return [
    allow(['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'], ['*']), // the units below are not known yet
    ...namesAccounts ? [allow(['organizations:DescribeAccount'], [organizationsArn(scope, 'account', '*')])] : [], // a list of 500 does not fit a policy
  ];
}

/** What it takes to tell of a sweep. */
function signals(scope: Construct, topic?: sns.ITopic): iam.PolicyStatement[] {
  return [
    putEvents(Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }), EVENT_SOURCE),
    ...topic ? [allow(['sns:Publish'], [topic.topicArn])] : [],
    ...useKeyOfTopic(scope, topic),
  ];
}

const allow = (actions: string[], resources: string[]) => new iam.PolicyStatement({ actions, resources });

/** A policy apart from the role, so that the sweep can wait for it. */
function policy(scope: Construct, id: string, fn: Handler, statements: iam.PolicyStatement[]): Construct {
  return new iam.Policy(scope, id, { roles: [fn.role], statements });
}
