import { writeSync } from 'node:fs';

/** Loaded before a program: what it has spent when it ends is on the file that the benchmark has opened for it. */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1_000, memoryMb: maxRSS / 1_000 }));
});
