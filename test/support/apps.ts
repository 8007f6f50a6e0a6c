import { App, type AppProps, type Stack } from 'aws-cdk-lib';
import { DISABLE_ASSET_STAGING_CONTEXT, SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';

/**
 * An app whose templates and messages a test reads. A synthesis of it leaves out what only a deployment or a tool reads, and what takes a fifth of its time:
 * the copies of the assets, and the file of the construct tree.
 */
export function testApp({ context, ...props }: AppProps = {}): App {
  return new App({ treeMetadata: false, context: { [DISABLE_ASSET_STAGING_CONTEXT]: true, ...context }, ...props });
}

/** The warnings of a stack, or of one construct in it. `Annotations.fromStack` synthesizes again for each question, and this does once for all. */
export function warningsOf(stack: Stack, path?: string): string[] {
  const { messages } = (stack.node.root as App).synth().getStackArtifact(stack.artifactId);
  return messages.filter(({ level, id }) => level === SynthesisMessageLevel.WARNING && [undefined, id].includes(path))
    .map(({ entry }) => String(entry.data));
}

/** The errors by which a synthesis of the app of a construct fails before it writes anything. */
export const errorsOf = ({ node: { root } }: IConstruct): string[] => root.node.findAll().flatMap(({ node }) => node.validate());

/** The same answer to the same arguments, for tests that only read it. Objects and functions are the same where they are one. */
export function madeOnce<A extends unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const made: { readonly args: A; readonly value: T }[] = [];
  const areSame = (some: A, others: A) => [...some, ...others].every((_, i) => some[i] === others[i]);
  return (...args) => {
    const known = made.find((each) => areSame(each.args, args));
    const { value } = known ?? { value: make(...args) };
    if (!known) {
      made.push({ args, value });
    }
    return value;
  };
}
