import { fork } from 'node:child_process';
import { on } from 'node:events';
import { join } from 'node:path';

export interface ChildOptions {
  readonly argument?: string;
  /** The Node.js that runs it, as it is; by default that of the benchmark, which compiles TypeScript as it goes. */
  readonly runtime?: string;
  /** For a process whose output are metrics. */
  readonly silent?: boolean;
}

/** A process of the benchmark, which speaks to it in messages. */
export class Child {
  private readonly process;
  private readonly messages;

  constructor(private readonly file: string, { argument, runtime, silent }: ChildOptions = {}) {
    this.process = fork(join(__dirname, file), argument === undefined ? [] : [argument], {
      stdio: ['ignore', silent ? 'ignore' : 'inherit', 'inherit', 'ipc'],
      execPath: runtime ?? process.execPath,
      execArgv: runtime ? [] : ['--import', 'tsx'],
      env: { ...process.env, NODE_NO_WARNINGS: '1', POWERTOOLS_LOG_LEVEL: 'SILENT' },
    });
    this.messages = on(this.process, 'message', { close: ['exit'] });
  }

  send(message: object) {
    this.process.send(message);
  }

  async message<T>(): Promise<T> {
    const { value, done } = await this.messages.next();
    if (done) {
      throw new Error(`${this.file} has ended early`);
    }
    return value[0] as T;
  }

  end() {
    this.process.kill();
  }
}
