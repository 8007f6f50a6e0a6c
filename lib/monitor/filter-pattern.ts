import { Token } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Condition } from './contract';

/** CloudWatch Logs takes no longer pattern. */
const LONGEST_PATTERN = 1_024;

/**
 * A condition as a filter pattern of CloudWatch Logs.
 *
 * It is as short as it can be, because three of them come near to what is allowed; the CDK's own `FilterPattern` would not fit.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function filterPattern(name: string, condition: Condition): logs.IFilterPattern {
  const pattern = `{ ${rendered(condition, AND)} }`;
  if (!Token.isUnresolved(pattern) && pattern.length > LONGEST_PATTERN) {
    throw new Error(`the filter pattern of ${name} may have ${LONGEST_PATTERN} characters, and has ${pattern.length}: name fewer accounts in ignore, or fewer guardrailPolicyIds`);
  }
  return logs.FilterPattern.literal(pattern);
}

const AND = ' && ';
const OR = ' || ';

/** Within the same operator there are no parentheses. */
function rendered(condition: Condition, within: string): string {
  if ('all' in condition) {
    return joined(condition.all.map((each) => rendered(each, AND)), AND, within);
  }
  if ('any' in condition) {
    return joined(condition.any.map((each) => rendered(each, OR)), OR, within);
  }
  const field = `$.${condition.field}`;
  if ('absent' in condition) {
    return condition.absent ? `${field} NOT EXISTS` : `${field}=*`;
  }
  if ('oneOf' in condition) {
    return joined(condition.oneOf.map((value) => `${field}=${literal(value)}`), OR, within);
  }
  const unequal = (values: readonly string[]) => values.map((value) => `${field}!=${literal(value)}`);
  if ('other' in condition) {
    return joined([`${field}=*`, ...unequal(condition.other)], AND, within);
  }
  // a pattern does not say what `!=` means for a field that is not there, so that is said beside it
  return joined([`${field} NOT EXISTS`, joined(unequal(condition.noneOf), AND, OR)], OR, within);
}

const joined = (parts: string[], operator: string, within: string) => (
  parts.length === 1 || operator === within ? parts.join(operator) : `(${parts.join(operator)})`);

/** A wildcard stands outside of quotes, as in AWS's own examples. */
const literal = (value: string) => value.includes('*') ? value : `"${value}"`;
