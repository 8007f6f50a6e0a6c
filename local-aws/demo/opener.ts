import { spawn } from 'node:child_process';

/** What opens a file with the program that its user chose for it. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'cmd' };
export const openerOf = (platform: NodeJS.Platform) => OPENERS[platform] ?? 'xdg-open';

/** An opener that has not failed by then shows the file; some of them stay until the browser is closed. */
const PATIENCE_MILLISECONDS = 2_000;

/** Opens a file as a double click does; why it could not, if so. */
export function openFile(file: string, platform: NodeJS.Platform = process.platform, env = process.env): Promise<string | undefined> {
  const program = openerOf(platform);
  const args = platform === 'win32' ? ['/c', 'start', '""', `"${file}"`] : [file]; // the first quotes are the title of the window
  // in a group of its own, so that Ctrl-C does not close the browser
  const opener = spawn(program, args, { env, stdio: 'ignore', detached: true, windowsVerbatimArguments: true });
  opener.unref();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MILLISECONDS, undefined);
    const end = (problem?: string) => {
      clearTimeout(timer);
      resolve(problem);
    };
    opener.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ENOENT' ? `there is no ${program} here` : `${program} could not be started: ${code}`));
    opener.once('close', (code) => end(code === 0 ? undefined : `${program} ended with exit code ${code}`));
  });
}
