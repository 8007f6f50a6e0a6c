import { delay, type Effect } from '../../local-aws/organization';

/**
 * Counts calls that are under way at once. None is answered before there are as many as expected, however slow the machine is; and then there is time for one more.
 */
export function atOnce(expected: number): { readonly effect: Effect; most(): number } {
  let [waiting, most] = [0, 0];
  let open = () => undefined as void;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  const effect: Effect = async (call, answer) => {
    most = Math.max(most, ++waiting);
    if (waiting === expected) {
      open();
    }
    await opened;
    return delay(10)(call, answer).finally(() => waiting--);
  };
  return { effect, most: () => most };
}
