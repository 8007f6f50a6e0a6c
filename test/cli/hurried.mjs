/** Preloaded into the program: what it waits for is over at once, and its clock shows it. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const now = Date.now.bind(Date);
let waited = 0;

Date.now = () => now() + waited;
timers.setTimeout = async (milliseconds, value) => {
  waited += milliseconds;
  return value;
};
syncBuiltinESMExports();
