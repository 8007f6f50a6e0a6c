import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { generated } from './generated';
import { CONTEXT, EXAMPLES, SNAPSHOTS, withoutAssetHashes } from '../examples/examples';

const run = promisify(execFile);

/** For processes that live for seconds: optimizing what they run costs more than it saves. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

const RESOLVE = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'java-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The CDK for Java; undefined where there is no JDK, no Maven, or no repository that Maven reaches: the tests of this project do not ask for them. */
function libraries(): string | undefined {
  const classpath = mkdtempSync(join(tmpdir(), 'classpath-'));
  const list = join(classpath, 'list.txt');
  try {
    execFileSync('javac', ['-version'], { stdio: 'pipe' });
    execFileSync('mvn', ['--quiet', '--batch-mode', '--file', join(__dirname, 'java', 'pom.xml'), RESOLVE, `-Dmdep.outputFile=${list}`], {
      stdio: 'pipe', env: { ...process.env, MAVEN_OPTS: SHORT_LIVED.join(' ') },
    });
    return readFileSync(list, 'utf8');
  } catch (reason) {
    return void console.warn(`SKIPPED: the example in Java needs a JDK, Maven and its central repository: ${(reason as Error).message}`);
  } finally {
    rmSync(classpath, { recursive: true });
  }
}

const cdk = libraries();

(cdk === undefined ? test.skip : test)('the example quick-start in Java makes the same template as that in TypeScript', async () => {
  const sources = join(await generated('java', folder), 'src', 'main');
  const [classes, out] = ['classes', 'out'].map((name) => join(folder, name));
  mkdirSync(classes);
  const files = readdirSync(join(sources, 'java'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.java'));
  await run('javac', [
    ...SHORT_LIVED.map((option) => `-J${option}`), '-nowarn', '-d', classes, '-cp', cdk!, ...files.map((file) => join(sources, 'java', file)), join(EXAMPLES, 'quick-start', 'QuickStart.java'),
  ]);
  const quickStart = (context: object) => run('java', [...SHORT_LIVED, '-cp', [classes, join(sources, 'resources'), cdk].join(delimiter), 'QuickStart'], {
    env: { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  await quickStart(CONTEXT['quick-start']);
  const made = withoutAssetHashes(readFileSync(join(out, 'CentralizedRootAccess.template.json'), 'utf8'));
  expect(JSON.parse(made)).toEqual(JSON.parse(readFileSync(join(SNAPSHOTS, 'quick-start.CentralizedRootAccess.json'), 'utf8')));

  await quickStart({});
  expect(readFileSync(join(out, 'CentralizedRootAccess.template.json'), 'utf8')).not.toContain('IAMDeleteRootUserCredentials');
  for (const [context, message] of REFUSED) {
    await expect(quickStart(context)).rejects.toThrow(message);
  }
});

const REFUSED: [context: object, message: string][] = [
  [{ purge: 'True', exclude: [] }, "'purge' must be true or false"],
  [{ purge: 1, exclude: [] }, "'purge' must be true or false"],
  [{ purge: true }, "'exclude' must be a list"],
  [{ exclude: '333333333333' }, "'exclude' must be a list"],
  [{ exclude: ['333333333333', 4] }, "'exclude' must be a list"],
  [{ joined: 'Purge' }, "'joined' must be"],
  [{ dryRun: true }, "'dryRun' is not a setting"],
];
