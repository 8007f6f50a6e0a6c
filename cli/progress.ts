import type { WriteStream } from 'node:tty';

/** A line on stderr that counts, where somebody looks at it. */
export class Progress {
  private readonly isShown: boolean;

  constructor(private readonly all: number, private readonly stream: WriteStream = process.stderr) {
    this.isShown = stream.isTTY;
  }

  show(done: number, found: number, failed: number) {
    if (this.isShown) {
      const line = `${done} of ${this.all} accounts, ${found} with root credentials${failed > 0 ? `, ${failed} could not be read` : ''}`;
      this.stream.write(`\r\u001b[2K${line.slice(0, this.stream.columns - 1)}`);
    }
  }

  end() {
    if (this.isShown) {
      this.stream.write('\r\u001b[2K');
    }
  }
}
