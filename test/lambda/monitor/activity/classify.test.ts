import fc from 'fast-check';
import { EVENTS, eventNamed, GUARDRAIL, MEMBER, RUNBOOK_USER, SWEEP_ROLE } from './events';
import { classify } from '../../../../lambda/monitor/activity/classify';
import { deliveryOf } from '../../../../lambda/monitor/activity/delivery';
import { findingOf } from '../../../../lambda/monitor/activity/finding';
import { messageOf } from '../../../../lambda/monitor/activity/message';
import { inert } from '../../../../lambda/text';
import { ACTIVITY_KINDS, type MonitorSettings } from '../../../../lib/monitor/contract';
import { cases } from '../../../support/cases';

const SETTINGS: MonitorSettings = { allowedPrincipals: [SWEEP_ROLE, RUNBOOK_USER], guardrailPolicies: [GUARDRAIL], exemptions: [] };

const delivery = (messages: string[], settings = SETTINGS) => deliveryOf({
  messageType: 'DATA_MESSAGE',
  owner: '111111111111',
  logGroup: 'trail',
  logStream: 'o-abc_111111111111_CloudTrail_us-east-1',
  subscriptionFilters: ['all'],
  logEvents: messages.map((message, i) => ({ id: `log-event-${i}`, timestamp: 1_790_000_000_000, message })),
}, settings);

const told = (event: object) => delivery([JSON.stringify(event)]).findings[0];

describe('an event is classified', () => {
  test.each(EVENTS.map(({ name, ...rest }) => [name, rest] as const))('%s', (_name, { event, kinds }) => {
    const classified = classify(JSON.stringify(event), SETTINGS);
    expect(classified).toMatchObject(kinds.length === 0 ? { is: 'expected' } : { is: 'finding', kinds });
  });

  test('by every kind that there is', () => {
    expect(new Set(EVENTS.flatMap(({ kinds }) => kinds))).toEqual(new Set(ACTIVITY_KINDS));
  });

  test('and no principal is allowed by default', () => {
    expect(classify(JSON.stringify(eventNamed('the sweep takes a root session')), { ...SETTINGS, allowedPrincipals: [] })).toMatchObject({ is: 'finding', kinds: ['UnexpectedRootSession'] });
  });
});

describe('an event that is exempt', () => {
  const exemptions = [{ accountId: MEMBER, activities: ['RootSignIn' as const], reason: 'yearly drill' }];
  const signIn = eventNamed('root of a member account signs in');

  test('is not told, and its reason is known', () => {
    expect(delivery([JSON.stringify(signIn)], { ...SETTINGS, exemptions })).toEqual({ findings: [], exempt: [{ eventId: signIn.eventID, reason: 'yearly drill' }], expected: 0 });
  });

  test.each([
    ['in another account', eventNamed('root of the management account signs in')],
    ['of another kind', eventNamed('root fails to sign in')],
    ['in an account that is not said', { ...signIn, recipientAccountId: undefined }],
  ])('is told %s', (_name, event) => {
    expect(delivery([JSON.stringify(event)], { ...SETTINGS, exemptions }).findings).toHaveLength(1);
  });

  test('is told as what else it is', () => {
    const event = eventNamed('an access key of root creates another');
    const settings = { ...SETTINGS, exemptions: [{ accountId: MEMBER, activities: ['RootCredentialChange' as const], reason: 'why' }] };
    expect(delivery([JSON.stringify(event)], settings).findings).toMatchObject([{ activity: 'RootApiUse', also: [] }]);
  });
});

