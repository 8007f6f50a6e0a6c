import { isDeepStrictEqual } from 'util';
import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Whether two values of options say the same. A property that is undefined is as good as one that is not given, and so is an object without
 * properties, at any depth. A construct is the same as itself only; tokens are compared by what they stand for.
 */
export function saysTheSame(stack: Stack, one: unknown, other: unknown): boolean {
  const [a, b] = [known(stack, one), known(stack, other)];
  if (a === b || Construct.isConstruct(a) || Construct.isConstruct(b)) {
    return a === b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, i) => saysTheSame(stack, each, b[i]));
  }
  if (isOptions(a) && isOptions(b)) {
    const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
    return names.every((name) => saysTheSame(stack, a?.[name], b?.[name]));
  }
  return isDeepStrictEqual(a, b);
}

const known = (stack: Stack, value: unknown): unknown => !Construct.isConstruct(value) && Token.isUnresolved(value) ? stack.resolve(value) : value;

/** Options, or none. An object of a class, such as a runtime, is a value of its own. */
function isOptions(value: unknown): value is Record<string, unknown> | undefined {
  return value === undefined || (typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null));
}
