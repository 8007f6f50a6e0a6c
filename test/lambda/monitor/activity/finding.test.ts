import type { TrailEvent } from '../../../../lambda/monitor/activity/classify';
import { findingOf, unreadable, type Finding } from '../../../../lambda/monitor/activity/finding';

/** An event with all that a finding says of it. */
const EVENT = {
  eventID: 'event-1',
  eventTime: '2026-09-14T09:07:11Z',
  eventName: 'DeleteAccessKey',
  eventSource: 'iam.amazonaws.com',
  awsRegion: 'us-east-1',
  recipientAccountId: '222222222222',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.27.0',
  userIdentity: { type: 'Root', arn: 'arn:aws:iam::333333333333:root', principalId: '333333333333', accountId: '333333333333', accessKeyId: 'AKIAROOT' },
} as unknown as TrailEvent;
const findingOn = (change: object): Finding => findingOf({ ...EVENT, ...change } as TrailEvent, ['RootApiUse']);

test('a finding says what the event says', () => {
  expect(findingOf(EVENT, ['RootApiUse', 'RootCredentialChange'])).toEqual({
    activity: 'RootApiUse',
    also: ['RootCredentialChange'],
    title: 'Root called an API with long-term credentials',
    advice: expect.arrayContaining([expect.stringContaining('access key of the root user')]),
    eventId: 'event-1',
    eventTime: '2026-09-14T09:07:11Z',
    late: '',
    accountId: '222222222222',
    region: 'us-east-1',
    principal: 'arn:aws:iam::333333333333:root',
    principalType: 'Root',
    accessKeyId: 'AKIAROOT',
    action: 'iam:DeleteAccessKey',
    target: '',
    outcome: 'succeeded',
    error: '',
    sourceIp: '198.51.100.7',
    userAgent: 'aws-cli/2.27.0',
  });
});

test.each<[string, object, Partial<Finding>]>([
  ['the account that called, for a root session', { eventName: 'AssumeRoot' }, { accountId: '333333333333' }],
  ['the account that got the event, for a root session of nobody', { eventName: 'AssumeRoot', userIdentity: {} }, { accountId: '222222222222' }],
  ['the account that called, where no other is known', { recipientAccountId: undefined }, { accountId: '333333333333' }],
  ['a principal without an ARN by its id', { userIdentity: { principalId: 'AROA:sweep', accountId: '333333333333' } }, { principal: 'AROA:sweep' }],
  ['a principal without an id by its account', { userIdentity: { accountId: '333333333333' } }, { principal: '333333333333' }],
  ['what is not known', {
    eventTime: undefined, awsRegion: '', recipientAccountId: undefined, sourceIPAddress: 7, userAgent: null, userIdentity: {},
  }, {
    eventTime: 'unknown', region: 'unknown', accountId: 'unknown', sourceIp: 'unknown', userAgent: 'unknown', principal: 'unknown', principalType: 'unknown', accessKeyId: 'unknown',
  }],
  ['an error with its code', { errorCode: 'AccessDenied', errorMessage: 'no' }, { outcome: 'failed', error: 'AccessDenied: no' }],
  ['an error with a code alone', { errorCode: 'AccessDenied' }, { outcome: 'failed', error: 'AccessDenied' }],
  ['an error with a message alone', { errorMessage: 'Failed authentication' }, { outcome: 'failed', error: 'Failed authentication' }],
  ['a sign-in', { eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Success' } }, { outcome: 'succeeded' }],
  ['a sign-in that failed', { eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } }, { outcome: 'failed' }],
  ['a sign-in of which nobody knows', { eventName: 'ConsoleLogin', responseElements: null }, { outcome: 'unknown' }],
  ['why it is late', { addendum: { reason: 'SERVICE_OUTAGE' } }, { late: 'SERVICE_OUTAGE' }],
  ['of which event it is the later one', { addendum: { reason: 'DELIVERY_DELAY', originalEventID: 'event-0' } }, { late: 'DELIVERY_DELAY, of event event-0' }],
  ['that nobody knows why it is late', { addendum: {} }, { late: 'CloudTrail does not say why' }],
])('a finding says %s', (_what, change, expected) => {
  expect(findingOn(change)).toMatchObject(expected);
});

test.each(['targetPrincipal', 'accountId', 'sourceParentId', 'destinationParentId', 'servicePrincipal', 'policyId', 'targetId', 'policyType', 'userName', 'serialNumber', 'accessKeyId', 'bucketName', 'queueUrl'])(
  'a finding names its target by %s', (name) => {
    expect(findingOn({ requestParameters: { [name]: 'x', other: 'y' } }).target).toBe(`${name} x`);
  });

test('a finding names all that the call was about, each to 500 characters', () => {
  expect(findingOn({ requestParameters: { taskPolicyArn: { arn: 'arn:task' }, targetPrincipal: '222222222222' } }).target).toBe('targetPrincipal 222222222222, taskPolicyArn arn:task');
  const { target } = findingOn({ requestParameters: { policyId: 'x'.repeat(600) } });
  expect(target).toMatch(/^policyId x{480,491}…?$/);
});

test.each(['eventID', 'userAgent', 'errorMessage', 'awsRegion'])('a text of an event is told in one line of 500 characters at most: %s', (field) => {
  const { eventId, userAgent, error, region } = findingOn({ [field]: `a\nb${'x'.repeat(1_000)}` });
  const text = { eventID: eventId, userAgent, errorMessage: error, awsRegion: region }[field]!;
  expect(text).not.toContain('\n');
  expect([...text].length).toBeLessThanOrEqual(501);
});

test('what cannot be read is told by its place and its length, and not by what it says', () => {
  expect(unreadable({ logGroup: 'trail', logStream: 'us-east-1', id: 'log-event-1', timestamp: 1_790_000_000_000 }, 'secret', 'it is not JSON')).toEqual({
    activity: 'UnreadableEvent',
    also: [],
    title: 'An event of the trail could not be read',
    advice: [expect.any(String)],
    eventId: 'log-event-1',
    eventTime: '2026-09-21T14:13:20.000Z',
    late: '',
    accountId: 'unknown',
    region: 'unknown',
    principal: 'unknown',
    principalType: 'unknown',
    accessKeyId: 'unknown',
    action: 'unknown',
    target: 'log group trail, log stream us-east-1',
    outcome: 'unknown',
    error: 'it is not JSON (6 characters)',
    sourceIp: 'unknown',
    userAgent: 'unknown',
  });
});

test.each([Number.NaN, Infinity, undefined])('the time of what cannot be read may be none: %s', (timestamp) => {
  expect(unreadable({ logGroup: 'trail', logStream: 's', id: 'x', timestamp: timestamp! }, '', 'it is not JSON').eventTime).toBe('unknown');
});
