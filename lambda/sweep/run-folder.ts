import { createHash } from 'crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Account, AccountResult } from './results';
import type { ResolvedSelection } from './selection';
import { type MachineExecution } from '../../lib/private/contract';
import { LATEST_PREFIX, REPORTS_PREFIX_VARIABLE, RUNS_PREFIX, type RunReference } from '../../lib/sweep/contract';
import { failure, isNamed } from '../aws/errors';
import { keysOf, readObject } from '../aws/objects';
import type { Credential } from '../root-user/credentials';

/** A Step Functions execution, as its context object names it. */
export type Execution = Pick<MachineExecution, 'name' | 'startTime'>;

export type { RunReference };

/** What an attempt at a batch was about to delete in an account. */
export interface Plan {
  readonly attempt: string;
  readonly accountId: string;
  readonly credentials: Credential[];
}

export function credentialsOf(plans: Plan[], { accountId }: Account): Credential[] {
  return plans.filter((plan) => plan.accountId === accountId).flatMap(({ credentials }) => credentials);
}

/** What an attempt at a batch has to say. As long as it has not ended, some of its accounts may be missing, and it does not know of other attempts. */
export interface BatchResults {
  /** Sorts by the time at which it began. */
  readonly attempt: string;
  readonly ended: boolean;
  readonly results: AccountResult[];
}

/** `runs/2026-11-23T01-02-03Z-<execution>/`: sorted by time, one folder for each execution. */
export function runPrefix({ name, startTime }: Execution): string {
  const started = startTime.replace(/\.\d+/, '').replaceAll(':', '-');
  return `${reportsPrefix()}${RUNS_PREFIX}${started}-${name}/`;
}

/** The folder of the reports of the sweep that ended last. */
export const latestPrefix = () => `${reportsPrefix()}${LATEST_PREFIX}`;

const reportsPrefix = () => process.env[REPORTS_PREFIX_VARIABLE] ?? '';

/** The files of one sweep in the reports bucket. */
export class RunFolder {
  constructor(private readonly s3: S3Client, readonly bucket: string, readonly prefix: string) {}

  /** Saves the selection once: where an attempt before this one has saved its own, that holds. */
  async saveSelection(selection: ResolvedSelection): Promise<RunReference> {
    const key = `${this.prefix}selection.json`;
    const text = await this.putOnce(key, JSON.stringify(selection));
    const { batches, execution } = JSON.parse(text) as ResolvedSelection;
    if (execution !== selection.execution) {
      throw tampered(`${key} is of ${execution}, not of this execution: start the sweep again, by another name`);
    }
    const batchesKey = `${this.prefix}batches.json`;
    await this.put(batchesKey, JSON.stringify(batches.map((_, batch) => ({ batch }))));
    return { digest: digestOf(text), batchesKey };
  }

  /** Refuses a selection that is not the one that was saved, or not of this execution. */
  async selection(digest: string, execution?: string): Promise<ResolvedSelection> {
    const Key = `${this.prefix}selection.json`;
    return readObject(this.s3, { Bucket: this.bucket, Key }, (text) => {
      const selection = digestOf(text) === digest ? JSON.parse(text) as ResolvedSelection : undefined;
      if (selection === undefined || selection.execution !== execution) {
        throw tampered(`${Key} is not what the sweep saved: somebody has changed it`);
      }
      return selection;
    });
  }

  /**
   * Remembers what is about to be deleted. Step Functions begins a batch again when it lost sight of it, dead or not, so
   * each attempt writes plans of its own: none overwrites what another needs to be remembered.
   */
  async savePlan(batch: number, { attempt, accountId, credentials }: Plan): Promise<void> {
    await this.put(`${this.plansPrefix(batch)}${attempt}/${accountId}.json`, JSON.stringify(credentials));
  }

  /** Those of every attempt at the batch so far but the one that asks. */
  async plans(batch: number, asking?: string): Promise<Plan[]> {
    const plans: Plan[] = [];
    for (const key of await this.list(this.plansPrefix(batch))) {
      const [attempt, file] = key.slice(this.plansPrefix(batch).length).split('/');
      if (attempt !== asking) {
        plans.push({ attempt, accountId: file.slice(0, -'.json'.length), credentials: await this.json<Credential[]>(key) });
      }
    }
    return plans;
  }

  /** What an attempt saves later takes the place of what it saved before, and never that of another attempt. */
  async saveResults(batch: number, results: BatchResults): Promise<void> {
    await this.put(`${this.resultsPrefix(batch)}${results.attempt}.json`, JSON.stringify(results));
  }

  /** Of every attempt at a batch, that which began last first. */
  async results(batch: number): Promise<BatchResults[]> {
    const keys = (await this.list(this.resultsPrefix(batch))).sort().reverse();
    return Promise.all(keys.map((key) => this.json<BatchResults>(key)));
  }

  async put(key: string, body: string, contentType = 'application/json'): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: contentType }));
  }

  /** Puts what is not there yet, and returns what is there then. */
  private async putOnce(key: string, body: string): Promise<string> {
    try {
      await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: 'application/json', IfNoneMatch: '*' }));
      return body;
    } catch (error) {
      if (!isNamed(error, 'PreconditionFailed', 'ConditionalRequestConflict')) {
        throw error;
      }
      return readObject(this.s3, { Bucket: this.bucket, Key: key }, (text) => text);
    }
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

  private resultsPrefix(batch: number): string {
    return `${this.prefix}batch-${batchNumber(batch)}-`;
  }
}

const tampered = (message: string) => failure('SelectionTampered', message);
const batchNumber = (batch: number) => String(batch).padStart(4, '0');
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
