import { Token } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { type Condition } from './activity-rules';

/** Limit of CloudWatch Logs. */
const LONGEST_PATTERN = 1_024;

/**
 * A condition as a filter pattern of CloudWatch Logs.
 *
 * As short as possible, because three of them come close to the limit; the patterns of the CDK's `FilterPattern` would not fit.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function filterPattern(name: string, condition: Condition): logs.IFilterPattern {
  const pattern = `{ ${rendered(condition, AND)} }`;
  if (!Token.isUnresolved(pattern) && pattern.length > LONGEST_PATTERN) {
    throw new Error(`the filter pattern of ${name} may have ${LONGEST_PATTERN} characters, and has ${pattern.length}: name fewer accounts in exemptions, or fewer guardrails`);
  }
  return logs.FilterPattern.literal(pattern);
}

const AND = ' && ';
const OR = ' || ';

/** A list with the operator of the list around it needs no parentheses. */
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
  // AWS does not document what `!=` means for a missing field, so the pattern covers that case separately
  return joined([`${field} NOT EXISTS`, joined(unequal(condition.noneOf), AND, OR)], OR, within);
}

const joined = (parts: string[], operator: string, within: string) => (
  parts.length === 1 || operator === within ? parts.join(operator) : `(${parts.join(operator)})`);

/** Values with a wildcard are not quoted, as in AWS's examples. */
const literal = (value: string) => value.includes('*') ? value : `"${value}"`;
