import { readFileSync } from 'node:fs';
import { expectNew, writeNew } from './new-file';
import { UsageError } from './usage';
import { messageOf } from '../lambda/aws/errors';
import type { PolicyHolder } from '../lambda/session/resource-policy/holder';
import { recordIn, recordOf, type PolicyArchive, type PolicyRecord } from '../lambda/session/resource-policy/records';
import type { Start } from '../lambda/session/start';

/** As an error names what a new file is for, and the option for its name. */
const POLICY = { what: 'the policy', option: '--out' };

/** The file into which a policy is saved before it is changed: as a runbook's record, with the exact text of the policy. */
export class PolicyFile implements PolicyArchive {
  private saved = false;

  /** @param restored what is put back, if it is: from another file, as it was when it was shown */
  constructor(readonly path: string, private readonly restored?: PolicyRecord) {
    expectNew(path, POLICY);
  }

  async save(start: Start<{}, unknown>, holder: PolicyHolder, policy: string, replacedBy?: string): Promise<string> {
    writeNew(this.path, `${JSON.stringify(recordOf(start, holder, policy, replacedBy), undefined, 2)}\n`, POLICY);
    this.saved = true;
    process.stderr.write(`Saved the policy to ${this.path}.\n`); // also for a person who interrupts what follows
    return this.path;
  }

  /** Whether there is anything to put back. */
  get isSaved(): boolean {
    return this.saved;
  }

  async has(): Promise<boolean> {
    return this.saved;
  }

  keyOf(): string {
    return this.path;
  }

  async read(): Promise<PolicyRecord> {
    return this.restored!;
  }

  replacement(): Promise<string> {
    throw new Error('a terminal replaces no policies');
  }
}

/** Reads what an unlock saved. */
export function readPolicyFile(path: string): PolicyRecord {
  const record = recordIn(textOf(path));
  if (record === undefined) {
    throw new UsageError(`${path} is not a policy that an unlock saved, or was changed since: give the file that unlock-bucket or unlock-queue named. Nothing was changed.`);
  }
  return record;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the file cannot be read (${messageOf(error)}). Nothing was changed.`);
  }
}
