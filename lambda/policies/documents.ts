import type { Condition } from './conditions';
import { hasReserved, withoutVariables } from './patterns';

/** A statement of a policy that is what AWS describes (IAM user guide, "Grammar of the IAM JSON policy language"). */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Named;
  readonly resources: Named;
  readonly conditions: readonly Condition[];
}

/** The values that an element names, or, with `not`, all others. */
export interface Named {
  readonly not: boolean;
  readonly patterns: readonly string[];
}

/** A statement, or what is wrong with it. */
export interface Read {
  /** Its `Sid`, or its number from 1; what the document is, when it has no statements that can be told apart. */
  readonly place: string;
  readonly statement?: Statement;
  /** The defect, with the value. */
  readonly problem?: string;
}

/** AWS takes 10,240 characters of a service control policy; what is very much longer is none, and would only take time. */
const LONGEST = 100_000;

/** The two kinds of policies of AWS Organizations that deny calls: of an account's principals, and on an account's resources. */
export type PolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

/** Elements that a statement may have. */
const ELEMENTS: Readonly<Record<PolicyType, readonly string[]>> = {
  SERVICE_CONTROL_POLICY: ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  RESOURCE_CONTROL_POLICY: ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
};

/** The statements of a policy's text. Of a text that is no policy there is one, with what is wrong; it is never an error. */
export function readDocument(content: unknown, type: PolicyType = 'SERVICE_CONTROL_POLICY'): Read[] {
  try {
    return statementsIn(documentIn(content), type);
  } catch (error) {
    if (error instanceof Malformed) {
      return [{ place: `a document ${error.message}`, problem: `the document ${error.message.replace(/^that /, '').replace(/^without/, 'has no')}` }];
    }
    throw error;
  }
}

class Malformed extends Error {}

interface Document {
  readonly statements: readonly unknown[];
  readonly hasVariables: boolean;
}

function documentIn(content: unknown): Document {
  if (typeof content !== 'string' || content.trim() === '') {
    throw new Malformed('that is empty');
  }
  if (content.length > LONGEST) {
    throw new Malformed(`that is ${content.length} characters long`);
  }
  const document = json(content);
  if (!isObject(document)) {
    throw new Malformed(`that is ${shown(document)}, not an object`);
  }
  const { Statement, Version } = document;
  const statements = Array.isArray(Statement) ? Statement : isObject(Statement) ? [Statement] : [];
  if (statements.length === 0) {
    throw new Malformed(Statement === undefined ? 'without Statement' : `that has ${shown(Statement)} as its Statement`);
  }
  return { statements, hasVariables: Version === '2012-10-17' };
}

function json(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new Malformed('that is not JSON');
  }
}

function statementsIn({ statements, hasVariables }: Document, type: PolicyType): Read[] {
  return statements.map((statement, i) => {
    const number = `statement ${i + 1}`;
    const place = isObject(statement) && typeof statement.Sid === 'string' && statement.Sid !== '' ? statement.Sid : number;
    try {
      return { place, statement: statementIn(statement, hasVariables, type) };
    } catch (error) {
      if (error instanceof Malformed) {
        return { place, problem: place === number ? `${number} ${error.message}` : `${number} ('${place}') ${error.message}` };
      }
      throw error;
    }
  });
}

function statementIn(statement: unknown, hasVariables: boolean, type: PolicyType): Statement {
  if (!isObject(statement)) {
    throw new Malformed(`is ${shown(statement)}, not an object`);
  }
  const other = Object.keys(statement).find((element) => !ELEMENTS[type].includes(element));
  if (other !== undefined) {
    throw new Malformed(`has an element ${shown(other)}, which such a policy does not have`);
  }
  const { Sid, Effect, Principal } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') {
    throw new Malformed(`has ${shown(Sid)} as its Sid, not a text`);
  }
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new Malformed(`has ${shown(Effect)} as its Effect, not 'Allow' or 'Deny'`);
  }
  if (type === 'RESOURCE_CONTROL_POLICY' && !isEverybody(Principal)) {
    throw new Malformed(`has ${shown(Principal)} as its Principal, and AWS takes nothing but '*'`);
  }
  const pattern = (text: string) => hasVariables ? text : withoutVariables(text); // variables came with this version
  return {
    effect: Effect,
    actions: named(statement, 'Action', (text) => text.toLowerCase()),
    resources: named(statement, 'Resource', pattern),
    conditions: conditionsIn(statement.Condition, pattern),
  };
}

/** A reader may have left it out. */
const isEverybody = (principal: unknown) => principal === undefined || principal === '*' || (isObject(principal) && JSON.stringify(principal) === '{"AWS":"*"}');

function named(statement: Readonly<Record<string, unknown>>, element: 'Action' | 'Resource', pattern: (text: string) => string): Named {
  const [one, other] = [statement[element], statement[`Not${element}`]];
  if ((one === undefined) === (other === undefined)) {
    throw new Malformed(`has ${one === undefined ? 'neither' : 'both'} ${element} ${one === undefined ? 'nor' : 'and'} Not${element}`);
  }
  const not = one === undefined;
  return { not, patterns: textsIn(not ? `Not${element}` : element, not ? other : one).map(pattern) };
}

function conditionsIn(Condition: unknown, pattern: (text: string) => string): Condition[] {
  if (Condition === undefined) {
    return [];
  }
  return entries('Condition', Condition).flatMap(([operator, keys]) => entries(`Condition ${operator}`, keys).map(([key, values]) => (
    { operator, key, values: textsIn(`Condition ${operator} of ${key}`, values, true).map(pattern) })));
}

function entries(name: string, value: unknown): [string, unknown][] {
  if (!isObject(value)) {
    throw new Malformed(`has ${shown(value)} as its ${name}, not an object`);
  }
  return Object.entries(value);
}

/** A text or some. Numbers and booleans stand for texts in conditions alone. */
function textsIn(name: string, value: unknown, others = false): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const wrong = values.length === 0 ? value : values.find((each) => !(typeof each === 'string' || (others && ['number', 'boolean'].includes(typeof each))));
  if (values.length === 0 || wrong !== undefined) {
    throw new Malformed(`has ${shown(wrong)} as its ${name}, not a text or a list of texts`);
  }
  if (values.some((each) => hasReserved(String(each)))) {
    throw new Malformed(`has a character in its ${name} that no policy has`);
  }
  return values.map(String);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const LONGEST_SHOWN = 60;

function shown(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  const text = Array.isArray(value) ? (value.length === 0 ? 'an empty list' : 'a list') : isObject(value) ? 'an object' : typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
