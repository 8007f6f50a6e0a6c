// Bundles the handlers and compiles, unless the compiled sources are newer than all that they are made of.
//
// `node projenrc/build.mjs`                 before a package is made
// `node projenrc/build.mjs --dependency`    the script `prepare`: builds only when npm installs this repository as a git dependency of another
//                                           project. `npm ci` in the repository runs it too, and there the tasks build what they need
//
// Plain Node, since `prepare` also runs where the development dependencies are left out.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['lib', 'README.md', 'package.json'];
const COMPILED = ['.jsii', 'dist-lib/index.js'];

/** npm sets it where it prepares the clone of a git dependency: https://github.com/npm/pacote/blob/main/lib/git.js */
const isDependency = () => process.env._PACOTE_NO_PREPARE_ !== undefined;

function main() {
  if (process.argv.includes('--dependency') && !isDependency()) {
    return;
  }
  run('bundle');
  if (!isCompiled()) {
    run('compile');
  }
}

function isCompiled() {
  const changed = Math.max(...SOURCES.flatMap(filesOf).map((file) => statSync(file).mtimeMs));
  return COMPILED.every((file) => existsSync(file) && statSync(file).mtimeMs >= changed);
}

function filesOf(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesOf(join(path, name))) : [path];
}

/** npm shows what a failed script has said, so nothing is said twice here. */
function run(task) {
  const { status } = spawnSync(`npx projen ${task}`, { shell: true, stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

main();
