import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'cdk-root-access.mjs');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What the program waits for is over at once. */
export const HURRIED: Environment = preloaded('hurried.mjs');

/** Time passes thirty times as fast for the program. */
export const HASTY: Environment = preloaded('hasty.mjs');

function preloaded(script: string): Environment {
  return { NODE_OPTIONS: `--import=${pathToFileURL(join(__dirname, script)).href}` };
}

/** The built program, with these variables and nothing else of the shell. */
export function start(args: string[], environment: Environment, cwd?: string): Started {
  return started(process.execPath, [PROGRAM, ...args], environment, cwd, 'ignore');
}

export const run = (args: string[], environment: Environment, cwd?: string): Promise<Ended> => start(args, environment, cwd).ended;

/** Runs a program in a pseudo-terminal, which shows what it writes to stdout and stderr, and ends as the program does. */
const PSEUDO_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** The built program in a terminal, where a person types these keys when it asks. */
export async function type(keys: string, args: string[], environment: Environment, cwd?: string): Promise<Ended> {
  const { process: child, ended } = started('python3', ['-c', PSEUDO_TERMINAL, process.execPath, PROGRAM, ...args], environment, cwd, 'pipe');
  let screen = '';
  let isAsked = false;
  child.stdout!.on('data', (data) => {
    screen += data;
    if (!isAsked && /Type \S+ to go on: /.test(screen)) {
      isAsked = true;
      child.stdin!.write(keys);
    }
  });
  return ended;
}

function started(program: string, args: string[], environment: Environment, cwd: string | undefined, stdin: 'ignore' | 'pipe'): Started {
  const env = { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', ...environment };
  const child = spawn(program, args, { env, cwd, stdio: [stdin, 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout!.on('data', (data) => texts.stdout += data);
  child.stderr!.on('data', (data) => texts.stderr += data);
  return { process: child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, ...texts }))) };
}
