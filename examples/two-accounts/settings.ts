import type { App } from 'aws-cdk-lib';

/** Keys of the context that are the CDK's own: feature flags, what the CLI adds, what it looked up. */
const OF_THE_CDK = /^@|^aws:|^aws-cdk:|:account=|^(acknowledged-issue-numbers|cli-telemetry)$/;

/**
 * The settings of an app, from its context: `"context"` in cdk.json, and `-c` on the command line.
 *
 * A setting that nobody reads is refused, and so is a value that nobody allows: either may have been meant to protect something.
 */
export class Settings {
  private readonly context: Record<string, unknown>;

  constructor(app: App, names: readonly string[]) {
    this.context = app.node.getAllContext();
    const unknown = Object.keys(this.context).find((name) => !names.includes(name) && !OF_THE_CDK.test(name));
    if (unknown !== undefined) {
      throw new Error(`the context '${unknown}' is not a setting of this app: allowed are ${names.join(', ')}`);
    }
  }

  /** A decision, `false` unless it is given. */
  flag(name: string): boolean {
    const { [name]: value = false } = this.context;
    if (value !== true && value !== 'true' && value !== false && value !== 'false') {
      throw this.refused(name, 'true or false');
    }
    return value === true || value === 'true';
  }

  /** One of these words, if it is given. */
  choice(name: string, words: readonly string[]): string | undefined {
    const value = this.context[name];
    if (value !== undefined && !words.some((word) => word === value)) {
      throw this.refused(name, words.join(' or '));
    }
    return value as string | undefined;
  }

  /** A text of this form, which must be given. */
  text(name: string, form: RegExp, example: string): string {
    const value = this.context[name];
    if (typeof value !== 'string' || !form.test(value)) {
      throw this.refused(name, `given, such as '${example}'`);
    }
    return value;
  }

  /**
   * A list, which stands in cdk.json, where the next deployment finds it again. What `-c` gives is a text, and is refused: the next
   * deployment would forget it.
   *
   * @param otherwise what is taken if it is not given; without it, the list must be given
   */
  items(name: string, otherwise?: readonly string[]): string[] {
    const { [name]: value = otherwise } = this.context;
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && item !== '')) {
      throw this.refused(name, 'a list of texts in "context" of cdk.json, [] for none, and not given by -c, which the next deployment would forget');
    }
    return [...value];
  }

  private refused(name: string, allowed: string): Error {
    return new Error(`the context '${name}' must be ${allowed}; got ${JSON.stringify(this.context[name]) ?? 'nothing'}`);
  }
}
