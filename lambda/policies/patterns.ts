/** Three values, because a policy may ask for what nobody can know beforehand; what is unknown is never taken for a no. */
export type Truth = 'yes' | 'no' | 'unknown';

export const not = (truth: Truth): Truth => ({ yes: 'no', no: 'yes', unknown: 'unknown' } as const)[truth];

export function every(truths: readonly Truth[]): Truth {
  return truths.includes('no') ? 'no' : truths.includes('unknown') ? 'unknown' : 'yes';
}

export function some(truths: readonly Truth[]): Truth {
  return not(every(truths.map(not)));
}

/** The same in every case that is possible, or unknown. */
export function agreed(truths: readonly Truth[]): Truth {
  return truths.every((truth) => truth === truths[0]) ? truths[0] : 'unknown';
}

/** A character of a value that is not known, or any number of them in a row. */
interface Unknown {
  readonly can: RegExp;
  readonly many: boolean;
}

/** Stands in a value for a part of any length of which nothing is known. */
export const ANY = '\u0000';

/** Unknown parts are characters of Unicode's private use area. The same character stands for the same unknown wherever it is. */
const UNKNOWNS = new Map<string, Unknown>([[ANY, { can: /[^]/, many: true }]]);
const FIRST_UNKNOWN = 0xe100;

/** A text of which only the form is known: characters of these classes, then any number of others. */
function form(single: readonly RegExp[], others?: RegExp): string {
  const add = (unknown: Unknown) => {
    const char = String.fromCharCode(FIRST_UNKNOWN + UNKNOWNS.size);
    UNKNOWNS.set(char, unknown);
    return char;
  };
  return [...single.map((can) => add({ can, many: false })), ...others ? [add({ can: others, many: true })] : []].join('');
}

const times = (count: number, can: RegExp) => Array.from({ length: count }, () => can);

/** An account that is not known. */
export const ANY_ACCOUNT = form(times(12, /\d/));

/** `o-` and 10 to 32 lower-case letters or digits (API reference of Organizations). */
export const ANY_ORGANIZATION = `o-${form(times(10, /[a-z0-9]/), /[a-z0-9]/)}`;

/** Where an account is: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/` (IAM user guide, aws:PrincipalOrgPaths). */
export const ANY_PLACE = `r-${form(times(4, /[a-z0-9]/), /[a-z0-9/-]/)}/`;

export const ANY_REGION = form(times(2, /[a-z]/), /[a-z0-9-]/);

/** Letters, digits, dots and hyphens, at least 3, the first one no dot or hyphen; old names may have capitals and underscores (S3 user guide, "Bucket naming rules"). */
export const ANY_BUCKET = form([/[A-Za-z0-9]/, ...times(2, /[\w.-]/)], /[\w.-]/);

/** Letters, digits, hyphens, underscores, and `.fifo` (SQS developer guide). */
export const ANY_QUEUE = form([/[\w-]/], /[\w.-]/);

/** `service:Action`, in lower case. */
export const ANY_ACTION = `${form([/[a-z]/], /[a-z0-9-]/)}:${form([/[a-z]/], /[a-z0-9]/)}`;

/** A time that is still to come: that of a request which will be made. */
export const FROM_NOW_ON = form([], /[^]/);

/** A name that no policy has: wildcards alone take it. */
export const UNNAMED = form([/(?!)/]);

/** Stand in a pattern for characters that mean themselves: `${*}`, `${?}` and, where there are no variables, the `$` of `${`. */
const LITERALS: Readonly<Record<string, string>> = { '\ue000': '*', '\ue001': '?', '\ue002': '$' };

/** Stand in a pattern for the digits of an account id that is not the unknown account's. */
const OTHER_DIGITS = 0xe0f0;

const RESERVED = /[\u0000\ue000-\uf8ff]/g;

/** Whether a text has characters that mean something else here; AWS takes none of them in a policy. */
export const hasReserved = (text: string) => text.search(RESERVED) >= 0;

