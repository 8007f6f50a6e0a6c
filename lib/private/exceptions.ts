import { Token } from 'aws-cdk-lib';
import { aText, checkValue, Shape } from './shape';
import { ExceptionOptions } from '../exception-options';

const LONGEST_REASON = 200;
const LONGEST_OWNER = 100;

export const EXCEPTION: Shape<ExceptionOptions> = { needed: { reason: aText }, optional: { owner: aText, until: aText } };

/** Fails for a text that a report cannot show on a line, and for a day that no calendar has. A day in the past is none of synthesis's business. */
export function checkException(name: string, { reason, owner, until }: ExceptionOptions) {
  checkLine(`${name}.reason`, reason, LONGEST_REASON);
  if (owner !== undefined) {
    checkLine(`${name}.owner`, owner, LONGEST_OWNER);
  }
  if (until !== undefined) {
    checkValue(`${name}.until`, until, { allowed: "a day in the form '2027-01-31'", accepts: () => isDay(until) });
  }
}

function checkLine(property: string, text: string, longest: number) {
  if (!Token.isUnresolved(text) && (text.trim() === '' || text.length > longest || /\p{Cc}|\p{Zl}|\p{Zp}/u.test(text))) {
    throw new Error(`${property} must be 1 to ${longest} characters without line breaks or other control characters, got ${JSON.stringify(text.slice(0, 300))}`);
  }
}

/** A token is no day: nobody could say when the exception ends. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Only what is given: a template does not change for what is not. */
export const noteOf = ({ reason, owner, until }: ExceptionOptions): ExceptionOptions => ({ reason, owner, until });
