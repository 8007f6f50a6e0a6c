/** A value with its past, because AWS answers from copies that lag behind the last change. */
export class Timeline<T> {
  private readonly changes: { readonly at: number; readonly value: T }[];

  constructor(private readonly clock: () => number, initial: T) {
    this.changes = [{ at: -Infinity, value: initial }];
  }

  get current(): T {
    return this.changes[this.changes.length - 1].value;
  }

  set current(value: T) {
    this.changes.push({ at: this.clock(), value });
  }

  /** Undefined until the first change. */
  get previous(): T | undefined {
    return this.changes[this.changes.length - 2]?.value;
  }

  get version(): number {
    return this.changes.length;
  }

  asOf(time: number): T {
    return this.changes.filter(({ at }) => at <= time).pop()!.value;
  }
}

/** How a call sees the organization: as it is now, unless a fault makes it look at the past. */
export type View = <T>(timeline: Timeline<T>) => T;

export const now: View = (timeline) => timeline.current;
