import { Refusal } from './refusal';

export type Value = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;

/** A parameter as a document declares it. */
export interface ParameterDefinition {
  readonly type: string;
  readonly description?: string;
  readonly default?: Value;
  readonly allowedValues?: readonly Value[];
  readonly allowedPattern?: string;
  readonly displayType?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minChars?: number;
  readonly maxChars?: number;
}

export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

const FIELDS = ['type', 'description', 'default', 'allowedValues', 'allowedPattern', 'displayType', 'minItems', 'maxItems', 'minChars', 'maxChars'];
const TYPES = ['String', 'StringList', 'Integer', 'Boolean', 'MapList', 'StringMap'];
/** `AWS::IAM::Role::Arn`, `List<AWS::EC2::Instance::Id>` */
const AWS_TYPE = /^(?:List<)?AWS::\w+::\w+(?:::\w+)?>?$/;

/** What is wrong with the declaration of a parameter. */
export function* mistakesIn(name: string, definition: ParameterDefinition): Generator<string> {
  if (!/^[A-Za-z0-9]+$/.test(name)) {
    yield `the name of parameter ${name} has other characters than letters and digits`;
  }
  for (const field of Object.keys(definition).filter((key) => !FIELDS.includes(key))) {
    yield `parameter ${name} has the unknown field ${field}`;
  }
  if (!TYPES.includes(definition.type) && !AWS_TYPE.test(definition.type)) {
    yield `parameter ${name} has the unknown type ${definition.type}`;
    return;
  }
  const { allowedPattern } = definition;
  if (allowedPattern !== undefined && !isPattern(allowedPattern)) {
    yield `the allowedPattern of parameter ${name} is no regular expression: ${allowedPattern}`;
    return;
  }
  if (definition.default !== undefined) {
    yield* violations(name, definition, definition.default);
  }
}

/** Values as StartAutomationExecution takes them, lists of texts, with the defaults for what is not given. */
export function bind(definitions: ParameterDefinitions, given: Readonly<Record<string, readonly string[]>>): Record<string, Value> {
  const unknown = Object.keys(given).filter((name) => !(name in definitions));
  if (unknown.length > 0) {
    refuse(`Parameters provided in input don't match what is defined in document, extra parameter(s): [${unknown.join(', ')}]`);
  }
  const missing = Object.keys(definitions).filter((name) => given[name] === undefined && definitions[name].default === undefined);
  if (missing.length > 0) {
    refuse(`Required parameter(s) missing: [${missing.join(', ')}]`);
  }
  return Object.fromEntries(Object.entries(definitions).map(([name, definition]) => {
    const value = given[name] === undefined ? definition.default! : read(name, definition, given[name]);
    const [violation] = violations(name, definition, value);
    return violation ? refuse(violation) : [name, value];
  }));
}

function read(name: string, { type }: ParameterDefinition, texts: readonly string[]): Value {
  if (isList(type)) {
    return type === 'MapList' ? texts.map((text) => parse(name, text)) : texts;
  }
  if (texts.length !== 1) {
    return refuse(`Parameter ${name} of type ${type} takes one value, and ${texts.length} were given`);
  }
  const [text] = texts;
  return type === 'Integer' || type === 'Boolean' || type === 'StringMap' ? parse(name, text) : text;
}

function parse(name: string, text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return refuse(`The value of parameter ${name} cannot be read: ${text}`);
  }
}

function* violations(name: string, definition: ParameterDefinition, value: Value): Generator<string> {
  if (!hasType(definition.type, value)) {
    yield `Parameter ${name} is not of type ${definition.type}`;
    return;
  }
  const { allowedValues, allowedPattern, minChars = 0, maxChars = Infinity, minItems = 0, maxItems = Infinity } = definition;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && (items.length < minItems || items.length > maxItems)) {
    yield `Parameter ${name} has ${items.length} items, and ${minItems} to ${maxItems} are allowed`;
  }
  for (const item of items) {
    if (typeof item === 'string' && (item.length < minChars || item.length > maxChars)) {
      yield `Parameter ${name} has ${item.length} characters, and ${minChars} to ${maxChars} are allowed`;
    }
    if (allowedValues && !allowedValues.some((allowed) => allowed === item)) {
      yield `Parameter ${name} has a value that is not allowed: ${String(item)}. Allowed values: [${allowedValues.join(', ')}]`;
    }
    if (allowedPattern !== undefined && !matches(allowedPattern, String(item))) {
      yield `Parameter ${name} does not match the allowed pattern ${allowedPattern}: ${String(item)}`;
    }
  }
}

function hasType(type: string, value: Value): boolean {
  switch (type) {
    case 'Integer': return Number.isInteger(value);
    case 'Boolean': return typeof value === 'boolean';
    case 'StringMap': return typeof value === 'object' && !Array.isArray(value);
    default: return isList(type) ? Array.isArray(value) : typeof value === 'string';
  }
}

function isList(type: string) {
  return type === 'StringList' || type === 'MapList' || type.startsWith('List<');
}

/**
 * AWS documents neither whether a pattern must match the whole value nor its dialect. Here it is read in the most generous way that Java has: it may match anywhere,
 * and `$` also matches before a line break at the end. What holds here holds there.
 */
function matches(pattern: string, value: string) {
  return [value, value.replace(/(?:\r\n|[\n\r\u0085\u2028\u2029])$/, '')].some((text) => new RegExp(pattern).test(text));
}

function isPattern(pattern: string) {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function refuse(message: string): never {
  throw new Refusal('InvalidAutomationExecutionParametersException', message);
}
