import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONTEXT, EXAMPLES, generated, names, SNAPSHOTS, withoutAssetHashes } from './examples';
import { virtualEnvironment } from '../local-aws/engine/virtual-environment';

const run = promisify(execFile);

let folder: string;
let sources: string;
let python: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'python-'));
  sources = join(await generated('python', folder), 'src');
  python = await virtualEnvironment(join(__dirname, '..', '..', '.local-aws'), join(__dirname, 'aws-cdk.requirements.txt'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(names)('the example %s in Python', (name) => {
  test('makes the same templates as that in TypeScript', async () => {
    const out = join(folder, `${name}.out`);
    await run(python, [join(EXAMPLES, name, 'app.py')], {
      env: { ...process.env, PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: '1', CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(CONTEXT[name]) },
    });
    const templates = readdirSync(out).filter((file) => file.endsWith('.template.json'));
    const snapshots = readdirSync(SNAPSHOTS).filter((file) => file.startsWith(`${name}.`));
    expect(templates.map((file) => `${name}.${file.replace('.template.json', '.json')}`)).toEqual(snapshots);
    for (const [i, template] of templates.entries()) {
      const made = withoutAssetHashes(readFileSync(join(out, template), 'utf8'));
      expect(JSON.parse(made)).toEqual(JSON.parse(readFileSync(join(SNAPSHOTS, snapshots[i]), 'utf8')));
    }
  });
});
