import { createHash } from 'crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { digestOf, isDeletion, textOfPlan, type Decision, type Plan } from './plan';
import type { AccountResult } from './results';
import type { ResolvedSelection } from './selection';
import { type MachineExecution } from '../../lib/private/contract';
import { DECISION_FILE, LATEST_PREFIX, PLAN_FILE, RUNS_PREFIX, SELECTION_FILE, type RunReference, type SweepEnvironment } from '../../lib/sweep/contract';
import { environment } from '../aws/environment';
import { failure, isNamed } from '../aws/errors';
import { keysOf, readObject } from '../aws/objects';

/** A Step Functions execution, as its context object names it. */
export type Execution = Pick<MachineExecution, 'name' | 'startTime'>;

/** Names of the executions that deployments start begin with it. */
export const OF_DEPLOYMENTS = 'deployment-';

export const isOfDeployment = (name: string) => name.startsWith(OF_DEPLOYMENTS);

/** The two walks over accounts. */
export type Walk = 'look' | 'purge';

/** The results of an attempt at a batch. As long as it has not ended, some of its accounts may be missing. */
export interface BatchResults {
  /** Sorts by the time at which it began. */
  readonly attempt: string;
  readonly ended: boolean;
  /** Milliseconds that it took from its first session on, once it has ended. */
  readonly ms?: number;
  readonly results: AccountResult[];
}

/** Where the walks keep their results: the run folder of a sweep, or the memory of a terminal. */
export type ResultStore = Pick<RunFolder, 'saveResults' | 'results'>;

/** `runs/2026-11-23T01-02-03Z-<execution>/`: sorted by time, one folder for each execution. */
export function runPrefix({ name, startTime }: Execution): string {
  const started = startTime.replace(/\.\d+/, '').replaceAll(':', '-');
  return `${reportsPrefix()}${RUNS_PREFIX}${started}-${name}/`;
}

/** The folder of the reports of the sweep that ended last. */
export const latestPrefix = () => `${reportsPrefix()}${LATEST_PREFIX}`;

const reportsPrefix = () => environment<SweepEnvironment>().REPORTS_PREFIX ?? '';

/** The files of one sweep in the reports bucket. */
export class RunFolder {
  constructor(private readonly s3: S3Client, readonly bucket: string, readonly prefix: string) {}

  /** Saves the selection once: where an attempt before this one has saved its own, that holds. */
  async saveSelection(selection: ResolvedSelection): Promise<RunReference> {
    const key = `${this.prefix}${SELECTION_FILE}`;
    const text = await this.putOnce(key, JSON.stringify(selection));
    const { batches, execution } = JSON.parse(text) as ResolvedSelection;
    if (execution !== selection.execution) {
      throw failure('SelectionTampered', `${key} is of ${execution}, not of this execution: start the sweep again, by another name`);
    }
    return { digest: sha256(text), batches: batches.map((_, batch) => batch) };
  }

  /** Refuses a selection that is not the one that was saved, or not of this execution. */
  async selection(digest: string, execution?: string): Promise<ResolvedSelection> {
    return this.read(SELECTION_FILE, (text) => {
      const selection = sha256(text) === digest ? JSON.parse(text) as ResolvedSelection : undefined;
      return selection !== undefined && selection.execution === execution ? selection : undefined;
    });
  }

  /** Saves what was decided once, and returns what holds, with its digest. */
  async saveDecision(decision: Decision): Promise<{ readonly decision: Decision; readonly digest: string }> {
    const text = await this.putOnce(`${this.prefix}${DECISION_FILE}`, JSON.stringify(decision));
    return { decision: JSON.parse(text) as Decision, digest: sha256(text) };
  }

  /** Refuses a decision that is not the one that was saved. */
  async decision(digest: string): Promise<Decision> {
    return this.read(DECISION_FILE, (text) => sha256(text) === digest ? JSON.parse(text) as Decision : undefined);
  }

  /** @param prefixes folders in which it is to be found */
  async savePlan(plan: Plan, prefixes = [this.prefix]): Promise<void> {
    await Promise.all(prefixes.map((prefix) => this.put(`${prefix}${PLAN_FILE}`, textOfPlan(plan))));
  }

  /** Refuses a plan that deletes anything else than what this digest is of. */
  async plan(digest: string): Promise<Plan> {
    return this.read(PLAN_FILE, (text) => {
      const plan = JSON.parse(text) as Plan;
      return digestOf(plan.organizationId, plan.credentials.filter(isDeletion)) === digest ? plan : undefined;
    });
  }

  /** A later file of an attempt takes the place of its earlier one, and never that of another attempt. */
  async saveResults(walk: Walk, batch: number, results: BatchResults): Promise<void> {
    await this.put(`${this.resultsPrefix(walk, batch)}${results.attempt}.json`, JSON.stringify(results));
  }

  /** Of every attempt at a batch, that which began last first. */
  async results(walk: Walk, batch: number): Promise<BatchResults[]> {
    const keys = (await keysOf(this.s3, this.bucket, this.resultsPrefix(walk, batch))).sort().reverse();
    return Promise.all(keys.map((Key) => readObject(this.s3, { Bucket: this.bucket, Key }, (text) => JSON.parse(text) as BatchResults)));
  }

  async put(key: string, body: string, contentType = 'application/json'): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: contentType }));
  }

  /** Reads a file, and refuses it unless it is what the sweep has saved. */
  private read<T>(file: string, expected: (text: string) => T | undefined): Promise<T> {
    const Key = `${this.prefix}${file}`;
    return readObject(this.s3, { Bucket: this.bucket, Key }, (text) => {
      const content = expected(text);
      if (content === undefined) {
        throw failure(TAMPERED[file], `${Key} is not what the sweep saved: somebody has changed it`);
      }
      return content;
    });
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

  private resultsPrefix(walk: Walk, batch: number): string {
    return `${this.prefix}${walk}-${String(batch).padStart(4, '0')}-`;
  }
}

const TAMPERED: Readonly<Record<string, string>> = {
  [SELECTION_FILE]: 'SelectionTampered', [DECISION_FILE]: 'DecisionTampered', [PLAN_FILE]: 'PlanTampered',
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
