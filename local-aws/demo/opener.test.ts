import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from './opener';

const REPORT = '/somewhere/a report.html';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opener-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const given = () => join(folder, 'given');

/** Opens the report on a machine that has that program, and no other. */
function openWith(program: string, script: string, platform: NodeJS.Platform) {
  writeFileSync(join(folder, program), `#!/bin/sh\nfor argument in "$@"; do echo "$argument" >> '${given()}'; done\n${script}\n`, { mode: 0o755 });
  return openFile(REPORT, platform, { PATH: folder });
}

test.each([
  ['linux', 'xdg-open', [REPORT]],
  ['freebsd', 'xdg-open', [REPORT]],
  ['darwin', 'open', [REPORT]],
  ['win32', 'cmd', ['/c', 'start', '""', `"${REPORT}"`]],
] as const)('on %s a file is opened by %s', async (platform, program, args) => {
  expect(await openWith(program, 'exit 0', platform)).toBeUndefined();
  expect(readFileSync(given(), 'utf8').trim().split('\n')).toEqual(args);
});

test('an opener that stays as long as the browser is not waited for', async () => {
  expect(await openWith('xdg-open', '/bin/sleep 5', 'linux')).toBeUndefined();
  expect(existsSync(given())).toBe(true);
});

test('what could not be opened is said', async () => {
  expect(await openFile(REPORT, 'linux', { PATH: folder })).toBe('there is no xdg-open here');
  expect(await openWith('xdg-open', 'exit 3', 'linux')).toBe('xdg-open ended with exit code 3');
});
