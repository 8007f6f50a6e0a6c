import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ACKNOWLEDGED } from './acknowledged';
import { CONTEXT, EXAMPLES, names, SNAPSHOTS, withoutAssetHashes } from './examples';
import { expectFileSnapshot } from '../support/file-snapshot';

/** What cdk-nag found in all examples. */
const allFindings: string[] = [];

describe.each(names)('the example %s', (name) => {
  let app: App;
  let stacks: Stack[];
  beforeAll(async () => {
    process.env.CDK_CONTEXT_JSON = JSON.stringify(CONTEXT[name]);
    ({ app } = await import(join(EXAMPLES, name, 'app.ts')));
    stacks = app.node.children.filter((child): child is Stack => 'templateFile' in child);
  });

  test('keeps its logical ids and properties', () => {
    for (const stack of stacks) {
      const template = JSON.stringify(app.synth().getStackByName(stack.stackName).template, undefined, 2);
      expectFileSnapshot(`${withoutAssetHashes(template)}\n`, join(SNAPSHOTS, `${name}.${stack.stackName}.json`));
    }
  });

  test('has no finding of cdk-nag that is not acknowledged with its reason', () => {
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    const findings = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`));
    const isAcknowledged = (finding: string) => ACKNOWLEDGED.some(({ pattern }) => pattern.test(finding));
    expect(findings.filter((finding) => !isAcknowledged(finding))).toEqual([]);
    allFindings.push(...findings);
  });
});

test('no finding of cdk-nag is acknowledged that no example has', () => {
  const superfluous = ACKNOWLEDGED.filter(({ pattern }) => !allFindings.some((finding) => pattern.test(finding)));
  expect(superfluous.map(({ pattern }) => String(pattern))).toEqual([]);
});
