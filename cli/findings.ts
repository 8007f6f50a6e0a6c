import { styleText } from 'node:util';
import type { Finding } from './check';
import { visible } from '../lambda/text';

const COLOURS = { 'ok': 'green', 'missing': 'yellow', 'blocks': 'red', 'may block': 'yellow', 'unknown': 'yellow' } as const;
const WIDTH = Math.max(...Object.keys(COLOURS).map(({ length }) => length));

/** A line for each finding, and below it what changes it. Policies and units have names that others have chosen. */
export function findingsText(findings: readonly Finding[], colour: boolean): string {
  return findings.map(({ state, what, remedies = [] }) => {
    const label = state.padEnd(WIDTH);
    const changes = remedies.map((remedy, i) => `${' '.repeat(WIDTH + 2)}${i === 0 ? '→' : 'or'} ${remedy}\n`);
    return [`${colour ? styleText(COLOURS[state], label) : label}  ${visible(what)}\n`, ...changes].join('');
  }).join('');
}
