import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const { tasks } = JSON.parse(readFileSync(join(PROJECT, '.projen', 'tasks.json'), 'utf8')) as { tasks: Record<string, { steps: { exec?: string }[] }> };

/** A clone with nothing built, and with tasks that write down that they have run. */
class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), 'clone-'));
  private readonly log = join(this.folder, 'tasks');

  constructor() {
    for (const folder of ['lib', 'projenrc', 'dist-lib', 'bin']) {
      mkdirSync(join(this.folder, folder));
    }
    copyFileSync(join(PROJECT, 'projenrc', 'build.mjs'), join(this.folder, 'projenrc', 'build.mjs'));
    for (const source of ['lib/index.ts', 'README.md', 'package.json']) {
      this.write(source, '2026-01-01T00:00:00Z');
    }
    const npx = join(this.folder, 'bin', 'npx');
    writeFileSync(npx, `#!/bin/sh\necho "$2" >> '${this.log}'\n[ "$2" = bundle ] || touch .jsii dist-lib/index.js\n`);
    chmodSync(npx, 0o755);
  }

  /** As if a file had been changed at a time. */
  write(file: string, at: string) {
    appendFileSync(join(this.folder, file), '\n');
    utimesSync(join(this.folder, file), new Date(at), new Date(at));
  }

  /** The tasks that a command runs. */
  run(command: string, environment: Record<string, string> = {}): string[] {
    rmSync(this.log, { force: true });
    const PATH = [join(this.folder, 'bin'), process.env.PATH].join(delimiter);
    const { status, stdout, stderr } = spawnSync(command, { shell: true, cwd: this.folder, env: { PATH, ...environment }, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trim().split('\n') : [];
  }
}

const AS_DEPENDENCY = { _PACOTE_NO_PREPARE_: '\ngit+https://example.com/cdk-root-access.git' };

describe('the script `prepare`', () => {
  test('does nothing when the dependencies of a clone are installed', () => {
    expect(new Clone().run(scripts.prepare)).toEqual([]);
  });

  test('builds what is missing when the repository is installed as a git dependency, which npm does twice', () => {
    const clone = new Clone();
    expect(clone.run(scripts.prepare, AS_DEPENDENCY)).toEqual(['bundle', 'compile']);
    expect(clone.run(scripts.prepare, AS_DEPENDENCY)).toEqual(['bundle']);
  });
});

describe.each(['js', 'java', 'python', 'dotnet', 'go'])('the task package:%s', (language) => {
  const [{ exec: build }] = tasks[`package:${language}`].steps;

  test('builds first, in a fresh clone and when a source has changed', () => {
    const clone = new Clone();
    expect(clone.run(build!)).toEqual(['bundle', 'compile']);
    expect(clone.run(build!)).toEqual(['bundle']);
    for (const source of ['lib/index.ts', 'README.md', 'package.json']) {
      clone.write(source, '2999-01-01T00:00:00Z');
      expect(clone.run(build!)).toEqual(['bundle', 'compile']);
      clone.write(source, '2026-01-01T00:00:00Z');
    }
  });
});
