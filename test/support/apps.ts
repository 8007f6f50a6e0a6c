import { App, type AppProps } from 'aws-cdk-lib';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';

/**
 * An app whose templates and messages a test reads, or that it deploys. A synthesis of it leaves out what only a tool reads, and what takes a fifth of its time:
 * the copies of the assets, which are deployed from where they are, and the file of the construct tree.
 */
export function testApp({ context, ...props }: AppProps = {}): App {
  return new App({ treeMetadata: false, context: { [DISABLE_ASSET_STAGING_CONTEXT]: true, ...context }, ...props });
}

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
