import { join } from 'node:path';
import type { handler as reportHandler } from '../../lambda/sweep/report/handler';
import type { MachineEvent } from '../../lib/private/contract';

/** What the function of a step took. */
export interface Took {
  readonly answer: unknown;
  readonly ms: number;
  /** The most that the process ever held. */
  readonly memoryMb: number;
}

/** Runs in a process of its own, on the runtime of the functions and from the bundle, as on Lambda. */
const { handler } = await import(join(import.meta.dirname, '..', '..', 'assets', process.argv[2], 'index.mjs')) as { handler: typeof reportHandler };
process.on('message', (event: MachineEvent) => {
  const began = performance.now();
  void handler(event).then((answer) => {
    process.send!({ answer, ms: performance.now() - began, memoryMb: process.resourceUsage().maxRSS / 1_000 } satisfies Took);
  });
});
process.send!('ready');
