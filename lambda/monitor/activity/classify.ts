import { holds, isObject, textAt } from './conditions';
import { conditionsOf } from '../../../lib/monitor/activity-rules';
import { ACTIVITY_KINDS, type ActivityKind, type MonitorSettings } from '../../../lib/monitor/contract';

/** An event of CloudTrail, with the fields that every event has. */
export type TrailEvent = Readonly<Record<string, unknown>>;

/** Meaning of an event of the trail. No event is dropped silently: an event that is not a finding is expected or exempt, and an event that cannot be read is reported. */
export type Classified =
  | { readonly is: 'finding'; readonly event: TrailEvent; readonly kinds: readonly [ActivityKind, ...ActivityKind[]] }
  | { readonly is: 'exempt'; readonly event: TrailEvent; readonly kinds: readonly ActivityKind[]; readonly reason: string }
  | { readonly is: 'expected'; readonly event: TrailEvent }
  | { readonly is: 'unreadable'; readonly why: string };

/** Classifies the text of a log event. */
export function classify(message: string, settings: MonitorSettings): Classified {
  const event = parsed(message);
  if (typeof event === 'string') {
    return { is: 'unreadable', why: event };
  }
  const [first, ...others] = kindsOf(event, settings);
  if (first !== undefined) {
    return { is: 'finding', event, kinds: [first, ...others] };
  }
  const exempt = kindsOf(event, { ...settings, exemptions: [] });
  if (exempt.length > 0) {
    const { reason } = settings.exemptions.find(({ accountId, activities }) => accountId === textAt(event, 'recipientAccountId') && activities.includes(exempt[0]))!;
    return { is: 'exempt', event, kinds: exempt, reason };
  }
  return { is: 'expected', event };
}

/** The kinds of activity of an event, in their order. */
export function kindsOf(event: unknown, settings: MonitorSettings): ActivityKind[] {
  return ACTIVITY_KINDS.filter((kind) => conditionsOf(kind, settings).some((condition) => holds(condition, event)));
}

/** The event, or the reason why the text is not an event. */
function parsed(message: string): TrailEvent | string {
  let event: unknown;
  try {
    event = JSON.parse(message);
  } catch {
    return 'it is not JSON';
  }
  if (!isObject(event)) {
    return 'it is not an object';
  }
  const missing = ['eventID', 'eventName', 'eventSource'].filter((field) => textAt(event, field) === undefined);
  if (missing.length > 0) {
    return `it has no ${missing.join(', ')}`;
  }
  // service events have no userIdentity; if there is one, it names the caller
  return event.userIdentity === undefined || event.userIdentity === null || isObject(event.userIdentity) ? event : 'its userIdentity is not an object';
}
