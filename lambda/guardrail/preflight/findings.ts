import { inert } from '../../text';

/** An answer to CloudFormation holds 4,096 bytes, ids and the framework's own words among them. */
const LONGEST_FINDINGS = 2_000;
/** An output of a stack cannot be empty everywhere. */
export const NOTHING = 'none';

/** Whole lines, and how many more there are. They name policies and units, and are shown by terminals and mails. */
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
