import type { Condition } from '../../../lib/monitor/activity-rules';

/** Whether a condition holds for an event of any form. */
export function holds(condition: Condition, event: unknown): boolean {
  if ('all' in condition) {
    return condition.all.every((each) => holds(each, event));
  }
  if ('any' in condition) {
    return condition.any.some((each) => holds(each, event));
  }
  const value = valueAt(event, condition.field);
  if ('absent' in condition) {
    return (value === undefined) === condition.absent;
  }
  if ('other' in condition) {
    return value !== undefined && !matchesOne(value, condition.other);
  }
  return 'oneOf' in condition ? matchesOne(value, condition.oneOf) : !matchesOne(value, condition.noneOf);
}

/** The value of a field by its path. Null counts as missing. */
export function valueAt(event: unknown, field: string): unknown {
  let value = event;
  for (const name of field.split('.')) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value ?? undefined;
}

/** The value of a field if it is a text that is not empty. */
export function textAt(event: unknown, field: string): string | undefined {
  const value = valueAt(event, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function matchesOne(value: unknown, patterns: readonly string[]): boolean {
  return typeof value === 'string' && patterns.some((pattern) => matches(value, pattern));
}

/** A pattern may begin and end with `*`. */
function matches(value: string, pattern: string): boolean {
  const text = pattern.replace(/^\*|\*$/g, '');
  if (pattern.startsWith('*')) {
    return pattern.endsWith('*') ? value.includes(text) : value.endsWith(text);
  }
  return pattern.endsWith('*') ? value.startsWith(text) : value === text;
}
