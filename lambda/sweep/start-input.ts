import type { StartInput } from '../../lib/sweep/contract';
import { failure } from '../aws/errors';

const ALLOWED = "allowed are 'accounts' (a list of 12-digit account ids), 'dryRun', 'ifSelected', 'unlessRunning' (each true or false) and 'notBefore' (a time such as 2026-11-23T00:00:00Z)";

/** Reads the input of an execution. What is not understood is refused: it may have been meant to protect something. */
export function parseStartInput(input: unknown): StartInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw refused(`it must be an object, got ${JSON.stringify(input)}`);
  }
  const { accounts, dryRun, ifSelected, unlessRunning, notBefore, ...unknown } = input as Record<string, unknown>;
  if (Object.keys(unknown).length > 0) {
    throw refused(`it has unknown keys ${Object.keys(unknown).map((key) => `'${key}'`).join(', ')}; ${ALLOWED}`);
  }
  for (const [flag, value] of Object.entries({ dryRun, ifSelected, unlessRunning })) {
    if (value !== undefined && typeof value !== 'boolean') {
      throw refused(`${flag} must be true or false, got ${JSON.stringify(value)}`);
    }
  }
  if (notBefore !== undefined && !isTime(notBefore)) {
    throw refused(`notBefore must be a time such as 2026-11-23T00:00:00Z, got ${JSON.stringify(notBefore)}`);
  }
  if (accounts !== undefined && !isListOfAccountIds(accounts)) {
    throw refused(`accounts must be a list of 12-digit account ids, got ${JSON.stringify(accounts)}`);
  }
  if (accounts?.length === 0) {
    throw refused('accounts must name at least one account, got an empty list; leave it out to sweep everything that the construct selects');
  }
  return { accounts, notBefore, dryRun, ifSelected, unlessRunning } as StartInput; // as was checked
}

/** Whether a start asks for everything that the construct does. */
export function isWhole({ accounts, dryRun = false }: StartInput): boolean {
  return accounts === undefined && !dryRun;
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) && !Number.isNaN(Date.parse(value));
}

function isListOfAccountIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && /^\d{12}$/.test(item));
}

function refused(reason: string) {
  return failure('InputRefused', `the input of the execution is refused: ${reason.slice(0, 500)}`);
}
