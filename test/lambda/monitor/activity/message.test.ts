import type { Finding } from '../../../../lambda/monitor/activity/finding';
import { messageOf } from '../../../../lambda/monitor/activity/message';

const FINDING: Finding = {
  activity: 'RootSignIn',
  also: [],
  title: 'Root signed in to the console',
  eventId: 'event-1',
  eventTime: '2026-09-14T09:07:11Z',
  late: '',
  accountId: '222222222222',
  region: 'us-east-1',
  principal: 'arn:aws:iam::222222222222:root',
  principalType: 'Root',
  accessKeyId: 'unknown',
  action: 'signin:ConsoleLogin',
  target: '',
  outcome: 'succeeded',
  error: '',
  sourceIp: '198.51.100.7',
  userAgent: 'Mozilla/5.0',
  advice: ['Ask.', 'Delete.'],
};

test('a message says each thing in a line of its own, and then what to do', () => {
  expect(messageOf(FINDING)).toEqual({
    subject: 'Root signed in to the console (222222222222)',
    body: [
      'Root signed in to the console',
      '',
      'Activity: RootSignIn',
      'Who:      arn:aws:iam::222222222222:root (Root, access key unknown)',
      'What:     signin:ConsoleLogin: succeeded',
      'Account:  222222222222',
      'Region:   us-east-1',
      'When:     2026-09-14T09:07:11Z',
      'From:     198.51.100.7',
      'Agent:    Mozilla/5.0',
      'Event:    event-1',
      '',
      'What to do:',
      '1. Ask.',
      '2. Delete.',
      '',
      'Texts after the colons come from the event, and the caller chose some of them.',
    ].join('\n'),
  });
});

test('a message says what else the event is, its error, its target and why it is late, where there is such a thing', () => {
  const { subject, body } = messageOf({ ...FINDING, also: ['RootApiUse', 'RootCredentialChange'], error: 'AccessDenied: no', target: 'userName x', late: 'DELIVERY_DELAY' });
  expect(subject).toBe('Late: Root signed in to the console (222222222222)');
  expect(body.split('\n').slice(2, 12)).toEqual(expect.arrayContaining([
    'Activity: RootSignIn, RootApiUse, RootCredentialChange', 'Error:    AccessDenied: no', 'Target:   userName x',
    'Late:     it happened at the time above; CloudTrail delivers the event only now (DELIVERY_DELAY)',
  ]));
});

test.each(['unknown', '2222222222222', '222222222222\n', 'x222222222222', '22222222222'])('a subject names no account that is none: %j', (accountId) => {
  expect(messageOf({ ...FINDING, accountId }).subject).toBe('Root signed in to the console (an unknown account)');
});

test('a subject has 100 characters at most', () => {
  expect(messageOf({ ...FINDING, title: 'x'.repeat(200) }).subject).toBe('x'.repeat(100));
});
