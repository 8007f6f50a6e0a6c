import { InvalidArgumentError } from 'commander';
import { CREDENTIAL_KINDS, type CredentialKind } from '../lib/private/contract';
import type { KeptCredentials } from '../lib/sweep/contract';

/** Exit codes. An account that could not be read outweighs findings: the list may be longer than it shows. A change is done or has failed. */
export const EXIT = { nothingLeft: 0, done: 0, findings: 1, unreadable: 2, failed: 2, usage: 64, interrupted: 130 } as const;

/** Wrong usage that is seen only when AWS has been asked: nothing was changed. */
export class UsageError extends Error {}

/** A question was left without an answer, by Ctrl-C or Ctrl-D: nothing was changed. */
export class Interrupted extends Error {}

const list = (text: string) => text.split(',').map((item) => item.trim()).filter((item) => item !== '');

/** An option with a list, which may also be given several times. */
function listOf(pattern: RegExp, allowed: string) {
  return (text: string, before: string[] = []): string[] => {
    const items = list(text);
    const wrong = items.find((item) => !pattern.test(item));
    if (items.length === 0 || wrong !== undefined) {
      throw new InvalidArgumentError(`${allowed}, separated by commas; got '${wrong ?? text}'.`);
    }
    return [...new Set([...before, ...items])];
  };
}

export const accountIds = listOf(/^\d{12}$/, 'Give account IDs of 12 digits');

export function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) {
    throw new InvalidArgumentError(`Give the ID of one account, 12 digits; got '${text}'.`);
  }
  return text;
}

/** The name of a bucket, as its ARN has it. What S3 makes of it is S3's business. */
export function bucketName(text: string): string {
  if (!/^[A-Za-z0-9][\w.-]{2,254}$/.test(text)) {
    throw new InvalidArgumentError(`Give the name of a bucket; got '${text}'.`);
  }
  return text;
}

/** A queue's name may be in any Region, and is not enough. */
export function queueArnOrUrl(text: string): string {
  if (!/^(arn:|https:\/\/)[\w:/.-]{1,256}$/.test(text)) {
    throw new InvalidArgumentError(`Give the ARN or the URL of an SQS queue; got '${text}'.`);
  }
  return text;
}

/** 7 days: no recovery of the runbooks is open for longer. */
export const LONGEST_HOURS = 168;

export function timeInUtc(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError(`Give a time in UTC such as 2026-11-27T10:00:00Z; got '${text}'.`);
  }
  return text;
}

const KINDS = new Map(CREDENTIAL_KINDS.map((kind) => [kind.toLowerCase(), kind]));

/** Kinds of credentials, as reports name them. */
export function credentialKinds(text: string, before: CredentialKind[] = []): CredentialKind[] {
  const names = list(text);
  const kinds = names.flatMap((name) => KINDS.get(name.toLowerCase()) ?? []);
  if (names.length === 0 || kinds.length < names.length) {
    throw new InvalidArgumentError(`Give kinds, separated by commas, of ${CREDENTIAL_KINDS.join(', ')}; got '${text}'.`);
  }
  return [...new Set([...before, ...kinds])];
}

/** An account with the reason why a purge keeps its credentials. */
export function keptAccount(text: string, before: KeptCredentials[] = []): KeptCredentials[] {
  const [, id, reason] = /^(\d{12}):(.*\S.*)$/.exec(text) ?? [];
  if (id === undefined) {
    throw new InvalidArgumentError(`Give an account ID of 12 digits, a colon and the reason; got '${text}'.`);
  }
  return [...before, { accounts: [id], reason: reason.trim() }];
}

export const emailDomains = listOf(/^([a-z0-9-]+\.)+[a-z0-9-]{2,63}$/i, "Give domains such as example.com, without '@'");

export const unitIds = listOf(/^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/, 'Give IDs of organizational units (ou-…) or of the root (r-…)');

export function countBetween(least: number, most: number) {
  return (text: string): number => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < least || count > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}; got '${text}'.`);
    }
    return count;
  };
}
