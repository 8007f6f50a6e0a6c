// the CDK's built-in template validation costs 83 ms a template; cfn-lint checks the examples
process.env.CDK_VALIDATION = 'false';
// nobody reads here where a resource was made, and to write it to each costs a tenth of a synthesis
process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true });
// Node 20 is a supported prerequisite; notices would drown the results
process.env.NODE_NO_WARNINGS = '1';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

/**
 * As Node's, which makes a collator for each comparison with options. `@cloud-copilot/iam-utils` and `@cloud-copilot/iam-policy` compare ARNs so, character by
 * character; once they keep their collators, this can go.
 */
const collators = new Map<string, Intl.Collator>();
const { localeCompare } = String.prototype;
String.prototype.localeCompare = function (that: string, locales?: Intl.LocalesArgument, options?: Intl.CollatorOptions) {
  if (options === undefined) return localeCompare.call(this, that, locales as string);
  const name = JSON.stringify([locales, options]);
  const collator = collators.get(name) ?? new Intl.Collator(locales as string, options);
  collators.set(name, collator);
  return collator.compare(String(this), that);
};
