import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTEXT, EXAMPLES, generated, SNAPSHOTS, withoutAssetHashes } from './examples';

const run = promisify(execFile);

const RESOLVE = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';

let folder: string;
/** The CDK for Java; undefined where there is no JDK, no Maven, or no repository that Maven reaches: the tests of this project do not ask for them. */
let libraries: string | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'java-'));
  const list = join(folder, 'classpath.txt');
  libraries = await run('javac', ['-version'])
    .then(() => run('mvn', ['--quiet', '--batch-mode', '--file', join(__dirname, 'java', 'pom.xml'), RESOLVE, `-Dmdep.outputFile=${list}`]))
    .then(() => readFileSync(list, 'utf8'), (reason: Error) => void console.warn(`SKIPPED: the example in Java needs a JDK, Maven and its central repository: ${reason.message}`));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the example quick-start in Java makes the same template as that in TypeScript', async ({ skip }) => {
  skip(libraries === undefined, 'no JDK, Maven or repository');
  const sources = join(await generated('java', folder), 'src', 'main');
  const [classes, out] = ['classes', 'out'].map((name) => join(folder, name));
  mkdirSync(classes);
  const files = readdirSync(join(sources, 'java'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.java'));
  await run('javac', [
    '-nowarn', '-d', classes, '-cp', libraries!, ...files.map((file) => join(sources, 'java', file)), join(EXAMPLES, 'quick-start', 'QuickStart.java'),
  ]);
  await run('java', ['-cp', [classes, join(sources, 'resources'), libraries].join(delimiter), 'QuickStart'], {
    env: { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(CONTEXT) },
  });
  const made = withoutAssetHashes(readFileSync(join(out, 'CentralizedRootAccess.template.json'), 'utf8'));
  expect(JSON.parse(made)).toEqual(JSON.parse(readFileSync(join(SNAPSHOTS, 'quick-start.CentralizedRootAccess.json'), 'utf8')));
}, 120_000);
