import { textOf } from '../aws/errors';
import { log } from '../log';
import type { AccountResult } from './results';

/** Results of accounts that have ended are in the bucket so much later at the latest. */
export const PARTS_MS = 5_000;

/** Saves the results of a batch while others of its accounts are still at work, so that a function that is killed has lost none. */
export class Parts {
  private readonly results: AccountResult[] = [];
  private timer?: NodeJS.Timeout;
  private saving = Promise.resolve();

  constructor(private readonly afterMs: number, private readonly save: (results: AccountResult[]) => Promise<void>) {}

  /** One write for all that end within some seconds. */
  add(result: AccountResult): void {
    this.results.push(result);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.saving = this.saving.then(() => this.save([...this.results])).catch((error) => log.warn('results not saved', { reason: textOf(error) }));
    }, this.afterMs);
  }

  /** After it, nothing is written that would come in the way of the whole. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    await this.saving;
  }
}
