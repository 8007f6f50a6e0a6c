import { onTestFinished } from './on-test-finished';
import type { Effect } from '../../local-aws/organization';

/** Calls that are not answered before the test has finished: whoever waits for them does not come to an end, however slow the machine is. */
export function held(): Effect {
  let release = () => undefined as void;
  const released = new Promise<void>((resolve) => { release = resolve; });
  onTestFinished(release);
  return async (_call, answer) => released.then(answer);
}
