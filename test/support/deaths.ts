import { operationOf } from '../../local-aws/front/actions';
import type { WireRequest } from '../../local-aws/wire';

/** Operations that change nothing; a root session that nobody has any more changes nothing either. */
const READ = /^(AssumeRoot$|Describe|Get|List)/;

const mayChange = (request: WireRequest) => request.method !== 'GET' && !READ.test(operationOf(request) ?? '');

/** The life of the function that calls a world. */
export class Life {
  private changes = 0;
  private endsAt = Infinity;

  /** It ends right before a change, of which the first is 1; with 0 it is over. From then on nothing that the function does has an effect. */
  endAt(change: number): void {
    this.changes = 0;
    this.endsAt = change;
  }

  /** The next function lives. Whether the life before ended early. */
  renew(): boolean {
    const isOver = this.changes >= this.endsAt;
    this.endsAt = Infinity;
    return isOver;
  }

  /** Whether the function is dead when it sends a request. */
  isOverAt(request: WireRequest): boolean {
    this.changes += Number(mayChange(request));
    return this.changes >= this.endsAt;
  }
}

/** Runs something that dies right before a change, and says whether it lived so long. */
export async function died({ life }: { readonly life: Life }, change: number, run: () => Promise<unknown>): Promise<boolean> {
  life.endAt(change);
  await run().catch(() => undefined);
  return life.renew();
}

/**
 * Every death that leaves something else behind: right before each change, until it lives to its end. Of the moments between two changes one stands for all,
 * since what a function has read dies with it.
 *
 * @returns how many changes there were
 */
export async function atEveryDeath(diesBefore: (change: number) => Promise<boolean>): Promise<number> {
  for (let change = 1; ; change++) {
    if (!await diesBefore(change)) {
      return change - 1;
    }
  }
}
