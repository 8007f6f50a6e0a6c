import type { Judged } from './tolerations';
import { accountsOf, nameOf, textOf } from '../../policies/causes';
import type { Cause } from '../../policies/judge';
import { RESOURCE_CONTROL_POLICY } from '../../policies/resource-control-policies';
import { inert } from '../../text';

/** A response to CloudFormation has at most 4,096 bytes, including IDs and the text of the framework. */
const LONGEST_FINDINGS = 2_000;
/** An output of a stack cannot be empty everywhere. */
export const NOTHING = 'none';

/** A policy that blocks root sessions, or may block them, with the remedy. */
export function textOfBlocked({ cause, actions, closes, toleration }: Judged): string {
  const text = closes ? textOfClosed(cause) : textOf(cause, atMost(3, actions).join(', '));
  return toleration ? `${text}; tolerated: ${toleration.Reason}` : text;
}

/** Needs no remedy: the guardrail takes nothing away where all principals are denied everything. */
function textOfClosed(cause: Cause): string {
  const { policy, statement, target } = cause;
  const denies = policy
    ? `the ${policy.type === RESOURCE_CONTROL_POLICY ? 'resource' : 'service'} control policy '${policy.name}' (${policy.id}) at ${nameOf(target)} denies everything to everybody in '${statement}'${accountsOf(cause)}, and root sessions as well`
    : `no service control policy at ${nameOf(target)} allows anything to anybody, nor to root sessions`;
  return `${denies}: nobody acts as root there, with the guardrail or without it`;
}

export function atMost(count: number, items: readonly string[]): string[] {
  return items.length <= count ? [...items] : [...items.slice(0, count), `and ${items.length - count} more`];
}

/** Whole lines, and how many more there are. They contain names of policies and units, and appear in terminals and emails. */
export function shortened(findings: readonly string[]): string {
  const lines: string[] = [];
  for (const finding of findings.map((text) => inert(text))) {
    if (Buffer.byteLength([...lines, finding].join('\n')) > LONGEST_FINDINGS) {
      return [...lines, `and ${findings.length - lines.length} more, in the function's log`].join('\n');
    }
    lines.push(finding);
  }
  return lines.join('\n') || NOTHING;
}