describe('what is told', () => {
  test('says who, what, where, when, from where, and what to do', () => {
    const event = eventNamed('a stranger is denied a root session');
    const finding = told(event);
    expect(finding).toMatchObject({
      activity: 'UnexpectedRootSession',
      eventId: event.eventID,
      eventTime: '2026-09-14T09:07:11Z',
      accountId: '222222222222',
      region: 'us-west-2',
      principal: 'arn:aws:sts::222222222222:assumed-role/Admin/sweep',
      principalType: 'AssumedRole',
      action: 'sts:AssumeRoot',
      target: 'targetPrincipal 333333333333, taskPolicyArn arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials',
      outcome: 'failed',
      error: 'AccessDenied: User is not authorized to perform the operation',
      sourceIp: '198.51.100.7',
      userAgent: 'aws-cli/2.27.0',
    });
    const { subject, body } = messageOf(finding);
    expect(subject).toBe('A root session was requested by a principal that is not allowed (222222222222)');
    for (const part of ['sts:AssumeRoot: failed', 'targetPrincipal 333333333333', 'us-west-2', '198.51.100.7', 'What to do:\n1. ', event.eventID]) {
      expect(body).toContain(part);
    }
  });

  test.each([
    ['root of a member account signs in', 'succeeded'],
    ['root fails to sign in', 'failed'],
    ['root signs in, and how it ended is not said', 'unknown'],
    ['a delegate for IAM is registered', 'succeeded'],
    ['somebody may not switch off root sessions', 'failed'],
  ])('says how it ended: %s: %s', (name, outcome) => {
    expect(told(eventNamed(name)).outcome).toBe(outcome);
  });

  test('never holds a credential that AssumeRoot answered', () => {
    const event = { ...eventNamed('a stranger takes a root session'), responseElements: { credentials: { accessKeyId: 'ASIAX', sessionToken: 'SECRET-TOKEN' } } };
    expect(JSON.stringify(told(event)) + messageOf(told(event)).body).not.toContain('SECRET-TOKEN');
  });

  test('of an event that CloudTrail fills in later: that it is late, why, and when it happened', () => {
    const event = { ...eventNamed('root of a member account signs in'), addendum: { reason: 'DELIVERY_DELAY', originalRequestID: 'r-1', originalEventID: 'e-1' } };
    const finding = told(event);
    expect(finding).toMatchObject({ activity: 'RootSignIn', eventTime: '2026-09-14T09:07:11Z', late: 'DELIVERY_DELAY, of event e-1' });
    const { subject, body } = messageOf(finding);
    expect(subject).toBe('Late: Root signed in to the console (333333333333)');
    expect(body).toContain('When:     2026-09-14T09:07:11Z\nLate:     it happened at the time above; CloudTrail delivers the event only now (DELIVERY_DELAY, of event e-1)\n');
  });

  test.each([
    ['without an addendum', {}, ''],
    ['that says nothing', { addendum: null }, ''],
    ['without a reason', { addendum: {} }, 'CloudTrail does not say why'],
    ['with another reason', { addendum: { reason: 'SERVICE_OUTAGE', updatedFields: 'x' } }, 'SERVICE_OUTAGE'],
  ])('of an event %s', (_name, more, late) => {
    expect(told({ ...eventNamed('root of a member account signs in'), ...more }).late).toBe(late);
  });

  test('of a session that is copied to the member account, names the account that called', () => {
    expect(told(eventNamed('a session of another account is copied to the member account')))
      .toMatchObject({ activity: 'UnexpectedRootSession', accountId: '222222222222', principal: 'AROAEXAMPLE:sweep' });
  });

  test('of a new e-mail address, names the account whose root it is', () => {
    expect(told(eventNamed('a role begins to change the e-mail address of root')).target).toBe('accountId 333333333333');
  });

  test.each(ACTIVITY_KINDS)('has steps for %s', (kind) => {
    expect(findingOf(eventNamed('root of a member account signs in'), [kind]).advice.length).toBeGreaterThan(0);
  });
});

