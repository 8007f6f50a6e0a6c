import type { WriteStream } from 'node:tty';
import type { AccountResult } from '../lambda/sweep/results';
import type { Walk } from '../lambda/sweep/run-folder';

const FOUND: Record<Walk, string> = { look: 'with root credentials', purge: 'purged' };
const FAILED: Record<Walk, string> = { look: 'could not be read', purge: 'failed' };

/** A line on stderr that counts, where somebody looks at it. */
export class Progress {
  private readonly isShown: boolean;

  constructor(private readonly walk: Walk, private readonly all: number, private readonly stream: WriteStream = process.stderr) {
    this.isShown = stream.isTTY;
  }

  show(done: readonly AccountResult[]) {
    if (this.isShown) {
      const found = done.filter(({ outcome, credentials }) => this.walk === 'purge' ? outcome === 'purged' : credentials.length > 0).length;
      const failed = done.filter(({ outcome }) => outcome === 'failed').length;
      const line = `${done.length} of ${this.all} accounts, ${found} ${FOUND[this.walk]}${failed > 0 ? `, ${failed} ${FAILED[this.walk]}` : ''}`;
      this.stream.write(`\r\u001b[2K${line.slice(0, this.stream.columns - 1)}`);
    }
  }

  end() {
    if (this.isShown) {
      this.stream.write('\r\u001b[2K');
    }
  }
}
