import { execFileSync } from 'node:child_process';

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly group: number;
}

/**
 * The processes above this one in its process group: npm, the task runner and their shells.
 *
 * When one of them is killed the others live on and do not notice, so who must end with them looks at them all.
 */
export function ancestors(): number[] {
  const all = processes();
  const own = all.get(process.pid);
  const above = (id: number): number[] => {
    const { parent } = all.get(id)!;
    return all.get(parent)?.group === own!.group ? [parent, ...above(parent)] : [];
  };
  return own ? above(own.id) : [process.ppid];
}

/** Ends what this process started in its own group; what has a group of its own ends by itself when the pipe to it closes. */
export function endDescendants(): void {
  const all = processes();
  const group = all.get(process.pid)?.group;
  const below = (id: number): Process[] => [...all.values()]
    .filter((other) => other.parent === id && other.group === group)
    .flatMap((child) => [child, ...below(child.id)]);
  below(process.pid).forEach(({ id }) => send('SIGKILL', id));
}

export const isAlive = (id: number) => send(0, id);

/** False when there is no such process; signal 0 only asks. */
function send(signal: NodeJS.Signals | 0, id: number): boolean {
  try {
    return process.kill(id, signal);
  } catch {
    return false;
  }
}

/** Empty where there is no `ps`: Windows, and the smallest of containers. */
function processes(): Map<number, Process> {
  try {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid='], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n');
    return new Map(lines.map((line) => {
      const [id, parent, group] = line.trim().split(/\s+/).map(Number);
      return [id, { id, parent, group }];
    }));
  } catch {
    return new Map();
  }
}
