import { isDeepStrictEqual } from 'util';
import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** The one child with this ID. It is found in the construct tree, so that two apps in one process do not share it. */
export function singleton<T extends Construct>(parent: Construct, id: string, make: () => T): T {
  return (parent.node.tryFindChild(id) ?? make()) as T;
}

/** A construct that other constructs of a stack share, and the options of its functions. */
interface Shared extends Construct {
  readonly options: object;
}

/**
 * The one construct of a stack with this ID. Fails if the scope's options differ from those with which another scope made it.
 *
 * @param sharing the constructs that share it, in the plural
 */
export function stackSingleton<T extends Shared>(scope: Construct, id: string, options: T['options'], sharing: string, make: (stack: Stack) => T): T {
  const stack = Stack.of(scope);
  const shared = singleton(stack, id, () => make(stack));
  const [made, given]: Record<string, unknown>[] = [{ ...shared.options }, { ...options }];
  for (const name of new Set([...Object.keys(made), ...Object.keys(given)])) {
    if (!saysTheSame(stack, made[name], given[name])) {
      throw new Error(`functionOptions.${name} of '${scope.node.path}' must be the same as that of the other ${sharing} in stack '${stack.node.path}': they share one function`);
    }
  }
  return shared;
}

/**
 * Whether two values of options say the same. An undefined property equals one that is not given, and so does an object without
 * properties, at any depth. A construct equals only itself; tokens are compared by their values.
 */
function saysTheSame(stack: Stack, one: unknown, other: unknown): boolean {
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

/** Options, or undefined. An object of a class, such as a runtime, is a value of its own. */
function isOptions(value: unknown): value is Record<string, unknown> | undefined {
  return value === undefined || (typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null));
}
