import { EXIT } from './usage';
import type { SweepReport } from '../lambda/sweep/report/contents';

/** The first interrupt begins no further account; the second one ends everything. */
export function interrupts(): AbortSignal {
  const stop = new AbortController();
  process.on('SIGINT', () => {
    if (stop.signal.aborted) {
      process.exit(EXIT.interrupted);
    }
    stop.abort();
    process.stderr.write('\nInterrupted: no further account is begun. Press Ctrl-C again to leave at once.\n');
  });
  return stop.signal;
}

/** A credential that is gone is not left. */
export function exitCodeOf({ counts, accounts, problem, findings }: SweepReport): number {
  if (counts.failed > 0 || problem !== undefined) {
    return EXIT.unreadable;
  }
  const isLeft = accounts.some(({ credentials }) => credentials.some(({ status }) => status !== 'deleted' && status !== 'absent'));
  return isLeft || findings.foreignMailboxes + findings.endedExceptions > 0 ? EXIT.findings : EXIT.nothingLeft;
}
