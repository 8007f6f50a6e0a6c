import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { virtualEnvironment } from '../../local-aws/engine/virtual-environment';
import { EXAMPLES } from '../examples/examples';

const PROJECT = join(EXAMPLES, '..');

/** A run of the app of an example. */
export interface Case {
  /** The file of the app. */
  readonly app: string;
  readonly context: object;
  /** The folder for its templates. */
  readonly out: string;
}

/** The error of each run; null where there was none. */
export type Errors = (string | null)[];

export function runInTypeScript(cases: Case[]): Promise<Errors> {
  return run(join(PROJECT, 'node_modules', '.bin', 'tsx'), ['--tsconfig', join(EXAMPLES, 'tsconfig.json'), join(__dirname, 'apps.ts')], cases);
}

/** @param sources the generated package for Python */
export async function runInPython(cases: Case[], sources: string): Promise<Errors> {
  const python = await virtualEnvironment(join(PROJECT, '.local-aws'), join(__dirname, 'aws-cdk.requirements.txt'));
  return run(python, [join(__dirname, 'apps.py')], cases, { PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: '1' });
}

async function run(command: string, args: string[], cases: Case[], environment: Record<string, string> = {}): Promise<Errors> {
  const running = promisify(execFile)(command, args, { env: { ...process.env, ...environment } });
  running.child.stdin!.end(JSON.stringify(cases));
  const { stdout } = await running;
  return JSON.parse(stdout.trim().split('\n').at(-1)!); // the CDK prints its warnings, too
}
