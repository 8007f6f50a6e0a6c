import { Duration, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from '../function-options';
import {
  ACCEPTED_VARIABLE, BUCKET_VARIABLE, EVENT_SOURCE, LATEST_PREFIX, READ_POLICIES_VARIABLE, REPORTS_PREFIX_VARIABLE,
  RUNS_PREFIX, SWEEP_NAME_VARIABLE, SweptSettings, TOPIC_VARIABLE,
} from './contract';
import { Reports } from './reports-bucket';
import { grantAssumeRoot } from '../private/assume-root';
import { STS_REGION_VARIABLE } from '../private/contract';
import { Handler } from '../private/handler';
import { reservePrefixes } from '../private/reserved-prefixes';
import { listBelow, organizationsArn, putEvents, readPoliciesAbove, useKeyOfTopic } from '../private/statements';
import { IPasswordRecoveries } from '../session/password-recovery/password-recoveries';
import { RootTaskPolicy } from '../session/root-task-policy';

export interface SweepFunctionsProps {
  /** Name of the sweep in metrics and events. */
  readonly name: string;
  readonly swept: SweptSettings;
  /** Accounts in which no root session may be taken, whatever is selected. */
  readonly neverAccounts: string[];
  /** Records that a purge reads before it deletes. */
  readonly passwordRecoveries?: IPasswordRecoveries;
  /** Whether a batch reads the policies that may have denied its calls. */
  readonly readPolicies: boolean;
  readonly reports: Reports;
  readonly stsRegion: string;
  readonly notifications?: sns.ITopic;
  readonly options?: RootAccessFunctionOptions;
}

/** A minute less than the limit of Lambda. The batch reserves a part of it to write its results. */
const BATCH_TIMEOUT = Duration.minutes(14);

/** The functions of a sweep, each with its own permissions only. */
export class SweepFunctions extends Construct {
  public readonly begin: Handler;
  public readonly select: Handler;
  public readonly batch: Handler;
  public readonly report: Handler;
  /** Constructs that must exist before a sweep begins. */
  public readonly permissions: Construct[];

  constructor(scope: Construct, id: string, props: SweepFunctionsProps) {
    super(scope, id);
    const { name, swept, neverAccounts, passwordRecoveries, readPolicies, reports, stsRegion, notifications, options } = props;
    const { bucket, prefix: reportsPrefix, acceptedKey } = reports;
    const { selection } = swept;
    const { AUDIT_CREDENTIALS, DELETE_CREDENTIALS } = RootTaskPolicy;
    const taskPolicies = [AUDIT_CREDENTIALS, ...swept.work === 'purge' && !swept.dryRun ? [DELETE_CREDENTIALS] : []];
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
      memorySize: 1_024, // Lambda allocates CPU in proportion, and signing hundreds of requests needs it
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

    passwordRecoveries?.grantRead(this.batch.role); // in the default policy of the role, which belongs to the dependencies of the sweep

    const suffix = reportsPrefix && Names.uniqueId(this); // statement IDs are unique in a bucket policy
    /** Files of any run. */
    const files = (...names: string[]) => names.map((file) => bucket.arnForObjects(`${runs}*/${file}`));
    this.permissions = [
      policy(this, 'SelectPolicy', this.select, [
        allow(['organizations:DescribeOrganization', 'iam:ListOrganizationsFeatures'], ['*']), // IAM supports no resources for them
        ...listing(this, swept),
        allow(['organizations:DescribeOrganizationalUnit'], [organizationsArn(this, 'ou', 'ou-*')]), // names for the reports
        allow(['s3:GetObject'], files('selection.json')), // a retry reads the selection of the earlier attempt
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

/** Permissions to read the record of accepted settings, and to see that there is none. */
export function readAccepted(bucket: s3.IBucket, key: string): iam.PolicyStatement[] {
  return [
    allow(['s3:GetObject'], [bucket.arnForObjects(key)]),
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringEquals: { 's3:prefix': key } } }),
  ];
}

/** Permissions to resolve a selection. */
function listing(scope: Construct, { selection: { organizationalUnits, exclude }, protection: { keep } }: SweptSettings): iam.PolicyStatement[] {
  if (organizationalUnits === undefined) {
    return [allow(['organizations:ListAccounts'], ['*'])]; // IAM supports no resource for it
  }
  const namesAccounts = exclude.length > 0 || keep.some(({ accounts }) => accounts !== undefined);
  return [
    allow(['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'], ['*']), // the units below are not known at synthesis
    ...namesAccounts ? [allow(['organizations:DescribeAccount'], [organizationsArn(scope, 'account', '*')])] : [], // 500 ARNs do not fit in a policy
  ];
}

/** Permissions to send events and notifications. */
function signals(scope: Construct, topic?: sns.ITopic): iam.PolicyStatement[] {
  return [
    putEvents(Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }), EVENT_SOURCE),
    ...topic ? [allow(['sns:Publish'], [topic.topicArn])] : [],
    ...useKeyOfTopic(scope, topic),
  ];
}

const allow = (actions: string[], resources: string[]) => new iam.PolicyStatement({ actions, resources });

/** A policy of its own, on which the sweep can depend. */
function policy(scope: Construct, id: string, fn: Handler, statements: iam.PolicyStatement[]): Construct {
  return new iam.Policy(scope, id, { roles: [fn.role], statements });
}
