import { createHash } from 'crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SWEPT, withoutNotes, type SweepSettings, type SweepSummary } from '../../lib/sweep/contract';
import { failure, isDenied } from '../aws/errors';
import { hasObject, readObject, type ObjectReference } from '../aws/objects';
import { retryWhile, seconds } from '../aws/patience';

/** The settings that a deployment has accepted: only the function that CloudFormation asks may write them, and a sweep reads them before it does anything. */
export interface Acceptance {
  /** Of the settings with which the latest deployment has succeeded. Absent while none is, or one is under way, or the stack is being deleted. */
  readonly settings?: string;
  /** The one sweep that may try other settings: that of the deployment that is under way. */
  readonly trial?: { readonly execution: string; readonly settings: string };
  /** The summary of the latest sweep of a deployment. */
  readonly summary?: SweepSummary;
}

/** A policy made seconds ago takes effect late. */
const PATIENCE = seconds(60);

/** The record of one construct in its reports bucket. */
export class AcceptanceRecord {
  private readonly reference: ObjectReference;

  constructor(private readonly s3: S3Client, Bucket: string, Key: string) {
    this.reference = { Bucket, Key };
  }

  read(): Promise<Acceptance> {
    return retryWhile(isDenied, PATIENCE, async () => (await hasObject(this.s3, this.reference) ? this.readAgain() : {}));
  }

  /** One that is there. */
  readAgain(): Promise<Acceptance> {
    return readObject(this.s3, this.reference, (text) => JSON.parse(text) as Acceptance);
  }

  async write(acceptance: Acceptance): Promise<void> {
    const put = new PutObjectCommand({ ...this.reference, Body: JSON.stringify(acceptance), ContentType: 'application/json' });
    await retryWhile(isDenied, PATIENCE, () => this.s3.send(put));
  }
}

/** Throws when no deployment has accepted the settings of a sweep. */
export function checkAccepted({ settings, trial }: Acceptance, execution: string, digest: string) {
  if (digest === settings || (trial?.execution === execution && trial.settings === digest)) {
    return;
  }
  const reason = settings === undefined && trial !== undefined
    ? 'a deployment is under way, and its own sweep has not ended; start this one again when it has'
    : 'no deployment has accepted these settings: the latest one has failed, or the stack is being updated or deleted; deploy again, then start the sweep again';
  throw failure('SettingsNotAccepted', reason);
}

/** How old an answer may be that lets an account begin. */
const FRESH_MS = 1_000;

/** Whether a sweep at work may go on: a deployment that changes what is swept, or is taken back, and the deletion of the stack withdraw what was accepted. */
export class StillAccepted {
  private latest?: { readonly at: number; readonly answer: Promise<void> };

  /** @param alsoCheck throws when it may not go on for another reason */
  constructor(
    private readonly record: AcceptanceRecord, private readonly execution: string, private readonly digest: string,
    private readonly alsoCheck?: () => Promise<void>,
  ) {}

  /** Throws when it may not. */
  async check(): Promise<void> {
    checkAccepted(await this.record.readAgain(), this.execution, this.digest);
    await this.alsoCheck?.();
  }

  /** The same, with another reason. */
  and(alsoCheck: () => Promise<void>): StillAccepted {
    return new StillAccepted(this.record, this.execution, this.digest, alsoCheck);
  }

  /** The same, by an answer that may be a second old: accounts are begun by the hundred. */
  checkNowAndThen(): Promise<void> {
    if (this.latest === undefined || Date.now() - this.latest.at > FRESH_MS) {
      this.latest = { at: Date.now(), answer: this.check() };
    }
    return this.latest.answer;
  }
}

/** Asked before an account is begun, and before anything is deleted in it: throws when the sweep may not go on. */
export type MayGoOn = Pick<StillAccepted, 'check' | 'checkNowAndThen'>;

/** Of what decides what is swept. CloudFormation makes strings of all values, so they are compared as such. */
export function digestOfSettings(settings: Partial<SweepSettings>): string {
  const told = withoutNotes(settings);
  const swept = Object.fromEntries(SWEPT.map((name) => [name, told[name]]));
  return createHash('sha256').update(JSON.stringify(normalized(swept)) ?? '').digest('hex');
}

/**
 * Lists are sets, and what is false, empty or absent is the same: neither another order nor a setting that a newer version of this library adds is another
 * sweep, as long as what is new does nothing by default.
 */
function normalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normalized).filter((item) => item !== undefined).map((item) => JSON.stringify(item));
    return items.length === 0 ? undefined : [...new Set(items)].sort();
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, each]) => [name, normalized(each)] as const).filter(([, each]) => each !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  return ['', 'false', 'undefined', 'null'].includes(String(value)) ? undefined : String(value);
}
