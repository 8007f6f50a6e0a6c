import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What the functions run on by default: `nodejs22.x`. */
const MAJOR = 22;

/** Where the benchmark keeps what it installs. */
export const LOCAL_FOLDER = join(__dirname, '..', '..', '.local-aws');

/** The Node.js of the functions: this one if it is the same, else one from the registry, installed when it is not there yet. */
export async function functionRuntime(): Promise<string> {
  if (process.version.startsWith(`v${MAJOR}.`)) {
    return process.execPath;
  }
  const home = join(LOCAL_FOLDER, `node-${MAJOR}`);
  const executable = join(home, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(executable)) {
    mkdirSync(home, { recursive: true });
    await promisify(execFile)('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', `node@${MAJOR}`]);
  }
  return executable;
}
