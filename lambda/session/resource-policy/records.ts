import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { sha256 } from '../digest';
import type { PolicyHolder } from './holder';
import { POLICIES_PREFIX, REPLACEMENTS_PREFIX } from '../../../lib/session/contract';
import { failure, isNamed } from '../../aws/errors';
import { hasObject, readObject } from '../../aws/objects';
import type { Start } from '../start';

/** A policy as it was before a runbook changed it. It does not say whether the change came about. */
export interface PolicyRecord {
  readonly kind: PolicyHolder['kind'];
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  /** The exact text. */
  readonly policy: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  readonly reason: string;
  readonly startedBy?: string;
  /** Where an approval was needed. */
  readonly approvedAt?: string;
  readonly approvedBy?: string;
  /** ARN of the execution. */
  readonly execution: string;
  /** ISO 8601, of the start. */
  readonly startedAt: string;
  /** SHA-256 of the policy that was to be put in its place, if any. */
  readonly replacedBy?: string;
}

/** `policies/222222222222/buckets/eu-central-1/name/2026-11-23T01-02-03Z-execution-<SHA-256 of the policy>.json` */
const KEY = new RegExp(`^${POLICIES_PREFIX}(?<accountId>\\d{12})/(?<kind>bucket|queue)s/(?<region>[a-z0-9-]+)/(?<name>[\\w.-]+)/[^/]+-(?<sha256>[0-9a-f]{64})\\.json$`);

/** Where policies are saved before they are changed, each under a key of its own. */
export interface PolicyArchive {
  /** Saves a policy, once: a second attempt finds what the first has written. Returns its key. */
  save(start: Start<{}, unknown>, holder: PolicyHolder, policy: string, replacedBy?: string): Promise<string>;
  /** Whether this execution has saved this policy already: an attempt before this one was about to change it. */
  has(key: string): Promise<boolean>;
  keyOf(start: Start<{}, unknown>, holder: PolicyHolder, digest: string): string;
  read(key: string): Promise<PolicyRecord>;
  /** A policy that is to be put in place of another, by the SHA-256 of its bytes. */
  replacement(digest: string): Promise<string>;
}

/** The policies that runbooks saved, in a bucket to which nobody else may write. */
export class PolicyRecords implements PolicyArchive {
  constructor(private readonly s3: S3Client, private readonly bucket: string) {}

  async save(start: Start<{}, unknown>, holder: PolicyHolder, policy: string, replacedBy?: string): Promise<string> {
    const record = recordOf(start, holder, policy, replacedBy);
    const key = this.keyOf(start, holder, record.sha256);
    try {
      await this.s3.send(new PutObjectCommand({
        Bucket: this.bucket, Key: key, Body: JSON.stringify(record, undefined, 2), ContentType: 'application/json', IfNoneMatch: '*',
      }));
    } catch (error) {
      // the name of the file holds the execution and the digest: it is ours, and the same
      if (!isNamed(error, 'PreconditionFailed')) {
        throw error;
      }
    }
    return key;
  }

  has(key: string): Promise<boolean> {
    return hasObject(this.s3, { Bucket: this.bucket, Key: key });
  }

  keyOf({ execution }: Start<{}, unknown>, holder: PolicyHolder, digest: string): string {
    const started = execution.startTime.replace(/\.\d+/, '').replaceAll(':', '-');
    return keyFor(holder, `${started}-${execution.name}`, digest);
  }

  /** A record by its key. Its digest is in the key: what was changed since is refused. */
  async read(key: string): Promise<PolicyRecord> {
    const expected = KEY.exec(key)?.groups;
    if (expected === undefined || !await this.has(key)) {
      throw failure('NoSuchRecord', `there is no record ${key}: give the key that an unlock answered; nothing was changed`);
    }
    return readObject(this.s3, { Bucket: this.bucket, Key: key }, (text) => {
      const record = recordIn(text);
      if (record === undefined || (['accountId', 'kind', 'region', 'name', 'sha256'] as const).some((member) => record[member] !== expected[member])) {
        throw failure('RecordTampered', `${key} is not what an unlock recorded: somebody has changed it; nothing was changed`);
      }
      return record;
    });
  }

  async replacement(digest: string): Promise<string> {
    const key = `${REPLACEMENTS_PREFIX}${digest}.json`;
    if (!await this.has(key)) {
      throw failure('NoSuchReplacement', `there is no policy ${key} in bucket ${this.bucket}: put it there; nothing was changed`);
    }
    return readObject(this.s3, { Bucket: this.bucket, Key: key }, (policy) => {
      if (sha256(policy) !== digest) {
        throw failure('ReplacementTampered', `the SHA-256 of ${key} is ${sha256(policy)}: it is not the policy that was named; nothing was changed`);
      }
      return policy;
    });
  }
}

/** The record of a policy that is saved before it is changed. */
export function recordOf(start: Start<{}, unknown>, holder: PolicyHolder, policy: string, replacedBy?: string): PolicyRecord {
  const { execution, input, startedBy, approval } = start;
  const { kind, accountId, region, name, arn } = holder;
  return {
    kind,
    accountId,
    region,
    name,
    arn,
    policy,
    sha256: sha256(policy),
    replacedBy,
    reason: input.reason,
    startedBy,
    ...approval,
    execution: execution.id,
    startedAt: execution.startTime,
  };
}

const keyFor = ({ accountId, kind, region, name }: Pick<PolicyHolder, 'accountId' | 'kind' | 'region' | 'name'>, run: string, digest: string) => (
  `${POLICIES_PREFIX}${accountId}/${kind}s/${region}/${name}/${run}-${digest}.json`);

/** A record as an unlock wrote it: it says what it is of, and has the digest of its policy. Undefined for anything else. */
export function recordIn(text: string): PolicyRecord | undefined {
  const record = parsed(text);
  const isWhole = typeof record?.policy === 'string' && record.sha256 === sha256(record.policy) && KEY.test(keyFor(record, 'run', record.sha256));
  return isWhole ? record : undefined;
}

function parsed(text: string): PolicyRecord | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
