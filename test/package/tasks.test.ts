import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const { tasks } = JSON.parse(readFileSync(join(PROJECT, '.projen', 'tasks.json'), 'utf8')) as { tasks: Record<string, { steps: { exec?: string }[] }> };

/** The folders with the tests that the last step of a task runs when it is given these arguments. */
function foldersOf(task: string, ...args: string[]): string[] {
  const run = tasks[task].steps.at(-1)!.exec!.replace(/ --json --outputFile=\S+/, '');
  const { stdout } = spawnSync([run, ...args, '--listTests'].join(' '), { shell: true, cwd: PROJECT, encoding: 'utf8' });
  const files = stdout.trim().split('\n').map((file) => file.slice(PROJECT.length + 1));
  return [...new Set(files.map((file) => file.split('/').slice(0, 2).join('/')))].sort();
}

test.each(['test:unit', 'test:all'])('the task %s runs the tests of a folder that is asked for, and no others', (task) => {
  expect(foldersOf(task, 'test/lib')).toEqual(['test/lib']);
});
