/** Preloaded into the program: its time passes thirty times as fast, so that waits and deadlines keep their proportions. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const TIMES = 30;
const now = Date.now.bind(Date);
const began = now();
const { setTimeout: later } = globalThis;
const { setTimeout: sleep } = timers;

Date.now = () => began + (now() - began) * TIMES;
globalThis.setTimeout = Object.assign((act, milliseconds = 0, ...rest) => later(act, milliseconds / TIMES, ...rest), later);
timers.setTimeout = (milliseconds, value, options) => sleep(milliseconds / TIMES, value, options);
syncBuiltinESMExports();
