import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ACKNOWLEDGED } from './acknowledged';
import { CONTEXT, EXAMPLES, names, SNAPSHOTS, withoutAssetHashes } from './examples';
import { virtualEnvironment } from '../local-aws/engine/virtual-environment';
import { expectFileSnapshot } from '../support/file-snapshot';

const run = promisify(execFile);

/** Rules of cfn-lint that the examples do not keep. */
const CFN_LINT_IGNORED: Record<string, string> = {
  W3005: "the CDK's Provider framework depends explicitly on what it also refers to",
};

/** What cdk-nag found in all examples. */
const allFindings: string[] = [];

let folder: string;
let python: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
  python = await virtualEnvironment(join(__dirname, '..', '..', '.local-aws'), join(__dirname, 'requirements.txt'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  test('has no finding of cfn-lint', async () => {
    for (const stack of stacks) {
      const file = join(folder, `${name}.${stack.stackName}.template.json`);
      writeFileSync(file, JSON.stringify(app.synth().getStackByName(stack.stackName).template));
      const ignored = Object.keys(CFN_LINT_IGNORED).flatMap((rule) => ['--ignore-checks', rule]);
      expect(await lint(python, ['--format', 'parseable', ...ignored, '--', file])).toBe('');
    }
  });
});

test('no finding of cdk-nag is acknowledged that no example has', () => {
  const superfluous = ACKNOWLEDGED.filter(({ pattern }) => !allFindings.some((finding) => pattern.test(finding)));
  expect(superfluous.map(({ pattern }) => String(pattern))).toEqual([]);
});

test('cfn-lint finds a mistake where there is one', async () => {
  const file = join(folder, 'mistaken.json');
  writeFileSync(file, JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Color: 'red' } } } }));
  expect(await lint(python, ['--format', 'parseable', '--', file])).toContain('E3002');
});

/** The findings, a line each. cfn-lint ends with a code of its own when it has some. */
async function lint(interpreter: string, args: string[]): Promise<string> {
  return run(interpreter, ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())', ...args]).then(({ stdout }) => stdout, (error) => error.stdout || Promise.reject(error));
}
