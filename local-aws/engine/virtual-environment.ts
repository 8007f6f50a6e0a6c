import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lock } from 'proper-lockfile';

const run = promisify(execFile);

const REQUIREMENTS = join(__dirname, 'requirements.txt');
const OLDEST_PYTHON = [3, 10];
/** To install takes most of a minute and two cores: of processes that want it at once, one does. A lock whose holder has died ends after 10 s. */
const WHILE_ANOTHER_BUILDS = { retries: 3_000, factor: 1, minTimeout: 200 };
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/**
 * The Python that runs the engine: a virtual environment in `folder`, made when it is not there yet.
 *
 * Its name carries the hash of requirements.txt, so another version of the engine never meets the packages of this one.
 */
export async function virtualEnvironment(folder: string, requirements = REQUIREMENTS): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const home = join(folder, `python-${hash}`);
  if (!existsSync(home)) {
    mkdirSync(folder, { recursive: true });
    const release = await lock(home, { realpath: false, retries: WHILE_ANOTHER_BUILDS });
    await build(home, folder, requirements).finally(release);
  }
  return executable(home);
}

/** Builds aside and renames: what is interrupted leaves no half of an environment. */
async function build(home: string, folder: string, requirements: string) {
  if (existsSync(home)) {
    return;
  }
  const python = await findPython(CANDIDATES);
  const draft = mkdtempSync(join(folder, 'draft-'));
  try {
    await install(python, draft, requirements);
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

async function install(python: string, home: string, requirements: string) {
  await attempt(run(python, ['-m', 'venv', home]), 'install the Python package that provides venv, for example python3-venv');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--require-hashes', '--no-deps', '-r', requirements];
  await attempt(run(executable(home), pip), 'check that pip reaches a package index (PIP_INDEX_URL, HTTPS_PROXY)');
}

async function attempt(command: Promise<unknown>, remedy: string) {
  await command.catch((error: { stderr?: string; message: string }) => {
    throw new Error(`the local AWS could not make its virtual environment: ${remedy}\n${error.stderr || error.message}`);
  });
}

/** The first of the candidates that is recent enough. */
export async function findPython(candidates: readonly string[]): Promise<string> {
  const oldest = OLDEST_PYTHON.join('.');
  for (const candidate of candidates) {
    const recent = await run(candidate, ['-c', `import sys; sys.exit(sys.version_info < (${OLDEST_PYTHON.join(', ')}))`]).catch(() => undefined);
    if (recent) {
      return candidate;
    }
  }
  throw new Error(`the local AWS runs on Python ${oldest} or newer, and none of ${candidates.join(', ')} is: install it, for example from python.org`);
}

function executable(home: string) {
  return process.platform === 'win32' ? join(home, 'Scripts', 'python.exe') : join(home, 'bin', 'python');
}
