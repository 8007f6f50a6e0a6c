import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { SweepReport } from './contents';
import { publishMetrics } from './metrics';
import { tallyOf, type Tally } from './tally';
import type { Verdict } from './verdict';
import { EVENT_SOURCE, SWEEP_FINISHED } from '../../../lib/sweep/contract';
import { textOf } from '../../aws/errors';
import { putEvent } from '../../aws/events';
import { log } from '../../log';
import { inertName } from '../../text';

/** Those who want to hear of a sweep. */
export interface Audience {
  readonly eventBridge: EventBridgeClient;
  readonly sns: SNSClient;
  /** Path of the construct. */
  readonly sweep: string;
  readonly topicArn?: string;
}

/** Where the report of a sweep is: `s3://…/report.json` and so on. */
export interface ReportAddresses {
  readonly json: string;
  readonly csv: string;
  readonly html: string;
}

/** Detail of the event that a sweep has finished: `schema/sweep-finished-1.json`. */
export interface SweepFinished {
  readonly version: '1';
  readonly sweep: string;
  readonly execution: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly organizationId?: string;
  readonly dryRun?: boolean;
  readonly narrowed?: boolean;
  readonly succeeded: boolean;
  /** Code of what kept the sweep from its end. */
  readonly problem?: string;
  readonly accounts: SweepReport['counts'];
  readonly credentials: Tally;
  readonly report: ReportAddresses;
}

/** SNS refuses a longer one. */
const LONGEST_SUBJECT = 100;

/**
 * Tells of a sweep, once its report is written. That somebody could not be told is logged and counted, and does not change
 * how the sweep ends: what was swept was swept.
 */
export async function signal(audience: Audience, report: SweepReport, verdict: Verdict, addresses: ReportAddresses): Promise<void> {
  if (report.problem?.code === 'InputRefused') {
    return; // no sweep has begun, and whoever started it is told
  }
  const detail = JSON.stringify(finished(audience.sweep, report, verdict, addresses));
  const attempts = [
    () => putEvent(audience.eventBridge, { Source: EVENT_SOURCE, DetailType: SWEEP_FINISHED, Detail: detail }),
    ...audience.topicArn !== undefined && isWorthAMessage(report) ? [() => publish(audience, report, verdict, addresses)] : [],
  ];
  const failures = await Promise.all(attempts.map(failureOf));
  publishMetrics(audience.sweep, report, failures.filter(Boolean).length);
}

async function failureOf(attempt: () => Promise<void>): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    log.error('a signal could not be sent', { error: textOf(error) });
    return true;
  }
}

function finished(sweep: string, report: SweepReport, { succeeded }: Verdict, addresses: ReportAddresses): SweepFinished {
  const { execution, startedAt, endedAt, organizationId, dryRun, narrowed, problem, counts } = report;
  return {
    version: '1',
    sweep,
    execution,
    startedAt,
    endedAt,
    organizationId,
    dryRun,
    narrowed,
    succeeded,
    problem: problem?.code,
    accounts: counts,
    credentials: tallyOf(report),
    report: addresses,
  };
}

/** A sweep that found nothing and failed nowhere is no news. */
function isWorthAMessage(report: SweepReport): boolean {
  return report.problem !== undefined || report.counts.failed > 0 || tallyOf(report).found > 0;
}

async function publish({ sns, topicArn, sweep }: Audience, report: SweepReport, verdict: Verdict, addresses: ReportAddresses) {
  await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subjectOf(report), Message: messageFor(sweep, report, verdict, addresses) }));
}

/** ASCII on one line, as SNS wants it: it is made of numbers and words of ours. */
export function subjectOf(report: SweepReport): string {
  const { found, deleted } = tallyOf(report);
  const parts = [
    ...report.problem === undefined ? [] : ['the sweep did not come to its end'],
    ...some(report.counts.failed, 'account', 'failed'),
    ...some(found, 'credential', 'found'),
    ...some(deleted, 'credential', 'deleted'),
  ];
  return `Root credentials: ${parts.join(', ')}`.slice(0, LONGEST_SUBJECT);
}

/** What happened, what to do, and where to read more. The verdict names accounts, causes and remedies. */
export function messageFor(sweep: string, report: SweepReport, { succeeded, cause }: Verdict, { html }: ReportAddresses): string {
  return [
    `Sweep ${sweep}, execution ${inertName(report.execution)}: ${succeeded ? 'succeeded' : 'failed'}${report.dryRun ? ' (a dry run: nothing was deleted)' : ''}`,
    '',
    cause,
    '',
    'What to do:',
    ...advice(report).map((line) => `- ${line}`),
    `- read the whole report: ${html}`,
  ].join('\n');
}

function advice(report: SweepReport): string[] {
  const { found, deleted } = tallyOf(report);
  return [
    ...report.problem !== undefined ? ['the accounts were not swept to the end: fix the cause above, then start the sweep again'] : [],
    ...report.counts.failed > 0 ? ['failed accounts may still have root credentials: follow the remedies above, then start the sweep again'] : [],
    ...deleted > 0 ? ['credentials were deleted. Unless this was the first sweep, find out in CloudTrail of those accounts who created them'] : [],
    ...found > deleted ? ['credentials that were found and not deleted are still there: the report names each one and why'] : [],
  ];
}

const some = (count: number, thing: string, what: string) => count > 0 ? [`${count} ${thing}${count > 1 ? 's' : ''} ${what}`] : [];
