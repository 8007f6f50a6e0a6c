/** At which call something dies: before what it asks for is done, or after. */
export interface Death {
  readonly call: number;
  readonly withEffect: boolean;
}

interface Mortal {
  dieAt(death: Death): void;
  /** Whether anything died. */
  revive(): boolean;
}

/** Runs something that dies at a call, and says whether it lived so long. */
export async function died(world: Mortal, death: Death, run: () => Promise<unknown>): Promise<boolean> {
  world.dieAt(death);
  await run().catch(() => undefined);
  return world.revive();
}

/** Every moment at which something may die: at each of its calls, before and after its effect, until it lives to its end. */
export async function atEveryDeath(diesIn: (death: Death) => Promise<boolean>): Promise<number> {
  for (let call = 1; ; call++) {
    const before = await diesIn({ call, withEffect: false });
    const after = await diesIn({ call, withEffect: true });
    if (!before && !after) {
      return call - 1;
    }
  }
}
