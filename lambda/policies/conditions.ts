import { every, literally, matches, not, some, type Truth, ANY } from './patterns';

/**
 * What is known of a request, by condition key in lower case. An undefined value says that the request does not have the key; a key that is missing
 * here is not known. A key that ends with `/*` stands for all that begin so.
 */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `{"ArnLike": {"aws:PrincipalArn": ["…"]}}` */
export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Test = (pattern: string, value: string) => Truth;

const like: Test = matches;
const equal: Test = (text, value) => matches(literally(text), value);
const equalIgnoringCase: Test = (text, value) => equal(text.toLowerCase(), value.toLowerCase());

/** The tests of the operators that can be decided from what is known of a root user. Those with "Not" are the same, negated. */
const TESTS: Readonly<Record<string, Test>> = {
  stringequals: equal,
  stringequalsignorecase: equalIgnoringCase,
  stringlike: like,
  arnequals: likeArn,
  arnlike: likeArn,
  bool: equalIgnoringCase,
};

/** Operators that need a value which is not known here: they can be decided only for a key that is absent. */
const OTHERS = /^(numeric(equals|lessthan|lessthanequals|greaterthan|greaterthanequals)|date(equals|lessthan|lessthanequals|greaterthan|greaterthanequals)|ipaddress|binaryequals)$/;

/** Whether all conditions of a statement hold. */
export function hold(conditions: Conditions, context: Context): Truth {
  return every(Object.entries(conditions).flatMap(([operator, keys]) => (
    Object.entries(keys).map(([key, values]) => holds(operator, key, [values].flat().map(String), context)))));
}

function holds(operator: string, key: string, wanted: readonly string[], context: Context): Truth {
  const [, quantifier, name, ifExists] = /^(forallvalues:|foranyvalue:)?(.+?)(ifexists)?$/.exec(operator.toLowerCase())!;
  const found = lookUp(key.toLowerCase(), context);
  if (name === 'null') {
    return quantifier || ifExists || found === 'unknown' ? 'unknown' : some(wanted.map((value) => equalIgnoringCase(value, String(found === undefined))));
  }
  const negated = name.includes('not');
  const positive = name.replace('not', '');
  if (found === 'unknown' || !(positive in TESTS || OTHERS.test(positive))) {
    return 'unknown';
  }
  if (found === undefined) {
    return ifExists || quantifier === 'forallvalues:' || (negated && quantifier === undefined) ? 'yes' : 'no';
  }
  const test = TESTS[positive] as Test | undefined;
  const one = (value: string) => test ? some(wanted.map((text) => compared(test, text, value, context))) : 'unknown';
  const each = found.map((value) => negated ? not(one(value)) : one(value));
  switch (quantifier) {
    case 'forallvalues:': return every(each);
    case 'foranyvalue:': return some(each);
    default: return each.length === 1 ? each[0] : 'unknown';
  }
}

function compared(test: Test, text: string, value: string, context: Context): Truth {
  const pattern = resolve(text, context);
  return pattern === undefined ? 'unknown' : test(pattern, value);
}

/** A text with the values of its policy variables, or undefined when one of them is not known. */
export function resolve(text: string, context: Context): string | undefined {
  let known = true;
  const resolved = text.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    const value = /^[*?$]$/.test(name) ? [name] : lookUp(name.toLowerCase(), context);
    if (!Array.isArray(value) || value.length !== 1 || value[0].includes(ANY)) {
      known = false;
      return '';
    }
    return literally(value[0]);
  });
  return known ? resolved : undefined;
}

function lookUp(key: string, context: Context): string[] | undefined | 'unknown' {
  const name = [key, key.replace(/\/.*$/, '/*')].find((candidate) => candidate in context);
  if (name === undefined) {
    return 'unknown';
  }
  const value = context[name];
  return value === undefined ? undefined : [value].flat() as string[];
}

/** The six parts of an ARN are compared one by one, so that a `*` does not reach over a colon. A text of another form is not an ARN. */
function likeArn(pattern: string, value: string): Truth {
  const [patterns, values] = [partsOf(pattern), partsOf(value)];
  if (patterns.length < 6 || values.length < 6) {
    return pattern === '*' ? 'yes' : 'unknown';
  }
  return every(patterns.map((part, i) => matches(part, values[i])));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...parts.length > 5 ? [parts.slice(5).join(':')] : []];
}
