import type { WriteStream } from 'node:tty';
import type { AccountResult } from '../lambda/sweep/results';

/** A line on stderr that counts, where somebody looks at it. */
export class Progress {
  private readonly isShown: boolean;

  constructor(private readonly all: number, private readonly stream: WriteStream = process.stderr) {
    this.isShown = stream.isTTY;
  }

  show(done: readonly AccountResult[]) {
    if (this.isShown) {
      const found = done.filter(({ credentials }) => credentials.length > 0).length;
      const failed = done.filter(({ outcome }) => outcome === 'failed').length;
      const line = `${done.length} of ${this.all} accounts, ${found} with root credentials${failed > 0 ? `, ${failed} could not be read` : ''}`;
      this.stream.write(`\r\u001b[2K${line.slice(0, this.stream.columns - 1)}`);
    }
  }

  end() {
    if (this.isShown) {
      this.stream.write('\r\u001b[2K');
    }
  }
}
