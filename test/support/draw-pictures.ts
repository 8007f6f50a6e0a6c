import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, launchChromium } from '../lambda/sweep/report/chromium';

/**
 * Draws the pictures of the README: runs the demo on a terminal (`script` of util-linux), and photographs what it printed and the report it made.
 *
 *     npx tsx test/support/draw-pictures.ts
 */
const PROJECT = join(__dirname, '..', '..');
const PICTURES = join(PROJECT, 'docs', 'images');
const COLUMNS = 104;

/** Of the demo's styles; the numbers are those of the terminal. */
const STYLES: Record<string, string> = { 1: 'font-weight:600', 2: 'opacity:.6', 31: 'color:#ff7b72', 32: 'color:#56d364', 33: 'color:#e3b341', 36: 'color:#76e3ea' };

function demoOutput(): string {
  const typescript = join(mkdtempSync(join(tmpdir(), 'pictures-')), 'demo');
  execFileSync('script', ['-qec', `stty cols ${COLUMNS}; node_modules/.bin/tsx local-aws/demo/main.ts`, typescript], { cwd: PROJECT, stdio: 'ignore' });
  return readFileSync(typescript, 'utf8');
}

/** What stands on the screen at the end, without what `script` says, and without times, which are those of one machine. */
function lastOnScreen(output: string): string[] {
  const ofDemo = output.slice(output.indexOf('\n') + 1, output.lastIndexOf('\nScript done')).trimEnd();
  return ofDemo.replace(/\r+\n/g, '\n').split('\n').map((line) => line.split(/\r|\x1b\[K/).at(-1)!.replace(/ {2}\x1b\[2m[\d.]+ s\x1b\[22m$|, after [\d.]+ s in all/, '').trimEnd()); // eslint-disable-line no-control-regex
}

/** The picture has some units of the organization, from the settings on. */
function shortened(lines: string[]): string[] {
  let unit = '';
  const left = lines.slice(lines.findIndex((line) => line.includes('# examples/quick-start'))).map((line) => {
    unit = /^\x1b\[1m(\S+)/.exec(line)?.[1] ?? unit; // eslint-disable-line no-control-regex
    return /^(Workloads|Sandbox)/.test(unit) ? '…' : line;
  });
  return left.filter((line, i) => line !== '…' || left[i - 1] !== '…');
}

function htmlOf(line: string): string {
  const escaped = line.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  let open = 0;
  const html = escaped.replace(/\x1b\[(\d+)m/g, (_, code: string) => { // eslint-disable-line no-control-regex
    if (STYLES[code]) {
      open++;
      return `<span style="${STYLES[code]}">`;
    }
    return open > 0 && open-- ? '</span>' : '';
  });
  return html + '</span>'.repeat(open);
}

const terminalPage = (lines: string[]) => `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; background: #0d1117; color: #e6edf3; font: 13px/1.45 'DejaVu Sans Mono', monospace; display: inline-block; }
  pre { margin: 18px 24px; font: inherit }
</style><pre>${lines.map(htmlOf).join('\n')}</pre>`;

async function main() {
  const executable = findChromium();
  if (executable === undefined) {
    throw new Error('no Chromium on the PATH: install one, or set CHROMIUM_PATH');
  }
  const lines = lastOnScreen(demoOutput());
  mkdirSync(PICTURES, { recursive: true });
  const browser = await launchChromium(executable);
  const terminal = await browser.newPage({ viewport: { width: 900, height: 100 } });
  await terminal.setContent(terminalPage(shortened(lines)));
  await terminal.locator('body').screenshot({ path: join(PICTURES, 'demo.png') });
  const report = await browser.newPage({ viewport: { width: 1200, height: 1100 }, colorScheme: 'light' });
  await report.goto(pathToFileURL(join(PROJECT, '.local-aws', 'demo', 'report.html')).href);
  await report.locator('#left, #units').evaluateAll((sections) => sections.forEach((section) => section.remove())); // so that the accounts are in the picture
  await report.screenshot({ path: join(PICTURES, 'report.png') });
  await browser.close();
}

void main();
