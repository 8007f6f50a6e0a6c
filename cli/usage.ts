import { InvalidArgumentError } from 'commander';

/** Exit codes. An account that could not be read outweighs findings: the list may be longer than it shows. */
export const EXIT = { nothingLeft: 0, findings: 1, unreadable: 2, usage: 64, interrupted: 130 } as const;

/** Wrong usage that is seen only when AWS has been asked: nothing was changed. */
export class UsageError extends Error {}

const list = (text: string) => text.split(',').map((item) => item.trim()).filter((item) => item !== '');

/** An option with a list, which may also be given several times. */
function listOf(pattern: RegExp, allowed: string) {
  return (text: string, before: string[] = []): string[] => {
    const items = list(text);
    const wrong = items.find((item) => !pattern.test(item));
    if (items.length === 0 || wrong !== undefined) {
      throw new InvalidArgumentError(`${allowed}, separated by commas; got '${wrong ?? text}'.`);
    }
    return [...new Set([...before, ...items])];
  };
}

export const accountIds = listOf(/^\d{12}$/, 'Give account IDs of 12 digits');

export function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) {
    throw new InvalidArgumentError(`Give the ID of one account, 12 digits; got '${text}'.`);
  }
  return text;
}

export const unitIds = listOf(/^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/, 'Give IDs of organizational units (ou-…) or of the root (r-…)');

export function countBetween(least: number, most: number) {
  return (text: string): number => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < least || count > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}; got '${text}'.`);
    }
    return count;
  };
}
