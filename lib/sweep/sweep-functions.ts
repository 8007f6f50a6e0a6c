import { Duration, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct, IDependable } from 'constructs';
import { RootAccessFunctionOptions } from '../function-options';
import {
  AcceptanceEnvironment, BatchEvent, DECIDE, DECISION_FILE, EVENT_SOURCE, LATEST_PREFIX, LOOK, NotifyWhen, PLAN_FILE, PURGE, REPORT, RUNS_PREFIX,
  SELECT, SELECTION_FILE, SweepEnvironment, SweptSettings,
} from './contract';
import { Reports } from './reports-bucket';
import { SharedAssumeRoot } from '../private/assume-root';
import { MachineEvent, Selection } from '../private/contract';
import { Handler } from '../private/handler';
import { checkBucket, reservePrefixes } from '../private/reserved-prefixes';
import { listBelow, organizationsArn, putEvents, readPoliciesAbove, useKeyOfTopic } from '../private/statements';
import { checkSomeAccountIsLeft } from '../private/validate';
import { CalledService } from '../private/vpc';
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
  /** Whether the walks read the policies that may have denied its calls. */
  readonly readPolicies: boolean;
  readonly reports: Reports;
  readonly stsRegion: string;
  readonly notifications?: sns.ITopic;
  readonly notify?: NotifyWhen;
  /** A plan that limits what is deleted. */
  readonly plan?: Asset;
  readonly options?: RootAccessFunctionOptions;
}

/** A minute less than the limit of Lambda. The walks reserve a part of it to write their results. */
const WALK_TIMEOUT = Duration.minutes(14);

/** The functions of a sweep, each with its own permissions only. */
export class SweepFunctions extends Construct {
  public readonly select: Handler<MachineEvent>;
  public readonly look: Handler<BatchEvent>;
  public readonly decide: Handler<MachineEvent>;
  /** Only where something may be deleted. */
  public readonly purge?: Handler<BatchEvent>;
  public readonly report: Handler<MachineEvent>;
  /** The statements that deny other principals to write where the functions write. */
  public readonly reserved: IDependable;

