import { Token } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Condition } from '../private/contract-guard';

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
  const pattern = `{ ${rendered(condition)} }`;
  if (!Token.isUnresolved(pattern) && pattern.length > LONGEST_PATTERN) {
    throw new Error(`the filter pattern of ${name} may have ${LONGEST_PATTERN} characters, and has ${pattern.length}: name fewer accounts in ignore, or fewer guardrailPolicyIds`);
  }
  return logs.FilterPattern.literal(pattern);
}

function rendered(condition: Condition): string {
  if ('all' in condition) {
    return joined(condition.all.map(rendered), ' && ');
  }
  if ('any' in condition) {
    return joined(condition.any.map(rendered), ' || ');
  }
  const field = `$.${condition.field}`;
  if ('absent' in condition) {
    return condition.absent ? `${field} NOT EXISTS` : `${field}=*`;
  }
  if ('oneOf' in condition) {
    return joined(condition.oneOf.map((value) => `${field}=${literal(value)}`), ' || ');
  }
  // a pattern does not say what `!=` means for a field that is not there, so that is said beside it
  return joined([`${field} NOT EXISTS`, joined(condition.noneOf.map((value) => `${field}!=${literal(value)}`), ' && ')], ' || ');
}

const joined = (parts: string[], operator: string) => parts.length === 1 ? parts[0] : `(${parts.join(operator)})`;

/** A wildcard stands outside of quotes, as in AWS's own examples. */
const literal = (value: string) => value.endsWith('*') ? value : `"${value}"`;
