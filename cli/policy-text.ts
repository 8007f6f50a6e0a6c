import { sha256 } from '../lambda/session/digest';
import { inertPolicy } from '../lambda/text';

/** A policy of others, for a terminal: laid out, harmless, and still the same policy. */
export function policyText(what: string, policy: string): string {
  return `${what} (${Buffer.byteLength(policy)} bytes, SHA-256 ${sha256(policy)}):\n${laidOut(inertPolicy(policy))}`;
}

/** Only white space between the parts of the JSON is changed: a parser would drop keys that come twice. */
function laidOut(policy: string): string {
  let depth = 0;
  const line = (change: number) => `\n${'  '.repeat(depth = Math.max(0, depth + change))}`;
  return policy.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]|\s+/g, (part) => {
    switch (part[0]) {
      case '{':
      case '[': return `${part}${line(1)}`;
      case '}':
      case ']': return `${line(-1)}${part}`;
      case ',': return `${part}${line(0)}`;
      case ':': return ': ';
      case ' ': return '';
      default: return part;
    }
  });
}
