import { caller } from './caller';
import { settingsOf, TerminalSweep, type SelectionOptions } from './sweep';
import type { SweepReport } from '../lambda/sweep/report/contents';

/** Reads the root credentials of the selected member accounts, with the modules of a deployed `RootCredentialsAudit`. */
export async function audit(options: SelectionOptions): Promise<SweepReport> {
  const sweep = await TerminalSweep.begin(await caller(options), settingsOf(options, { work: 'audit' }), options.stop);
  await sweep.plan();
  return sweep.report();
}
