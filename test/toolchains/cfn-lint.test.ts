import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { virtualEnvironment } from '../../local-aws/engine/virtual-environment';
import { names, SNAPSHOTS } from '../examples/examples';

/** Rules that the examples do not keep. */
const IGNORED: Record<string, string> = {
  W3005: "the CDK's Provider framework depends explicitly on what it also refers to",
};

let folder: string;
let findings: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
  const mistaken = join(folder, 'mistaken.json');
  writeFileSync(mistaken, JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Color: 'red' } } } }));
  findings = (await lint([mistaken, ...readdirSync(SNAPSHOTS).map((file) => join(SNAPSHOTS, file))])).split('\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(names)('cfn-lint finds nothing in the templates of the example %s', (name) => {
  expect(readdirSync(SNAPSHOTS).filter((file) => file.startsWith(`${name}.`))).not.toEqual([]);
  expect(findings.filter((line) => line.startsWith(join(SNAPSHOTS, `${name}.`)))).toEqual([]);
});

test('cfn-lint finds a mistake where there is one', () => {
  expect(findings.filter((line) => line.startsWith(join(folder, 'mistaken')))).toEqual([expect.stringContaining('E3002')]);
});

/** The findings, a line each. cfn-lint ends with a code of its own when it has some. */
async function lint(files: string[]): Promise<string> {
  const python = await virtualEnvironment(join(__dirname, '..', '..', '.local-aws'), join(__dirname, 'cfn-lint.requirements.txt'));
  const ignored = Object.keys(IGNORED).flatMap((rule) => ['--ignore-checks', rule]);
  return promisify(execFile)(python, ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())', '--format', 'parseable', ...ignored, '--', ...files])
    .then(({ stdout }) => stdout, (error) => error.stdout || Promise.reject(error));
}
