import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'cdk-root-access.mjs');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** The built program, with these variables and nothing else of the shell. */
export function start(args: string[], environment: Environment): { readonly process: ChildProcess; readonly ended: Promise<Ended> } {
  const env = { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', ...environment };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => texts.stdout += data);
  child.stderr.on('data', (data) => texts.stderr += data);
  return { process: child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, ...texts }))) };
}

export const run = (args: string[], environment: Environment): Promise<Ended> => start(args, environment).ended;
