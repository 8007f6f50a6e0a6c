import { gzipSync } from 'node:zlib';
import { eventNamed, GUARDRAIL, MEMBER, RUNBOOK_USER, SWEEP_ROLE } from './events';
import { decoded, deliveryOf } from '../../../../lambda/monitor/activity/delivery';
import type { MonitorSettings } from '../../../../lib/monitor/contract';

const SETTINGS: MonitorSettings = {
  allowedPrincipals: [SWEEP_ROLE, RUNBOOK_USER], guardrailPolicies: [GUARDRAIL], exemptions: [{ accountId: MEMBER, activities: ['RootSignIn'], reason: 'yearly drill' }],
};
const signIn = eventNamed('root of a member account signs in');
const stranger = eventNamed('a stranger takes a root session');
const sweep = eventNamed('the sweep takes a root session');
const data = (messageType: string, ...messages: string[]) => ({
  messageType, owner: '1', logGroup: 'trail', logStream: 's', subscriptionFilters: ['f'], logEvents: messages.map((message, i) => ({ id: `log-event-${i}`, timestamp: 0, message })),
} as ReturnType<typeof decoded>);

test('what CloudWatch Logs sends is read', () => {
  const sent = data('DATA_MESSAGE', 'x');
  expect(decoded({ awslogs: { data: gzipSync(JSON.stringify(sent)).toString('base64') } })).toEqual(sent);
});

test.each(['no gzip', gzipSync('no JSON').toString('base64')])('what CloudWatch Logs cannot have sent is an error', (sent) => {
  expect(() => decoded({ awslogs: { data: sent } })).toThrow();
});

test('each log event is a finding, exempt or expected, or cannot be read, which is a finding with its place', () => {
  const { findings, exempt, expected } = deliveryOf(data('DATA_MESSAGE', ...[stranger, signIn, sweep, sweep].map((event) => JSON.stringify(event)), '{'), SETTINGS);
  expect(findings).toEqual([
    expect.objectContaining({ activity: 'UnexpectedRootSession', eventId: stranger.eventID }),
    expect.objectContaining({ activity: 'UnreadableEvent', eventId: 'log-event-4', eventTime: '1970-01-01T00:00:00.000Z', target: 'log group trail, log stream s', error: 'it is not JSON (1 characters)' }),
  ]);
  expect(exempt).toEqual([{ eventId: signIn.eventID, reason: 'yearly drill' }]);
  expect(expected).toBe(2);
});

test('a control message has no events', () => {
  expect(deliveryOf(data('CONTROL_MESSAGE', 'CWL CONTROL MESSAGE: Checking health of destination'), SETTINGS)).toEqual({ findings: [], exempt: [], expected: 0 });
});
