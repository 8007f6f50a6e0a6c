import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { EarlierReport } from './changes';
import type { Findings, SweepReport } from './contents';
import { messageFor, subjectOf, type ReportAddresses } from './message';
import { publishMetrics } from './metrics';
import { hasNews } from './news';
import { tallyOf, type Tally } from './tally';
import { EVENT_SOURCE, SWEEP_FINISHED, type NotifyWhen, type Verdict } from '../../../lib/sweep/contract';
import { textOf } from '../../aws/errors';
import { putEvent } from '../../aws/events';
import { log } from '../../log';

/** Those who want to hear of a sweep. */
export interface Audience {
  readonly eventBridge: EventBridgeClient;
  readonly sns: SNSClient;
  /** Path of the construct. */
  readonly sweep: string;
  readonly topicArn?: string;
  /** `ALWAYS` to be notified of every sweep, and not only of what is new. */
  readonly notify?: NotifyWhen;
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
  readonly findings: Findings;
  readonly report: ReportAddresses;
}

/**
 * Tells of a sweep, once its report is written. That somebody could not be told is logged and counted, and does not change
 * how the sweep ends: what was swept was swept.
 */
export async function signal(
  audience: Audience, report: SweepReport, verdict: Verdict, addresses: ReportAddresses, earlier?: EarlierReport,
): Promise<void> {
  if (report.problem?.code === 'InputRefused') {
    return; // no sweep has begun, and whoever started it is told
  }
  const detail = JSON.stringify(finished(audience.sweep, report, verdict, addresses));
  const attempts = [
    () => putEvent(audience.eventBridge, { Source: EVENT_SOURCE, DetailType: SWEEP_FINISHED, Detail: detail }),
    ...audience.topicArn !== undefined && (audience.notify === 'ALWAYS' || hasNews(report, earlier)) ? [() => publish(audience, report, verdict, addresses)] : [],
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
    findings: report.findings,
    report: addresses,
  };
}

async function publish({ sns, topicArn, sweep }: Audience, report: SweepReport, verdict: Verdict, addresses: ReportAddresses) {
  await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subjectOf(report), Message: messageFor(sweep, report, verdict, addresses) }));
}
