import { refused, type Field } from '../start-input';

/** How long, in whole hours. */
export const HOURS = { pattern: /^[1-9]\d{0,2}$/, allowed: 'a whole number of hours', optional: true } as const satisfies Field;

export interface HoursPlan {
  readonly hours: number;
}

/** The hours of a start, or the default; a start cannot ask for more than a recovery may last. */
export function hoursOf(given: string | undefined, { hours, longestHours }: { readonly hours: number; readonly longestHours: number }): number {
  const wanted = given === undefined ? hours : Number(given);
  if (wanted > longestHours) {
    throw refused(`hours must be from 1 to ${longestHours}, got ${wanted}`);
  }
  return wanted;
}
