import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ACKNOWLEDGED } from './acknowledged';
import { CONTEXT, EXAMPLES, names, SNAPSHOTS, withoutAssetHashes } from './examples';
import { virtualEnvironment } from '../../local-aws/engine/virtual-environment';
import { expectFileSnapshot } from '../support/file-snapshot';

/** Rules of cfn-lint that the examples do not keep. */
const CFN_LINT_IGNORED: Record<string, string> = {
  W3005: "the CDK's Provider framework depends explicitly on what it also refers to",
};

/** What cdk-nag found in all examples. */
const allFindings: string[] = [];

/** Of the templates. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(names)('the example %s', (name) => {
  let app: App;
  let stacks: Stack[];
  beforeAll(async () => {
    process.env.CDK_CONTEXT_JSON = JSON.stringify(CONTEXT[name]);
    ({ app } = await import(join(EXAMPLES, name, 'app.ts')));
    stacks = app.node.children.filter((child): child is Stack => 'templateFile' in child);
    stacks.forEach(({ stackName }) => writeFileSync(join(folder, `${name}.${stackName}.json`), JSON.stringify(app.synth().getStackByName(stackName).template)));
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

describe('cfn-lint', () => {
  let findings: string[];
  beforeAll(async () => {
    writeFileSync(join(folder, 'mistaken.json'), JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Color: 'red' } } } }));
    findings = (await lint(readdirSync(folder).map((file) => join(folder, file)))).split('\n');
  });
  const findingsIn = (name: string) => findings.filter((line) => line.startsWith(join(folder, name)));

  test.each(names)('finds nothing in the example %s', (name) => {
    expect(readdirSync(folder).filter((file) => file.startsWith(name))).not.toEqual([]);
    expect(findingsIn(name)).toEqual([]);
  });

  test('finds a mistake where there is one', () => {
    expect(findingsIn('mistaken')).toEqual([expect.stringContaining('E3002')]);
  });
});

/** The findings, a line each. cfn-lint ends with a code of its own when it has some. */
async function lint(files: string[]): Promise<string> {
  const python = await virtualEnvironment(join(__dirname, '..', '..', '.local-aws'), join(__dirname, 'requirements.txt'));
  const ignored = Object.keys(CFN_LINT_IGNORED).flatMap((rule) => ['--ignore-checks', rule]);
  return promisify(execFile)(python, ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())', '--format', 'parseable', ...ignored, '--', ...files])
    .then(({ stdout }) => stdout, (error) => error.stdout || Promise.reject(error));
}