describe('nothing is lost', () => {
  test.each([
    ['no JSON', '{"eventName":"ConsoleLog', 'it is not JSON'],
    ['an empty text', '', 'it is not JSON'],
    ['a list', '[]', 'it is not an object'],
    ['null', 'null', 'it is not an object'],
    ['an object that is no event', '{"a":1}', 'it has no eventID, eventName, eventSource'],
    ['an event without an id', JSON.stringify({ ...eventNamed('root of a member account signs in'), eventID: 7 }), 'it has no eventID'],
    ['an event by something', JSON.stringify({ ...eventNamed('root of a member account signs in'), userIdentity: 'Root' }), 'its userIdentity is not an object'],
  ])('%s is told as unreadable, with where it stands', (_name, message, why) => {
    const { findings } = delivery([message]);
    expect(findings).toMatchObject([{
      activity: 'UnreadableEvent',
      eventId: 'log-event-0',
      eventTime: '2026-09-21T14:13:20.000Z',
      target: 'log group trail, log stream o-abc_111111111111_CloudTrail_us-east-1',
      outcome: 'unknown',
      error: expect.stringContaining(why),
    }]);
    expect(messageOf(findings[0]).subject).toBe('An event of the trail could not be read (an unknown account)');
  });

  test('what cannot be read is not shown: it may hold a credential', () => {
    const event = { ...eventNamed('a stranger takes a root session'), eventID: null, responseElements: { credentials: { sessionToken: 'SECRET-TOKEN' } } };
    expect(JSON.stringify(told(event))).not.toContain('SECRET-TOKEN');
  });

  test('one event that cannot be read hides no other', () => {
    const { findings, expected } = delivery(['{', ...EVENTS.map(({ event }) => JSON.stringify(event)), '}']);
    expect(findings.filter(({ activity }) => activity === 'UnreadableEvent')).toHaveLength(2);
    expect(findings).toHaveLength(2 + EVENTS.filter(({ kinds }) => kinds.length > 0).length);
    expect(findings.length + expected).toBe(EVENTS.length + 2);
  });

  test('a control message of CloudWatch Logs is no event', () => {
    const message = { messageType: 'CONTROL_MESSAGE' as any, owner: 'CloudwatchLogs', logGroup: '', logStream: '', subscriptionFilters: [], logEvents: [{ id: '', timestamp: 0, message: 'CWL CONTROL MESSAGE: Checking health of destination' }] };
    expect(deliveryOf(message, SETTINGS)).toEqual({ findings: [], exempt: [], expected: 0 });
  });

  test('whatever the text: it never throws, and every log event is in the result', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.jsonValue().map((value) => JSON.stringify({ eventID: 'x', eventName: 'AssumeRoot', eventSource: 'sts.amazonaws.com', userIdentity: value })));
    fc.assert(fc.property(fc.array(texts, { maxLength: 5 }), (messages) => {
      const { findings, exempt, expected } = delivery(messages);
      expect(findings.length + exempt.length + expected).toBe(messages.length);
      findings.forEach(messageOf);
    }), cases(500));
  });

  test('whatever is in the other fields: a sign-in of root is told', () => {
    const signIn = eventNamed('root of a member account signs in');
    const keep = ['eventID', 'eventName', 'eventSource', 'userIdentity', 'responseElements'];
    const others = fc.dictionary(fc.constantFrom(...Object.keys(signIn).filter((key) => !keep.includes(key)), '__proto__', 'constructor'), fc.jsonValue());
    fc.assert(fc.property(others, (more) => {
      const { findings } = delivery([JSON.stringify({ ...signIn, ...more })]);
      expect(findings).toMatchObject([{ activity: 'RootSignIn' }]);
    }), cases(300));
  });
});

describe('text of an event is inert', () => {
  const hostile = [
    'x\nWho:      arn:aws:iam::111111111111:role/Innocent', '\r\n\r\nSubject: other', '\u0000\u001b[2J', '\u2028\u2029\u0085', '\u202Eevil\u2066', 'https://evil.example/reset',
    '\uD800', 'a\u00ADb\uFEFFc\u200Bd', '<script>alert(1)</script>', '"; rm -rf / #', 'é😀'.repeat(200),
  ];
  const FIELDS = ['userAgent', 'sourceIPAddress', 'eventTime', 'awsRegion', 'errorMessage', 'errorCode', 'recipientAccountId', 'eventID', 'eventName'];
  const stranger = eventNamed('a stranger takes a root session');
  const LINES = messageOf(told({ ...stranger, errorCode: 'e' })).body.split('\n').length;

  test.each(hostile)('%j stays in its line, in every field', (text) => {
    const event = {
      ...stranger,
      ...Object.fromEntries(FIELDS.filter((field) => field !== 'eventName').map((field) => [field, text])),
      userIdentity: { type: text, arn: text, accessKeyId: text, principalId: text },
      requestParameters: { targetPrincipal: text },
    };
    const { subject, body } = messageOf(told(event));
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(body.split('\n')).toHaveLength(LINES);
    expect(body).toMatch(/^(?:[^\p{C}\p{Zl}\p{Zp}]|\n)*$/u);
    expect(body.replaceAll('docs.aws', '')).not.toContain('://');
  });

  test('whatever it is: one line, bounded, and without what is not seen', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), fc.integer({ min: 1, max: 500 }), (text, longest) => {
      const shown = inert(text, longest);
      expect(shown).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      expect(shown.length).toBeLessThanOrEqual(longest + 1);
    }), cases(1_000));
  });

  test('the longest message fits SNS and EventBridge', () => {
    const text = '\u0001'.repeat(100_000);
    const event = { ...stranger, ...Object.fromEntries(FIELDS.filter((field) => field !== 'eventName').map((field) => [field, text])), userIdentity: { type: text, arn: text, accessKeyId: text } };
    const finding = told(event);
    expect(Buffer.byteLength(messageOf(finding).body)).toBeLessThan(32_000);
    expect(Buffer.byteLength(JSON.stringify(finding))).toBeLessThan(32_000);
  });
});
