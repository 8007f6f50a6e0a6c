import { failure } from '../aws/errors';
/** The values that a key of the input may hold: a text from beginning to end, or an empty one where it is optional. */
export interface Field {
  readonly pattern: RegExp;
  /** `a 12-digit account id` */
  readonly allowed: string;
  readonly optional?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

/** An optional text that is absent is undefined. */
export type InputOf<F extends Fields> = { readonly [Key in keyof F]: F[Key]['optional'] extends true ? string | undefined : string } & {
  readonly accountId: string;
  readonly reason: string;
  readonly dryRun: boolean;
};

const COMMON: Fields = {
  accountId: { pattern: /^\d{12}$/, allowed: 'a 12-digit account id' },
  reason: {
    // eslint-disable-next-line no-control-regex
    pattern: /^[^"\\{}\u0000-\u001f\u007f-\u009f\u2028\u2029]{3,256}$/,
    allowed: 'a text of 3 to 256 characters without quotes ("), backslashes, braces and control characters',
  },
  dryRun: { pattern: /^(true|false)$/i, allowed: "'true' or 'false'", optional: true },
};

/**
 * Reads the input of an execution. The patterns of the document stand before some starts only, so they are checked here, for all of them.
 * A key that is not understood is refused: it may have been meant to protect something.
 */
export function parseInput<F extends Fields>(input: unknown, fields: F): InputOf<F> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw refused(`it must be an object, got ${JSON.stringify(input)}`);
  }
  const all: Fields = { ...COMMON, ...fields };
  const unknown = Object.keys(input).filter((key) => !Object.hasOwn(all, key));
  if (unknown.length > 0) {
    throw refused(`it has unknown keys ${unknown.map((key) => `'${key}'`).join(', ')}; allowed are ${Object.keys(all).join(', ')}`);
  }
  const given = input as Record<string, unknown>;
  const read = Object.fromEntries(Object.entries(all).map(([key, field]) => [key, textOf(key, given[key], field)]));
  return { ...read, dryRun: read.dryRun?.toLowerCase() === 'true' } as unknown as InputOf<F>;
}

function textOf(key: string, value: unknown, { pattern, allowed, optional = false }: Field): string | undefined {
  const text = typeof value === 'boolean' ? String(value) : value ?? '';
  if (optional && text === '') {
    return undefined;
  }
  // `$` stands before a line break at the end in other languages, not in this one
  if (typeof text !== 'string' || !pattern.test(text)) {
    throw refused(`${key} must be ${allowed}, got ${JSON.stringify(value)}`);
  }
  return text;
}

export function refused(reason: string): Error {
  return failure('InputRefused', `the input of the execution is refused: ${reason.slice(0, 500)}; nothing was changed`);
}
