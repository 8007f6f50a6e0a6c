import { execFileSync } from 'child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { NODE_FLAGS } from './node';

/** Below the project, so that everything else is found in its node_modules. */
const HOME = '.cdk-versions';
const COPIED = ['lib', 'lambda', 'local-aws', 'test', 'schema', 'docs', 'README.md', 'tsconfig.json'];
const TESTS = ['test/lib', 'test/apps'];
const REPORT = 'test-reports/cdk-versions.json';

/** Runs as `projen test:cdk-versions`. Arguments are versions of aws-cdk-lib and constructs, such as `2.276.0+10.8.1`, or `latest+latest`. */
function main() {
  rmSync(REPORT, { force: true });
  const folders = process.argv.slice(2).map(prepare);
  folders.forEach(compile);
  test(folders);
}

/** The sources and their tests, in a folder that has the CDK in these versions. */
function prepare(versions: string): string {
  const [awsCdkLib, constructs] = versions.split('+');
  const folder = join(HOME, awsCdkLib);
  mkdirSync(folder, { recursive: true });
  install(folder, { 'aws-cdk-lib': awsCdkLib, constructs });
  for (const source of COPIED) {
    rmSync(join(folder, source), { recursive: true, force: true });
    cpSync(source, join(folder, source), { recursive: true });
  }
  if (!existsSync(join(folder, 'assets'))) {
    symlinkSync(join('..', '..', 'assets'), join(folder, 'assets'));
  }
  const { maxWorkers, testSequencer, reporters, coverageReporters, ...config } = JSON.parse(readFileSync('jest.config.json', 'utf8')); // these are of the run
  const testMatch = TESTS.map((tests) => `<rootDir>/${tests}/**/*.test.ts`);
  writeFileSync(join(folder, 'jest.config.json'), JSON.stringify({ ...config, displayName: `aws-cdk-lib ${awsCdkLib}`, testMatch }));
  return folder;
}

function install(folder: string, dependencies: Record<string, string>) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  run('npm', ['install', '--prefix', folder, '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']);
  for (const name of Object.keys(dependencies)) {
    console.log(`${name} ${JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version}`);
  }
}

function compile(folder: string) {
  run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '--project', folder]);
}

function test(folders: readonly string[]) {
  run(process.execPath, [...NODE_FLAGS, 'node_modules/jest/bin/jest.js', '--ci', '--json', `--outputFile=${REPORT}`, '--maxWorkers=100%', '--projects', ...folders]);
}

function run(command: string, options: readonly string[]) {
  execFileSync(command, options, { stdio: 'inherit' });
}

main();
