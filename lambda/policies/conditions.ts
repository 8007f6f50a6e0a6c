import { ANY, every, FROM_NOW_ON, hasReserved, literally, matches, not, some, type Truth } from './patterns';

/** The values of one key in a request: none, one, or several. */
export type Value = string | readonly string[] | undefined;

/** One of these, and it is not known which. */
export interface OneOf {
  readonly oneOf: readonly Value[];
}

/** Nothing is known of a key. */
export const FREE = Symbol('free');

/**
 * The known part of a request, by condition key in lower case. An undefined value says that the request does not have the key; a key that is missing
 * here is not known. `aws:principaltag/*` stands for all keys that begin so, `s3:*` for the other keys of a service, and `*` for those of all services
 * (not for `aws:`).
 */
export type Context = Readonly<Record<string, Value | OneOf | typeof FREE>>;

/** `{"ArnLike": {"aws:PrincipalArn": ["…"]}}` is one of operator `ArnLike`. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

type Test = (pattern: string, value: string) => Truth;

const like: Test = matches;
const equal: Test = (text, value) => matches(literally(text), value);
const equalIgnoringCase: Test = (text, value) => equal(text.toLowerCase(), value.toLowerCase());

/** The tests of the operators that can be decided from what is known of a request. Those with "Not" are the same, negated. */
const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['stringequals', equal],
  ['stringequalsignorecase', equalIgnoringCase],
  ['stringlike', like],
  ['arnequals', likeArn],
  ['arnlike', likeArn],
  ['bool', equalIgnoringCase],
  ['numericequals', numeric((value, wanted) => value === wanted)],
  ['numericlessthan', numeric((value, wanted) => value < wanted)],
  ['numericlessthanequals', numeric((value, wanted) => value <= wanted)],
  ['numericgreaterthan', numeric((value, wanted) => value > wanted)],
  ['numericgreaterthanequals', numeric((value, wanted) => value >= wanted)],
  ['dateequals', date('no')],
  ['datelessthan', date('no')],
  ['datelessthanequals', date('no')],
  ['dategreaterthan', date('yes')],
  ['dategreaterthanequals', date('yes')],
]);

/** Operators that need a value which is not known here: they can be decided only for a key that is absent. */
const OTHERS = /^(ipaddress|binaryequals)$/;

/** Those that AWS has in the negative, too. */
const NEGATED = /^(string|arn|numeric|date)not(equals|equalsignorecase|like)$|^notipaddress$/;

/** Whether all conditions of a statement hold. */
export function hold(conditions: readonly Condition[], context: Context): Truth {
  return every(conditions.map((condition) => holds(condition, context)));
}

/** IAM user guide, "Condition operators" and "Set operators for multivalued context keys". */
function holds({ operator, key, values }: Condition, context: Context): Truth {
  const [, quantifier, name, ifExists] = /^(forallvalues:|foranyvalue:)?(.*?)(ifexists)?$/s.exec(operator.toLowerCase())!;
  const found = lookUp(key.toLowerCase(), context);
  if (name === 'null') {
    return quantifier || ifExists || found === 'unknown' ? 'unknown' : some(values.map((value) => equalIgnoringCase(value, String(found === undefined))));
  }
  const negated = NEGATED.test(name);
  const positive = negated ? name.replace('not', '') : name;
  const test = negated && positive.startsWith('arn') ? unlikeArn : TESTS.get(positive);
  if (found === 'unknown' || !(test || OTHERS.test(positive))) {
    return 'unknown';
  }
  if (found === undefined) {
    return ofAbsent(quantifier, negated, ifExists !== undefined);
  }
  const one = (value: string) => test ? some(values.map((text) => resolved(text, context, negated, (pattern) => test(pattern, value)))) : 'unknown';
  const each = found.map((value) => negated ? not(one(value)) : one(value));
  switch (quantifier) {
    case 'forallvalues:': return every(each);
    case 'foranyvalue:': return some(each);
    default: return each.length === 1 ? each[0] : 'unknown';
  }
}

/** AWS does not say how `IfExists` changes `ForAnyValue`, which is false of an absent key. */
function ofAbsent(quantifier: string | undefined, negated: boolean, ifExists: boolean): Truth {
  switch (quantifier) {
    case 'forallvalues:': return 'yes';
    case 'foranyvalue:': return ifExists ? 'unknown' : 'no';
    default: return negated || ifExists ? 'yes' : 'no';
  }
}

/**
 * The result of a test of a text with the values of its policy variables (IAM user guide, "Variables and tags"). A variable that has no value may make the
 * whole statement invalid, so a text with one never surely matches; nor does a negated test of it surely hold.
 */
