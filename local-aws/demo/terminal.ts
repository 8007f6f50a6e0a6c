import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MILLISECONDS = 100;
/** In a file or a pipe a step that takes longer than this says where it is. */
const HEARTBEAT_MILLISECONDS = 4_000;
/** Of a file or a pipe. */
const COLUMNS = 100;

/** One live line on a terminal, plain lines anywhere else; colour only where it is shown and wanted (NO_COLOR). */
export class Terminal {
  private readonly live: boolean;
  private readonly coloured: boolean;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.live = stream.isTTY === true;
    this.coloured = this.live && stream.hasColors();
  }

  print(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  style(format: Format, text: string): string {
    return this.coloured ? styleText(format, text) : text;
  }

  /** Shows a command as its reader would type it. */
  command(text: string): void {
    this.print(`${this.style('dim', '$')} ${this.style('bold', text)}`);
  }

  /** Nothing is silent: a spinner with the status as it is at that moment, or a line every few seconds. */
  async step<T>(title: string, work: () => Promise<T>, status: () => string = () => ''): Promise<T> {
    const started = Date.now();
    let frame = 0;
    const show = () => {
      const text = [title, elapsed(started), status()].filter(Boolean).join('  ').slice(0, (this.live ? this.stream.columns : COLUMNS) - 3);
      if (this.live) {
        this.stream.write(`\r\x1b[K${FRAMES[frame++ % FRAMES.length]} ${text}`);
      } else {
        this.print(`  ${text}`);
      }
    };
    const timer = setInterval(show, this.live ? FRAME_MILLISECONDS : HEARTBEAT_MILLISECONDS);
    const end = (mark: string) => {
      clearInterval(timer);
      this.print(`${this.live ? '\r\x1b[K' : ''}${mark} ${title}  ${this.style('dim', elapsed(started))}`);
    };
    try {
      const result = await work();
      end(this.style('green', '✓'));
      return result;
    } catch (error) {
      end((error as Error).name === 'AbortError' ? this.style('yellow', '■ stopped:') : this.style('red', '✗'));
      throw error;
    }
  }
}

export function elapsed(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
