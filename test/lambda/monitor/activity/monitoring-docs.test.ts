import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS, GUARDRAIL, SWEEP_ROLE } from './events';
import { type Condition, conditionsOf } from '../../../../lib/monitor/activity-rules';
import { ACTIVITY_KINDS, type MonitorSettings } from '../../../../lib/monitor/contract';

const PAGE = readFileSync(join(__dirname, '../../../../docs/monitoring.md'), 'utf8');
const SETTINGS: MonitorSettings = { allowedPrincipals: [SWEEP_ROLE], guardrailPolicies: [GUARDRAIL], exemptions: [] };

/** The rows of the table whose first column has that name. */
function table(first: string): string[][] {
  const lines = PAGE.split('\n');
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(`| ${first} |`)) + 2);
  return rows.slice(0, rows.findIndex((line) => !line.startsWith('|'))).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
}
const named = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name);

/** The names of events that a condition is about. */
function eventsOf(condition: Condition): readonly string[] {
  if ('all' in condition || 'any' in condition) {
    return ('all' in condition ? condition.all : condition.any).flatMap(eventsOf);
  }
  return condition.field === 'eventName' && 'oneOf' in condition ? condition.oneOf : [];
}

describe('the page about monitoring', () => {
  const noticed = table('activity');
  const leftOut = table('left out').flatMap(([, events]) => named(events));

  test('has a row for every activity, in order', () => {
    expect(noticed.map(([activity]) => activity)).toEqual([...ACTIVITY_KINDS, 'UnreadableEvent'].map((kind) => `\`${kind}\``));
  });

  test.each(noticed.filter(([, , events]) => events !== 'any').map(([activity, , events]) => [named(activity)[0], named(events)] as const))(
    'names the events of %s, and each was tried', (activity, events) => {
      const kind = ACTIVITY_KINDS.find((each) => each === activity)!;
      expect([...events].sort()).toEqual([...new Set(conditionsOf(kind, SETTINGS).flatMap(eventsOf))].sort());
      const tried = EVENTS.filter(({ kinds }) => kinds.includes(kind)).map(({ event }) => event.eventName);
      expect(events.filter((name) => !tried.includes(name))).toEqual([]);
    });

  test('names what is left out, and each was tried', () => {
    const tried = EVENTS.filter(({ kinds }) => kinds.length === 0).map(({ event }) => event.eventName);
    expect(leftOut.filter((name) => !tried.includes(name))).toEqual([]);
  });

  test('names every event of root, and of what root access depends on, that is left out', () => {
    const services = ['organizations.amazonaws.com', 'account.amazonaws.com'];
    const about = EVENTS.filter(({ event, kinds }) => kinds.length === 0 && (
      services.includes(event.eventSource as string) || (event.userIdentity as any).type === 'Root' && (event.userIdentity as any).invokedBy === undefined));
    expect(about.map(({ event }) => event.eventName).filter((name) => !leftOut.includes(name as string))).toEqual([]);
  });
});
