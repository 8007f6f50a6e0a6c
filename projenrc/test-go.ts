import { execFileSync } from 'child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';

const HOME = resolve('.cdk-versions/go');
const STACK = 'CentralizedRootAccess';

/**
 * Runs as `projen test:go`, with versions of aws-cdk-go and constructs-go: makes the Go package, compiles an app with it, and synthesizes.
 *
 * A proxy may lack old versions of what these modules need, so that the versions are not those of package.json.
 */
function main([awsCdk, constructs]: readonly string[]) {
  rmSync(HOME, { recursive: true, force: true });
  execFileSync('npx', ['jsii-pacmak', '--code-only', '--target', 'go', '--outdir', HOME], { stdio: 'inherit' });
  const generated = join(HOME, 'go');
  const module = join(generated, readdirSync(generated)[0]);
  const path = /^module (.+)$/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))![1];
  writeModule(module, path, [`github.com/aws/aws-cdk-go/awscdk/v2 v${awsCdk}`, `github.com/aws/constructs-go/constructs/v10 v${constructs}`]);

  const app = join(HOME, 'app');
  mkdirSync(app);
  copyFileSync('test/toolchains/go/main.go', join(app, 'main.go'));
  writeModule(app, 'quickstart', [`${path} v0.0.0`], `replace ${path} => ${module}`);
  go(app, 'build', '-o', 'quickstart', '.');
  execFileSync('./quickstart', { cwd: app, stdio: 'inherit', env: { ...process.env, CDK_OUTDIR: join(app, 'cdk.out'), CDK_VALIDATION: 'false' } });

  const [ids, expected] = [join(app, 'cdk.out', `${STACK}.template.json`), `test/examples/snapshots/quick-start.${STACK}.json`].map(resourcesIn);
  if (ids.join() !== expected.join()) {
    throw new Error(`the app in Go makes other resources than the quick start in TypeScript: ${JSON.stringify({ ids, expected }, undefined, 2)}`);
  }
  console.log(`the app in Go makes the ${ids.length} resources of the quick start`);
}

function writeModule(folder: string, path: string, requirements: readonly string[], more = '') {
  writeFileSync(join(folder, 'go.mod'), `module ${path}\n\ngo 1.25\n\nrequire (\n${requirements.map((each) => `\t${each}\n`).join('')})\n\n${more}\n`);
  go(folder, 'mod', 'tidy');
}

function go(folder: string, ...command: string[]) {
  execFileSync('go', command, { cwd: folder, stdio: 'inherit' });
}

/** Without the metadata of the CDK, in whose name is its version. */
function resourcesIn(file: string): string[] {
  return Object.keys(JSON.parse(readFileSync(file, 'utf8')).Resources).filter((id) => !id.startsWith('CDKMetadata')).sort();
}

main(process.argv.slice(2));
