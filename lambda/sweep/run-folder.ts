import { createHash } from 'crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { isSame, type Account, type AccountResult, type Credential } from './results';
import type { ResolvedSelection } from './selection';
import { RUNS_PREFIX } from '../../lib/private/contract';
import { keysOf, readObject } from '../aws/objects';

/** A Step Functions execution, as its context object names it. */
export interface Execution {
  readonly name: string;
  /** ISO 8601 */
  readonly startTime: string;
}

/** What the selection hands on through the state machine: nothing in it grows with the number of accounts. */
export interface RunReference {
  /** SHA-256 of `selection.json`: nobody may widen it between its writing and its reading. */
  readonly digest: string;
  /** Key of the list that the Map reads: numbers of batches, which carry no authority of their own. */
  readonly batchesKey: string;
}

/** `runs/2026-11-23T01-02-03Z-<execution>/`: sorted by time, one folder for each execution. */
export function runPrefix({ name, startTime }: Execution): string {
  const started = startTime.replace(/\.\d+/, '').replaceAll(':', '-');
  return `${RUNS_PREFIX}${started}-${name}/`;
}

/** The files of one sweep in the reports bucket. */
export class RunFolder {
  constructor(private readonly s3: S3Client, readonly bucket: string, readonly prefix: string) {}

  async saveSelection(selection: ResolvedSelection): Promise<RunReference> {
    const text = JSON.stringify(selection);
    const batchesKey = `${this.prefix}batches.json`;
    await this.put(`${this.prefix}selection.json`, text);
    await this.put(batchesKey, JSON.stringify(selection.batches.map((_, batch) => ({ batch }))));
    return { digest: digestOf(text), batchesKey };
  }

  /** Refuses a selection that is not the one that was saved. */
  async selection(digest: string): Promise<ResolvedSelection> {
    const Key = `${this.prefix}selection.json`;
    return readObject(this.s3, { Bucket: this.bucket, Key }, (text) => {
      if (digestOf(text) !== digest) {
        throw Object.assign(new Error(`${Key} is not what the sweep saved: somebody has changed it`), { name: 'SelectionTampered' });
      }
      return JSON.parse(text) as ResolvedSelection;
    });
  }

  /**
   * Remembers what is about to be deleted. Step Functions begins a batch again when it lost sight of it, dead or not, so
   * each attempt writes plans of its own: none overwrites what another needs to be remembered.
   */
  async savePlan(batch: number, attempt: string, { accountId }: Account, credentials: Credential[]): Promise<void> {
    await this.put(`${this.plansPrefix(batch)}${attempt}/${accountId}.json`, JSON.stringify(credentials));
  }

  /** Plans by account, of every attempt at the batch so far but the one that asks. */
  async plans(batch: number, asking?: string): Promise<Map<string, Credential[]>> {
    const plans = new Map<string, Credential[]>();
    for (const key of await this.list(this.plansPrefix(batch))) {
      const [attempt, file] = key.slice(this.plansPrefix(batch).length).split('/');
      if (attempt !== asking) {
        const accountId = file.slice(0, -'.json'.length);
        plans.set(accountId, unique([...plans.get(accountId) ?? [], ...await this.json<Credential[]>(key)]));
      }
    }
    return plans;
  }

  async saveResults(batch: number, results: AccountResult[]): Promise<void> {
    await this.put(`${this.prefix}batch-${batchNumber(batch)}.json`, JSON.stringify(results));
  }

  /** The results of a batch, or nothing when it did not come to an end. They are listed first: S3 may call a missing key denied. */
  async results(batch: number): Promise<AccountResult[] | undefined> {
    const [key] = await this.list(`${this.prefix}batch-${batchNumber(batch)}.json`);
    return key === undefined ? undefined : this.json<AccountResult[]>(key);
  }

  async put(key: string, body: string, contentType = 'application/json'): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: contentType }));
  }

  private json<T>(Key: string): Promise<T> {
    return readObject(this.s3, { Bucket: this.bucket, Key }, (text) => JSON.parse(text) as T);
  }

  private list(prefix: string): Promise<string[]> {
    return keysOf(this.s3, this.bucket, prefix);
  }

  /** Not by the name of the results: the permission to write those must not reach plans. */
  private plansPrefix(batch: number): string {
    return `${this.prefix}plans/${batchNumber(batch)}/`;
  }
}

const batchNumber = (batch: number) => String(batch).padStart(4, '0');
const unique = (credentials: Credential[]) => credentials.filter((one, i) => credentials.findIndex((other) => isSame(one, other)) === i);
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
