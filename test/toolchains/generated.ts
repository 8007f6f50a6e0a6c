import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The package for a language, as it is published but for being packed, in a folder below the given one. */
export async function generated(language: 'python' | 'java', folder: string): Promise<string> {
  await promisify(execFile)(process.execPath, [
    require.resolve('jsii-pacmak/bin/jsii-pacmak'), '--code-only', '--target', language, '--outdir', folder,
  ], { cwd: join(__dirname, '..', '..') });
  return join(folder, language);
}
