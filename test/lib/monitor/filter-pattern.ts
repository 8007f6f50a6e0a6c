/**
 * The JSON filter patterns of CloudWatch Logs, as its documentation describes them
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). It shares nothing with what renders them.
 */

export interface Unsaid {
  /** Whether `!=` holds for a field that is missing or null: the documentation does not say. */
  readonly unequalWhenMissing: boolean;
}

type Matcher = (event: unknown) => boolean;

/** The documented limit of a pattern. */
const LONGEST = 1_024;

export function matcherOf(pattern: string, unsaid: Unsaid = { unequalWhenMissing: false }): Matcher {
  if (pattern.length > LONGEST) {
    throw new Error(`a filter pattern has at most ${LONGEST} characters, got ${pattern.length}`);
  }
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(pattern) ?? refuse('a JSON pattern stands in braces', pattern);
  const tokens = tokensOf(inner);
  const matcher = new Parser(tokens, unsaid).disjunction();
  return tokens.length === 0 ? matcher : refuse('nothing may follow', tokens.join(' '));
}

/** Strings keep their quotes, so that they are told from words. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const token = /\s*(\(|\)|&&|\|\||!=|<=|>=|=|<|>|"(?:[^"\\]|\\.)*"|[^\s()&|!=<>"]+)/gy;
  let end = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    tokens.push(match[1]);
    end = token.lastIndex;
  }
  return text.slice(end).trim() === '' ? tokens : refuse('this is no token', text.slice(end));
}

class Parser {
  constructor(private readonly tokens: string[], private readonly unsaid: Unsaid) {}

  disjunction(): Matcher {
    return this.series('||', () => this.series('&&', () => this.term(), (parts, event) => parts.every((part) => part(event))), (parts, event) => parts.some((part) => part(event)));
  }

  private series(operator: string, operand: () => Matcher, combine: (parts: Matcher[], event: unknown) => boolean): Matcher {
    const parts = [operand()];
    while (this.tokens[0] === operator) {
      this.tokens.shift();
      parts.push(operand());
    }
    return (event) => combine(parts, event);
  }

  private term(): Matcher {
    const token = this.next();
    if (token === '(') {
      const inner = this.disjunction();
      return this.next() === ')' ? inner : refuse('a parenthesis is not closed', token);
    }
    return this.comparison(pathOf(token), this.next());
  }

  private comparison(path: (string | number)[], operator: string): Matcher {
    if (operator === 'NOT' || operator === 'IS') {
      return this.state(path, `${operator} ${this.next()}`);
    }
    const literal = this.next();
    const { unequalWhenMissing } = this.unsaid;
    if (operator === '=' || operator === '!=') {
      return (event) => {
        const value = valueAt(event, path);
        if (value === undefined || value === null) {
          return operator === '!=' && unequalWhenMissing;
        }
        // "if it points to an array or object, the filter will not be applied"
        return typeof value !== 'object' && isEqual(value, literal) === (operator === '=');
      };
    }
    return (event) => {
      const value = valueAt(event, path);
      return typeof value === 'number' && compares(value, operator, Number(literal));
    };
  }

  private state(path: (string | number)[], state: string): Matcher {
    const states: Record<string, (value: unknown) => boolean> = {
      'NOT EXISTS': (value) => value === undefined,
      'IS NULL': (value) => value === null,
      'IS TRUE': (value) => value === true,
      'IS FALSE': (value) => value === false,
    };
    const holds = states[state] ?? refuse('there is no such state', state);
    return (event) => holds(valueAt(event, path));
  }

  private next(): string {
    return this.tokens.shift() ?? refuse('the pattern ends early', '');
  }
}

/** `$.users[0].id` */
function pathOf(selector: string): (string | number)[] {
  if (!/^\$(\.[\w-]+(\[\d+\])*)+$/.test(selector)) {
    refuse('a selector begins with $ and names properties', selector);
  }
  return [...selector.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

const valueAt = (event: unknown, path: (string | number)[]): unknown => path.reduce<unknown>((value, step) => {
  const isIndex = typeof step === 'number';
  return typeof value === 'object' && value !== null && Array.isArray(value) === isIndex && Object.hasOwn(value, step) ? (value as any)[step] : undefined;
}, event);

function isEqual(value: unknown, literal: string): boolean {
  if (literal.startsWith('"')) {
    const text = literal.slice(1, -1).replace(/\\(.)/g, '$1');
    return text.includes('*') ? refuse('whether a quoted * is a wildcard is not said', literal) : value === text || (typeof value === 'number' && String(value) === text);
  }
  if (literal.includes('*')) {
    return new RegExp(`^${literal.split('*').map((part) => part.replace(/[.?+^$[\]\\(){}|]/g, '\\$&')).join('.*')}$`, 's').test(String(value));
  }
  return typeof value === 'number' && !Number.isNaN(Number(literal)) ? value === Number(literal) : value === literal;
}

function compares(value: number, operator: string, bound: number): boolean {
  const results: Record<string, boolean> = { '<': value < bound, '>': value > bound, '<=': value <= bound, '>=': value >= bound };
  return results[operator] ?? refuse('there is no such operator', operator);
}

function refuse(why: string, what: string): never {
  throw new Error(`${why}: ${what}`);
}
