import { ADVICE } from './advice';
import type { TrailEvent } from './classify';
import { isObject, textAt, valueAt } from './conditions';
import type { ActivityKind, FindingKind } from '../../../lib/monitor/contract';
import { inert } from '../../text';

/** The report about an event, which is the detail of the event on the bus. Every text in it is inert and short. */
export interface Finding {
  readonly activity: FindingKind;
  /** Further activities of the event. */
  readonly also: readonly ActivityKind[];
  readonly title: string;
  /** CloudTrail's ID of the event, or the ID of the log event. */
  readonly eventId: string;
  /** When it happened, however late CloudTrail delivers the event. */
  readonly eventTime: string;
  /** Why CloudTrail delivers the event late, or once more; empty for an event that came in time. */
  readonly late: string;
  /** The account in which it happened; for a root session that of the caller. */
  readonly accountId: string;
  readonly region: string;
  readonly principal: string;
  readonly principalType: string;
  readonly accessKeyId: string;
  /** `sts:AssumeRoot` */
  readonly action: string;
  /** The resource or account that the call was about, if the event names it. */
  readonly target: string;
  readonly outcome: 'succeeded' | 'failed' | 'unknown';
  /** The error, if it failed, or why the event cannot be read. */
  readonly error: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly advice: readonly string[];
}

/** Place of a log event, for an event that cannot be read. */
export interface LogPlace {
  readonly logGroup: string;
  readonly logStream: string;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** Longest text of a field. A message with all fields stays far below the 256 KiB that SNS and EventBridge accept. */
const LONGEST = 500;
const UNKNOWN = 'unknown';

export function findingOf(event: TrailEvent, [activity, ...also]: readonly [ActivityKind, ...ActivityKind[]]): Finding {
  const text = (...fields: string[]) => inert(fields.map((field) => textAt(event, field)).find((value) => value !== undefined) ?? UNKNOWN, LONGEST);
  return {
    ...saidOf(activity),
    also,
    eventId: text('eventID'),
    eventTime: text('eventTime'),
    late: lateOf(event),
    accountId: event.eventName === 'AssumeRoot' ? text('userIdentity.accountId', 'recipientAccountId') : text('recipientAccountId', 'userIdentity.accountId'),
    region: text('awsRegion'),
    principal: text('userIdentity.arn', 'userIdentity.principalId', 'userIdentity.accountId'),
    principalType: text('userIdentity.type'),
    accessKeyId: text('userIdentity.accessKeyId'),
    action: inert(`${textAt(event, 'eventSource')!.split('.')[0]}:${textAt(event, 'eventName')}`, LONGEST),
    target: targetOf(event),
    outcome: outcomeOf(event),
    error: inert([textAt(event, 'errorCode'), textAt(event, 'errorMessage')].filter(Boolean).join(': '), LONGEST),
    sourceIp: text('sourceIPAddress'),
    userAgent: text('userAgent'),
  };
}

/** A log event that is not a readable event of CloudTrail. Reports its place and not its text, which may contain a session token. */
export function unreadable(place: LogPlace, { length }: string, why: string): Finding {
  return {
    ...saidOf('UnreadableEvent'),
    also: [],
    eventId: inert(place.id, LONGEST),
    eventTime: timeOf(place.timestamp),
    late: '',
    accountId: UNKNOWN,
    region: UNKNOWN,
    principal: UNKNOWN,
    principalType: UNKNOWN,
    accessKeyId: UNKNOWN,
    action: UNKNOWN,
    target: inert(`log group ${place.logGroup}, log stream ${place.logStream}`, LONGEST),
    outcome: 'unknown',
    error: `${why} (${length} characters)`,
    sourceIp: UNKNOWN,
    userAgent: UNKNOWN,
  };
}

function saidOf(activity: FindingKind) {
  const { title, steps } = ADVICE[activity];
  return { activity, title, advice: steps };
}

/** A failed call has an error. A sign-in has its result in `responseElements`; without it, the outcome is unknown. */
function outcomeOf(event: TrailEvent): Finding['outcome'] {
  if (textAt(event, 'errorCode') ?? textAt(event, 'errorMessage')) {
    return 'failed';
  }
  if (event.eventName !== 'ConsoleLogin') {
    return 'succeeded';
  }
  const result = valueAt(event, 'responseElements.ConsoleLogin');
  return result === 'Success' ? 'succeeded' : result === 'Failure' ? 'failed' : 'unknown';
}

/**
 * CloudTrail marks an event that it delivers late with an `addendum`, which contains the reason and the ID of the event that it replaces:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
function lateOf(event: TrailEvent): string {
  if (!isObject(event.addendum)) {
    return '';
  }
  const original = textAt(event, 'addendum.originalEventID');
  const reason = textAt(event, 'addendum.reason') ?? 'CloudTrail does not say why';
  return inert(original === undefined ? reason : `${reason}, of event ${original}`, LONGEST);
}

/** Parameters that name the target of a call. */
const TARGETS = ['targetPrincipal', 'taskPolicyArn.arn', 'accountId', 'sourceParentId', 'destinationParentId', 'servicePrincipal', 'policyId', 'targetId', 'policyType', 'userName', 'serialNumber', 'accessKeyId', 'bucketName', 'queueUrl'];

function targetOf(event: TrailEvent): string {
  const named = TARGETS.flatMap((name) => {
    const value = textAt(event, `requestParameters.${name}`);
    return value === undefined ? [] : [`${name.split('.')[0]} ${value.slice(0, LONGEST)}`];
  });
  return inert(named.join(', '), LONGEST);
}

function timeOf(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? UNKNOWN : date.toISOString();
}
