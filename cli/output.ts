import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Format, OutputOptions } from './formats';
import { tableOf } from './table';
import { hasColour, print } from './terminal';
import { UsageError } from './usage';
import { messageOf } from '../lambda/aws/errors';
import type { SweepReport } from '../lambda/sweep/report/contents';
import { csvOf } from '../lambda/sweep/report/csv';
import { htmlOf } from '../lambda/sweep/report/html';

const WRITERS: Record<Format, (report: SweepReport, colour: boolean) => string> = {
  table: (report, colour) => `${tableOf(report, { colour, now: Date.now() })}\n`,
  json: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
  csv: csvOf,
  html: htmlOf,
};

/** Throws when a report cannot be written: before there is one that would be lost. */
export function expectWritable({ out }: OutputOptions) {
  try {
    if (out !== undefined) {
      accessSync(existsSync(out) ? out : dirname(out), constants.W_OK);
    }
  } catch (error) {
    throw new UsageError(`the report cannot be written to ${out} (${messageOf(error)}): name another file with --out. Nothing was changed.`);
  }
}

/** Writes a report to stdout, or to a file with the rights of its owner alone: it lists what an attacker would look for. */
export function write(report: SweepReport, { output, out }: OutputOptions) {
  const text = WRITERS[output](report, out === undefined && hasColour());
  if (out !== undefined) {
    writeFileSync(out, text, { mode: 0o600 });
  } else if (output === 'table') {
    print(text);
  } else {
    process.stdout.write(text);
  }
}
