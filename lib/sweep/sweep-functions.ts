import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { reserveForSweeps } from './reports-bucket';
import { HandlerOptions } from '../handler-options';
import { grantAssumeRoot } from '../private/assume-root';
import { BUCKET_VARIABLE, LATEST_PREFIX, RUNS_PREFIX, Selection, STS_REGION_VARIABLE } from '../private/contract';
import { HandlerFunction } from '../private/handler-function';

export interface SweepFunctionsProps {
  readonly selection: Selection;
  /** Names of the task policies that the sweep needs. */
  readonly tasks: string[];
  /** Accounts in which no root session may be taken, whatever is selected. */
  readonly neverAccounts: string[];
  readonly bucket: s3.IBucket;
  readonly stsRegion: string;
  readonly options?: HandlerOptions;
}

/** A minute less than Lambda allows, as the framework's own functions have. The batch keeps a margin within it to write down what it did. */
const BATCH_TIMEOUT = Duration.minutes(14);

/** The functions of a sweep, each with no more than its own permissions. */
export class SweepFunctions extends Construct {
  readonly select: HandlerFunction;
  readonly batch: HandlerFunction;
  readonly report: HandlerFunction;
  /** What must exist before a sweep may begin. */
  readonly permissions: Construct[];

  constructor(scope: Construct, id: string, { selection, tasks, neverAccounts, bucket, stsRegion, options }: SweepFunctionsProps) {
    super(scope, id);
    const environment = { [BUCKET_VARIABLE]: bucket.bucketName };
    this.select = new HandlerFunction(this, 'Select', {
      asset: 'sweep-select',
      handler: 'handler',
      description: 'Root credentials sweep: selects the accounts',
      timeout: BATCH_TIMEOUT,
      memorySize: 512,
      environment,
      options,
    });
    this.batch = new HandlerFunction(this, 'Batch', {
      asset: 'sweep-batch',
      handler: 'handler',
      description: 'Root credentials sweep: looks at the accounts of a batch, and deletes what it is to delete',
      timeout: BATCH_TIMEOUT,
      memorySize: 1_024, // CPU comes with memory, and hundreds of signed requests are CPU
      environment: { ...environment, [STS_REGION_VARIABLE]: stsRegion },
      options,
    });
    this.report = new HandlerFunction(this, 'Report', {
      asset: 'sweep-report',
      handler: 'handler',
      description: 'Root credentials sweep: reports one outcome for every account',
      timeout: Duration.minutes(5),
      memorySize: 1_024,
      environment,
      options,
    });

    /** Files of any run: its folder is named when it begins. */
    const files = (...names: string[]) => names.map((name) => bucket.arnForObjects(`${RUNS_PREFIX}*/${name}`));
    this.permissions = [
      policy(this, 'SelectPolicy', this.select, [
        allow(['organizations:DescribeOrganization', 'iam:ListOrganizationsFeatures'], ['*']), // IAM has no resource for them
        ...listing(this, selection),
        allow(['s3:PutObject'], files('selection.json', 'batches.json')),
      ]),
      policy(this, 'BatchPolicy', this.batch, [
        allow(['s3:GetObject'], files('selection.json', 'plans/*')),
        allow(['s3:PutObject'], files('batch-*.json', 'plans/*')),
        listRuns(bucket),
      ]),
      policy(this, 'ReportPolicy', this.report, [
        allow(['s3:GetObject'], files('selection.json', 'batch-*.json', 'plans/*')),
        allow(['s3:PutObject'], [...files('report.*'), bucket.arnForObjects(`${LATEST_PREFIX}report.*`)]),
        listRuns(bucket),
      ]),
      ...grantAssumeRoot(this, this.batch.role!, { tasks, accounts: selection.accounts, exclude: [...selection.exclude, ...neverAccounts] }),
      ...reserveForSweeps(bucket, [this.select.role!, this.batch.role!, this.report.role!]),
    ];
  }
}

/** What it takes to resolve a selection. */
function listing(scope: Construct, { organizationalUnits, exclude }: Selection): iam.PolicyStatement[] {
  if (organizationalUnits === undefined) {
    return [allow(['organizations:ListAccounts'], ['*'])]; // IAM has no resource for it
  }
  const account = Stack.of(scope).formatArn({ service: 'organizations', region: '', account: '*', resource: 'account', resourceName: 'o-*/*' });
  return [
    allow(['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'], ['*']), // the units below are not known yet
    ...exclude.length > 0 ? [allow(['organizations:DescribeAccount'], [account])] : [], // a list of 500 does not fit a policy
  ];
}

/** Which plans and results there are: of a batch that died, none. */
function listRuns(bucket: s3.IBucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': `${RUNS_PREFIX}*` } },
  });
}

const allow = (actions: string[], resources: string[]) => new iam.PolicyStatement({ actions, resources });

/** A policy apart from the role, so that the sweep can wait for it. */
function policy(scope: Construct, id: string, fn: HandlerFunction, statements: iam.PolicyStatement[]): Construct {
  return new iam.Policy(scope, id, { roles: [fn.role!], statements });
}