  constructor(scope: Construct, id: string, props: SweepFunctionsProps) {
    super(scope, id);
    const { name, swept, neverAccounts, passwordRecoveries, readPolicies, reports, stsRegion, notifications, notify, plan, options } = props;
    const { bucket, prefix: reportsPrefix, acceptedKey } = reports;
    const { selection } = swept;
    checkSomeAccountIsLeft(selection, neverAccounts);
    if (notify !== undefined && notifications === undefined) {
      throw new Error('notify must not be given without notifications: no topic is notified');
    }
    if (passwordRecoveries) {
      checkBucket(this, 'passwordRecoveries', passwordRecoveries.bucket);
    }
    const runs = `${reportsPrefix}${RUNS_PREFIX}`;
    const latest = `${reportsPrefix}${LATEST_PREFIX}`;
    const environment: SweepEnvironment = { REPORTS_BUCKET: bucket.bucketName, ...reportsPrefix && { REPORTS_PREFIX: reportsPrefix } };
    const accepted: AcceptanceEnvironment = { ...environment, ACCEPTED_KEY: acceptedKey };
    const walk = (walkId: string, contract: typeof LOOK | typeof PURGE, description: string, calls: CalledService[]) => new Handler(this, walkId, {
      contract,
      description,
      timeout: WALK_TIMEOUT,
      memorySize: 1_024, // Lambda allocates CPU in proportion, and signing hundreds of requests needs it
      environment: { ...accepted, STS_REGION: stsRegion, ...readPolicies && { READ_SERVICE_CONTROL_POLICIES: 'true' } },
      calls: ['iam', 's3', 'states', 'sts', ...calls],
      options,
    });
    this.select = new Handler(this, 'Select', {
      contract: SELECT,
      description: 'Root credentials sweep: selects the accounts, or gives way to a sweep that is at work',
      timeout: WALK_TIMEOUT,
      memorySize: 512,
      environment: accepted,
      calls: ['iam', 'organizations', 's3', 'states'],
      options,
    });
    this.look = walk('Look', LOOK, 'Root credentials sweep: reads the accounts of a batch', readPolicies ? ['organizations'] : []);
    this.decide = new Handler(this, 'Decide', {
      contract: DECIDE,
      description: 'Root credentials sweep: judges what was read, and makes the plan',
      timeout: Duration.minutes(5),
      memorySize: 1_024,
      environment: { ...accepted, SWEEP_NAME: name },
      calls: ['s3', 'states'],
      options,
    });
    const rereadsSelection = selection.organizationalUnits !== undefined || swept.approvalHours !== undefined;
    this.purge = deletes(swept)
      ? walk('Purge', PURGE, 'Root credentials sweep: deletes what is on the plan', readPolicies || rereadsSelection ? ['organizations'] : [])
      : undefined;
    this.report = new Handler(this, 'Report', {
      contract: REPORT,
      description: 'Root credentials sweep: reports one outcome for every account',
      timeout: Duration.minutes(5),
      memorySize: 1_024,
      environment: {
        ...environment, SWEEP_NAME: name, ...notifications && { NOTIFICATIONS_TOPIC_ARN: notifications.topicArn }, ...notify && { NOTIFY: notify },
      },
      calls: ['events', 's3', 'states', ...notifications ? ['sns' as const] : []],
      options,
    });

    const { look, purge } = this;
    const purges = purge === undefined ? [] : [purge];
    const rootSessions = new SharedAssumeRoot(this, 'AssumeRoot', { accounts: selection.accounts, exclude: [...selection.exclude, ...neverAccounts] });
    rootSessions.grant(look, RootTaskPolicy.AUDIT_CREDENTIALS);
    purges.forEach((handler) => rootSessions.grant(handler, RootTaskPolicy.AUDIT_CREDENTIALS, RootTaskPolicy.DELETE_CREDENTIALS));

    const suffix = reportsPrefix && Names.uniqueId(this); // statement IDs are unique in a bucket policy
    /** Files of any run. */
    const files = (...names: string[]) => names.map((file) => bucket.arnForObjects(`${runs}*/${file}`));
    const readAcceptance = allow(['s3:GetObject'], [bucket.arnForObjects(acceptedKey)]);
    // in the default policies of the roles, which belong to the dependencies of the sweep
    this.select.allow(
      allow(['organizations:DescribeOrganization', 'iam:ListOrganizationsFeatures'], ['*']), // IAM supports no resources for them
      ...listing(this, swept),
      allow(['organizations:DescribeOrganizationalUnit'], [organizationsArn(this, 'ou', 'ou-*')]), // names for the reports
      allow(['s3:GetObject'], files(SELECTION_FILE)), // a retry reads the selection of the earlier attempt
      allow(['s3:PutObject'], files(SELECTION_FILE)),
      ...readAccepted(bucket, acceptedKey),
    );
    look.allow(
      allow(['s3:GetObject'], files(SELECTION_FILE)),
      readAcceptance,
      allow(['s3:PutObject'], files('look-*.json')),
      ...readPolicies ? readPoliciesAbove(this) : [],
    );
    this.decide.allow(
      allow(['s3:GetObject'], files(SELECTION_FILE, 'look-*.json', DECISION_FILE)), // a retry reads the decision of the earlier attempt
      allow(['s3:PutObject'], [...files(DECISION_FILE, PLAN_FILE), bucket.arnForObjects(`${latest}${PLAN_FILE}`)]),
      listBelow(bucket, runs),
      ...readAccepted(bucket, acceptedKey),
    );
    purges.forEach((handler) => handler.allow(
      allow(['s3:GetObject'], files(SELECTION_FILE, PLAN_FILE)),
      readAcceptance,
      allow(['s3:PutObject'], files('purge-*.json')),
      ...readPolicies ? readPoliciesAbove(this) : [],
      ...rereadsSelection ? readPlaces(this, selection) : [],
    ));
    this.report.allow(
      allow(['s3:GetObject'], files(SELECTION_FILE, 'look-*.json', DECISION_FILE, 'purge-*.json')),
      allow(['s3:GetObject'], [bucket.arnForObjects(`${latest}report.json`)]), // to say what has changed since
      allow(['s3:PutObject'], [...files('report.*'), bucket.arnForObjects(`${latest}report.*`)]),
      listBelow(bucket, runs),
      ...signals(this, notifications),
    );
    [this.decide, ...purges].forEach(({ role }) => passwordRecoveries?.grantRead(role));
    if (plan) {
      this.decide.allow(allow(['s3:GetObject'], [plan.bucket.arnForObjects(plan.s3ObjectKey)])); // and no other asset
    }

    this.reserved = reservePrefixes(this, bucket, {
      property: 'reportsBucket',
      prefixes: [
        {
          prefix: runs,
          sid: `OnlySweepsWriteRuns${suffix}`,
          writers: [this.select, look, this.decide, ...purges, this.report].map(({ role }) => role),
        },
        { prefix: latest, sid: `OnlySweepsWriteLatest${suffix}`, writers: [this.decide.role, this.report.role] },
      ],
    });
  }
}

/** Whether anything may be deleted: an audit and a dry run have no role that could. */
export const deletes = ({ work, dryRun }: SweptSettings) => work === 'purge' && !dryRun;

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

/** Permissions to read where an account is, and its state. */
function readPlaces(scope: Construct, { organizationalUnits }: Selection): iam.PolicyStatement[] {
  const accounts = organizationsArn(scope, 'account', '*');
  return [
    allow(['organizations:DescribeAccount'], [accounts]),
    ...organizationalUnits ? [allow(['organizations:ListParents'], [accounts, organizationsArn(scope, 'ou', '*')])] : [],
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
