import { join } from 'node:path';
import type { handler as walkHandler } from '../../lambda/sweep/purge/handler';
import type { BatchEvent } from '../../lib/sweep/contract';

/** What one process spent: as on Lambda, one process works through one batch at a time. */
export interface Spent {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/** What Lambda tells a function. */
const CONTEXT = { getRemainingTimeInMillis: () => 14 * 60_000, invokedFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:walk' };

/** The function of a walk, in a process of its own, on the runtime of the functions and from the bundle, as on Lambda. */
const { handler } = await import(join(import.meta.dirname, '..', '..', 'assets', process.argv[2], 'index.mjs')) as { handler: typeof walkHandler };
const idle = process.cpuUsage();
process.on('message', (work: BatchEvent) => {
  void handler(work, CONTEXT).then(() => {
    const { user, system } = process.cpuUsage(idle);
    process.send!({ cpuMs: (user + system) / 1_000, memoryMb: process.memoryUsage().rss / 1e6 } satisfies Spent);
  });
});
process.send!('ready');