const hasUnknown = (text: string) => /[\u0000\ue100-\uf8ff]/.test(text);

/** A text in which `*` and `?` are no wildcards, as a pattern. */
export function literally(text: string): string {
  return /[*?]/.test(text) ? text.replaceAll('*', '\ue000').replaceAll('?', '\ue001') : text;
}

/** A pattern in which `${key}` is no variable. */
export function withoutVariables(pattern: string): string {
  return pattern.replaceAll('${', '\ue002{');
}

const ACCOUNT_IDS = /(?<!\d)\d{12}(?!\d)/g;

/** The account ids in a text. */
export function accountsIn(text: string): string[] {
  return [...new Set(text.match(ACCOUNT_IDS))];
}

/** A pattern in which all accounts that it names are other ones than the unknown account. */
export function ofOthers(pattern: string): string {
  return pattern.replace(ACCOUNT_IDS, (id) => [...id].map((digit) => String.fromCharCode(OTHER_DIGITS + Number(digit))).join(''));
}

/** Whether a value matches a pattern with `*` and `?`: whatever stands for its unknown parts, or only with some of it. */
export function matches(pattern: string, value: string): Truth {
  if (!/[*?]/.test(pattern) && !hasUnknown(value) && !hasUnknown(pattern)) {
    return (hasReserved(pattern) ? pattern.replace(RESERVED, plain) : pattern) === value ? 'yes' : 'no';
  }
  return glob(pattern, value, surely) ? 'yes' : glob(pattern, value, possibly) ? 'unknown' : 'no';
}

/** How a pattern and a value are compared. */
interface Comparison {
  /** Whether a character of the pattern takes one of the value. */
  takes(wanted: string, char: string): boolean;
  /** Whether a character of the pattern can take many, or none. */
  isMany(wanted: string): boolean;
  /** Whether a character of the value can be taken by many, or none. */
  canBeMany(char: string): boolean;
}

/** Whatever an unknown part is: only a wildcard takes it, or the same unknown. */
const surely: Comparison = {
  takes: (wanted, char) => wanted === '*' || (wanted === '?' ? !UNKNOWNS.get(char)?.many : plain(wanted) === char),
  isMany: (wanted) => wanted === '*',
  canBeMany: () => false,
};

/** With something that an unknown part can be. */
const possibly: Comparison = {
  takes(wanted, char) {
    const asked = UNKNOWNS.get(wanted);
    const given = UNKNOWNS.get(char);
    if (wanted === '*' || wanted === '?' || (asked && given)) {
      return true;
    }
    if (ANY_ACCOUNT.includes(char)) {
      return /\d/.test(wanted);
    }
    return given ? given.can.test(plain(wanted)) : asked ? asked.can.test(char) : plain(wanted) === char;
  },
  isMany: (wanted) => wanted === '*' || (UNKNOWNS.get(wanted)?.many ?? false),
  canBeMany: (char) => UNKNOWNS.get(char)?.many ?? false,
};

function plain(wanted: string): string {
  const digit = wanted.charCodeAt(0) - OTHER_DIGITS;
  return digit >= 0 && digit <= 9 ? String(digit) : LITERALS[wanted] ?? wanted;
}

function glob(pattern: string, value: string, { takes, isMany, canBeMany }: Comparison): boolean {
  // matched[j]: the pattern so far matches the first j characters of the value
  let matched = [true];
  for (let j = 1; j <= value.length; j++) {
    matched.push(matched[j - 1] && canBeMany(value[j - 1]));
  }
  for (const wanted of pattern) {
    const many = isMany(wanted);
    const next = [many && matched[0]];
    for (let j = 1; j <= value.length; j++) {
      const char = value[j - 1];
      const taken = takes(wanted, char);
      next.push(
        (many && matched[j])
        || (taken && (matched[j - 1] || (many && next[j - 1])))
        || (canBeMany(char) && (next[j - 1] || (taken && matched[j]))));
    }
    if (!next.includes(true)) {
      return false;
    }
    matched = next;
  }
  return matched[value.length];
}