export function resolved(text: string, context: Context, negated: boolean, test: (pattern: string) => Truth): Truth {
  const { pattern, isKnown } = resolve(text, context);
  const truth = test(pattern);
  return isKnown || (truth === 'no' && !negated) ? truth : 'unknown';
}

interface Resolved {
  readonly pattern: string;
  /** False when a variable has no value that is known, and none by default. It is `ANY` in the pattern. */
  readonly isKnown: boolean;
}

/** `${aws:PrincipalAccount}`, `${key, 'default'}`, `${*}` */
function resolve(text: string, context: Context): Resolved {
  if (!text.includes('${')) {
    return { pattern: text, isKnown: true };
  }
  let isKnown = true;
  const pattern = text.replace(/\$\{([^}]*)\}/g, (_whole, inside: string) => {
    if (/^[*?$]$/.test(inside)) {
      return literally(inside);
    }
    const [, name, byDefault] = /^\s*(.*?)\s*(?:,\s*'(.*)'\s*)?$/s.exec(inside)!;
    const value = lookUp(name.toLowerCase(), context);
    if (value === undefined && byDefault !== undefined) {
      return literally(byDefault);
    }
    if (!Array.isArray(value) || value.length !== 1 || [ANY, FROM_NOW_ON].includes(value[0])) {
      isKnown = false;
      return ANY;
    }
    return literally(value[0]);
  });
  return { pattern, isKnown };
}

function lookUp(key: string, context: Context): readonly string[] | undefined | 'unknown' {
  const name = entryOf(key, context);
  const value = name === undefined ? FREE : context[name];
  if (value === undefined) {
    return undefined;
  }
  return typeof value === 'string' ? [value] : Array.isArray(value) ? value as readonly string[] : 'unknown';
}

/** The name of the entry that says what a request has of a key. */
function entryOf(key: string, context: Context): string | undefined {
  const service = /^([a-z0-9-]+):/.exec(key)?.[1];
  const general = service === undefined || service === 'aws' ? [] : [`${service}:*`, '*'];
  return [key, key.replace(/\/.*$/s, '/*'), ...general].find((candidate) => Object.hasOwn(context, candidate));
}

/** More of them are not told apart. */
const MOST_CASES = 64;

/** The contexts that are possible, as far as these keys are concerned, each with one value where it may have several. Undefined when there are too many. */
export function casesOf(context: Context, keys: readonly string[]): Context[] | undefined {
  const open = [...new Set(keys.map((key) => entryOf(key.toLowerCase(), context)))].flatMap((name) => {
    const value = name === undefined ? undefined : context[name];
    return typeof value === 'object' && 'oneOf' in value ? [{ name: name!, oneOf: value.oneOf }] : [];
  });
  if (open.reduce((count, { oneOf }) => count * oneOf.length, 1) > MOST_CASES) {
    return undefined;
  }
  return open.reduce<Context[]>((cases, { name, oneOf }) => cases.flatMap((each) => oneOf.map((value) => ({ ...each, [name]: value }))), [context]);
}

/** The keys that the variables of a text name. */
export function variablesOf(text: string): string[] {
  return [...text.matchAll(/\$\{\s*([^},]*?)\s*(?:,[^}]*)?\}/g)].map(([, name]) => name);
}

/** The six parts of an ARN are compared one by one, so that a `*` does not reach over a colon. What a text of another form matches, AWS does not say. */
function likeArn(pattern: string, value: string): Truth {
  const [patterns, values] = [partsOf(pattern), partsOf(value)];
  if (patterns.length < 6 || values.length < 6) {
    return matches(pattern, value) === 'no' ? 'no' : 'unknown';
  }
  return every(patterns.map((part, i) => matches(part, values[i])));
}

/** Nor does AWS say that such a text is unlike an ARN. */
function unlikeArn(pattern: string, value: string): Truth {
  return partsOf(pattern).length < 6 || partsOf(value).length < 6 ? 'unknown' : likeArn(pattern, value);
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...parts.length > 5 ? [parts.slice(5).join(':')] : []];
}

function numeric(compare: (value: number, wanted: number) => boolean): Test {
  return (text, value) => {
    const numbers = [value, text].map((each) => /^\s*[+-]?\d+(\.\d+)?\s*$/.test(each) ? Number(each) : NaN);
    return hasReserved(value) || hasReserved(text) || numbers.includes(NaN) ? 'unknown' : compare(numbers[0], numbers[1]) ? 'yes' : 'no';
  };
}

/** A time that is past tells nothing but that it is past: what comes after it is later, whenever it is. In ISO 8601 or in seconds (IAM user guide, "Date condition operators"). */
function date(ofPast: Truth): Test {
  return (text, value) => {
    const wanted = /^\d{5,}$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
    return value === FROM_NOW_ON && wanted < Date.now() ? ofPast : 'unknown';
  };
}
