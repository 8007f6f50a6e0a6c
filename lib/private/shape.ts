import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';

/**
 * Shapes of properties. The compiler checks them for those who write TypeScript; these checks are for everybody else, and name the property, the value
 * and what is allowed, where JavaScript would take `'false'` for true and fail somewhere else, or not at all.
 */
export interface Check {
  /** Ends the sentence `the property must be …`. */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /** Looks into a value that is accepted. */
  readonly within?: (property: string, value: any) => void;
}

type Optional<Props> = { readonly [Name in keyof Props as {} extends Pick<Props, Name> ? Name : never]-?: Check };
type Needed<Props> = { readonly [Name in keyof Props as {} extends Pick<Props, Name> ? never : Name]: Check };

/** A check for each property of an interface: the compiler misses none. */
export interface Shape<Props> {
  readonly needed: Needed<Props>;
  readonly optional: Optional<Props>;
}

/** Fails for properties that are not of this shape. What the shape says nothing of, because somebody hands on more than is needed, is let be. */
export function checkShape<Props extends object>({ needed, optional }: Shape<Props>, props: Props, name?: string) {
  checkValue(name ?? 'props', props, anObject);
  const prefix = name === undefined ? '' : `${name}.`;
  const checks: Record<string, Check> = { ...needed, ...optional };
  const given = props as Record<string, unknown>;
  checkSpelling(prefix, Object.keys(given).filter((key) => given[key] !== undefined), Object.keys(checks));
  for (const [key, check] of Object.entries(checks)) {
    if (given[key] !== undefined || Object.hasOwn(needed, key)) {
      checkValue(`${prefix}${key}`, given[key], check);
    }
  }
}

/** Fails for a value that is not what the check says. */
export function checkValue(property: string, value: unknown, { allowed, accepts, within }: Check) {
  if (!accepts(value)) {
    throw new Error(`${property} must be ${allowed}, got ${shown(value)}`);
  }
  within?.(property, value);
}

/** `dryrun` for `dryRun` would be overlooked. */
function checkSpelling(prefix: string, given: string[], known: string[]) {
  const plain = (name: string) => name.replace(/[_-]/g, '').toLowerCase();
  for (const name of given.filter((each) => !known.includes(each))) {
    const meant = known.find((each) => plain(each) === plain(name));
    if (meant !== undefined) {
      throw new Error(`${prefix}${name} is not a property: it must be written '${meant}'`);
    }
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

export const anObject: Check = { allowed: 'an object with properties', accepts: isObject };

/** It decides what is synthesized, so it cannot be a token. */
export const aBoolean: Check = { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' };

export const aText: Check = { allowed: 'a text', accepts: (value) => typeof value === 'string' };

export const aNumber: Check = { allowed: 'a number', accepts: (value) => typeof value === 'number' && !Number.isNaN(value) };

export const aDuration: Check = {
  allowed: 'a Duration, such as Duration.hours(1)',
  accepts: (value) => isObject(value) && typeof (value as Duration).toSeconds === 'function',
};

export const aRemovalPolicy: Check = {
  allowed: 'RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
  accepts: (value) => value === RemovalPolicy.RETAIN || value === RemovalPolicy.DESTROY,
};

/** One of the values of an enum. */
export function oneOf(name: string, values: Record<string, string>): Check {
  const members = Object.keys(values).map((member) => `${name}.${member}`);
  const allowed = members.length > 1 ? `${members.slice(0, -1).join(', ')} or ${members[members.length - 1]}` : members[0];
  return { allowed, accepts: (value) => Object.values(values).includes(value as string) };
}

/** An object of the CDK or of this library, which jsii or another copy of a package may have made: it is known by what it has, not by its class. */
export function having(member: string, allowed: string): Check {
  return { allowed, accepts: (value) => isObject(value) && member in value };
}

/** A list, or a token that stands for one. */
export function listOf(item: Check): Check {
  return {
    allowed: 'a list',
    accepts: (value) => Array.isArray(value),
    within: (property, list: unknown[]) => {
      if (!Token.isUnresolved(list)) {
        Array.from(list).forEach((each, i) => checkValue(`${property}[${i}]`, each, item));
      }
    },
  };
}

/** An object with properties of its own. */
export function options<Props extends object>(shape: Shape<Props>): Check {
  return { ...anObject, within: (property, props: Props) => checkShape(shape, props, property) };
}

const LONGEST = 200;

/** A value as its writer knows it. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    return `'${shortened(value)}'`;
  }
  if (typeof value === 'function') {
    return 'a function';
  }
  if (!isObject(value) && !Array.isArray(value)) {
    return String(value);
  }
  return isPlain(value) ? shortened(json(value)) : `a ${value.constructor.name}`;
}

const isPlain = ({ constructor }: object) => [Object, Array, undefined].includes(constructor as ObjectConstructor);

/** Does not look inside: a value may be a construct, which has its whole app in it. */
function json(value: object): string {
  try {
    return JSON.stringify(value, (_key, each) => isObject(each) && !isPlain(each) ? `a ${each.constructor.name}` : each);
  } catch {
    return Array.isArray(value) ? 'a list' : 'an object'; // that has itself in it
  }
}

const shortened = (text: string) => text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
