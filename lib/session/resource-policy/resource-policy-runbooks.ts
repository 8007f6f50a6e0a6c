import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RootAccessFunctionOptions } from '../../function-options';
import { Approvals } from '../../private/approvals';
import { SharedAssumeRoot } from '../../private/assume-root';
import { HandlerContract } from '../../private/contract';
import { Handler } from '../../private/handler';
import { REGION_PATTERN } from '../../private/partitions';
import { listBelow } from '../../private/statements';
import { checkBucketName, checkQueue } from '../../private/validate';
import {
  POLICIES_PREFIX, PolicySettings, REPLACEMENTS_PREFIX, RESTORE_BUCKET, RESTORE_QUEUE, RunbookEnvironment, RunbookEvent, UNLOCK_BUCKET, UNLOCK_QUEUE,
} from '../contract';
import { RootTaskPolicy } from '../root-task-policy';
import { ACCOUNT_ID, Runbook, RunbookParameter } from '../runbook';

export interface PolicyRunbooksProps {
  readonly kind: 'bucket' | 'queue';
  readonly settings: PolicySettings;
  readonly approvals: Approvals;
  readonly bucket: s3.IBucket;
  readonly rootSessions: SharedAssumeRoot;
  readonly stsRegion: string;
  readonly options?: RootAccessFunctionOptions;
}

/** Reads that lag, and a denial that may pass, are waited for in it. */
const TIMEOUT = Duration.minutes(5);

const REPLACEMENT: RunbookParameter = {
  description: `SHA-256 of the policy to put in its place, which is ${REPLACEMENTS_PREFIX}<SHA-256>.json in the records bucket; empty to remove the policy`,
  pattern: '^([0-9a-f]{64})?$',
  default: '',
};

const RECORD: RunbookParameter = {
  description: 'Key of the record in the records bucket, as the unlock answered it', pattern: `^${POLICIES_PREFIX}[A-Za-z0-9_./-]{1,900}\\.json$`,
};

const BUCKET: Record<string, RunbookParameter> = { Bucket: { description: 'Name of the bucket', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{2,254}$' } };

const QUEUE: Record<string, RunbookParameter> = {
  Queue: { description: 'URL, ARN or name of the queue', pattern: '^[A-Za-z0-9_:/.-]{1,256}$' },
  Region: { description: 'Region of the queue, if it is given by name', pattern: `^(${REGION_PATTERN})?$`, default: '' },
};

/** By what a policy is of: the one task policy of the two functions, what names it in a start, and what names those that are protected. */
const KINDS = {
  bucket: {
    task: RootTaskPolicy.UNLOCK_BUCKET, parameters: BUCKET, property: 'protectedBuckets', check: checkBucketName, unlock: UNLOCK_BUCKET, restore: RESTORE_BUCKET,
  },
  queue: {
    task: RootTaskPolicy.UNLOCK_QUEUE, parameters: QUEUE, property: 'protectedQueues', check: checkQueue, unlock: UNLOCK_QUEUE, restore: RESTORE_QUEUE,
  },
};

/** The two runbooks for the policies of buckets, or of queues: each with a function and a role of its own. */
export class PolicyRunbooks extends Construct {
  public readonly unlock: Runbook;
  public readonly restore: Runbook;
  /** Roles that write records. */
  public readonly roles: iam.IRole[];

  constructor(scope: Construct, id: string, private readonly props: PolicyRunbooksProps) {
    super(scope, id);
    const { kind, settings, bucket } = props;
    const { parameters, property, check, ...handlers } = KINDS[kind];
    settings.protectedResources.forEach((name, i) => check(`${property}[${i}]`, name));
    const unlock = this.function('UnlockFunction', handlers.unlock, `Unlocks ${kind}s: saves their policy and removes it`);
    const restore = this.function('RestoreFunction', handlers.restore, `Restores policies of ${kind}s that were saved`);
    const records = `${POLICIES_PREFIX}*/${kind}s/`;
    const files = bucket.arnForObjects(`${records}*`);
    const replacements = bucket.arnForObjects(`${REPLACEMENTS_PREFIX}*`);
    this.roles = [unlock.role, restore.role];
    this.unlock = this.runbook('Unlock', unlock, {
      description: `Unlocks a ${kind} of a member account whose policy denies everybody: shows its policy, saves it and removes it`,
      parameters: { AccountId: ACCOUNT_ID, ...parameters, ...settings.allowReplacement && { ReplacementSha256: REPLACEMENT } },
      statements: [
        allow(['s3:PutObject'], [files]),
        listBelow(bucket, records),
        ...settings.allowReplacement ? [allow(['s3:GetObject'], [replacements]), listBelow(bucket, REPLACEMENTS_PREFIX)] : [],
      ],
      grantInput: settings.allowReplacement
        ? (grantee) => iam.Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns: [replacements] })
        : undefined,
    });
    this.restore = this.runbook('Restore', restore, {
      description: `Restores the policy of a ${kind} of a member account as an unlock saved it`,
      parameters: { AccountId: ACCOUNT_ID, ...parameters, Record: RECORD },
      statements: [allow(['s3:GetObject', 's3:PutObject'], [files]), listBelow(bucket, records)],
    });
  }

  private function(id: string, contract: HandlerContract<RunbookEnvironment, RunbookEvent>, description: string): Handler<RunbookEvent> {
    const { kind, bucket, stsRegion, options } = this.props;
    return new Handler(this, id, {
      contract,
      description,
      timeout: TIMEOUT,
      memorySize: 512,
      environment: { RECORDS_BUCKET: bucket.bucketName, STS_REGION: stsRegion },
      calls: ['s3', 'states', 'sts', ...kind === 'queue' ? ['sqs' as const] : []],
      options,
    });
  }

  private runbook(id: string, fn: Handler<RunbookEvent>, { statements, ...props }: RunbookParts): Runbook {
    const { kind, settings, approvals, bucket, rootSessions, options } = this.props;
    rootSessions.grant(fn, KINDS[kind].task);
    fn.attach(new iam.Policy(fn.function, 'Records', { statements }));
    return new Runbook(this, id, { ...props, fn, settings, approvals, bucket, options });
  }
}

interface RunbookParts {
  readonly description: string;
  readonly parameters: Record<string, RunbookParameter>;
  readonly statements: iam.PolicyStatement[];
  readonly grantInput?: (grantee: iam.IGrantable) => iam.Grant;
}

const allow = (actions: string[], resources: string[]) => new iam.PolicyStatement({ actions, resources });
