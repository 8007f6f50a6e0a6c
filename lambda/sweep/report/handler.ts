import type { EarlierReport } from './changes';
import { composeReport, REPORT_SCHEMA, type SweepReport } from './contents';
import { csvOf } from './csv';
import { htmlOf } from './html';
import { outcomesOf } from './outcomes';
import { type MachineEvent, type StateError } from '../../../lib/private/contract';
import {
  END_FILE, GO_FILE, type EndFile, type GoFile, type ReportEnvironment, type SweepSettings, type SweepSummary, type Verdict,
} from '../../../lib/sweep/contract';
import { eventBridge, s3, sns, stepFunctions } from '../../aws/clients';
import { controlFiles } from '../../aws/control-files';
import { environment } from '../../aws/environment';
import { textOf } from '../../aws/errors';
import { readObject } from '../../aws/objects';
import { log } from '../../log';
import { approvalOf } from '../plan-approval';
import { problemOfSweep } from '../remedies';
import type { Problem } from '../results';
import { latestPrefix, RunFolder, runPrefix } from '../run-folder';
import { isLatest } from '../selection';
import { signal } from './signals';
import { messageOfCause } from '../state-error';
import { tallyOf } from './tally';
import { verdictOf } from './verdict';

const clients = { eventBridge: eventBridge(), s3: s3(), sns: sns(), stepFunctions: stepFunctions() };

/** The verdict, and the figures that a waiting deployment passes on. */
interface Ending extends Verdict {
  readonly summary: SweepSummary;
}

/** Last state of a sweep, whatever died before it. */
export async function handler(event: MachineEvent): Promise<Ending> {
  const { REPORTS_BUCKET, SWEEP_NAME, NOTIFICATIONS_TOPIC_ARN, NOTIFY } = environment<ReportEnvironment>();
  const control = controlFiles(REPORTS_BUCKET, clients);
  const { execution, settings } = await control.run<SweepSettings>(event.run);
  const { run } = await control.read<EndFile>(event.run, END_FILE); // there is none before the sweep has come to its report
  const folder = new RunFolder(clients.s3, REPORTS_BUCKET, runPrefix(execution));
  const selection = run.digest === undefined ? undefined : await folder.selection(run.digest, execution.id);
  const decision = run.decision && await folder.decision(run.decision.digest);
  const isCarriedOut = await control.find<GoFile>(event.run, GO_FILE) !== undefined;
  const { accountsPerBatch, limits, allowedEmailDomains } = settings;
  const accounts = selection === undefined ? [] : await outcomesOf(folder, selection, { decision, isCarriedOut, accountsPerBatch });
  const { region, accountId: sweepAccountId } = partsOfArn(execution.id);
  const earlier = await earlierReport(folder, execution.id);
  const report = composeReport(execution, selection, accounts, {
    failure: run.error ? problemOfState(run.error) : decision?.plan.refused,
    plan: decision?.plan,
    isCarriedOut,
    construct: SWEEP_NAME,
    executionArn: execution.id,
    sweepAccountId,
    region,
    selection: settings.selection,
    limits,
    allowedEmailDomains,
    approval: await approvalOf(control, event.run),
    earlier,
  });
  const prefixes = [folder.prefix, ...selection && isLatest(selection, settings) ? [latestPrefix()] : []];
  await Promise.all(prefixes.flatMap((prefix) => [
    folder.put(`${prefix}report.json`, JSON.stringify(report, undefined, 2)),
    folder.put(`${prefix}report.csv`, csvOf(report), 'text/csv; charset=utf-8'),
    folder.put(`${prefix}report.html`, htmlOf(report), 'text/html; charset=utf-8'),
  ]));
  const address = (format: string) => `s3://${folder.bucket}/${folder.prefix}report.${format}`;
  const addresses = { json: address('json'), csv: address('csv'), html: address('html') };
  const verdict = verdictOf(report, addresses.json, settings);
  const audience = { ...clients, sweep: SWEEP_NAME, topicArn: NOTIFICATIONS_TOPIC_ARN, notify: NOTIFY };
  await signal(audience, report, verdict, addresses, earlier);
  log.info('sweep ended', { counts: report.counts, code: report.problem?.code });
  return { ...verdict, summary: { accounts: report.counts, credentials: tallyOf(report), report: addresses.html } };
}

/** The latest report before this one, if it can be read: nothing that is done depends on it. An attempt before this one may have written its own. */
async function earlierReport({ bucket }: RunFolder, executionArn: string): Promise<EarlierReport | undefined> {
  try {
    const latest = await readObject(clients.s3, { Bucket: bucket, Key: `${latestPrefix()}report.json` }, (text) => JSON.parse(text) as SweepReport);
    return latest.$schema === REPORT_SCHEMA && latest.executionArn !== executionArn ? latest : undefined;
  } catch (error) {
    log.info('there is no earlier report to compare with', { error: textOf(error) }); // S3 may call a missing object denied
    return undefined;
  }
}

/** `arn:<partition>:states:<Region>:<account>:execution:…` */
function partsOfArn(arn: string) {
  const [, , , region, accountId] = arn.split(':');
  return { region, accountId };
}

function problemOfState({ Error: name = 'Unknown', Cause = '' }: StateError): Problem {
  return problemOfSweep(name, messageOfCause(Cause).slice(0, 1_000));
}
