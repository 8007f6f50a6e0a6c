import { writeFileSync } from 'node:fs';
import type { Format, OutputOptions } from './formats';
import { tableOf } from './table';
import { hasColour } from './terminal';
import type { SweepReport } from '../lambda/sweep/report/contents';
import { csvOf } from '../lambda/sweep/report/csv';
import { htmlOf } from '../lambda/sweep/report/html';

const WRITERS: Record<Format, (report: SweepReport, colour: boolean) => string> = {
  table: (report, colour) => `${tableOf(report, { colour, now: Date.now() })}\n`,
  json: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
  csv: csvOf,
  html: htmlOf,
};

/** Writes a report to stdout, or to a file with the rights of its owner alone: it lists what an attacker would look for. */
export function write(report: SweepReport, { output, out }: OutputOptions) {
  const text = WRITERS[output](report, out === undefined && hasColour());
  if (out === undefined) {
    process.stdout.write(text);
  } else {
    writeFileSync(out, text, { mode: 0o600 });
  }
}
