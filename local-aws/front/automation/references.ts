import type { Value } from './parameters';

/** `{{ Name }}`, `{{ step.output }}`, `{{ global:REGION }}`. */
const REFERENCE = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** Names of everything that a text or a structure refers to. */
export function referencesIn(value: unknown): string[] {
  return [...JSON.stringify(value ?? null).matchAll(REFERENCE)].map(([, name]) => name);
}

/**
 * Puts values in the place of references, as Systems Manager does: the text of the value goes into the text around it, and nothing is escaped.
 * A reference that stands alone keeps its type.
 */
export function substitute(value: unknown, lookUp: (name: string) => Value): unknown {
  if (typeof value === 'string') {
    const [alone] = [...value.matchAll(REFERENCE)].filter(([whole]) => whole === value);
    return alone ? lookUp(alone[1]) : value.replace(REFERENCE, (_, name: string) => asText(lookUp(name)));
  }
  if (Array.isArray(value)) {
    return value.map((item) => substitute(item, lookUp));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, substitute(item, lookUp)]));
  }
  return value;
}

export function asText(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
