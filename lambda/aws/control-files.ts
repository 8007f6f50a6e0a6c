import type { S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { environment } from './environment';
import { failure, isDenied, isNamed } from './errors';
import { hasObject, readObject } from './objects';
import { retryWhile, seconds } from './patience';
import { RUN_FILE, type ControlEnvironment, type RunFile } from '../../lib/private/contract';

/** A policy made seconds ago takes effect late, and an execution that began a moment ago may not be seen yet. */
const LATE = seconds(120, 1_000, 10_000);

export interface ControlClients {
  readonly s3: S3Client;
  readonly stepFunctions: SFNClient;
}

/**
 * Reads the files that a state machine has written, and nobody else can: see `lib/private/control-files.ts`. A function may be invoked by anybody who has a
 * permission for it, so it does what these files say, and of its event it takes their place and nothing else.
 */
export class ControlFiles {
  /** @param prefix folder of the state machine */
  constructor(private readonly clients: ControlClients, readonly bucket: string, private readonly prefix: string, private readonly late = LATE) {}

  /** The run of an execution. Fails unless the execution is at work: nothing is done for one that has ended, or has gone on for too long. */
  async run<Settings>(name: string): Promise<RunFile<Settings>> {
    const run = await this.read<RunFile<Settings>>(name, RUN_FILE);
    const { execution: { id, startTime }, timeoutSeconds } = run;
    expectYoung(startTime, timeoutSeconds);
    const { status } = await this.patiently(() => this.clients.stepFunctions.send(new DescribeExecutionCommand({ executionArn: id })));
    if (status !== 'RUNNING') {
      throw refused('RunEnded', `${id} is ${status}, not RUNNING`);
    }
    return run;
  }

  /** A file of an execution. */
  async read<File>(name: string, file: string): Promise<File> {
    return this.get(this.keyOf(name, file));
  }

  /** The one file for all executions, as the latest of them has written it. */
  async readLatest<File>(file: string): Promise<File> {
    return this.get(`${this.prefix}${file}`);
  }

  private async get<File>(key: string): Promise<File> {
    try {
      return await this.patiently(() => readObject(this.clients.s3, { Bucket: this.bucket, Key: key }, (text) => JSON.parse(text) as File));
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) {
        throw refused('RunUnknown', `its state machine has not written ${key} to ${this.bucket}: start the state machine, and it invokes this function`);
      }
      throw error;
    }
  }

  /** A file that may not be there. */
  async find<File>(name: string, file: string): Promise<File | undefined> {
    const key = this.keyOf(name, file);
    const isThere = await this.patiently(() => hasObject(this.clients.s3, { Bucket: this.bucket, Key: key }));
    return isThere ? this.read<File>(name, file) : undefined;
  }

  private keyOf(name: string, file: string): string {
    if (typeof name !== 'string' || !/^[^/]{1,80}$/.test(name)) {
      throw refused('RunUnknown', `'run' must be the name of an execution, got ${JSON.stringify(name)}`);
    }
    return `${this.prefix}${name}/${file}`;
  }

  private patiently<T>(operation: () => Promise<T>): Promise<T> {
    return retryWhile((error) => isDenied(error) || isNamed(error, 'ExecutionDoesNotExist'), this.late, operation);
  }
}

/** Control files of the state machine that the function belongs to, by its environment. */
export const controlFiles = (bucket: string, clients: ControlClients) => (
  new ControlFiles(clients, bucket, environment<ControlEnvironment>().CONTROL_PREFIX));

/** A decision is not carried out later than the state machine itself would have done it. */
export function expectYoung(since: string, timeoutSeconds: number): void {
  if (Date.now() > Date.parse(since) + timeoutSeconds * 1_000) {
    throw refused('RunTooOld', `it began at ${since}, and its state machine gives it ${Math.round(timeoutSeconds / 360) / 10} hours: start it anew instead of redriving it`);
  }
}

const refused = (name: string, reason: string) => failure(name, `nothing was done for this execution: ${reason}`);
