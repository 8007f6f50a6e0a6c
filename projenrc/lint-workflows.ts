import { spawnSync } from 'child_process';
import { dirname, join } from 'path';
import { virtualEnvironment } from '../local-aws/engine/virtual-environment';

/** Go builds it from the module proxy, whose checksums it knows; no registry has it built. */
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';

/** Runs as `projen lint:workflows`: what GitHub would refuse (actionlint), and what an attacker would like (zizmor). */
async function main() {
  const python = await virtualEnvironment('.local-aws', join(__dirname, 'zizmor.requirements.txt'));
  run(join(dirname(python), 'zizmor'), ['--offline', '--quiet', '.github']);
  if (spawnSync('go', ['version']).status === 0) {
    run('go', ['run', ACTIONLINT, '-shellcheck=', '-pyflakes=']);
  } else {
    console.log('NO GO: actionlint is not run');
  }
}

function run(command: string, options: readonly string[]) {
  const { status } = spawnSync(command, options, { stdio: 'inherit' });
  if (status !== 0) {
    process.exit(1);
  }
}

void main();
