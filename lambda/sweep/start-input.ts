/** What a start may say: it can narrow what the construct selects, and nothing else. */
export interface StartInput {
  /** Only these of the selected accounts. */
  readonly accounts?: string[];
  /** Delete nothing this time. `false` does not undo the construct's own dry run. */
  readonly dryRun?: boolean;
}

const ALLOWED = "allowed are 'accounts' (a list of 12-digit account ids) and 'dryRun' (true or false)";

/** Reads the input of an execution. What is not understood is refused: it may have been meant to protect something. */
export function parseStartInput(input: unknown): StartInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw refused(`it must be an object, got ${JSON.stringify(input)}`);
  }
  const { accounts, dryRun, ...unknown } = input as Record<string, unknown>;
  if (Object.keys(unknown).length > 0) {
    throw refused(`it has unknown keys ${Object.keys(unknown).map((key) => `'${key}'`).join(', ')}; ${ALLOWED}`);
  }
  if (dryRun !== undefined && typeof dryRun !== 'boolean') {
    throw refused(`dryRun must be true or false, got ${JSON.stringify(dryRun)}`);
  }
  if (accounts !== undefined && !isListOfAccountIds(accounts)) {
    throw refused(`accounts must be a list of 12-digit account ids, got ${JSON.stringify(accounts)}`);
  }
  return { accounts, dryRun };
}

function isListOfAccountIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && /^\d{12}$/.test(item));
}

function refused(reason: string) {
  return Object.assign(new Error(`the input of the execution is refused: ${reason.slice(0, 500)}`), { name: 'InputRefused' });
}
