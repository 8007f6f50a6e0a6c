import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { virtualEnvironment } from './virtual-environment';

const PROJECT = join(__dirname, '../..');

export interface EngineProps {
  /** The front: functions, tasks and the engine itself call AWS there. */
  readonly endpoint: string;
  /** Opens the front's paths for the engine, and the engine's for the front. */
  readonly secret: string;
  readonly accountId: string;
  readonly region: string;
  /** An empty folder; the engine removes it when it ends. */
  readonly workFolder: string;
  /** Invocations at once; 0 for no limit. */
  readonly lambdaConcurrency: number;
}

/** The deployment engine: CloudFormation, Lambda, Step Functions, S3 and what else is behind the front. */
export class Engine {
  static async start(props: EngineProps): Promise<Engine> {
    const python = await virtualEnvironment(join(PROJECT, '.local-aws'));
    // in a process group of its own, so that Ctrl-C reaches it as the end of its standard input: then it also ends its functions
    const child = spawn(python, ['-m', 'local_engine'], {
      cwd: props.workFolder,
      env: environment(props.workFolder),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.stdin.write(`${JSON.stringify(settings(props))}\n`);
    return new Engine(child, await announcedPort(child));
  }

  private constructor(private readonly child: ChildProcess, readonly port: number) {}

  get processId(): number {
    return this.child.pid!;
  }

  /** Ends the engine and every function, and with them the work folder. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.stdin!.end();
      await once(this.child, 'exit');
    }
  }
}

/** Nothing of the user's own AWS set-up: no key, profile or proxy. Functions inherit it. */
function environment(home: string) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    PYTHONPATH: __dirname,
    PYTHONDONTWRITEBYTECODE: '1',
    NO_PROXY: '*',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', // functions name a runtime, and here they run on the developer's Node
  };
}

function settings(props: EngineProps) {
  return {
    endpoint: props.endpoint,
    secret: props.secret,
    account: props.accountId,
    region: props.region,
    work: props.workFolder,
    node_modules: join(PROJECT, 'node_modules'),
    lambda_concurrency: props.lambdaConcurrency,
  };
}

async function announcedPort(child: ChildProcess): Promise<number> {
  const errors: string[] = [];
  child.stderr!.on('data', (text) => {
    errors.push(String(text));
    errors.splice(0, errors.length - 50);
  });
  const ready = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => line.startsWith('ready ') && resolve(Number(line.slice('ready '.length))));
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the engine of the local AWS did not start:\n${errors.join('')}`);
  });
  ended.catch(() => undefined);
  return Promise.race([ready, ended]);
}
